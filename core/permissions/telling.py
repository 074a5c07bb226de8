"""What a change of permissions was, in sentences, for the security log."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from core.accounts.queries import account_facts
from core.contracts import SecurityEvent
from core.i18n import _, lazy
from core.permissions.facts import (
    ACCESS,
    MEMBER,
    PARENT,
    REACH,
    SETTING,
    TICK,
    Fact,
    PermissionChange,
)
from core.permissions.roles import all_roles
from core.records.cells import visibility_word
from core.registry import registry
from core.roles.naming import role_name
from core.roles.rights import GENERAL

ABOUT = {
    "roles": lazy("Rights of team roles were changed."),
    "teams": lazy("Teams and their members were changed."),
    "access": lazy("Rights of access roles or holders of new records were changed."),
    "visibility": lazy("Visibilities of new records were changed."),
}


def _about(details: dict[str, Any]) -> str:
    return str(ABOUT.get(details.get("about", ""), _("Permissions were changed.")))


def _named(sentence: Callable[[str], str]) -> Callable[[dict[str, Any]], str]:
    return lambda details: sentence(details["name"])


EVENTS = [
    SecurityEvent("permissions_changed", lazy("Permissions changed"), _about),
    SecurityEvent("permissions_undone", lazy("Change of permissions undone"),
                  lambda _details: _("A change of permissions was undone.")),
    SecurityEvent("role_added", lazy("Role added"),
                  _named(lambda name: _("The role “%(name)s” was added.", name=name))),
    SecurityEvent("role_renamed", lazy("Role renamed"),
                  lambda details: _("The role “%(before)s” is called “%(name)s” now.",
                                    before=details["before"], name=details["name"])),
    SecurityEvent("role_deleted", lazy("Role deleted"),
                  _named(lambda name: _("The role “%(name)s” was deleted.", name=name))),
    SecurityEvent("team_added", lazy("Team added"),
                  _named(lambda name: _("The team “%(name)s” was added.", name=name))),
    SecurityEvent("team_renamed", lazy("Team renamed"),
                  lambda details: _("The team “%(before)s” is called “%(name)s” now.",
                                    before=details["before"], name=details["name"])),
    SecurityEvent("team_deleted", lazy("Team deleted"),
                  _named(lambda name: _("The team “%(name)s” was deleted.", name=name))),
]  # fmt: skip


def lines_of(details: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what an entry changed, fact by fact: a sign, + or −, and the sentence."""
    if "change" not in details:
        return []
    change = PermissionChange.from_json(details["change"])
    teller = _Teller()
    lines = [("−", teller.told(fact)) for fact in _in_order(change.gone) if fact[0] != SETTING]
    return lines + [("+", teller.told(fact)) for fact in _in_order(change.new)]


def _in_order(facts: frozenset[Fact]) -> list[Fact]:
    return sorted(facts, key=str)


class _Teller:
    def __init__(self) -> None:
        self.roles = {each.id: role_name(each.key, each.name) for each in all_roles()}
        self.facts = account_facts()

    def told(self, fact: Fact) -> str:
        """Return a fact as a sentence; what is gone by now is told by its number."""
        tell: dict[str, Callable[..., str]] = {
            TICK: self.tick,
            ACCESS: self.access,
            REACH: self.reach,
            MEMBER: self.member,
            PARENT: self.parent,
            SETTING: setting_told,
        }
        return tell[fact[0]](*fact[1:])

    def role(self, role_id: int) -> str:
        return self.roles.get(role_id, f"#{role_id}")

    def name(self, principal_id: int) -> str:
        return self.facts.principal_name(principal_id) or f"#{principal_id}"

    def tick(self, role_id: int, kind: str, right: str) -> str:
        return _("Role %(role)s: %(right)s", role=self.role(role_id), right=right_told(kind, right))

    def access(self, access_role: str, kind: str, right: str) -> str:
        role = role_name(access_role, access_role)
        return _("Access role %(role)s: %(right)s", role=role, right=right_told(kind, right))

    def reach(self, role_id: int) -> str:
        return _("Role %(role)s reaches the objects of the team and its sub-teams",
                 role=self.role(role_id))  # fmt: skip

    def member(self, user_id: int, team_id: int, role_id: int) -> str:
        return _("%(name)s: %(role)s in the team %(team)s", name=self.name(user_id),
                 role=self.role(role_id), team=self.name(team_id))  # fmt: skip

    def parent(self, team_id: int, parent_id: int) -> str:
        return _("The team %(team)s stands below %(parent)s",
                 team=self.name(team_id), parent=self.name(parent_id))  # fmt: skip


def right_told(kind: str, right: str) -> str:
    """Return a right with the kind that it is about: `Edit (Person)`."""
    known = {(each.kind, each.key): str(each.label) for each in registry().rights.all()}
    label = known.get((kind, right), right)
    kinds = {each.key: str(each.label) for each in registry().kinds}
    return label if kind == GENERAL else f"{label} ({kinds.get(kind, kind)})"


def setting_told(key: str, value: str) -> str:
    """Return a setting with its value as a sentence."""
    stored = json.loads(value)
    group, of, what = (*key.split("."), "", "")[:3]
    labels = {each.key: str(each.label) for each in registry().kinds}
    labels |= {each.visibility_area: str(each.area_label) for each in registry().kinds}
    texts = {
        ("visibility", "offered"): lambda: _("may be used when adding: %(value)s",
                                             value=", ".join(visibility_word(e) for e in stored)),
        ("visibility", "default"): lambda: _("default visibility: %(value)s",
                                             value=visibility_word(stored)),
        ("access", "owner"): lambda: _("owner of new records: %(value)s", value=_holder(stored)),
        ("access", "owner_required"): lambda: (
            _("an owner is required") if stored else _("an owner is not required")),
        ("access", "invited"): lambda: _("default invited: %(value)s",
                                         value=", ".join(map(_holder, stored)) or _("nobody")),
        ("access", "take_over"): lambda: (
            _("users may take ownerless objects") if stored
            else _("users may not take ownerless objects")),
        ("access", "inactive_days"): lambda: (
            _("inactive owners are removed after days: %(value)s", value=stored) if stored
            else _("inactive owners are not removed")),
    }  # fmt: skip
    tell = texts.get((group, what))
    return f"{labels.get(of, of)}: {tell()}" if tell else f"{key}: {stored}"


def _holder(value: Any) -> str:
    relative = {
        "signed_in_user": _("signed-in user"),
        "main_team": _("main team of the user"),
        None: _("none"),
    }
    if value in relative:
        return str(relative[value])
    return account_facts().principal_name(value) or f"#{value}"
