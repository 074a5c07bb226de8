"""When inactive owners are looked for: every day, account by account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.contracts import Cause, CronEntry, JobType
from core.db import account_scope
from core.i18n import lazy, ngettext
from core.jobs.services import enqueue
from core.ownership import queries, services

RUN = "core.release_inactive_owners"


def enqueue_all() -> None:
    """Let a job run in each account that wants it, unless one is under way."""
    for account_id, area in queries.wanted_by():
        with account_scope(account_id):
            if not queries.is_under_way(RUN, area):
                enqueue(RUN, {"area": area})


def _removed(named: dict[str, Any]) -> str:
    if named.get("is_one"):
        return ngettext(
            "You are no longer owner of %(record)s: you did nothing on it for %(num)s day.",
            "You are no longer owner of %(record)s: you did nothing on it for %(num)s days.",
            named["days"],
            record=named["record"],
        )
    return ngettext(
        "You are no longer owner of %(num)s record on which you did nothing for %(days)s days.",
        "You are no longer owner of %(num)s records on which you did nothing for %(days)s days.",
        named["count"],
        days=named["days"],
    )


JOBS = [JobType(RUN, services.release)]
CRON = [CronEntry(RUN, enqueue_all, timedelta(days=1))]
CAUSES = [Cause(services.REMOVED, lazy("Ownership removed"), _removed, icon="user-share")]
