"""Questions about the trash."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core import clock
from core.access import Actor, rule_for
from core.access.rule import right_sql
from core.accounts.queries import setting
from core.db import installation_sql, sql
from core.records.kinds import Kind
from core.registry import registry

PAGE = 50
EMPTY_AFTER = "trash.empty_after_days"  # 0: never
NOTICE_DAYS = 7

_TRASHED = """
select r.id, r.name, r.deleted_at, r.deleted_by_id from core_record r
where r.account_id = :account and r.kind = :kind and r.deleted_at is not null
  and (cast(:at as timestamptz) is null or (r.deleted_at, r.id) < (:at, :id))
  and {full} and {right}
order by r.deleted_at desc, r.id desc limit :most
"""


def trashed(
    kind: Kind, actor: Actor, before: tuple[datetime, int] | None = None, most: int = PAGE + 1
) -> list[Any]:
    """Return what lies in the trash of a kind, newest first, from behind a place on.

    Only records to which the actor would have full access and the right to delete (TRASH-2).
    """
    rule = rule_for(actor, (kind.key,))
    statement = _TRASHED.format(full=rule.full, right=right_sql(actor, kind.key, "delete"))
    values = {key: value for key, value in rule.values.items() if key != "kinds"}
    at, record_id = before or (None, 0)
    return list(sql(statement, kind=kind.key, at=at, id=record_id, most=most, **values))


def empties_after() -> int:
    """Return after how many days in the trash a record is deleted for good; 0 for never."""
    return int(setting(EMPTY_AFTER))


def accounts_that_empty() -> list[int]:
    """Return the accounts in which the trash is emptied."""
    rows = installation_sql(
        "select account_id from core_setting where key = :key and value <> '0' order by account_id",
        key=EMPTY_AFTER,
    )
    return list(rows.scalars())


def is_under_way(job: str) -> bool:
    """Tell whether a job of this name waits or runs in the current account."""
    found = sql(
        "select exists (select from core_job where account_id = :account and name = :job"
        " and state in ('waiting', 'running'))",
        job=job,
    )
    return bool(found.scalar_one())


_DUE = """
select r.id, r.kind, r.name, r.deleted_at, r.deleted_by_id, n.due_at from core_trash_notice n
join core_record r on r.account_id = n.account_id and r.id = n.record_id
where n.account_id = :account and n.deleted_at = r.deleted_at
  and (n.due_at, n.record_id) > (cast(:after as timestamptz), :id)
order by n.due_at, n.record_id limit :most
"""

FIRST = datetime.fromisoformat("1970-01-01T00:00:00+00:00"), 0


def due(after: tuple[datetime, int] = FIRST, most: int = PAGE + 1) -> list[Any]:
    """Return what will be deleted for good, the next first; for administrators alone."""
    return list(sql(_DUE, after=after[0], id=after[1], most=most))


def overdue(days: int, most: int) -> list[Any]:
    """Return records whose time is over (`id`, `kind`), and of which administrators were told."""
    rows = sql(
        "select r.id, r.kind from core_trash_notice n"
        " join core_record r on r.account_id = n.account_id and r.id = n.record_id"
        " where n.account_id = :account and n.deleted_at = r.deleted_at and n.due_at <= :now"
        " and r.deleted_at + make_interval(days => :days) <= :now and r.kind = any(:kinds)"
        " order by n.due_at, n.record_id limit :most",
        now=clock.now(),
        days=days,
        kinds=[each.key for each in registry().kinds],
        most=most,
    )
    return list(rows)


def among(kind: Kind, record_ids: Iterable[int], actor: Actor) -> list[Any]:
    """Return those of some records (`id`) that lie in the trash and that the actor may restore."""
    rule = rule_for(actor, (kind.key,))
    rows = sql(
        "select r.id from core_record r where r.account_id = :account and r.kind = any(:kinds)"
        f" and r.id = any(:ids) and r.deleted_at is not null and {rule.full}"
        f" and {right_sql(actor, kind.key, 'delete')} order by r.id",
        ids=list(record_ids),
        **rule.values,
    )
    return list(rows)
