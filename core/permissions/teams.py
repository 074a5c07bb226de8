"""Teams with their members: what a form of a team changes, and what hangs on a team that goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.accounts.queries import account_facts, setting
from core.accounts.services import log_security
from core.db import sql
from core.errors import Conflict, Invalid, NotFound
from core.i18n import _
from core.permissions import facts, services
from core.permissions.facts import MEMBER, PARENT, Fact, PermissionChange, changed
from core.permissions.queries import memberships, parents
from core.records.fields import clean
from core.records.handing_over import participations_of, replace_participant
from core.registry import registry
from core.teams.models import Team
from core.teams.services import create_team, remove_team, rename_team

NEW = 0


def members_form(team_id: int, wires: Iterable[str]) -> set[Fact]:
    """Return memberships as a form of a team sends them, each as `user.role`.

    Raises Invalid for what is no such thing.
    """
    found: set[Fact] = set()
    for wire in wires:
        user, _dot, role = wire.partition(".")
        if not role:
            continue
        if not (_is_number(user) and _is_number(role)):
            raise Invalid(_("Members: choose users and roles from the list."), "members")
        found.add((MEMBER, int(user), team_id, int(role)))
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def parent_of(text: str) -> int | None:
    """Return the parent team that a form names. Raises Invalid for what is no team."""
    if not text:
        return None
    if not _is_number(text) or int(text) not in account_facts().teams:
        raise Invalid(_("Parent team: choose one from the list."), "parent")
    return int(text)


def change_of(
    team_id: int, parent_id: int | None, opened: Iterable[str], wanted: Iterable[str]
) -> PermissionChange:
    """Return what a form changes of a team: its members, against those it opened with, its place.

    Raises Conflict where somebody else gave a member another role since the form was opened.
    """
    before, after = members_form(team_id, opened), members_form(team_id, wanted)
    change = changed(before, after)
    if team_id != NEW:
        _check_nobody_came_between(team_id, before, after, {fact[1] for fact in change.facts})
    place = {fact for fact in parents() if fact[1] == team_id}
    wished = {(PARENT, team_id, parent_id)} if parent_id is not None else set()
    return change | changed(place, wished)


def _check_nobody_came_between(
    team_id: int, before: set[Fact], after: set[Fact], user_ids: set[int]
) -> None:
    now = memberships(team_id)
    between = [
        account_facts().principal_name(user_id)
        for user_id in user_ids
        if _of(user_id, now) not in (_of(user_id, before), _of(user_id, after))
    ]
    if between:
        names = ", ".join(sorted(between))
        raise Conflict(
            _("%(names)s: somebody changed the role meanwhile. Open the team again.", names=names),
            "members",
        )


def _of(user_id: int, facts_: set[Fact]) -> set[Fact]:
    return {fact for fact in facts_ if fact[1] == user_id}


def for_team(change: PermissionChange, team_id: int) -> PermissionChange:
    """Return a change that means a team not made yet as the change of that team."""

    def named(facts_: frozenset[Fact]) -> frozenset[Fact]:
        return frozenset(
            (*fact[:2], team_id, *fact[3:])
            if fact[0] == MEMBER and fact[2] == NEW
            else (PARENT, team_id, fact[2])
            if fact[0] == PARENT and fact[1] == NEW
            else fact
            for fact in facts_
        )

    return PermissionChange(named(change.gone), named(change.new))


def store(team: Team, name: str, change: PermissionChange) -> None:
    """Store a team's name and the change of its members and place."""
    if clean(name) != team.name:
        before = team.name
        rename_team(team.id, name)
        log_security("team_renamed", {"before": before, "name": team.name})
    services.save(change, "teams")


def add(name: str, change: PermissionChange) -> Team:
    """Return a new team with its members and place. Raises as `services.apply` does."""
    made = create_team(name)
    log_security("team_added", {"name": made.name})
    services.save(for_team(change, made.id), "teams")
    return made


# ---------------------------------------------------------------- deleting


@dataclass(frozen=True)
class Hanging:
    """What hangs on a team: who has no other one, participations by kind, invitations, sub-teams."""

    homeless: list[tuple[int, str]]
    participations: dict[str, int]
    invited: list[str]
    below: list[str]


