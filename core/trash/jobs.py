"""When the trash is emptied: looked after every day, account by account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from core.contracts import Cause, CronEntry, JobType
from core.db import account_scope
from core.face import formats
from core.i18n import lazy, ngettext
from core.jobs.services import enqueue
from core.trash import queries, services

RUN = "core.empty_trash"


def enqueue_all() -> None:
    """Let a job run in each account that empties its trash, unless one is under way."""
    for account_id in queries.accounts_that_empty():
        with account_scope(account_id):
            if not queries.is_under_way(RUN):
                enqueue(RUN)


def _due(named: dict[str, Any]) -> str:
    return ngettext(
        "%(num)s record in the trash will be deleted for good, from %(day)s on.",
        "%(num)s records in the trash will be deleted for good, from %(day)s on.",
        named["count"],
        day=formats().date(date.fromisoformat(named["first"])),
    )


JOBS = [JobType(RUN, services.empty_trash)]
CRON = [CronEntry(RUN, enqueue_all, timedelta(days=1))]
CAUSES = [Cause(services.DUE, lazy("Trash will be emptied"), _due, icon="trash")]
