"""Permissions as facts, and a change of them as the facts that go and those that come: pure.

A fact is a tuple that begins with its sort:

    ("tick", role, kind, right)            a team role has a right
    ("access", access role, kind, right)   an access role (owner, participant) has a right
    ("reach", role)                        a role reaches what the team and its sub-teams own
    ("member", user, team, role)           a user has a role in a team
    ("parent", team, parent)               a team stands below another
    ("setting", key, value)                an account-wide setting, its value as JSON text

So every change can be stored, turned round, and told apart from what somebody else changed
meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

TICK, ACCESS, REACH, MEMBER, PARENT, SETTING = (
    "tick", "access", "reach", "member", "parent", "setting",
)  # fmt: skip

Fact = tuple[Any, ...]


@dataclass(frozen=True)
class PermissionChange:
    """The facts that go and the facts that come."""

    gone: frozenset[Fact] = frozenset()
    new: frozenset[Fact] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.gone or self.new)

    def __or__(self, other: PermissionChange) -> PermissionChange:
        return PermissionChange(self.gone | other.gone, self.new | other.new)

    @property
    def inverse(self) -> PermissionChange:
        """The change that takes this one back."""
        return PermissionChange(self.new, self.gone)

    @property
    def facts(self) -> frozenset[Fact]:
        """Everything that the change speaks of."""
        return self.gone | self.new

    def sorts(self) -> set[str]:
        """Return of what sorts the facts are."""
        return {fact[0] for fact in self.facts}

    def against(self, present: Iterable[Fact]) -> PermissionChange:
        """Return what is left to do where these facts hold now: what is so already is left out."""
        there = frozenset(present)
        return PermissionChange((self.gone - self.new) & there, self.new - there)

    def as_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {"gone": _in_order(self.gone), "new": _in_order(self.new)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> PermissionChange:
        """Return the change that `as_json` gave."""
        return cls(*(frozenset(tuple(each) for each in stored[key]) for key in ("gone", "new")))

    @property
    def digest(self) -> str:
        """A short text that only this change has: what was previewed is what is saved."""
        return hashlib.sha256(json.dumps(self.as_json()).encode()).hexdigest()[:32]


def _in_order(facts: Iterable[Fact]) -> list[list[Any]]:
    return sorted((list(each) for each in facts), key=lambda each: [str(part) for part in each])


def changed(opened: Iterable[Fact], wanted: Iterable[Fact]) -> PermissionChange:
    """Return what a form changes: the facts it opened with against those it was sent with."""
    before, after = frozenset(opened), frozenset(wanted)
    return PermissionChange(before - after, after - before)


def setting(key: str, before: Any, after: Any) -> PermissionChange:
    """Return the change of an account-wide setting."""
    if before == after:
        return PermissionChange()
    return PermissionChange(
        frozenset({(SETTING, key, json.dumps(before, sort_keys=True))}),
        frozenset({(SETTING, key, json.dumps(after, sort_keys=True))}),
    )
