"""The security log: finding its entries, by key pages, and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.accounts.models import SecurityEntry
from core.db import current_account, db, sql
from core.errors import NotFound
from core.i18n import _

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """Which entries: of one sort, by one user, between two moments; all where nothing is said."""

    event: str = ""
    user_id: int = 0
    since: datetime | None = None
    until: datetime | None = None


_ENTRIES = """
select id, user_id, event, details, address, created_at from core_security_entry
where account_id = :account and (:event = '' or event = :event)
  and (:user = 0 or user_id = :user)
  and (cast(:since as timestamptz) is null or created_at >= :since)
  and (cast(:until as timestamptz) is null or created_at < :until)
  and (:before = 0 or id < :before)
order by id desc limit :most
"""


def entries(wanted: Wanted, before: int = 0, most: int = PAGE + 1) -> list[Any]:
    """Return the newest entries with numbers below `before` (0: from the newest on)."""
    return list(
        sql(
            _ENTRIES,
            event=wanted.event,
            user=wanted.user_id,
            since=wanted.since,
            until=wanted.until,
            before=before,
            most=most,
        )
    )


def entry(entry_id: int) -> SecurityEntry:
    """Return an entry; NotFound where there is none."""
    found = db.session.get(SecurityEntry, (current_account(), entry_id))
    if found is None:
        raise NotFound(_("There is no such entry."))
    return found


def undone_among(entry_ids: list[int]) -> set[int]:
    """Return those entries that another entry says were undone."""
    rows = sql(
        "select cast(details->>'undo_of' as bigint) from core_security_entry"
        " where account_id = :account and event = 'permissions_undone'"
        " and cast(details->>'undo_of' as bigint) = any(:ids)",
        ids=entry_ids,
    )
    return set(rows.scalars())


def all_entries(wanted: Wanted) -> Iterator[Any]:
    """Return every entry that is wanted, newest first, a thousand at a time."""
    before = 0
    while found := entries(wanted, before, 1_000):
        yield from found
        before = found[-1].id
