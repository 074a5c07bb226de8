"""Which owners did nothing on their records for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.db import installation_sql, sql

SETTING = "access.{area}.inactive_days"

# An owner's time begins when somebody makes him owner; every change of his on the record begins
# it anew.
_INACTIVE = """
with held as (
  select r.id, r.kind, r.owner_id as user_id from core_record r
  where r.account_id = :account and r.kind = any(:kinds) and r.deleted_at is null
    and r.created_at < :before and r.owner_id is not null
  union
  select r.id, r.kind, h.principal_id from core_holder h
  join core_record r on r.account_id = h.account_id and r.id = h.record_id
  where h.account_id = :account and h.role = 'owner' and h.added_at < :before
    and r.kind = any(:kinds) and r.deleted_at is null and r.created_at < :before
)
select h.user_id, h.kind, h.id from held h
where (:user = 0 or h.user_id = :user) and not exists (
  select 1 from core_change c
  join core_change_set s on s.account_id = c.account_id and s.id = c.change_set_id
  where c.account_id = :account and c.record_id = h.id and s.at >= :before
    and (s.user_id = h.user_id or (s.origin <> 'automatic' and (
      c.diff #>> '{owner,1}' = cast(h.user_id as text)
      or (c.diff #> '{owners,1}' @> to_jsonb(h.user_id)
        and not c.diff #> '{owners,0}' @> to_jsonb(h.user_id))))))
"""


def inactive_owners(kinds: Sequence[str], before: datetime) -> list[int]:
    """Return the users who own records of these kinds and did nothing on some since a moment."""
    statement = f"select distinct user_id from ({_INACTIVE}) found order by user_id"
    return list(sql(statement, kinds=list(kinds), before=before, user=0).scalars())


def left_by(user_id: int, kinds: Sequence[str], before: datetime) -> dict[str, list[int]]:
    """Return the records, by kind, that a user owns and did nothing on since a moment."""
    found: dict[str, list[int]] = {}
    statement = f"select kind, id from ({_INACTIVE}) found order by id"
    for row in sql(statement, kinds=list(kinds), before=before, user=user_id):
        found.setdefault(row.kind, []).append(row.id)
    return found


def wanted_by() -> list[tuple[int, str]]:
    """Return the accounts that want it done, each with the area it is done in."""
    rows = installation_sql(
        "select account_id, split_part(key, '.', 2) as area from core_setting"
        " where key like 'access.%.inactive_days' and value <> '0' order by account_id, key"
    )
    return [(row.account_id, row.area) for row in rows]


def is_under_way(job: str, area: str) -> bool:
    """Tell whether a job for the area waits or runs in the current account."""
    found = sql(
        "select exists (select 1 from core_job where account_id = :account and name = :job"
        " and state in ('waiting', 'running') and arguments ->> 'area' = :area)",
        job=job,
        area=area,
    ).scalar_one()
    return bool(found)
