"""Sending to the workers what the database says is waiting, and what was lost on its way.

The database decides: Redis may be emptied and workers may be killed at any time.
"""

from __future__ import annotations

import logging

from rq import Queue
from sqlalchemy import Row

from core import clock
from core.changes.capture import change_set
from core.db import account_scope, db, installation_sql
from core.i18n import _
from core.jobs import queue as ways
from core.jobs.runner import KEY, MOST_LOST, give_up
from core.registry import registry

AT_ONCE = 1_000

log = logging.getLogger("szansa.jobs")


def relay() -> int:
    """Send every job that is due and not on its way; return how many were sent.

    Raises RedisError where Redis is away.
    """
    lost = recover()
    due = _due()
    if not due:
        return 0
    queue = ways.queue_on(ways.redis())
    queued = set(queue.job_ids)
    return sum(_send(queue, job, is_lost=job.id in lost) for job in due
               if ways.delivery_id(job.account_id, job.id) not in queued)  # fmt: skip


def _send(queue: Queue, job: Row[tuple[int, int]], *, is_lost: bool) -> bool:
    if not is_lost and ways.is_under_way(queue, job.account_id, job.id):
        return False
    ways.forget(queue, job.account_id, job.id)
    return ways.deliver(queue, job.account_id, job.id)


def _due() -> list[Row[tuple[int, int]]]:
    rows = installation_sql(
        "select account_id, id from core_job where state = 'waiting' and run_at <= :now"
        " order by run_at, id limit :most",
        now=clock.now(),
        most=AT_ONCE,
    ).all()
    db.session.rollback()
    return list(rows)


def recover() -> set[int]:
    """Let the jobs wait again whose worker is gone; return their IDs."""
    running = installation_sql("select account_id, id from core_job where state = 'running'").all()
    lost = set()
    for job in running:
        if _is_lost(job.id) and _take_back(job.account_id, job.id):
            log.warning("job %s lost its worker", job.id)
            lost.add(job.id)
        db.session.commit()
    db.session.rollback()
    return lost


def _is_lost(job_id: int) -> bool:
    """Tell whether nobody holds the job; then we do until the transaction ends."""
    held = installation_sql(f"select pg_try_advisory_xact_lock{KEY}", id=job_id)
    return bool(held.scalar_one())


def _take_back(account_id: int, job_id: int) -> bool:
    """Let the job wait, or fail where it kills every worker; return whether it waits."""
    found = installation_sql(
        "update core_job set state = 'waiting', lost_count = lost_count + 1"
        " where account_id = :account and id = :id and state = 'running'"
        " returning name, arguments, user_id, lost_count",
        account=account_id,
        id=job_id,
    ).one_or_none()
    if found is None:
        return False
    if found.lost_count < MOST_LOST:
        return True
    sentence = _("The work ended its worker %(count)d times.", count=found.lost_count)
    with account_scope(account_id), change_set("automatic", found.user_id):
        give_up(registry().jobs.get(found.name), job_id, found.arguments, sentence)
    return False
