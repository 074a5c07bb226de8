"""Splitting what was merged: what can be put back, and what came later and may go along."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core import clock
from core.access import Actor, Effect, Holding, actors_of, effects_of
from core.accounts.queries import account_facts
from core.changes import undoing
from core.changes.capture import change_set
from core.changes.undoing import Undoing
from core.db import db, sql
from core.errors import Conflict, Invalid
from core.i18n import _
from core.merging import pointers
from core.merging.choices import is_empty
from core.merging.links import link_fields
from core.merging.models import MERGED, Merge
from core.records.bulk import TRASHED, Stored, allowed, change_many, note, stored
from core.records.fields import HOLDERS, Field
from core.records.kinds import Kind, Values
from core.records.queries import changes_since
from core.registry import registry

DAYS = 90  # after which nothing is split any more
ORIGIN, SPLIT = "undo", "split"
RIGHT = "edit"  # what it takes to let a record lead to another one
STAYS = frozenset({"owner", "owners", "participants", "visibility"})


@dataclass(frozen=True)
class Later:
    """Something that came to the main record after the merge and may go to a restored one.

    Either a value that was typed into `field`, or, with `record_id`, a record of `kind` whose
    field leads to the main record since then.
    """

    key: str
    kind: Kind
    field: Field
    value: Any = None
    record_id: int = 0
    may_move: bool = True


@dataclass(frozen=True)
class Split:
    """What splitting a merge comes to.

    `found` is what is put back, kind by kind, `restored` the records that come back, `lost` the
    names of those that were deleted for good. `later` came since the merge and stays unless it is
    moved. `effects` are by the places of the main record and the restored ones.
    """

    merge: Merge
    kind: Kind
    main: Stored
    found: tuple[Undoing, ...]
    restored: tuple[Stored, ...]
    lost: tuple[str, ...]
    later: tuple[Later, ...]
    effects: tuple[Effect, ...]

    @property
    def after(self) -> dict[str, Any]:
        """The values of the main record afterwards, before anything later is moved."""
        return {**self.main.values, **_changes_of(self.found, self.kind, self.main.id)}

    @property
    def kept(self) -> list[Field]:
        """The fields of the main record that stay as others left them since."""
        keys = next((each.kept.get(self.main.id, []) for each in self.found
                     if each.kind.key == self.kind.key), [])  # fmt: skip
        return [self.kind.by_key[key] for key in keys if key in self.kind.by_key]

    @property
    def back(self) -> dict[str, list[int]]:
        """The records that lead back to a restored one, by kind."""
        return {
            each.kind.key: [now.id for now, _values in each.changes if now.id != self.main.id]
            for each in self.found
        }

    @property
    def digest(self) -> str:
        """A short text that only this split has: what was previewed is what is done."""
        told = [
            [self.main.id, self.main.version],
            [each.id for each in self.restored],
            [[each.kind.key, sorted(each.restored)] for each in self.found],
            [each.key for each in self.later],
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _changes_of(found: Sequence[Undoing], kind: Kind, record_id: int) -> dict[str, Any]:
    for each in found:
        for now, values in each.changes:
            if each.kind.key == kind.key and now.id == record_id:
                return values
    return {}


def require_splittable(merge: Merge) -> None:
    """Raise Conflict for what was split already or was merged too long ago."""
    if merge.split_at is not None:
        raise Conflict(_("This was split already."))
    if clock.now() - merge.merged_at > timedelta(days=DAYS):
        raise Conflict(_("This was merged more than %(days)s days ago and stays.", days=DAYS))


def plan(merge: Merge, kind: Kind, actor: Actor, *, lock: bool = False) -> Split:
    """Return what splitting would come to; nothing is written.

    Whether the actor may split the main record was asked before. With `lock` all records stay
    locked until the transaction ends. Raises what `require_splittable` raises, and Conflict where
    none of the merged records is left.
    """
    require_splittable(merge)
    names = merged_names(merge)
    if lock:
        stored(kind, [merge.main_id], lock=True)
    found = undoing.plan([merge.change_set_id], None, lock=lock)
    main = stored(kind, [merge.main_id])[merge.main_id]
    there = stored(kind, names, where=TRASHED)
    moved = {each.id for of_kind in found for each in of_kind.moved}
    restored = [there[record_id] for record_id in names if record_id in moved & there.keys()]
    lost = [name for record_id, name in names.items() if record_id not in _present(found, kind)]
    if not restored:
        raise Conflict(_("None of the merged records lies in the trash any more."))
    split = Split(merge, kind, main, tuple(found), tuple(restored), tuple(lost),
                  tuple(_later(merge, kind, main, actor)), ())  # fmt: skip
    return _with_effects(split)


def _present(found: Sequence[Undoing], kind: Kind) -> set[int]:
    ids: set[int] = set()
    for each in found:
        if each.kind.key == kind.key:
            ids |= {*each.restored, *each.kept, *each.unchanged, *each.refused}
    return ids


def merged_names(merge: Merge) -> dict[int, str]:
    """Return the records that were merged into the main one, with their names of then."""
    diff = sql(
        "select diff from core_change where account_id = :account"
        " and change_set_id = :set and record_id = :record",
        set=merge.change_set_id,
        record=merge.main_id,
    ).scalar_one()
    return dict(diff[MERGED][1])


def _with_effects(split: Split) -> Split:
    before = [_holding(split.main.values)] * (1 + len(split.restored))
    after = [_holding(split.after), *(_holding(each.values) for each in split.restored)]
    active = [each.id for each in account_facts().users.values() if each.is_active]
    effects = effects_of(split.kind.key, before, after, actors_of(active).values())
    return Split(**{**split.__dict__, "effects": tuple(effects)})


def _holding(values: Values) -> Holding:
    owner = values["owner"]
    owners = [*([] if owner is None else [owner]), *values.get("owners", ())]
    return Holding(values["visibility"], tuple(owners), tuple(values["participants"]))


# ---------------------------------------------------------------- what came later


def _later(merge: Merge, kind: Kind, main: Stored, actor: Actor) -> Iterator[Later]:
    yield from _later_values(merge, kind, main)
    yield from _later_links(merge, kind, main, actor)


def _version_of(merge: Merge) -> int:
    return int(
        sql(
            "select version from core_change where account_id = :account"
            " and change_set_id = :set and record_id = :record",
            set=merge.change_set_id,
            record=merge.main_id,
        ).scalar_one()
    )


def _later_values(merge: Merge, kind: Kind, main: Stored) -> Iterator[Later]:
    """Return what was typed into the fields of the main record since the merge."""
    then: dict[str, Any] = {}
    for diff in changes_since(main.id, _version_of(merge)):
        for key, (before, _after) in diff.items():
            then.setdefault(key, before)
    for field in kind.fields:
        if field.key in then.keys() - STAYS and field.home != HOLDERS:
            yield from _typed_since(kind, field, then[field.key], main.values.get(field.key))


def _typed_since(kind: Kind, field: Field, then: Any, now: Any) -> Iterator[Later]:
    key = f"value.{field.key}"
    if field.type.is_multiple:
        for place, entry in enumerate(now or ()):
            if entry not in (then or ()):
                yield Later(f"{key}.{place}", kind, field, entry)
    elif not is_empty(now) and now != then:
        yield Later(key, kind, field, now)


_LATER = """
select distinct c.record_id from core_change c
where c.account_id = :account and c.record_id = any(:ids) and c.change_set_id > :set
  and jsonb_exists(c.diff, :field)
