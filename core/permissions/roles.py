"""Team roles: finding them, and adding, renaming and deleting those of the account's own."""

from __future__ import annotations

from typing import Any

from core.accounts.services import log_security
from core.db import current_account, db, sql
from core.errors import Conflict, Invalid, NotFound
from core.i18n import _
from core.permissions import services
from core.permissions.facts import MEMBER, REACH, PermissionChange, changed
from core.permissions.queries import memberships, ticks
from core.records.fields import clean
from core.roles.models import Role

LONGEST_NAME = 60
SHIPPED = ("Administrator", "Manager", "Użytkownik", "User")


def all_roles() -> list[Any]:
    """Return the team roles with the number of their members: shipped ones first, then by name."""
    return list(
        sql(
            "select r.id, r.key, r.name, r.has_reach, count(distinct u.id) as member_count"
            " from core_role r left join core_membership m"
            " on m.account_id = r.account_id and m.role_id = r.id"
            " left join core_user u on u.account_id = m.account_id and u.id = m.user_id"
            " and u.status <> 'removed'"
            " where r.account_id = :account group by r.id, r.key, r.name, r.has_reach"
            " order by r.key is null, case when r.key is null then lower(r.name) end, r.id"
        )
    )


def role(role_id: int) -> Role:
    """Return a team role; NotFound where there is none."""
    found = db.session.get(Role, (current_account(), role_id))
    if found is None:
        raise NotFound(_("There is no such role."))
    return found


def own_role(role_id: int) -> Role:
    """Return a role of the account's own; NotFound for shipped ones, which stay as they are."""
    found = role(role_id)
    if found.key is not None:
        raise NotFound(_("There is no such role."))
    return found


def member_names(role_id: int) -> list[str]:
    """Return the names of those who have a role, in order."""
    return list(
        sql(
            "select distinct u.first_name || ' ' || u.last_name, core_sort_key(u.last_name)"
            " from core_membership m"
            " join core_user u on u.account_id = m.account_id and u.id = m.user_id"
            " where m.account_id = :account and m.role_id = :role and u.status <> 'removed'"
            " order by 2, 1",
            role=role_id,
        ).scalars()
    )


def _checked_name(typed: str, own_id: int = 0) -> str:
    name = clean(typed)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(_("Name: 1 to 60 characters are needed."), "name")
    taken = sql(
        "select 1 from core_role where account_id = :account and lower(name) = lower(:name)"
        " and id <> :own",
        name=name,
        own=own_id,
    ).first()
    if taken or name.casefold() in {each.casefold() for each in SHIPPED}:
        raise Invalid(_("Name: there is a role “%(name)s” already.", name=name), "name")
    return name


def add(name: str, *, has_reach: bool) -> Role:
    """Return a new role of the account's own, which ticks nothing yet."""
    made = Role(key=None, name=_checked_name(name), has_reach=has_reach)
    db.session.add(made)
    db.session.flush()
    log_security("role_added", {"name": made.name})
    return made


def reach_change(found: Role, *, is_on: bool, was_on: bool) -> PermissionChange:
    """Return what a form changes of a role's reach, against what it opened with."""
    fact = {(REACH, found.id)}
    return changed(fact if was_on else (), fact if is_on else ())


def new_name(found: Role, typed: str | None, opened: str | None) -> str:
    """Return the name that a form gives a role: what was not touched stays as it is now."""
    return found.name if typed is None or typed == opened else typed


def check_name(found: Role, name: str) -> None:
    """Raise Invalid where a role may not be called so."""
    if clean(name) != found.name:
        _checked_name(name, found.id)


def store(found: Role, name: str, change: PermissionChange) -> None:
    """Store a role's ticks and reach, and the name of one of the account's own."""
    if found.key is None and clean(name) != found.name:
        before, found.name = found.name, _checked_name(name, found.id)
        db.session.flush()
        log_security("role_renamed", {"before": before, "name": found.name})
    services.save(change, "roles")


def leaving(found: Role, instead: str) -> PermissionChange:
    """Return what changes when a role goes and its members get another one instead.

    Raises Invalid where it has members and no other role is named.
    """
    gone = memberships_with(found.id)
    if not gone:
        return PermissionChange(frozenset(ticks(found.id)))
    others = {str(each.id): each.id for each in all_roles() if each.id != found.id}
    if instead not in others:
        raise Invalid(_("New role: choose one for the members."), "instead")
    new = {(MEMBER, user, team, others[instead]) for _sort, user, team, _role in gone}
    return PermissionChange(frozenset(gone | ticks(found.id)), frozenset(new))


def memberships_with(role_id: int) -> set[tuple[Any, ...]]:
    """Return the facts of who has a role in which team."""
    return {fact for fact in memberships() if fact[3] == role_id}


def delete(found: Role, change: PermissionChange) -> None:
    """Delete a role of the account's own, after the change that its members get another one."""
    if found.key is not None:
        raise Conflict(_("A shipped role cannot be deleted."))
    done = services.apply(change)
    if memberships_with(found.id):
        raise Conflict(_("Somebody got this role meanwhile. Try again."))
    name = found.name
    db.session.delete(found)
    db.session.flush()
    log_security("role_deleted", {"name": name, "change": done.as_json()})
