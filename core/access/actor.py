"""Who acts: a user with everything that the access rule asks about him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.accounts.epoch import EpochCache, current_epoch
from core.accounts.queries import account_facts
from core.db import current_account, sql
from core.errors import NotFound
from core.i18n import _
from core.registry import registry

Ticks = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Actor:
    """A user's groups and ticks at one epoch.

    `principals` are the user and his teams; `reached` the user and all members of the teams he
    manages and of the teams below them; `ticks` the union of his team roles' rights as
    `(kind, right)`.
    """

    account_id: int
    user_id: int
    epoch: int
    is_active: bool
    is_administrator: bool
    principals: tuple[int, ...]
    reached: tuple[int, ...]
    ticks: Ticks
    owner_ticks: Ticks
    participant_ticks: Ticks
    active_plugins: frozenset[str]

    def has(self, kind: str, right: str) -> bool:
        """Tell whether a team role gives the right on this kind, or in general."""
        if not self.is_active:
            return False
        if self.is_administrator:
            return True
        return (kind, right) in self.ticks

    def may_on_some(self, kind: str, right: str) -> bool:
        """Tell whether any role, team or access, could give the right on some record."""
        return (
            self.has(kind, right)
            or (kind, right) in self.owner_ticks
            or (kind, right) in self.participant_ticks
        )

    @property
    def reaches_others(self) -> bool:
        """Whether he may know how others stand to records: an administrator, or a manager."""
        return self.is_administrator or len(self.reached) > 1

    @property
    def viewable(self) -> tuple[str, ...]:
        """The kinds whose public records the user sees."""
        return tuple(
            kind.key
            for kind in registry().kinds.of(self.active_plugins)
            if self.has(kind.key, "view")
        )


_actors: EpochCache[Actor] = EpochCache(most=5_000)


def actor_of(user_id: int) -> Actor:
    """Return the actor for a user of the current account; NotFound where there is none."""
    return _actors.get(lambda: _read_actor(user_id), user_id)


def actors() -> dict[int, Actor]:
    """Return the actors of all users of the account who may sign in, read anew and not kept."""
    return {
        user_id: _actor(user_id, person.is_active, groups)
        for groups in [_read_groups()]
        for user_id, person in account_facts().users.items()
        if person.is_active
    }


def _read_actor(user_id: int) -> Actor:
    person = account_facts().users.get(user_id)
    if person is None:
        raise NotFound(_("There is no such user."))
    return _actor(user_id, person.is_active, _read_groups(user_id))


@dataclass(frozen=True)
class _Groups:
    """Who is member of what with which role, and what roles tick.

    `members` are the users of each team that is asked for, `ticks` the rights of each role.
    """

    roles: dict[int, list[Any]]
    members: dict[int, list[int]]
    ticks: dict[int, set[tuple[str, str]]]
    access_ticks: dict[str, set[tuple[str, str]]]


_MEMBERSHIPS = """
select m.user_id, m.team_id, m.role_id, r.key, r.has_reach
from core_membership m
join core_role r on r.account_id = m.account_id and r.id = m.role_id
where m.account_id = :account and (m.user_id = :user or :user = 0)
"""

_MEMBERS = """
select team_id, user_id from core_membership
where account_id = :account and team_id = any(:teams)
"""

_TICKS = """
select role_id, kind, "right" from core_role_tick
where account_id = :account and role_id = any(:roles)
"""

_ACCESS_TICKS = """
select access_role, kind, "right" from core_access_tick where account_id = :account
"""


def _read_groups(user_id: int = 0) -> _Groups:
    """Return what the actor of one user needs, or with 0 those of all users."""
    roles: dict[int, list[Any]] = {}
    for row in sql(_MEMBERSHIPS, user=user_id):
        roles.setdefault(row.user_id, []).append(row)
    rows = [row for each in roles.values() for row in each]
    managed = {team for row in rows if row.has_reach for team in teams_below(row.team_id)}
    members: dict[int, list[int]] = {}
    for row in sql(_MEMBERS, teams=sorted(managed)) if managed else ():
        members.setdefault(row.team_id, []).append(row.user_id)
    ticks: dict[int, set[tuple[str, str]]] = {}
    for row in sql(_TICKS, roles=sorted({each.role_id for each in rows})):
        ticks.setdefault(row.role_id, set()).add((row.kind, row.right))
    access_ticks: dict[str, set[tuple[str, str]]] = {}
    for row in sql(_ACCESS_TICKS):
        access_ticks.setdefault(row.access_role, set()).add((row.kind, row.right))
    return _Groups(roles, members, ticks, access_ticks)


def teams_below(team_id: int) -> list[int]:
    """Return a team and all teams below it, as the account's facts know them."""
    children: dict[int | None, list[int]] = {}
    for team in account_facts().teams.values():
        children.setdefault(team.parent_id, []).append(team.id)
    found = {team_id: None}
    waiting = [team_id]
    while waiting:
        below = [each for each in children.get(waiting.pop(), ()) if each not in found]
        found.update(dict.fromkeys(below))
        waiting.extend(below)
    return list(found)


def _actor(user_id: int, is_active: bool, groups: _Groups) -> Actor:  # noqa: FBT001  # a fact
    facts = account_facts()
    memberships = groups.roles.get(user_id, [])
    managed = {team for row in memberships if row.has_reach for team in teams_below(row.team_id)}
    reached = {user_id}.union(*(groups.members.get(team, ()) for team in managed))
    ticked = {tick for row in memberships for tick in groups.ticks.get(row.role_id, ())}
    active = registry().rights.active(facts.active_plugins)
    return Actor(
        account_id=current_account(),
        user_id=user_id,
        epoch=current_epoch(),
        is_active=is_active,
        is_administrator=is_active and any(row.key == "administrator" for row in memberships),
        principals=tuple(sorted({user_id, *(row.team_id for row in memberships)})),
        reached=tuple(sorted(reached)),
        ticks=active & ticked,
        owner_ticks=active & groups.access_ticks.get("owner", set()),
        participant_ticks=active & groups.access_ticks.get("participant", set()),
        active_plugins=facts.active_plugins,
    )