def hanging_on(team_id: int) -> Hanging:
    """Return what a team takes with it, unless another one takes it over."""
    known = account_facts()
    homes: dict[int, set[int]] = {}
    for _sort, user_id, home, _role in memberships():
        homes.setdefault(user_id, set()).add(home)
    return Hanging(
        homeless=[
            (user_id, person.name)
            for user_id, person in known.users.items()
            if homes.get(user_id) == {team_id} and person.status != "removed"
        ],
        participations=participations_of(team_id),
        invited=[key for key in _invited_settings() if team_id in setting(key)],
        below=[each.name for each in known.teams.values() if each.parent_id == team_id],
    )


def _invited_settings() -> list[str]:
    return [
        f"access.{kind.key}.invited"
        for kind in registry().kinds
        if f"access.{kind.key}.invited" in registry().settings
    ]


@dataclass(frozen=True)
class TakingOver:
    """Which teams take over what hangs on one that is deleted; None lets it go."""

    members: int | None
    participations: int | None
    invited: int | None


def taking_over(team_id: int, members: str, participations: str, invited: str) -> TakingOver:
    """Return what a form says of who takes over. Raises Invalid naming the wrong control."""
    return TakingOver(
        _other_team(team_id, members, "members_to"),
        _other_team(team_id, participations, "participations_to"),
        _other_team(team_id, invited, "invited_to"),
    )


def _other_team(team_id: int, text: str, field: str) -> int | None:
    if not text:
        return None
    if not _is_number(text) or int(text) == team_id or int(text) not in account_facts().teams:
        raise Invalid(_("Choose another team from the list."), field)
    return int(text)


def leaving(team: Team, over: TakingOver) -> PermissionChange:
    """Return what changes of members, places and settings when a team goes.

    Raises Invalid where somebody has no other team and none takes him over.
    """
    hanging = hanging_on(team.id)
    if hanging.homeless and over.members is None:
        names = ", ".join(name for _id, name in hanging.homeless)
        raise Invalid(_("%(names)s must belong to a team.", names=names), "members_to")
    gone: set[Fact] = set(memberships(team.id))
    homes = {user for _s, user, home, _r in memberships() if home != team.id}
    new: set[Fact] = {
        (MEMBER, user, over.members, role)
        for _s, user, _t, role in gone
        if user not in homes and over.members is not None
    }
    for fact in parents():
        if team.id in fact[1:]:
            gone.add(fact)
            if fact[2] == team.id and team.parent_id is not None:
                new.add((PARENT, fact[1], team.parent_id))
    change = PermissionChange(frozenset(gone), frozenset(new))
    for key in hanging.invited:
        after = [over.invited if each == team.id else each for each in setting(key)]
        kept = list(dict.fromkeys(each for each in after if each is not None))
        change |= facts.setting(key, setting(key), kept)
    return change


def delete(team: Team, over: TakingOver, change: PermissionChange) -> None:
    """Delete a team: others take over what hangs on it, or it goes; sub-teams move up."""
    done = services.apply(change)
    replace_participant(team.id, over.participations)
    if memberships(team.id):
        raise Conflict(_("Somebody joined this team meanwhile. Try again."))
    name = team.name
    remove_team(team)
    log_security("team_deleted", {"name": name, "change": done.as_json()})


def find(team_id: int) -> Any:
    """Return a team with what everybody knows of it; NotFound where there is none."""
    found = account_facts().teams.get(team_id)
    if found is None:
        raise NotFound(_("There is no such team."))
    return found


def member_rows(team_id: int = 0) -> list[Any]:
    """Return the members of a team, or with 0 of all, with their roles, in the order of names."""
    return list(
        sql(
            "select m.user_id, m.team_id, m.role_id, r.key, r.name from core_membership m"
            " join core_role r on r.account_id = m.account_id and r.id = m.role_id"
            " join core_user u on u.account_id = m.account_id and u.id = m.user_id"
            " where m.account_id = :account and (m.team_id = :team or :team = 0)"
            " and u.status <> 'removed'"
            " order by core_sort_key(u.last_name || ' ' || u.first_name), m.user_id, m.role_id",
            team=team_id,
        )
    )
