"""View as: an administrator looks at the account with another user's rights, and nothing else."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, session

from core import face
from core.accounts.queries import account_facts
from core.accounts.viewing import BEGAN, ENDED, begin_viewing
from core.contracts import Cause, SecurityEvent
from core.errors import NotFound
from core.i18n import _, lazy
from core.notifications.services import notify
from core.web import ADMINISTRATOR, SIGNED_IN, VIEW_AS, actor, opens

blueprint = Blueprint("view_as", __name__)

CAUSE = "core.viewed_as"


def _told(named: dict[str, Any]) -> str:
    return _("%(actor)s viewed the account as you.", actor=named["actor"] or _("An administrator"))


CAUSES = [Cause(CAUSE, lazy("Somebody viewed the account as you"), _told, icon="eye")]


def _as(sentence: Any) -> Any:
    def told(details: dict[str, Any]) -> str:
        name = account_facts().principal_name(details["user"])
        return str(sentence(name))

    return told


EVENTS = [
    SecurityEvent(BEGAN, lazy("View as: start"),
                  _as(lambda name: _("Began to view as %(name)s.", name=name))),
    SecurityEvent(ENDED, lazy("View as: end"),
                  _as(lambda name: _("Ended viewing as %(name)s.", name=name))),
]  # fmt: skip


@blueprint.post("/settings/account/users/users/<int:user_id>/view-as")
@opens(ADMINISTRATOR)
def start(user_id: int) -> Any:
    person = account_facts().users.get(user_id)
    if person is None or not person.is_active or person.id == actor().user_id:
        raise NotFound(_("There is no such user."))
    session[VIEW_AS] = begin_viewing(user_id)
    notify([user_id], CAUSE)
    return redirect("/", 303)


@blueprint.post("/view-as/end")
@opens(SIGNED_IN)
def end() -> Any:
    session.pop(VIEW_AS, None)  # the edge logs it
    return redirect(face.url("users.home"), 303)


end.ends_viewing_as = True  # type: ignore[attr-defined]
