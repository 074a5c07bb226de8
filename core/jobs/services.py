"""Asking for work outside the request, and asking it to stop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core import clock
from core.db import after_commit, db, sql
from core.jobs import queue
from core.jobs.models import Job
from core.registry import registry


def enqueue(
    name: str,
    arguments: dict[str, Any] | None = None,
    user_id: int | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Return a new job, stored with the transaction under way and run after it.

    `arguments` are JSON values, `user_id` is who the job works for, `run_at` the moment before
    which it does not begin. Raises KeyError for a job that nobody registered.
    """
    kind = registry().jobs[name]
    moment = clock.now()
    job = Job(name=kind.name, arguments=arguments or {}, user_id=user_id, run_at=run_at or moment)
    db.session.add(job)
    db.session.flush()
    if job.run_at <= moment:
        after_commit(lambda: queue.send(job.account_id, job.id))
    return job


def stop(job_id: int) -> bool:
    """Ask a job to stop; return whether it will never run again.

    One that waits is stopped at once. One that runs stops at its next checkpoint: False.
    """
    state = sql(
        "update core_job set is_stop_wanted = true,"
        " ended_at = case when state = 'waiting' then :now else ended_at end,"
        " state = case when state = 'waiting' then 'stopped' else state end"
        " where account_id = :account and id = :id and state in ('waiting', 'running')"
        " returning state",
        id=job_id,
        now=clock.now(),
    ).scalar()
    return state != "running"
