"""Changing permissions: checked fact by fact, stored as one step."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from core.accounts.queries import account_facts
from core.accounts.services import log_security, store_setting, wait_for_each_other
from core.contracts import OWN_ROLES, SEVERAL_ROLES
from core.db import current_account, db, sql
from core.errors import Conflict, Invalid, NotFound
from core.i18n import _
from core.permissions.facts import (
    ACCESS,
    MEMBER,
    PARENT,
    REACH,
    SETTING,
    TICK,
    PermissionChange,
)
from core.permissions.queries import parents, present_of, settings
from core.registry import registry
from core.roles.models import ADMINISTRATOR, AccessTick, Role, RoleTick
from core.roles.rights import ACCESS_ROLES, fits_access_role
from core.teams.models import Membership
from core.teams.services import team
from core.users.models import ACTIVE, REMOVED, User

CHANGED = "permissions_changed"


def save(change: PermissionChange, about: str = "") -> PermissionChange:
    """Store a change and its line in the security log; return what it really changed.

    `about` names the page for the log. Raises as `apply` does.
    """
    done = apply(change)
    if done:
        log_security(CHANGED, {"about": about, "change": done.as_json()})
    return done


def newest_change() -> int:
    """Return the number of the newest entry that can be undone as one step; 0 for none."""
    return int(
        sql(
            "select coalesce(max(id), 0) from core_security_entry"
            " where account_id = :account and event = :event",
            event=CHANGED,
        ).scalar_one()
    )


def apply(change: PermissionChange) -> PermissionChange:
    """Make the facts of a change true, all or none; return what it really changed.

    Raises Invalid naming what may not be so or is not there, NotFound where the role whose ticks
    change is gone, and Conflict where the account would be left without an administrator or a user
    without a team.
    """
    wait_for_each_other()
    with db.session.begin_nested():
        change = instead_of_present(change.against(present_of(change.facts)))
        _check_members(change)
        for fact in sorted(change.gone, key=str):
            _GOING[fact[0]](*fact[1:])
        db.session.flush()
        for fact in sorted(change.new, key=str):
            _COMING[fact[0]](*fact[1:])
        db.session.flush()
        _check_whole(change)
    return change


def instead_of_present(change: PermissionChange) -> PermissionChange:
    """Return the change with what its new places and settings replace, whatever that is now."""
    places = {fact[:2]: fact for fact in change.new if fact[0] in {PARENT, SETTING}}
    if not places:
        return change
    present = {fact for fact in parents() | settings() if fact[:2] in places}
    return PermissionChange(change.gone | (present - change.new), change.new)


# ---------------------------------------------------------------- what teams and access roles tick


def _role(role_id: int) -> Role:
    found = db.session.get(Role, (current_account(), role_id))
    if found is None:
        raise NotFound(_("There is no such role."))
    return found


def _may_change_tick(role_id: int, kind: str, right: str) -> None:
    if _role(role_id).key == ADMINISTRATOR:
        raise Invalid(_("The rights of Administrator cannot be changed."))
    _check_right(kind, right)


def _check_right(kind: str, right: str) -> None:
    if (kind, right) not in registry().rights.active(account_facts().active_plugins):
        raise Invalid(_("There is no such right."))


def _untick(role_id: int, kind: str, right: str) -> None:
    _may_change_tick(role_id, kind, right)
    _delete(RoleTick, role_id, kind, right)


def _tick(role_id: int, kind: str, right: str) -> None:
    _may_change_tick(role_id, kind, right)
    db.session.add(RoleTick(role_id=role_id, kind=kind, right=right))


def _may_change_access(access_role: str, kind: str, right: str) -> None:
    _check_right(kind, right)
    found = registry().rights.get(kind, right)
    if access_role not in ACCESS_ROLES or not fits_access_role(found):
        raise Invalid(_("There is no such right."))
    if access_role in found.locked:
        raise Invalid(_("The right “%(right)s” is always given.", right=found.label))


def _untick_access(access_role: str, kind: str, right: str) -> None:
    _may_change_access(access_role, kind, right)
    _delete(AccessTick, access_role, kind, right)


def _tick_access(access_role: str, kind: str, right: str) -> None:
    _may_change_access(access_role, kind, right)
    db.session.add(AccessTick(access_role=access_role, kind=kind, right=right))


def _delete(model: Any, *key: Any) -> None:
    found = db.session.get(model, (current_account(), *key))
    if found is not None:
        db.session.delete(found)


def _reach(role_id: int, *, on: bool) -> None:
    role = _role(role_id)
    if role.key is not None:
        raise Invalid(_("The reach of a shipped role cannot be changed."))
    role.has_reach = on


# ---------------------------------------------------------------- teams and their members


def _leave(user_id: int, team_id: int, role_id: int) -> None:
    _delete(Membership, user_id, team_id, role_id)


def _check_members(change: PermissionChange) -> None:
    """Raise Invalid where somebody gets a role, or in a team, that he cannot get."""
    known, moved = account_facts(), {fact[1] for fact in change.gone if fact[0] == MEMBER}
    for fact in change.new:
        if fact[0] != MEMBER:
            continue
        _sort, user_id, team_id, role_id = fact
        person = known.users.get(user_id)
        # Who was removed stays in a team, so that a manager reaches what he left (ACC-9).
        if person is None or (person.status == REMOVED and user_id not in moved):
            raise Invalid(_("Members: there is no such user any more."), "members")
        if team_id not in known.teams:
            raise Invalid(_("Members: there is no such team any more."), "members")
        _check_role_is_given(role_id, change)


def _check_role_is_given(role_id: int, change: PermissionChange) -> None:
    """Raise Invalid for a role that is gone, or of the account's own while that plugin is off."""
    role = db.session.get(Role, (current_account(), role_id))
    if role is None:
        raise Invalid(_("Members: there is no such role any more."), "members")
    if role.key is not None or account_facts().allows(OWN_ROLES):
        return
    had = {fact[1] for fact in change.gone if fact[0] == MEMBER and fact[3] == role_id}
    gets = {fact[1] for fact in change.new if fact[0] == MEMBER and fact[3] == role_id}
    if gets - had:
        raise Invalid(
            _("The role “%(name)s” can be taken away only, because the plugin is off.",
              name=role.name), "members",
        )  # fmt: skip


