"""The list of users, and what there is to know of one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from core.accounts.queries import account_facts
from core.db import current_account, db, sql
from core.errors import NotFound
from core.i18n import _
from core.records.folding import fold
from core.roles.naming import role_name
from core.users.models import ACTIVE, REMOVED, SUSPENDED, User

STATUSES = (ACTIVE, SUSPENDED, REMOVED)


@dataclass(frozen=True)
class Place:
    """A team that a user belongs to, with his role in it."""

    team_id: int
    team: str
    role: str
    is_main: bool

    @property
    def text(self) -> str:
        """Team and role in one line."""
        return f"{self.team}: {self.role}"


@dataclass(frozen=True)
class UserRow:
    """A user as the list shows him."""

    id: int
    first_name: str
    last_name: str
    email: str
    position: str
    initials: str
    status: str
    signed_in_at: datetime | None
    has_second_factor: bool
    places: Sequence[Place]


@dataclass(frozen=True)
class Wanted:
    """Which users, in which order; an empty `status` means all, no `size` means every one."""

    query: str = ""
    status: str = ""
    sort: str = "name"
    is_descending: bool = False
    skip: int = 0
    size: int | None = None


ORDERS = {
    "name": ("core_sort_key(u.last_name || ' ' || u.first_name)",),
    "login": ("u.email",),
    "teams": ("core_sort_key(t.name)", "core_sort_key(u.last_name || ' ' || u.first_name)"),
    "status": ("u.status", "core_sort_key(u.last_name || ' ' || u.first_name)"),
    "signed_in": ("s.created_at",),
    "two_factor": ("f.user_id is not null", "core_sort_key(u.last_name || ' ' || u.first_name)"),
}

_USERS = """
select u.id, u.first_name, u.last_name, u.email, u.position, u.initials, u.status,
  u.main_team_id, s.created_at as signed_in_at, f.user_id is not null as has_second_factor
from core_user u
left join core_team t on t.account_id = u.account_id and t.id = u.main_team_id
left join core_second_factor f on f.account_id = u.account_id and f.user_id = u.id
left join lateral (
  select e.created_at from core_security_entry e
  where e.account_id = u.account_id and e.user_id = u.id and e.event = 'signed_in'
  order by e.id desc limit 1
) s on true
where u.account_id = :account and (:status = '' or u.status = :status)
  and (:query = '' or u.id = any(:found))
"""


def users(wanted: Wanted) -> list[UserRow]:
    """Return the users that are wanted, with their teams."""
    way = "desc nulls last" if wanted.is_descending else "asc nulls first"
    order = ", ".join(f"{each} {way}" for each in ORDERS[wanted.sort])
    rows = sql(
        f"{_USERS} order by {order}, u.id limit :size offset :skip",
        status=wanted.status,
        query=wanted.query,
        found=_found(wanted.query),
        size=wanted.size,
        skip=wanted.skip,
    ).all()
    places = places_of(rows)
    return [
        UserRow(
            *(row.id, row.first_name, row.last_name, row.email, row.position),
            *(row.initials, row.status, row.signed_in_at, row.has_second_factor, places[row.id]),
        )
        for row in rows
    ]


def counts(query: str) -> dict[str, int]:
    """Return how many users of each status a search finds; under an empty key all of them."""
    rows = sql(
        "select status, count(*) as number from core_user where account_id = :account"
        " and (:query = '' or id = any(:found)) group by status",
        query=query,
        found=_found(query),
    )
    found = {row.status: row.number for row in rows}
    return {**dict.fromkeys(STATUSES, 0), **found, "": sum(found.values())}


def _found(query: str) -> list[int]:
    """Return the users in whose name or login every typed word occurs, however it is accented."""
    words = fold(query).split()
    if not words:
        return []
    return [
        each.id
        for each in account_facts().users.values()
        if all(word in fold(f"{each.name} {each.email}") for word in words)
    ]


_PLACES = """
select m.user_id, m.team_id, t.name as team, r.key, r.name as role
from core_membership m
join core_team t on t.account_id = m.account_id and t.id = m.team_id
join core_role r on r.account_id = m.account_id and r.id = m.role_id
where m.account_id = :account and m.user_id = any(:users)
order by core_sort_key(t.name), r.id
"""


def places_of(people: Iterable[Any]) -> dict[int, list[Place]]:
    """Return the teams and roles of users (rows with `id` and `main_team_id`), main team first."""
    main = {each.id: each.main_team_id for each in people}
    places: dict[int, list[Place]] = defaultdict(list)
    role = cache(role_name)
    for row in sql(_PLACES, users=list(main)):
        is_main = main[row.user_id] == row.team_id
        made = Place(row.team_id, row.team, role(row.key, row.role), is_main)
        places[row.user_id].append(made)
    for each in places.values():
        each.sort(key=lambda place: not place.is_main)
    return places


def user(user_id: int) -> User:
    """Return a user of the account; NotFound where there is none."""
    found = db.session.get(User, (current_account(), user_id))
    if found is None:
        raise NotFound(_("There is no such user."))
    return found


def team_name(team_id: int | None) -> str:
    """Return the name of a team; empty for none."""
    found = account_facts().teams.get(team_id or 0)
    return found.name if found else ""


@dataclass(frozen=True)
class SignIn:
    """When and from where somebody signed in."""

    at: datetime
    address: str


def last_sign_ins(user_id: int, most: int = 10) -> list[SignIn]:
    """Return a user's last sign-ins, the newest first."""
    rows = sql(
        "select created_at, address from core_security_entry where account_id = :account"
        " and user_id = :user and event = 'signed_in' order by id desc limit :most",
        user=user_id,
        most=most,
    )
    return [SignIn(row.created_at, row.address or "") for row in rows]


def is_handed_over_now(user_id: int, job: str) -> bool:
    """Tell whether a job is still handing over what a removed user left."""
    found = sql(
        "select 1 from core_job where account_id = :account and name = :job"
        " and state in ('waiting', 'running') and arguments @> jsonb_build_object('user', :user)"
        " limit 1",
        job=job,
        user=user_id,
    )
    return found.first() is not None


@dataclass(frozen=True)
class RoleLabel:
    """A role that may be chosen, in the reader's words."""

    id: int
    key: str
    label: str


def roles() -> list[RoleLabel]:
    """Return the roles of the account, shipped ones first."""
    rows = sql(
        "select id, key, name from core_role where account_id = :account order by key is null, id"
    )
    return [RoleLabel(row.id, row.key or "", role_name(row.key, row.name)) for row in rows]
