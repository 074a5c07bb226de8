"""A worker or a clock with jobs made for tests; a program: `python -m tests.core.jobs.roles NAME`."""

from __future__ import annotations

import json
import sys
import time

from flask import Flask

from config.settings import Settings, load
from core import clock
from core.app import create_app
from core.contracts import JobType
from core.db import sql
from core.errors import Invalid
from core.i18n import _
from core.jobs import schedule, workers
from core.jobs.runner import Stopped, checkpoint

BATCH = 5
SECRET = "secret@example.com"


def write(event: str, **details: object) -> None:
    sql(
        "insert into core_security_entry (account_id, event, details, created_at)"
        " values (:account, :event, cast(:details as jsonb), :now)",
        event=event,
        details=json.dumps(details),
        now=clock.now(),
    )


def count_up(until: int, seconds: float) -> None:
    """Write the numbers that are still missing, in batches, and then the end."""
    begin = sql(
        "select count(*) from core_security_entry where account_id = :account and event = 'number'"
    ).scalar_one()
    try:
        for number in range(begin, until):
            write("number", number=number)
            time.sleep(seconds)
            if number % BATCH == BATCH - 1:
                checkpoint()
    except Stopped:
        write("stopped")
        raise
    write("end")


def fail(message: str) -> None:
    write("half done")
    raise Invalid(message) if message else ValueError(SECRET)


def note_failure(message: str) -> None:
    write("failed")


def speak() -> None:
    write("language", words=_("There is no such record."))


def app_with_jobs(settings: Settings) -> Flask:
    app = create_app(settings)
    for kind in (
        JobType("test.count", count_up),
        JobType("test.fail", fail, retries=1, failed=note_failure),
        JobType("test.speak", speak),
    ):
        app.extensions["szansa"].jobs[kind.name] = kind
    return app


if __name__ == "__main__":
    roles = {"worker": workers.serve, "cron": schedule.run}
    roles[sys.argv[1]](app_with_jobs(load()))