order by c.record_id
"""


def _later_links(merge: Merge, to: Kind, main: Stored, actor: Actor) -> Iterator[Later]:
    """Return the records that lead to the main one since the merge, as far as they may be seen."""
    for kind in registry().kinds.of(actor.active_plugins):
        for field in link_fields(kind, to):
            ids = sql(
                f"select k.id from {kind.table} k where k.account_id = :account"
                f" and k.{field.column} = :main order by k.id",
                main=main.id,
            ).scalars()
            since = sql(_LATER, ids=list(ids), set=merge.change_set_id, field=field.key)
            seen = allowed(kind, since.scalars().all(), actor)
            movable = allowed(kind, seen, actor, RIGHT)
            for record_id in sorted(seen):
                yield Later(
                    f"link.{kind.key}.{field.key}.{record_id}",
                    kind,
                    field,
                    record_id=record_id,
                    may_move=record_id in movable,
                )


# ---------------------------------------------------------------- doing it


def split(found: Split, moves: Mapping[str, int], actor: Actor) -> None:
    """Do what was planned while all records were locked; `moves` say what goes where.

    Raises Invalid for a move of something else, or to a record that does not come back.
    """
    later = {each.key: each for each in found.later if each.may_move}
    targets = {each.id for each in found.restored}
    if not moves.keys() <= later.keys() or not set(moves.values()) <= targets:
        raise Invalid(_("Choose one of the records shown."))
    merge, kind, main = found.merge, found.kind, found.main
    with change_set(ORIGIN, actor.user_id, undo_of_id=merge.change_set_id):
        for each in found.found:
            undoing.apply(each, actor)
        _move_values(found, [(later[key], to) for key, to in moves.items()], actor)
        _move_links([(later[key], to) for key, to in moves.items()], actor)
        back = [[each.id, each.name] for each in found.restored]
        note(kind, {main.id: {SPLIT: [[], back]}})
        pointers.move_back(merge.moved, merge.dropped, main.id, sorted(targets))
    merge.split_at, merge.split_by_id = clock.now(), actor.user_id
    db.session.flush()


def _move_values(found: Split, moves: Sequence[tuple[Later, int]], actor: Actor) -> None:
    """Take what was typed since from the main record, and give it to restored ones."""
    kind = found.kind
    typed = [(each, to) for each, to in moves if not each.record_id]
    now = stored(kind, [found.main.id, *{to for _each, to in typed}])
    wanted: dict[int, dict[str, Any]] = {record_id: {} for record_id in now}
    before = _before(found.merge)
    for each, to in typed:
        key, main, target = each.field.key, wanted[found.main.id], wanted[to]
        if each.field.type.is_multiple:
            main[key] = [
                one for one in main.get(key, now[found.main.id].values[key]) if one != each.value
            ]
            had = target.get(key, now[to].values[key])
            target[key] = had if each.value in had else [*had, each.value]
        else:
            main[key], target[key] = before.get(key), each.value
    change_many(kind, [(now[record_id], values) for record_id, values in wanted.items()], actor)


def _before(merge: Merge) -> dict[str, Any]:
    """Return what the fields of the main record held before the merge, of those changed since."""
    found: dict[str, Any] = {}
    rows = sql(
        "select diff from core_change where account_id = :account"
        " and record_id = :record and version >= :version order by version",
        record=merge.main_id,
        version=_version_of(merge),
    )
    for diff in rows.scalars():
        for key, (before, _after) in diff.items():
            found.setdefault(key, before)
    return found


def _move_links(moves: Sequence[tuple[Later, int]], actor: Actor) -> None:
    by_kind: dict[str, dict[int, dict[str, Any]]] = {}
    for each, to in moves:
        if each.record_id:
            of_kind = by_kind.setdefault(each.kind.key, {})
            of_kind.setdefault(each.record_id, {})[each.field.key] = to
    for key, wanted in by_kind.items():
        kind = registry().kinds[key]
        now = stored(kind, wanted)
        change_many(
            kind,
            [(now[record_id], values) for record_id, values in wanted.items() if record_id in now],
            actor,
        )
