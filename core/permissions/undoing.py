"""Taking a change of permissions back, as one step and as far as it still holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from core.accounts.models import SecurityEntry
from core.accounts.queries import account_facts
from core.accounts.services import log_security, wait_for_each_other
from core.contracts import SEVERAL_ROLES
from core.db import current_account, db, sql
from core.errors import NotFound
from core.i18n import _
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
from core.permissions.queries import memberships, present_of
from core.permissions.roles import all_roles
from core.permissions.services import CHANGED, apply
from core.registry import registry

UNDONE = "permissions_undone"
UNDOABLE = frozenset({CHANGED, UNDONE})


def undone(entry_id: int) -> PermissionChange:
    """Return the change that takes an entry of the security log back, as far as it still holds.

    What somebody changed again since then stays as he left it, and what is about roles, teams and
    users that are gone is passed over. Raises NotFound for entries that are no changes of
    permissions or were undone already.
    """
    entry = db.session.get(SecurityEntry, (current_account(), entry_id))
    if entry is None or entry.event not in UNDOABLE or is_undone(entry_id):
        raise NotFound(_("There is nothing to undo."))
    inverse = PermissionChange.from_json(entry.details["change"]).inverse
    present = present_of(inverse.facts)
    possible = _still_possible(inverse.new)
    return PermissionChange(
        inverse.gone & present,
        frozenset(each for each in possible if _still_its_turn(each, inverse, present)),
    ).against(present)


def left_out(entry_id: int, change: PermissionChange) -> int:
    """Return how many facts of an entry its undoing leaves as they are now."""
    entry = db.session.get_one(SecurityEntry, (current_account(), entry_id))
    inverse = PermissionChange.from_json(entry.details["change"]).inverse
    return len(inverse.facts) - len(change.facts)


def _still_its_turn(fact: Fact, inverse: PermissionChange, present: set[Fact]) -> bool:
    """Tell whether nobody has put something else in the place of what the change put there."""
    if fact[0] in {PARENT, SETTING}:
        put = {each for each in inverse.gone if each[:2] == fact[:2]}
        return put <= present if put else _is_free(fact)
    if fact[0] != MEMBER:
        return True
    put = {each for each in inverse.gone if each[:2] == fact[:2]}
    if put and not put & present:
        return False
    return account_facts().allows(SEVERAL_ROLES) or not _has_another_role(fact, inverse)


def _is_free(fact: Fact) -> bool:
    """Tell whether a team that stood below another one has no parent now."""
    place = account_facts().teams.get(fact[1]) if fact[0] == PARENT else None
    return place is not None and place.parent_id is None


def _has_another_role(fact: Fact, inverse: PermissionChange) -> bool:
    now = memberships(fact[2], fact[1]) - inverse.gone
    return any(each != fact for each in now)


def _still_possible(facts: Iterable[Fact]) -> set[Fact]:
    """Return those of the facts that speak of nothing that is gone by now."""
    known, roles = account_facts(), {each.id for each in all_roles()}
    rights = registry().rights.active(known.active_plugins)
    users = {each.id for each in known.users.values() if each.status != "removed"}
    possible: dict[str, Callable[..., bool]] = {
        TICK: lambda role, *right: role in roles and right in rights,
        ACCESS: lambda _role, *right: right in rights,
        REACH: lambda role: role in roles,
        MEMBER: lambda user, team, role: user in users and team in known.teams and role in roles,
        PARENT: lambda team, parent: {team, parent} <= known.teams.keys(),
        SETTING: lambda key, _value: key in registry().settings,
    }
    return {fact for fact in facts if possible[fact[0]](*fact[1:])}


def is_undone(entry_id: int) -> bool:
    """Tell whether a change was undone already."""
    found = sql(
        "select 1 from core_security_entry where account_id = :account and event = :event"
        " and details @> cast(:of as jsonb) limit 1",
        event=UNDONE,
        of=json.dumps({"undo_of": entry_id}),
    )
    return found.first() is not None


def undo(entry_id: int) -> PermissionChange:
    """Take a change back and log it; return what that really changed."""
    wait_for_each_other()
    done = apply(undone(entry_id))
    log_security(UNDONE, {"undo_of": entry_id, "change": done.as_json()})
    return done
