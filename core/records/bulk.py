"""Writing many records at once: the same rows that `services` writes one by one, in few statements.

What is written here was checked before, by whoever read the values: `services.check_field` for
each value, `allowed` for the rights. One call is one batch inside the change set under way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from core import clock
from core.access import Actor, rule_for
from core.access.rule import right_sql
from core.changes.capture import Written, record_many
from core.db import copy_rows, db, kept_plans, sql
from core.errors import Conflict
from core.i18n import _
from core.records import matching
from core.records.fields import HOLDERS, LABELS, RECORD, ROW, Field
from core.records.kinds import Kind, Values
from core.records.labels import names_of
from core.records.models import COPIES, Record
from core.records.owning import owners_in_order
from core.records.search import document_of
from core.records.services import announce, next_ids

VIEW = "view"

# Where records are looked for: what is said of `r.deleted_at`.
ALIVE, TRASHED, EVERYWHERE = "is null", "is not null", "is not distinct from r.deleted_at"

RECORD_COLUMNS = {
    "name": "text",
    "sort_name": "text",
    "owner_id": "bigint",
    "visibility": "text",
    "version": "bigint",
    "updated_at": "timestamptz",
    "updated_by_id": "bigint",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is stored now: its version and the values of all fields.

    `deleted_at` is None for one that is not in the trash.
    """

    id: int
    version: int
    name: str
    values: dict[str, Any]
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class _Shape:
    """Where the values of a kind live."""

    in_row: tuple[Field, ...]
    in_record: tuple[Field, ...]
    linked: tuple[Field, ...]
    searched: frozenset[str]
    dumpers: tuple[Callable[[Any], Any], ...]
    row_types: dict[str, str]


def _shape(kind: Kind) -> _Shape:
    editable = [field for field in kind.fields if field.is_editable]
    in_row = tuple(field for field in editable if field.home == ROW)
    columns = kind.row.__table__.c
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return _Shape(
        in_row=in_row,
        in_record=tuple(field for field in editable if field.home == RECORD),
        linked=tuple(field for field in editable if field.home in (HOLDERS, LABELS)),
        searched=frozenset(field.key for field in kind.fields if field.search),
        dumpers=tuple(
            json.dumps if isinstance(columns[field.column].type, JSONB) else _as_it_is
            for field in in_row
        ),
        row_types={
            field.column: columns[field.column].type.compile(dialect=dialect) for field in in_row
        },
    )


def _as_it_is(value: Any) -> Any:
    return value


def stored(
    kind: Kind, record_ids: Iterable[int], *, lock: bool = False, where: str = ALIVE
) -> dict[int, Stored]:
    """Return records with all their values, by ID: those that are not in the trash, or `where`.

    Access is not asked here: the caller knows it from `matching.found_under` or `allowed`. With
    `lock` the rows stay locked until the transaction ends.
    """
    ids = sorted(set(record_ids))
    if not ids:
        return {}
    shape = _shape(kind)
    if lock:  # and then read, so that nothing is older than the lock
        sql(
            "select from core_record where account_id = :account and id = any(:ids)"
            " order by id for update",
            ids=ids,
        )
    columns = [f"r.{field.column} as v_{field.key}" for field in shape.in_record]
    columns += [f"k.{field.column} as v_{field.key}" for field in shape.in_row]
    rows = sql(
        f"select r.id, r.version, r.name, r.deleted_at, {', '.join(columns)} from core_record r"
        f" join {kind.table} k on k.account_id = r.account_id and k.id = r.id"
        f" where r.account_id = :account and r.kind = :kind and r.deleted_at {where}"
        " and r.id = any(:ids) order by r.id",
        kind=kind.key,
        ids=ids,
    )
    keys = [field.key for field in (*shape.in_record, *shape.in_row)]
    found = {
        row.id: Stored(
            row.id,
            row.version,
            row.name,
            dict(zip(keys, tuple(row)[4:], strict=True)),
            row.deleted_at,
        )
        for row in rows
    }
    _add_links(shape, found)
    return found


_LINKS = """
select record_id, role || 's' as field, array_agg(principal_id order by principal_id) as ids
from core_holder where account_id = :account and record_id = any(:ids)
group by record_id, role
union all
select record_id, field, array_agg(label_id order by label_id)
from core_record_label where account_id = :account and record_id = any(:ids)
group by record_id, field
"""


