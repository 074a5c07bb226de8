"""Taking away owners who did nothing on their records for a number of days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core import clock
from core.accounts.queries import setting
from core.changes.capture import change_set
from core.jobs.runner import checkpoint
from core.notifications.services import notify
from core.ownership import queries
from core.records import bulk
from core.records.kinds import Kind
from core.registry import registry

REMOVED = "core.ownership_removed"
AT_ONCE = 1_000


def release(area: str) -> None:
    """Take away all owners of an area who did nothing for the days that the account chose.

    All records of one owner are one transaction, with what tells him; a killed run goes on with
    the next owner.
    """
    days = setting(queries.SETTING.format(area=area))
    if not days:
        return
    kinds = {each.key: each for each in registry().kinds if each.visibility_area == area}
    before = clock.now() - timedelta(days=days)
    for user_id in queries.inactive_owners(list(kinds), before):
        with change_set("automatic"):
            released = release_one(user_id, kinds, before)
            tell(user_id, released, days)
        checkpoint()


def release_one(user_id: int, kinds: dict[str, Kind], before: datetime) -> list[int]:
    """Take a user away from the records on which he did nothing, and return their IDs."""
    released: list[int] = []
    for key, ids in queries.left_by(user_id, list(kinds), before).items():
        for first in range(0, len(ids), AT_ONCE):
            released += _release_some(user_id, kinds[key], ids[first : first + AT_ONCE], before)
    return released


def _release_some(user_id: int, kind: Kind, ids: Sequence[int], before: datetime) -> list[int]:
    """Take the user away from those records on which, now that they are locked, he did nothing."""
    stored = bulk.stored(kind, ids, lock=True)
    still = queries.left_by(user_id, [kind.key], before).get(kind.key, [])
    changes = []
    for record_id in sorted(stored.keys() & set(still)):
        now = stored[record_id]
        values: dict[str, Any] = {"owner": None} if now.values["owner"] == user_id else {}
        if user_id in now.values.get("owners", ()):
            values["owners"] = [each for each in now.values["owners"] if each != user_id]
        changes.append((now, values))
    return bulk.change_many(kind, changes, None)


def tell(user_id: int, record_ids: Sequence[int], days: int) -> None:
    """Tell a former owner once; by the record's name only where it is one that he may open."""
    if not record_ids:
        return
    parameters = {"count": len(record_ids), "days": days}
    if len(record_ids) == 1:
        one = {**parameters, "is_one": True}
        if notify([user_id], REMOVED, record_ids[0], one):
            return
    notify([user_id], REMOVED, parameters=parameters)
