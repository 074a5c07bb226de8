"""Questions about single records."""

from __future__ import annotations

from typing import Any

from core.access import Access
from core.db import sql
from core.records.fields import HOLDERS, RECORD, ROW, Field
from core.records.kinds import Kind

_LINKS = """
select 'participants' as field, principal_id as id from core_holder
where account_id = :account and record_id = :record and role = 'participant'
union all
select field, label_id from core_record_label
where account_id = :account and record_id = :record
"""


def values_of(kind: Kind, access: Access) -> dict[str, Any]:
    """Return the values of all fields of a record, by field key, as change sets hold them."""
    links: dict[str, list[int]] = {}
    for row in sql(_LINKS, record=access.record.id):
        links.setdefault(row.field, []).append(row.id)
    return {field.key: _value(field, access, links) for field in kind.fields}


def _value(field: Field, access: Access, links: dict[str, list[int]]) -> Any:
    if field.home == ROW:
        return getattr(access.row, field.column)
    if field.home == RECORD:
        return getattr(access.record, field.column)
    return sorted(links.get(field.key if field.home != HOLDERS else "participants", []))


def changes_since(record_id: int, version: int) -> list[dict[str, list[Any]]]:
    """Return the diffs that came after a version, oldest first."""
    rows = sql(
        "select diff from core_change where account_id = :account"
        " and record_id = :record and version > :version order by version",
        record=record_id,
        version=version,
    )
    return list(rows.scalars())


_HOLDERS = """
select principal_id, role, added_at, added_by_id from core_holder
where account_id = :account and record_id = :record order by role, added_at, principal_id
"""


def holders_of(record_id: int) -> list[Any]:
    """Return who takes part in a record besides its owner, since when and added by whom."""
    return list(sql(_HOLDERS, record=record_id).all())