def _add_links(shape: _Shape, found: dict[int, Stored]) -> None:
    for each in found.values():
        for field in shape.linked:
            each.values[field.key] = []
    for row in sql(_LINKS, ids=list(found)):
        found[row.record_id].values[row.field] = row.ids


def allowed(
    kind: Kind, record_ids: Iterable[int], actor: Actor, right: str = VIEW, *, where: str = ALIVE
) -> set[int]:
    """Return those of the records to which the actor has full access and on which he holds a
    right; full access is the right View.
    """
    rule = rule_for(actor, (kind.key,))
    holds = "true" if right == VIEW else right_sql(actor, kind.key, right)
    statement = (
        "select r.id from core_record r where r.account_id = :account and r.kind = any(:kinds)"
        f" and r.id = any(:ids) and r.deleted_at {where} and {rule.full} and {holds}"
    )
    return set(sql(statement, ids=list(record_ids), **rule.values).scalars())


def create_many(
    kind: Kind, items: Sequence[Values], actor: Actor, ids: Sequence[int] | None = None
) -> list[int]:
    """Make a record of each, as `services.create` would, and return the IDs in the same order.

    Every editable field is to be there, empty ones with their empty value. `ids` are numbers
    taken before from `services.next_ids`, for records that link to each other.
    """
    if not items:
        return []
    db.session.flush()
    items = [owners_in_order(each) for each in items]
    ids = list(ids) if ids is not None else next_ids(len(items))
    with kept_plans():
        _create(kind, items, actor, ids)
    announce(kind, ids, "created")
    return ids


def _create(kind: Kind, items: Sequence[Values], actor: Actor, ids: list[int]) -> None:
    shape, names = _shape(kind), [kind.name_of(values) for values in items]
    labels = _label_names(shape, kind, items)
    made: list[tuple[int, Values, Values]] = [
        (id_, {}, values) for id_, values in zip(ids, items, strict=False)
    ]

    def derive() -> _Derived:
        return _derived(kind, shape, list(zip(ids, items, names, strict=True)), labels)

    # What is derived from the values is worked out while the database stores them; it asks nothing.
    with ThreadPoolExecutor(max_workers=1) as beside:
        derived = beside.submit(copy_context().run, derive)
        _copy_records(kind, shape, list(zip(ids, items, names, strict=True)), actor)
        _copy_links(shape, made, actor.user_id)
        found = derived.result()
    copy_rows("core_search", ("record_id", "document"), found.documents)
    copy_rows("core_match", ("key", "record_id"), found.keys)
    record_many(db.session(), found.changes)


@dataclass(frozen=True, slots=True)
class _Derived:
    """What new records are found by and recognised by, and what is noted of them."""

    documents: list[tuple[int, str]]
    keys: list[tuple[int, int]]
    changes: list[Written]


def _derived(
    kind: Kind,
    shape: _Shape,
    made: Sequence[tuple[int, Values, tuple[str, str]]],
    labels: dict[int, str],
) -> _Derived:
    return _Derived(
        documents=[
            (id_, document_of(kind, name[0], values, _labels_on(kind, values, labels)))
            for id_, values, name in made
        ],
        keys=[
            (number, id_)
            for id_, values, _name in made
            for number in matching.numbers_of(kind, values)
        ],
        changes=[
            Written(id_, "created", 1, _first_diff(shape, values, name[0]))
            for id_, values, name in made
        ],
    )


def _copy_records(
    kind: Kind, shape: _Shape, made: list[tuple[int, Values, tuple[str, str]]], actor: Actor
) -> None:
    moment, user = clock.now(), actor.user_id
    own = [field for field in shape.in_record if field.key != "name"]
    fixed = ("id", "kind", "name", "sort_name", "version")
    times = ("created_at", "created_by_id", "updated_at", "updated_by_id")
    # The copies of the holders are stored at once: nothing is left to do for the triggers.
    held = kind.homed(HOLDERS)
    copy_rows(
        "core_record",
        (*fixed, *times, *(field.column for field in own), *(COPIES[field.role] for field in held)),
        (
            (
                *(id_, kind.key, *name, 1, moment, user, moment, user),
                *(values[field.key] for field in own),
                *(sorted(values[field.key]) or None for field in held),
            )
            for id_, values, name in made
        ),
    )
    columns = [(field.key, dump) for field, dump in zip(shape.in_row, shape.dumpers, strict=False)]
    copy_rows(
        kind.table,
        ("id", *(field.column for field in shape.in_row)),
        ((id_, *(dump(values[key]) for key, dump in columns)) for id_, values, _name in made),
    )


