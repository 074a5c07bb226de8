"""The edge around a job: its account, its user, its unit of work, and what follows a failure.

The database alone says what a job's state is. Whoever runs it holds an advisory lock on the one
connection that all its statements go through, so that nobody else runs it as long as its writes
can be stored, and a lost connection is a lost job: it begins again from what it committed.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import g
from flask_babel import force_locale
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core import clock
from core.accounts.queries import account_facts
from core.changes.capture import change_set
from core.contracts import JobType
from core.db import account_scope, db, installation_sql, is_away, sql
from core.errors import Conflict, SzansaError, trace_of
from core.formats import Formats
from core.i18n import _
from core.registry import registry

FIRST_PAUSE = timedelta(seconds=10)  # before the first further try; four times longer each time
WHILE_OFF = timedelta(minutes=1)  # between two looks whether a job's plugin is on again
MOST_LOST = 20  # killed workers without any progress between, then the job itself is at fault

# The space of our advisory locks among those with two numbers; the second is the job's ID.
SPACE = 5_374_616
KEY = f"({SPACE}, (:id % 2147483647)::int)"

log = logging.getLogger("szansa.jobs")


class Stopped(Exception):
    """Somebody asked the job to stop. What is written from here on is stored with its end."""


class Interrupted(Exception):
    """The worker ends; the job goes on elsewhere."""


class Lost(Exception):
    """Our hold on the job is gone with its connection: nothing more of it may be stored here."""


@dataclass
class _Run:
    """The run of a job in this process."""

    job_id: int
    backend: int  # PostgreSQL's process behind our connection
    was_lost: bool


_run: ContextVar[_Run | None] = ContextVar("run", default=None)
_ending = False


def end_soon(*_signal: Any) -> None:
    """Let the job that runs in this process end at its next checkpoint (a signal's handler)."""
    global _ending  # noqa: PLW0603  (a signal belongs to the whole process)
    _ending = True


def checkpoint() -> None:
    """Store what a long job has done so far, and see what changed meanwhile.

    Objects that were loaded are read anew when they are used next. Raises Stopped where somebody
    asked for it and Interrupted where the worker ends; the latter must not be caught. Outside
    jobs it does nothing: a command stores all or nothing.
    """
    run = _run.get()
    if run is not None:
        _store(run)
        _look_around(run)


def snapshot() -> None:
    """Store what a job has done so far, and read all that follows as it is at this moment.

    The next `checkpoint` ends that. In between nothing is to be written, for what others changed
    meanwhile cannot be. Raises as `checkpoint` does; outside jobs it does nothing.
    """
    run = _run.get()
    if run is not None:
        _store(run)
        installation_sql("set transaction isolation level repeatable read")
        _look_around(run)


def _store(run: _Run) -> None:
    if run.was_lost:
        _note(run.job_id, "lost_count = 0")
        run.was_lost = False
    db.session.commit()
    db.session.expire_all()


def _look_around(run: _Run) -> None:
    """Raise where the job is no longer ours, the worker ends, or somebody asked to stop."""
    now = sql(
        "select is_stop_wanted, pg_backend_pid() as backend from core_job"
        " where account_id = :account and id = :id",
        id=run.job_id,
    ).one()
    if now.backend != run.backend:
        raise Lost
    if _ending:
        raise Interrupted
    if now.is_stop_wanted:
        raise Stopped


def run(account_id: int, job_id: int) -> None:
    """Run a job that was delivered, unless somebody else does or it is not its time.

    Never raises for what the job does wrong. When the database goes away it gives up, and the
    relay sends the job again.
    """
    try:
        with _alone_with(job_id) as backend:
            if backend:
                with account_scope(account_id):
                    _perform(job_id, backend)
    except DBAPIError as error:
        if not is_away(error):
            raise
        log.warning("job %s: the database went away", job_id)
    except Lost:
        log.warning("job %s lost its connection", job_id)


@contextmanager
def _alone_with(job_id: int) -> Iterator[int]:
    """Hold the job on the session's one connection; gives 0 where somebody else does."""
    with db.engine.connect() as connection:
        try:
            backend = _try_to_hold(connection, job_id)
            db.session.info["connection"] = connection
            yield backend
        finally:
            db.session.remove()
            connection.invalidate()  # whatever happened, nothing stays locked


def _try_to_hold(connection: Connection, job_id: int) -> int:
    statement = text(f"select case when pg_try_advisory_lock{KEY} then pg_backend_pid() else 0 end")
    backend = connection.execute(statement, {"id": job_id}).scalar_one()
    connection.commit()
    return int(backend)


_BEGIN = """
update core_job set state = 'running', started_at = coalesce(started_at, :now)
where account_id = :account and id = :id and state in ('waiting', 'running') and run_at <= :now
returning name, arguments, user_id, attempts, lost_count
"""


def _perform(job_id: int, backend: int) -> None:
    found = sql(_BEGIN, id=job_id, now=clock.now()).one_or_none()
    db.session.commit()
    if found is None:
        return
    kind = registry().jobs.get(found.name)
    token = _run.set(_Run(job_id, backend, was_lost=bool(found.lost_count)))
    try:
        with of_user(found.user_id), change_set("automatic", found.user_id):
            if kind is None:
                _end(job_id, "failed", _("This version does not know the work “%(name)s”.",
                                         name=found.name))  # fmt: skip
            elif kind.plugin not in account_facts().active_plugins | {"core", ""}:
                _wait(job_id, WHILE_OFF, found.attempts)
            else:
                _try(kind, job_id, found)
            db.session.commit()
    finally:
        _run.reset(token)


def _try(kind: JobType, job_id: int, found: Any) -> None:
    """Run the job and write down how it ended."""
    try:
        kind.run(**found.arguments)
        _end(job_id, "done")
        db.session.commit()
    except Stopped:
        _end(job_id, "stopped")
    except Interrupted:
        db.session.rollback()
        _wait(job_id, timedelta(0), found.attempts)
    except Exception as error:
        db.session.rollback()
        if isinstance(error, Lost) or (isinstance(error, DBAPIError) and is_away(error)):
            raise
        _fail(kind, job_id, found, error)


def _fail(kind: JobType, job_id: int, found: Any, error: Exception) -> None:
    """Let the job be tried again later, or for the last time say that it failed."""
    sentence = _sentence(job_id, error)
    attempts = found.attempts + 1
    is_final = isinstance(error, SzansaError) and not isinstance(error, Conflict)
    if is_final or attempts > kind.retries:
        give_up(kind, job_id, found.arguments, sentence)
    else:
        pause = min(FIRST_PAUSE * 4 ** min(attempts - 1, 10), kind.longest_pause)
        _wait(job_id, pause, attempts)


def give_up(kind: JobType | None, job_id: int, arguments: dict[str, Any], sentence: str) -> None:
    """Say that a job failed for good, and let its plugin do what belongs to that."""
    if kind is not None and kind.failed is not None:
        try:
            with db.session.begin_nested():
                kind.failed(**arguments)
        except Exception as error:  # noqa: BLE001  (the end of the job is stored all the same)
            _sentence(job_id, error)
    _end(job_id, "failed", sentence)


def _sentence(job_id: int, error: Exception) -> str:
    """Return what the user reads about an error; a bug is logged without any values."""
    if isinstance(error, SzansaError):
        return error.message
    reference = secrets.token_hex(4)
    log.error("job %s: error %s: %s", job_id, reference, trace_of(error))
    return _(
        "The work ended by an error of the program. Its reference is %(reference)s.",
        reference=reference,
    )


def _end(job_id: int, state: str, sentence: str = "") -> None:
    changes = "state = :state, error = :sentence, ended_at = :now"
    _note(job_id, changes, state=state, sentence=sentence, now=clock.now())


def _wait(job_id: int, pause: timedelta, attempts: int) -> None:
    changes = "state = 'waiting', run_at = :run_at, attempts = :attempts"
    _note(job_id, changes, run_at=clock.now() + pause, attempts=attempts)


def _note(job_id: int, changes: str, **values: Any) -> None:
    """Write down something of the job, unless it is no longer ours."""
    run = _run.get()
    noted = sql(
        f"update core_job set {changes} where account_id = :account and id = :id"
        " and :backend in (0, pg_backend_pid()) returning id",
        id=job_id,
        backend=run.backend if run else 0,
        **values,
    )
    if noted.first() is None:
        raise Lost


@contextmanager
def of_user(user_id: int | None) -> Iterator[None]:
    """Let texts be in the user's language and formats, or else in the account's."""
    found = sql(
        "select coalesce(u.language, a.language) as language, coalesce(u.zone, a.zone) as zone,"
        " u.date_format, u.number_format, u.is_clock_24"
        " from core_account a left join core_user u on u.account_id = a.id and u.id = :user"
        " where a.id = :account",
        user=user_id,
    ).one()
    own = {key: value for key, value in found._asdict().items() if value is not None}
    own["clock_24"] = own.pop("is_clock_24", True)
    g.formats = Formats(**own)
    try:
        with force_locale(found.language):
            yield
    finally:
        g.pop("formats", None)
