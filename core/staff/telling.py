"""Sentences about users: behind the bell and in the security log."""

from __future__ import annotations

from typing import Any

from core.accounts.queries import account_facts
from core.contracts import Cause, SecurityEvent
from core.i18n import _, lazy, ngettext
from core.staff.services.invitations import ACCEPTED
from core.staff.services.leaving import HANDED_OVER, NOT_HANDED_OVER, TOOK_OVER


def _accepted(named: dict[str, Any]) -> str:
    return _("%(actor)s accepted your invitation.", actor=named["actor"])


def _took_over(named: dict[str, Any]) -> str:
    return ngettext(
        "You took over %(num)s record from %(name)s.",
        "You took over %(num)s records from %(name)s.",
        named["count"],
        name=named["name"],
    )


def _handed_over(named: dict[str, Any]) -> str:
    return ngettext(
        "%(num)s record of %(name)s was handed over.",
        "%(num)s records of %(name)s were handed over.",
        named["count"],
        name=named["name"],
    )


def _not_handed_over(named: dict[str, Any]) -> str:
    return ngettext(
        "Handing over failed: %(num)s record is still with %(name)s.",
        "Handing over failed: %(num)s records are still with %(name)s.",
        named["count"],
        name=named["name"],
    )


CAUSES = [
    Cause(ACCEPTED, lazy("Your invitation was accepted"), _accepted, icon="user-circle"),
    Cause(TOOK_OVER, lazy("You took over records"), _took_over, icon="user-share"),
    Cause(HANDED_OVER, lazy("Records were handed over"), _handed_over, icon="user-share",
          tells_author=True),
    Cause(NOT_HANDED_OVER, lazy("Records were not handed over"), _not_handed_over,
          icon="alert-triangle", tells_author=True),
]  # fmt: skip


def _who(details: dict[str, Any]) -> str:
    """Return whom an entry is about, under his present name where he is still known."""
    return account_facts().principal_name(details["user"]) or str(details["name"])


def _invited(details: dict[str, Any]) -> str:
    if details.get("again"):
        return _("%(email)s was sent the invitation again.", email=details["email"])
    return _("%(email)s was invited to the team %(team)s.",
             email=details["email"], team=details["team"])  # fmt: skip


def _changed(details: dict[str, Any]) -> str:
    labels = {
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "position": _("Position"),
        "phone": _("Phone"),
        "initials": _("Initials"),
        "main_team": _("Main team"),
    }
    names = ", ".join(labels[key] for key in labels if key in details["changed"])
    return _("%(name)s was changed: %(fields)s.", name=_who(details), fields=names)


def _exported(details: dict[str, Any]) -> str:
    return ngettext(
        "The list of users was exported: %(num)s user.",
        "The list of users was exported: %(num)s users.",
        details["count"],
    )


EVENTS = [
    SecurityEvent("user_invited", lazy("User invited"), _invited),
    SecurityEvent("invitation_withdrawn", lazy("Invitation withdrawn"),
                  lambda details: _("The invitation of %(email)s was withdrawn.",
                                    email=details["email"])),
    SecurityEvent("invitation_accepted", lazy("Invitation accepted"),
                  lambda details: _("%(email)s accepted the invitation.",
                                    email=details["email"])),
    SecurityEvent("user_added", lazy("User added"),
                  lambda details: _("%(name)s was added to the team %(team)s.",
                                    name=_who(details), team=details["team"])),
    SecurityEvent("user_changed", lazy("User changed"), _changed),
    SecurityEvent("user_suspended", lazy("User suspended"),
                  lambda details: _("%(name)s was suspended.", name=_who(details))),
    SecurityEvent("user_activated", lazy("User activated"),
                  lambda details: _("%(name)s was activated.", name=_who(details))),
    SecurityEvent("user_removed", lazy("User removed"),
                  lambda details: _("%(name)s was removed.", name=_who(details))),
    SecurityEvent("users_exported", lazy("Users exported"), _exported),
]  # fmt: skip