def _copy_links(
    shape: _Shape, pairs: Sequence[tuple[int, Values, Values]], user_id: int | None
) -> None:
    """Store the holders and labels that are new in the second of each pair of values."""
    moment = clock.now()
    for field in shape.linked:
        new = [
            (id_, each)
            for id_, before, after in pairs
            for each in after[field.key]
            if each not in before.get(field.key, ())
        ]
        if field.home == HOLDERS:
            rest = (field.role, moment, user_id)
            copy_rows(
                "core_holder",
                ("record_id", "principal_id", "role", "added_at", "added_by_id"),
                ((*pair, *rest) for pair in new),
            )
        else:
            copy_rows(
                "core_record_label",
                ("record_id", "label_id", "field"),
                ((*pair, field.key) for pair in new),
            )


def _label_names(shape: _Shape, kind: Kind, items: Iterable[Values]) -> dict[int, str]:
    fields = [field for field in kind.homed(LABELS) if field.search]
    ids = {each for values in items for field in fields for each in values[field.key]}
    return names_of(sorted(ids)) if ids else {}


def _labels_on(kind: Kind, values: Values, names: dict[int, str]) -> list[str]:
    if not names:
        return []
    return [
        names[each] for field in kind.homed(LABELS) if field.search for each in values[field.key]
    ]


def _copy_keys(kind: Kind, items: Iterable[tuple[int, Values]]) -> None:
    copy_rows(
        "core_match",
        ("key", "record_id"),
        ((number, id_) for id_, values in items for number in matching.numbers_of(kind, values)),
    )


def _first_diff(shape: _Shape, values: Values, name: str) -> dict[str, list[Any]]:
    diff: dict[str, list[Any]] = {"name": [None, name]}
    for field in (*shape.in_record, *shape.in_row):
        value = values[field.key]
        if value is not None:
            diff[field.key] = [None, value]
    for field in shape.linked:
        if values[field.key]:
            diff[field.key] = [[], sorted(values[field.key])]
    return diff


@dataclass(frozen=True, slots=True)
class _Changed:
    """One change under way: what is stored, what shall be, and what differs."""

    stored: Stored
    after: dict[str, Any]
    name: str
    sort_name: str
    diff: dict[str, list[Any]]


def change_many(
    kind: Kind, changes: Iterable[tuple[Stored, Values]], actor: Actor | None
) -> list[int]:
    """Change records as `services.change` would, and return the IDs of those that differ now.

    Without an actor the program itself changes them. Raises Conflict where one was changed since it was read, and then nothing may be committed.
    """
    db.session.flush()
    shape = _shape(kind)
    changed = list(_changed(kind, shape, changes))
    if not changed:
        return []
    ids = [each.stored.id for each in changed]
    with kept_plans():
        _change(kind, shape, changed, actor.user_id if actor else None)
    expire(kind, set(ids))
    announce(kind, ids, "changed")
    return ids


def _change(kind: Kind, shape: _Shape, changed: Sequence[_Changed], user_id: int | None) -> None:
    versions = record_many(
        db.session(),
        [Written(each.stored.id, "changed", each.stored.version, each.diff) for each in changed],
    )
    _update_records(shape, changed, versions, user_id)
    _update_rows(kind, shape, changed)
    _unlink(shape, changed)
    _copy_links(
        shape, [(each.stored.id, each.stored.values, each.after) for each in changed], user_id
    )
    _index_again(kind, shape, changed)


def _changed(
    kind: Kind, shape: _Shape, changes: Iterable[tuple[Stored, Values]]
) -> Iterator[_Changed]:
    for now, values in changes:
        after = owners_in_order({**now.values, **values})
        diff = {
            key: [now.values[key], value]
            for key, value in after.items()
            if value != now.values[key]
        }
        if not diff:
            continue
        name, sort_name = kind.name_of(after)
        if name != now.name:
            diff["name"] = [now.name, name]
        for field in shape.linked:
            if field.key in diff:
                diff[field.key] = [sorted(side) for side in diff[field.key]]
        yield _Changed(now, after, name, sort_name, diff)