def _join(user_id: int, team_id: int, role_id: int) -> None:
    db.session.add(Membership(user_id=user_id, team_id=team_id, role_id=role_id))


def _rise(team_id: int, _parent_id: int) -> None:
    team(team_id).parent_id = None


def _sink(team_id: int, parent_id: int) -> None:
    if parent_id not in account_facts().teams:
        raise Invalid(_("Parent team: choose one from the list."), "parent")
    team(team_id).parent_id = parent_id


def _set(key: str, value: str) -> None:
    if key not in registry().settings:
        raise NotFound(_("There is no such setting."))
    store_setting(key, json.loads(value))


_GOING: dict[str, Any] = {
    TICK: _untick,
    ACCESS: _untick_access,
    REACH: lambda role_id: _reach(role_id, on=False),
    MEMBER: _leave,
    PARENT: _rise,
    SETTING: lambda _key, _value: None,
}
_COMING: dict[str, Any] = {
    TICK: _tick,
    ACCESS: _tick_access,
    REACH: lambda role_id: _reach(role_id, on=True),
    MEMBER: _join,
    PARENT: _sink,
    SETTING: _set,
}


# ---------------------------------------------------------------- what holds for the account as a whole


def _check_whole(change: PermissionChange) -> None:
    """Raise where the change as a whole leaves the account in a state that may not be."""
    if MEMBER in change.sorts():
        concerned = sorted({fact[1] for fact in change.facts if fact[0] == MEMBER})
        _check_homes(concerned)
        _check_one_role_a_team(change)
        check_administrators()
        _settle_main_teams(concerned)
    for fact in change.new:
        if fact[0] == PARENT:
            _check_no_circle(fact[1], fact[2])


def _check_homes(user_ids: Iterable[int]) -> None:
    homeless = sql(
        "select u.first_name || ' ' || u.last_name from core_user u where u.account_id = :account"
        " and u.id = any(:users) and u.status <> 'removed' and not exists (select 1"
        " from core_membership m where m.account_id = u.account_id and m.user_id = u.id)"
        " order by 1",
        users=list(user_ids),
    ).scalars()
    names = ", ".join(homeless)
    if names:
        raise Conflict(_("%(names)s must belong to a team.", names=names), "members")


def _check_one_role_a_team(change: PermissionChange) -> None:
    """Raise where somebody gets a second role in a team, without the plugin that allows it."""
    if account_facts().allows(SEVERAL_ROLES):
        return
    several = sql(
        "select u.first_name || ' ' || u.last_name as name, m.user_id, m.team_id"
        " from core_membership m"
        " join core_user u on u.account_id = m.account_id and u.id = m.user_id"
        " where m.account_id = :account group by 1, 2, 3 having count(*) > 1"
    )
    new = {fact[1:3] for fact in change.new if fact[0] == MEMBER}
    names = ", ".join(sorted(row.name for row in several if (row.user_id, row.team_id) in new))
    if names:
        raise Invalid(_("%(names)s: choose one role in a team.", names=names), "members")


def check_administrators() -> None:
    """Raise Conflict where no user who may sign in administers the account."""
    there = sql(
        "select 1 from core_membership m"
        " join core_role r on r.account_id = m.account_id and r.id = m.role_id"
        " join core_user u on u.account_id = m.account_id and u.id = m.user_id"
        " where m.account_id = :account and r.key = :administrator and u.status = :active limit 1",
        administrator=ADMINISTRATOR,
        active=ACTIVE,
    ).first()
    if there is None:
        raise Conflict(_("The account must keep at least one administrator."), "members")


def _settle_main_teams(user_ids: Iterable[int]) -> None:
    """Let the main team of each user be one of his teams."""
    homes: dict[int, list[int]] = {}
    for row in sql(
        "select user_id, team_id from core_membership where account_id = :account"
        " and user_id = any(:users) order by team_id",
        users=list(user_ids),
    ):
        homes.setdefault(row.user_id, []).append(row.team_id)
    for user_id, teams in homes.items():
        user = db.session.get_one(User, (current_account(), user_id))
        if user.main_team_id not in teams:
            user.main_team_id = teams[0]
    db.session.flush()


def _check_no_circle(team_id: int, parent_id: int) -> None:
    above, facts = {fact[1]: fact[2] for fact in parents()}, account_facts()
    place: int | None = parent_id
    while place is not None:
        if place == team_id:
            name = facts.principal_name(parent_id)
            raise Invalid(_("Parent team: %(name)s is below this team.", name=name), "parent")
        place = above.get(place)
