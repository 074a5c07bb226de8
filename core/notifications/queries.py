"""A user's notifications, with their sentences as he may read them now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.access import Actor, levels_of
from core.access.engine import Basic
from core.accounts.queries import Person, account_facts
from core.contracts import Cause
from core.db import sql
from core.i18n import _
from core.notifications.models import BY
from core.registry import registry

PAGE_SIZE = 50


@dataclass(frozen=True)
class Entry:
    """One notification: `record` is what its reader may know of the record now."""

    id: int
    text: str
    icon: str
    url: str
    record: Basic | None
    actor: Person | None
    created_at: datetime
    is_unread: bool


@dataclass(frozen=True)
class Page:
    """Some notifications, newest first; the keys lead to the pages beside it, None: no such."""

    entries: Sequence[Entry]
    newer_than: int | None = None
    older_than: int | None = None


def page_of(
    actor: Actor,
    *,
    only_unread: bool = False,
    older_than: int | None = None,
    newer_than: int | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """Return the newest notifications, or those next to an ID."""
    backwards = newer_than is not None
    wanted = ["n.account_id = :account", "n.user_id = :user", "n.cause = any(:causes)"]
    wanted += ["n.read_at is null"] if only_unread else []
    wanted += ["n.id > :beside"] if backwards else []
    wanted += ["n.id < :beside"] if older_than is not None else []
    rows = list(
        sql(
            "select n.id, n.cause, n.record_id, n.parameters, n.url, n.created_at, n.read_at"
            f" from core_notification n where {' and '.join(wanted)}"
            f" order by n.id {'asc' if backwards else 'desc'} limit :most",
            user=actor.user_id,
            causes=list(_causes(actor)),
            beside=newer_than if backwards else older_than,
            most=size + 1,
        )
    )
    goes_on, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    is_first = not goes_on if backwards else older_than is None
    is_last = False if backwards else not goes_on
    return Page(
        entries=_entries(rows, actor),
        newer_than=rows[0].id if rows and not is_first else None,
        older_than=rows[-1].id if rows and not is_last else None,
    )


def find_entry(actor: Actor, notification_id: int) -> Entry | None:
    """Return one of the actor's notifications."""
    page = page_of(actor, older_than=notification_id + 1, size=1)
    return next((each for each in page.entries if each.id == notification_id), None)


def _causes(actor: Actor) -> dict[str, Cause]:
    """Return the causes of core and of the plugins that the account has switched on."""
    plugins = registry().plugins
    return {
        key: cause
        for key, cause in registry().causes.items()
        if (plugin := key.partition(".")[0]) not in plugins or plugin in actor.active_plugins
    }


def _entries(rows: Sequence[Any], actor: Actor) -> list[Entry]:
    records = levels_of(actor, [row.record_id for row in rows if row.record_id])
    people, causes = account_facts().users, registry().causes
    entries = []
    for row in rows:
        level = records.get(row.record_id)
        by = people.get(row.parameters.get(BY))
        names = {
            "record": level.basic.name if level else _("(no longer open to you)"),
            "actor": by.name if by else "",
        }
        entries.append(
            Entry(
                id=row.id,
                text=causes[row.cause].text({**row.parameters, **names}),
                icon=causes[row.cause].icon,
                url=row.url,
                record=level.basic if level and level.is_full else None,
                actor=by,
                created_at=row.created_at,
                is_unread=row.read_at is None,
            )
        )
    return entries