def _update_records(
    shape: _Shape, changed: Sequence[_Changed], versions: Mapping[int, int], user_id: int | None
) -> None:
    moment = clock.now().isoformat()
    own = [field for field in shape.in_record if field.key != "name"]
    rows = [
        {
            "id": each.stored.id,
            "seen": each.stored.version,
            "name": each.name,
            "sort_name": each.sort_name,
            "version": versions[each.stored.id],
            "updated_at": moment,
            "updated_by_id": user_id,
            **{field.column: each.after[field.key] for field in own},
        }
        for each in changed
    ]
    done = _update("core_record", RECORD_COLUMNS, rows, "and t.version = s.seen", seen="bigint")
    if done != len(rows):
        raise Conflict(_("Somebody changed this meanwhile. Try again."))


def note(kind: Kind, noted: Mapping[int, dict[str, list[Any]]]) -> None:
    """Record in the change set under way what happened to records besides their fields.

    `noted` holds for each record `{key: [before, after]}`. It counts as a change of the record.
    """
    db.session.flush()
    ids = list(noted)
    rows = sql(
        "select id, version from core_record where account_id = :account and id = any(:ids)"
        " order by id for update",
        ids=ids,
    ).all()
    versions = record_many(
        db.session(), [Written(row.id, "changed", row.version, noted[row.id]) for row in rows]
    )
    sql(
        "update core_record r set version = s.version"
        " from unnest(cast(:ids as bigint[]), cast(:versions as bigint[])) as s(id, version)"
        " where r.account_id = :account and r.id = s.id",
        ids=list(versions),
        versions=list(versions.values()),
    )
    expire(kind, set(ids))


def _update_rows(kind: Kind, shape: _Shape, changed: Sequence[_Changed]) -> None:
    keys = {field.key for field in shape.in_row}
    rows = [
        {
            "id": each.stored.id,
            **{field.column: each.after[field.key] for field in shape.in_row},
        }
        for each in changed
        if keys & each.diff.keys()
    ]
    if rows:
        _update(kind.table, shape.row_types, rows)


def _update(
    table: str, types: Mapping[str, str], rows: list[dict[str, Any]], also: str = "", **more: str
) -> int:
    """Set some columns of many rows in one statement; return how many rows it met."""
    shown = ", ".join(f"{name} {type_}" for name, type_ in {**types, **more}.items())
    result: Any = sql(
        f"update {table} t set {', '.join(f'{name} = s.{name}' for name in types)}"
        f" from jsonb_to_recordset(cast(:rows as jsonb)) as s(id bigint, {shown})"
        f" where t.account_id = :account and t.id = s.id {also}",
        rows=json.dumps(rows),
    )
    return int(result.rowcount)


def _unlink(shape: _Shape, changed: Sequence[_Changed]) -> None:
    for field in shape.linked:
        gone = [
            (each.stored.id, link)
            for each in changed
            for link in each.stored.values[field.key]
            if link not in each.after[field.key]
        ]
        if not gone:
            continue
        if field.home == HOLDERS:
            what = "core_holder t", f"t.principal_id = g.link and t.role = '{field.role}'"
        else:
            what = "core_record_label t", "t.label_id = g.link"
        sql(
            f"delete from {what[0]} using"
            " unnest(cast(:ids as bigint[]), cast(:links as bigint[])) as g(id, link)"
            f" where t.account_id = :account and t.record_id = g.id and {what[1]}",
            ids=[id_ for id_, _link in gone],
            links=[link for _id, link in gone],
        )


def _index_again(kind: Kind, shape: _Shape, changed: Sequence[_Changed]) -> None:
    found_by = [
        each for each in changed if each.diff.keys() & shape.searched or "name" in each.diff
    ]
    names = _label_names(shape, kind, [each.after for each in found_by])
    if found_by:
        sql(
            "insert into core_search (account_id, record_id, document)"
            " select :account, s.id, cast(s.document as tsvector)"
            " from unnest(cast(:ids as bigint[]), cast(:documents as text[])) as s(id, document)"
            " on conflict (account_id, record_id) do update set document = excluded.document",
            ids=[each.stored.id for each in found_by],
            documents=[
                document_of(kind, each.name, each.after, _labels_on(kind, each.after, names))
                for each in found_by
            ],
        )
    known_by = [each for each in changed if each.diff.keys() & kind.matching.needs]
    if known_by:
        sql(
            "delete from core_match where account_id = :account and record_id = any(:ids)",
            ids=[each.stored.id for each in known_by],
        )
        _copy_keys(kind, ((each.stored.id, each.after) for each in known_by))


def expire(kind: Kind, ids: set[int]) -> None:
    """Let the session read again what it may hold of these records."""
    for thing in list(db.session.identity_map.values()):
        if isinstance(thing, Record | kind.row) and thing.id in ids:
            db.session.expire(thing)
