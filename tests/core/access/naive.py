"""Who may do what, by a plain loop over plain facts: written from the specification alone.

Every function names the requirement that it says in Python. It knows no SQL, no cache and none of
the names of the engine, so that the two can only agree when both are right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

FULL, BASIC, NOTHING = "full", "basic", "nothing"
SEARCHED = {"note"}  # of what the things here carry besides their name: SEARCH-1

Ticks = set[tuple[str, str]]


@dataclass
class User:
    """A user; his account never changes."""

    id: int
    account: int
    name: str
    status: str = "active"


@dataclass
class Team:
    """A team, below another or at the top."""

    id: int
    account: int
    parent: int | None = None


@dataclass
class Role:
    """A team role with its ticks."""

    id: int
    account: int
    key: str = ""
    has_reach: bool = False
    ticks: Ticks = field(default_factory=set)

    @property
    def is_administrator(self) -> bool:
        return self.key == "administrator"


@dataclass
class Thing:
    """A person or company with its holders and what lists show of it."""

    id: int
    account: int
    kind: str
    name: str
    owner: int | None = None
    further_owners: set[int] = field(default_factory=set)
    participants: set[int] = field(default_factory=set)
    visibility: str = "public"
    is_trashed: bool = False
    words: dict[str, str] = field(default_factory=dict)
    company: int | None = None

    @property
    def owners(self) -> set[int]:
        return self.further_owners | ({self.owner} if self.owner is not None else set())


@dataclass
class World:
    """Everything that the rule asks about, of all accounts."""

    users: dict[int, User] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    members: set[tuple[int, int, int]] = field(default_factory=set)
    access_ticks: dict[tuple[int, str], Ticks] = field(default_factory=dict)
    things: dict[int, Thing] = field(default_factory=dict)

    # ------------------------------------------------------------ groups

    def roles_of(self, user: User) -> list[Role]:
        return [self.roles[role] for member, _team, role in self.members if member == user.id]

    def teams_of(self, user: User) -> set[int]:
        """ACC-1: the teams of which the user is a direct member at present."""
        return {team for member, team, _role in self.members if member == user.id}

    def is_administrator(self, user: User) -> bool:
        """TEAM-18: Administrator in any team makes the user administrator of the account."""
        return any(role.is_administrator for role in self.roles_of(user))

    def is_below(self, team: int, top: int) -> bool:
        """Whether a team is another one or stands below it, however deep."""
        above: int | None = team
        while above is not None:
            if above == top:
                return True
            above = self.teams[above].parent
        return False

    def is_reached(self, user: User, owner: int) -> bool:
        """ACC-2 c, ACC-4, ACC-9: a reaching role in a team that the owner is in, or above it."""
        managed = [
            team
            for member, team, role in self.members
            if member == user.id and self.roles[role].has_reach
        ]
        homes = self.teams_of(self.users[owner])
        return any(self.is_below(home, top) for home in homes for top in managed)

    def role_ticks(self, user: User) -> Ticks:
        """ACC-4: the union over all team roles of the user."""
        return {tick for role in self.roles_of(user) for tick in role.ticks}

    # ------------------------------------------------------------ the rule

    def is_participant(self, user: User, thing: Thing) -> bool:
        """ACC-1, ACC-2 b: invited himself, or through a team of which he is a member."""
        return bool(thing.participants & ({user.id} | self.teams_of(user)))

    def level(self, user: User, thing: Thing) -> str:
        """ACC-2, VIS-2 to VIS-8: full access, the basic line, or nothing."""
        if user.account != thing.account or user.status != "active" or thing.is_trashed:
            return NOTHING
        if self.has_full_access(user, thing):
            return FULL
        is_private = thing.visibility == "private"
        return BASIC if is_private and (thing.kind, "view") in self.role_ticks(user) else NOTHING

    def has_full_access(self, user: User, thing: Thing) -> bool:
        """ACC-2 a to d, for an active user and a thing of his account that is not in the trash."""
        return (
            self.is_administrator(user)
            or user.id in thing.owners
            or self.is_participant(user, thing)
            or any(self.is_reached(user, owner) for owner in thing.owners)
            or (thing.visibility == "public" and (thing.kind, "view") in self.role_ticks(user))
        )

    def can(self, user: User, right: str, thing: Thing) -> bool:
        """ACC-3: full access, and the right ticked in a team role or an access role held.

        View is what full access itself gives (ACC-2, VIS-5).
        """
        if self.level(user, thing) != FULL:
            return False
        if right == "view" or self.is_administrator(user):
            return True
        tick = (thing.kind, right)
        return (
            tick in self.role_ticks(user)
            or (user.id in thing.owners and tick in self.access_ticks[user.account, "owner"])
            or (
                self.is_participant(user, thing)
                and tick in self.access_ticks[user.account, "participant"]
            )
        )

    def may_restore(self, user: User, thing: Thing) -> bool:
        """TRASH-2: in the trash, where he would have full access and Delete."""
        if not thing.is_trashed:
            return False
        thing.is_trashed = False
        try:
            return self.can(user, "delete", thing)
        finally:
            thing.is_trashed = True

    # ------------------------------------------------------------ lists and search

    def listed(self, user: User, kind: str) -> list[Thing]:
        """VIS-3, VIS-6: the rows of a list, full and basic, in no order."""
        return [
            thing
            for thing in self.things.values()
            if thing.kind == kind and self.level(user, thing) != NOTHING
        ]

    def shown(self, user: User, thing: Thing, column: str) -> str | None:
        """Return what a row may be sorted by: VIS-3, and VIS-9 for what it is linked to."""
        if column == "owner":
            return self.users[thing.owner].name if thing.owner is not None else None
        if self.level(user, thing) != FULL:
            return None
        if column == "visibility":
            return thing.visibility
        if column == "company":
            linked = self.things.get(thing.company or 0)
            return linked.name if linked and self.level(user, linked) != NOTHING else None
        return thing.words.get(column) or None

    def found(self, user: User, kind: str, fragment: str) -> set[int]:
        """VIS-9, SEARCH-2: full rows by every field, basic ones by their name alone."""
        return {
            thing.id
            for thing in self.listed(user, kind)
            if fragment in thing.name
            or (
                self.level(user, thing) == FULL
                and any(fragment in thing.words.get(key, "") for key in SEARCHED)
            )
        }

    # ------------------------------------------------------------ choosing

    def users_in(self, account: int) -> list[User]:
        return _in_order(self.users.values(), account)

    def teams_in(self, account: int) -> list[Team]:
        return _in_order(self.teams.values(), account)

    def roles_in(self, account: int) -> list[Role]:
        return _in_order(self.roles.values(), account)

    def things_in(self, account: int) -> list[Thing]:
        return _in_order(self.things.values(), account)

    @property
    def accounts(self) -> list[int]:
        return sorted({user.account for user in self.users.values()})


def _in_order(many: Iterable, account: int) -> list:
    return sorted((each for each in many if each.account == account), key=lambda each: each.id)
