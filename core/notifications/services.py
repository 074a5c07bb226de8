"""Telling users in the application, and marking what they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core import clock
from core.access import Actor, actor_of, levels_of
from core.accounts.queries import account_facts
from core.changes.capture import NoAuthor, author
from core.db import db, sql
from core.notifications.models import BY, Notification
from core.registry import registry


def notify(
    user_ids: Iterable[int],
    cause: str,
    record_id: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    url: str = "",
) -> list[Notification]:
    """Return the new notifications of these users, at most one for each.

    Nobody is told of his own acts, unless the cause says so, nor of a record that he cannot open
    now, nor when he may not sign in. `parameters` are JSON values; names of records do not belong
    there, since their reader may lose sight of them. `url` is a path of this application; without
    it the entry leads to the record. Raises KeyError for a cause that nobody registered.
    """
    kind = registry().causes[cause]
    db.session.flush()
    by_id = _acting_user()
    told = [
        user_id
        for user_id in sorted(set(user_ids))
        if (kind.tells_author or user_id != by_id) and _may_be_told(user_id, record_id)
    ]
    made = [
        Notification(
            user_id=user_id,
            cause=cause,
            record_id=record_id,
            parameters={**(parameters or {}), BY: by_id},
            url=url,
        )
        for user_id in told
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def _acting_user() -> int | None:
    try:
        return author().user_id
    except NoAuthor:
        return None


def _may_be_told(user_id: int, record_id: int | None) -> bool:
    person = account_facts().users.get(user_id)
    if person is None or not person.is_active:
        return False
    if record_id is None:
        return True
    level = levels_of(actor_of(user_id), [record_id]).get(record_id)
    return level is not None and level.is_full


def mark_read(actor: Actor, notification_id: int) -> bool:
    """Mark one of the actor's notifications as read; return whether there is such a one."""
    found = sql(
        "update core_notification set read_at = coalesce(read_at, :now)"
        " where account_id = :account and user_id = :user and id = :id returning id",
        user=actor.user_id,
        id=notification_id,
        now=clock.now(),
    )
    return found.first() is not None


def mark_all_read(actor: Actor) -> None:
    """Mark all of the actor's notifications as read."""
    sql(
        "update core_notification set read_at = :now"
        " where account_id = :account and user_id = :user and read_at is null",
        user=actor.user_id,
        now=clock.now(),
    )
