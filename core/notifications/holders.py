"""Telling users who became owner or participant of a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.changes.capture import author
from core.contracts import Cause
from core.db import db
from core.i18n import _, lazy, ngettext
from core.notifications.services import notify

OWNER, PARTICIPANT = "core.became_owner", "core.became_participant"


def _became_owner(named: dict[str, Any]) -> str:
    if count := named.get("count"):
        return ngettext("%(actor)s made you owner of %(num)s record.",
                        "%(actor)s made you owner of %(num)s records.",
                        count, actor=named["actor"] or _("somebody"))  # fmt: skip
    if named["actor"]:
        return _("%(actor)s made you owner of %(record)s.",
                 actor=named["actor"], record=named["record"])  # fmt: skip
    return _("You became owner of %(record)s.", record=named["record"])


def _became_participant(named: dict[str, Any]) -> str:
    if count := named.get("count"):
        return ngettext("%(actor)s made you participant of %(num)s record.",
                        "%(actor)s made you participant of %(num)s records.",
                        count, actor=named["actor"] or _("somebody"))  # fmt: skip
    if named["actor"]:
        return _("%(actor)s made you participant of %(record)s.",
                 actor=named["actor"], record=named["record"])  # fmt: skip
    return _("You became participant of %(record)s.", record=named["record"])


CAUSES = [
    Cause(OWNER, lazy("You became owner"), _became_owner, icon="user-share"),
    Cause(PARTICIPANT, lazy("You became participant"), _became_participant, icon="users"),
]


def tell_new_holders(record_ids: Iterable[int]) -> None:
    """Notify those whom the change set under way made holders by name; not members of teams.

    Only what a user did himself tells anybody: imports and automatic work do not.
    """
    if author().origin != "form":
        return
    opened = db.session.info.get("change_set")
    diffs = opened.diffs if opened else {}
    for record_id in record_ids:
        diff = diffs.get(record_id, {})
        _old, owner = diff.get("owner", (None, None))
        if owner and owner not in diff.get("owners", ((), ()))[0]:
            notify([owner], OWNER, record_id)
        old, new = diff.get("owners", ((), ()))
        former, _new = diff.get("owner", (None, None))
        notify(set(new) - {*old, owner, former}, OWNER, record_id)
        old, new = diff.get("participants", ((), ()))
        notify(set(new or ()) - set(old or ()) - {owner}, PARTICIPANT, record_id)


def tell_of_many(user_id: int, role: str, count: int, record_id: int, url: str) -> None:
    """Notify a user once of all records of which one act made him holder.

    `record_id` is the record where it is one, `url` leads to the list where there are more.
    """
    cause = OWNER if role == "owner" else PARTICIPANT
    if count == 1:
        notify([user_id], cause, record_id)
    else:
        notify([user_id], cause, parameters={"count": count}, url=url)
