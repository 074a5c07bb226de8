"""Questions about single records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.access import Access, Actor, rule_for
from core.accounts.queries import account_facts
from core.db import sql
from core.records.fields import RECORD, ROW, Field
from core.records.kinds import Kind
from core.records.models import Record

_LINKS = """
select case role when 'participant' then 'participants' else 'owners' end as field,
  principal_id, principal_id as id, role, added_at, added_by_id from core_holder
where account_id = :account and record_id = :record
union all
select field, null, label_id, null, null, null from core_record_label
where account_id = :account and record_id = :record
order by role, added_at, id
"""


def is_active(field: Field) -> bool:
    """Tell whether values may be added to a field: not while the plugin that brings it is off."""
    return not field.plugin or field.plugin in account_facts().active_plugins


def links_of(record_id: int) -> list[Any]:
    """Return what hangs on a record: its holders besides the owner, and its labels.

    A holder has a `principal_id`, a role, since when and by whom; `field` is the field's key.
    """
    return list(sql(_LINKS, record=record_id).all())


def values_of(kind: Kind, access: Access, rows: Sequence[Any] | None = None) -> dict[str, Any]:
    """Return the values of all fields of a record, by field key, as change sets hold them.

    `rows` are the links of the record where they are known already.
    """
    links: dict[str, list[int]] = {}
    for row in links_of(access.record.id) if rows is None else rows:
        links.setdefault(row.field, []).append(row.id)
    return {field.key: _value(field, access, links) for field in kind.fields}


def _value(field: Field, access: Access, links: dict[str, list[int]]) -> Any:
    if field.home == ROW:
        return getattr(access.row, field.column)
    if field.home == RECORD:
        return getattr(access.record, field.column)
    return sorted(links.get(field.key, []))


def changes_since(record_id: int, version: int) -> list[dict[str, list[Any]]]:
    """Return the diffs that came after a version, oldest first."""
    rows = sql(
        "select diff from core_change where account_id = :account"
        " and record_id = :record and version > :version order by version",
        record=record_id,
        version=version,
    )
    return list(rows.scalars())


def was_erased_since(record_id: int, version: int) -> bool:
    """Tell whether a record's personal data were erased after a version."""
    found = sql(
        "select exists (select from core_change where account_id = :account"
        " and record_id = :record and version > :version and (act = 'anonymised' or diff ? 'erased'))",
        record=record_id,
        version=version,
    )
    return bool(found.scalar())


def last_change(record_id: int) -> Any:
    """Return by whom (`user_id`) and when (`at`) a record was changed last."""
    return sql(
        "select s.user_id, s.at from core_change c"
        " join core_change_set s on s.account_id = c.account_id and s.id = c.change_set_id"
        " where c.account_id = :account and c.record_id = :record"
        " order by c.version desc, c.change_set_id desc limit 1",
        record=record_id,
    ).one()


def owner_since(record: Record) -> tuple[datetime, int | None]:
    """Return since when the owner of a record is that, and who made him so."""
    found = sql(
        "select s.at, s.user_id from core_change c"
        " join core_change_set s on s.account_id = c.account_id and s.id = c.change_set_id"
        " where c.account_id = :account and c.record_id = :record and c.diff ? 'owner'"
        " order by c.version desc limit 1",
        record=record.id,
    ).first()
    return (found.at, found.user_id) if found else (record.created_at, record.created_by_id)


def label_names_on(record_ids: list[int], field_key: str) -> dict[int, list[str]]:
    """Return for each record the names of its labels in one field, in the order of names."""
    rows = sql(
        "select g.record_id, array_agg(l.name order by l.name_key) as names"
        " from core_record_label g"
        " join core_label l on l.account_id = g.account_id and l.id = g.label_id"
        " where g.account_id = :account and g.record_id = any(:ids) and g.field = :field"
        " group by g.record_id",
        ids=record_ids,
        field=field_key,
    )
    return {row.record_id: row.names for row in rows}


def label_names(label_ids: list[int]) -> dict[int, str]:
    """Return the names of labels by their IDs."""
    if not label_ids:
        return {}
    rows = sql(
        "select id, name from core_label where account_id = :account and id = any(:ids)",
        ids=label_ids,
    )
    return {row.id: row.name for row in rows}


# One statement whatever the number means, so that nothing tells a hidden record from none.
_MAIN_OF = """
with recursive way as (
  select cast(:record as bigint) as id, 0 as steps
  union
  select m.main_id, w.steps + 1 from way w
  join core_merged g on g.account_id = :account and g.record_id = w.id
  join core_merge m on m.account_id = :account and m.id = g.merge_id
  join core_record x on x.account_id = :account and x.id = w.id and x.deleted_at = g.deleted_at
  where w.steps < 50)
select r.id from way w join core_record r on r.account_id = :account and r.id = w.id
where w.steps > 0 and r.kind = any(:kinds) and r.deleted_at is null and {full} limit 1
"""


def find_main_of(kind: Kind, record_id: int, actor: Actor) -> int | None:
    """Return into which record one in the trash was merged, if the actor has full access to it."""
    rule = rule_for(actor, (kind.key,))
    found = sql(_MAIN_OF.format(full=rule.full), record=record_id, **rule.values).scalar()
    return None if found is None else int(found)


def last_access_request(record_id: int, user_id: int) -> Any:
    """Return what a user asked for last on a record: state, reason, when; None where never."""
    return sql(
        "select state, reason, asked_at from core_access_request where account_id = :account"
        " and user_id = :user and record_id = :record order by id desc limit 1",
        user=user_id,
        record=record_id,
    ).one_or_none()
