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


_MEMBERSHIPS = """
select m.team_id, m.role_id, r.key, r.has_reach
from core_membership m
join core_role r on r.account_id = m.account_id and r.id = m.role_id
where m.account_id = :account and m.user_id = :user
"""

_REACHED = """
with recursive below as (
    select t.id from core_team t where t.account_id = :account and t.id = any(:teams)
    union
    select t.id from core_team t
    join below b on t.parent_id = b.id where t.account_id = :account
)
select distinct m.user_id from core_membership m
join below b on b.id = m.team_id where m.account_id = :account
"""

_TICKS = """
select kind, "right" from core_role_tick
where account_id = :account and role_id = any(:roles)
"""

_ACCESS_TICKS = """
select access_role, kind, "right" from core_access_tick where account_id = :account
"""


def _read_actor(user_id: int) -> Actor:
    facts = account_facts()
    person = facts.users.get(user_id)
    if person is None:
        raise NotFound(_("There is no such user."))
    memberships = sql(_MEMBERSHIPS, user=user_id).all()
    managed = [row.team_id for row in memberships if row.has_reach]
    reached = {user_id}
    if managed:
        reached.update(sql(_REACHED, teams=managed).scalars())
    ticks = sql(_TICKS, roles=[row.role_id for row in memberships]).all()
    access_ticks = sql(_ACCESS_TICKS).all()
    active = registry().rights.active(facts.active_plugins)
    return Actor(
        account_id=current_account(),
        user_id=user_id,
        epoch=current_epoch(),
        is_active=person.is_active,
        is_administrator=person.is_active
        and any(row.key == "administrator" for row in memberships),
        principals=tuple(sorted({user_id, *(row.team_id for row in memberships)})),
        reached=tuple(sorted(reached)),
        ticks=active & {(row.kind, row.right) for row in ticks},
        owner_ticks=active & _of_role(access_ticks, "owner"),
        participant_ticks=active & _of_role(access_ticks, "participant"),
        active_plugins=facts.active_plugins,
    )


def _of_role(rows: Iterable[Any], access_role: str) -> Ticks:
    return frozenset((row.kind, row.right) for row in rows if row.access_role == access_role)
