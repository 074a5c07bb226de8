"""Questions about merges, and which records are proposed for merging."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from core import clock
from core.access import Actor
from core.db import db, sql
from core.errors import NotFound
from core.i18n import Text, _
from core.merging.models import Merge
from core.merging.planning import RIGHT
from core.merging.splitting import DAYS
from core.records.alike import alike
from core.records.bulk import Stored, allowed, stored
from core.records.kinds import Kind, Values


@dataclass(frozen=True)
class Proposal:
    """A record that is probably the same, and what both have in common."""

    record: Stored
    reasons: list[Text]


def proposals(kind: Kind, record_id: int, values: Values, actor: Actor) -> list[Proposal]:
    """Return the records that are probably the same as one and that the actor may merge."""
    found = [each.id for each in alike(kind, values, actor, (record_id,)) if each.is_full]
    open_ones = allowed(kind, found, actor, RIGHT)
    records = stored(kind, open_ones)
    return [
        Proposal(records[each], kind.matching.reasons(values, records[each].values))
        for each in found
        if each in records
    ]


def splittable_merges(record_id: int) -> Sequence[Merge]:
    """Return what was merged into a record and can still be split, the newest first."""
    statement = (
        db.select(Merge)
        .where(
            Merge.main_id == record_id,
            Merge.split_at.is_(None),
            Merge.merged_at > clock.now() - timedelta(days=DAYS),
        )
        .order_by(Merge.id.desc())
    )
    return cast(Sequence[Merge], db.session.execute(statement).scalars().all())


def merge_of(merge_id: int, main_id: int, *, lock: bool = False) -> Merge:
    """Return a merge into a record; NotFound where there is none."""
    statement: Any = db.select(Merge).where(Merge.id == merge_id, Merge.main_id == main_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such record."))
    return cast(Merge, found)


_MERGED_INTO = """
with recursive gone as (
  select g.record_id from core_merge m
  join core_merged g on g.account_id = m.account_id and g.merge_id = m.id
  join core_record r on r.account_id = g.account_id and r.id = g.record_id
    and r.deleted_at = g.deleted_at
  where m.account_id = :account and m.main_id = :id
  union
  select g.record_id from gone
  join core_merge m on m.account_id = :account and m.main_id = gone.record_id
  join core_merged g on g.account_id = m.account_id and g.merge_id = m.id
  join core_record r on r.account_id = g.account_id and r.id = g.record_id
    and r.deleted_at = g.deleted_at
)
select record_id from gone order by record_id
"""


def merged_into(record_id: int) -> list[int]:
    """Return what lies in the trash because it was merged into a record, at once or in turn."""
    return list(sql(_MERGED_INTO, id=record_id).scalars())


_MAINS = """
select g.record_id, m.main_id from core_merged g
join core_merge m on m.account_id = g.account_id and m.id = g.merge_id
join core_record r on r.account_id = g.account_id and r.id = g.record_id
  and r.deleted_at = g.deleted_at
where g.account_id = :account and g.record_id = any(:ids)
"""


def mains_of(record_ids: Iterable[int]) -> dict[int, int]:
    """Return into which records those in the trash were merged, by ID."""
    return {row.record_id: row.main_id for row in sql(_MAINS, ids=list(record_ids))}
