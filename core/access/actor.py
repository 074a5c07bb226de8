"""Who acts: a user with everything that the access rule asks about him."""

from __future__ import annotations

from collections.abc import Iterable
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
    return _actors.get(lambda: _read_actors([user_id])[user_id], user_id)


def actors_of(user_ids: Iterable[int]) -> dict[int, Actor]:
    """Return the actors for many users by their IDs, read at once; NotFound as `actor_of`."""
    return _read_actors(list(user_ids))


def actors() -> dict[int, Actor]:
    """Return the actors of all users of the account who may sign in, read anew and not kept."""
    return actors_of(each.id for each in account_facts().users.values() if each.is_active)


_MEMBERSHIPS = """
select m.user_id, m.team_id, m.role_id, r.key, r.has_reach
from core_membership m
join core_role r on r.account_id = m.account_id and r.id = m.role_id
where m.account_id = :account and m.user_id = any(:users)
"""

_REACHED = """
with recursive below as (
    select m.user_id as manager_id, m.team_id as id from core_membership m
    join core_role r on r.account_id = m.account_id and r.id = m.role_id
    where m.account_id = :account and m.user_id = any(:managers) and r.has_reach
    union
    select b.manager_id, t.id from core_team t
    join below b on t.parent_id = b.id where t.account_id = :account
)
select distinct b.manager_id, m.user_id from core_membership m
join below b on b.id = m.team_id where m.account_id = :account
"""

_TICKS = """
select role_id, kind, "right" from core_role_tick
where account_id = :account and role_id = any(:roles)
"""

_ACCESS_TICKS = """
select access_role, kind, "right" from core_access_tick where account_id = :account
"""


def _read_actors(user_ids: list[int]) -> dict[int, Actor]:
    facts = account_facts()
    if not facts.users.keys() >= set(user_ids):
        raise NotFound(_("There is no such user."))
    memberships = _grouped((row.user_id, row) for row in sql(_MEMBERSHIPS, users=user_ids))
    rows = [row for of_user in memberships.values() for row in of_user]
    managers = [row.user_id for row in rows if row.has_reach]
    reached = _grouped(sql(_REACHED, managers=managers).all() if managers else ())
    active = registry().rights.active(facts.active_plugins)
    ticks = _grouped(
        (row.role_id, (row.kind, row.right))
        for row in sql(_TICKS, roles=list({row.role_id for row in rows}))
    )
    access_ticks = sql(_ACCESS_TICKS).all()
    owner_ticks = active & _of_role(access_ticks, "owner")
    participant_ticks = active & _of_role(access_ticks, "participant")
    found = {}
    for user_id in user_ids:
        held, is_active = memberships.get(user_id, []), facts.users[user_id].is_active
        found[user_id] = Actor(
            account_id=current_account(),
            user_id=user_id,
            epoch=current_epoch(),
            is_active=is_active,
            is_administrator=is_active and any(row.key == "administrator" for row in held),
            principals=tuple(sorted({user_id, *(row.team_id for row in held)})),
            reached=tuple(sorted({user_id, *reached.get(user_id, ())})),
            ticks=active & {tick for row in held for tick in ticks.get(row.role_id, ())},
            owner_ticks=owner_ticks,
            participant_ticks=participant_ticks,
            active_plugins=facts.active_plugins,
        )
    return found


def _grouped(pairs: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _of_role(rows: Iterable[Any], access_role: str) -> Ticks:
    return frozenset((row.kind, row.right) for row in rows if row.access_role == access_role)
