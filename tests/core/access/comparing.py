"""The engine beside the naive model: building both alike, and every way in which they may differ."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

from core import db as wall
from core.access import Access, Actor, NoAccess, Rule, actor_of, everything, fetch, levels_of, why
from core.access.rule import right_sql, rule_for
from core.accounts.epoch import current_epoch
from core.changes.capture import change_set
from core.db import db, enter_account, sql
from core.errors import NotFound
from core.records import lists
from core.records.models import Holder, Record
from core.records.search import search
from core.records.services import create, restore, trash
from core.registry import registry
from core.roles.models import AccessTick, Role as RoleRow, RoleTick
from core.teams.services import create_team, join, new_principal
from core.users.models import User as UserRow
from tests.core.access import naive
from tests.core.access.naive import BASIC, FULL, NOTHING, World
from tests.makers import make_account, set_up

KINDS = ("person", "company")
SORTS = ("name", "owner", "visibility", "city")
PERSON_SORTS = (*SORTS, "company")
CITIES = ("", "bbb", "mmm", "zzz")
NOTES = ("", "quay", "quiz", "vows")
_numbers = count(1)

Found = Iterator[str]


# ---------------------------------------------------------------- building


class Builder:
    """Makes a thing in the database and its likeness in the naive model."""

    def __init__(self, world: World) -> None:
        self.world = world

    def account(self) -> int:
        """A founded account without users; it becomes the current one."""
        account = make_account()
        set_up(access__person__owner_required=False, access__company__owner_required=False)
        set_up(access__person__invited=[], access__company__invited=[])
        for row in db.session.execute(db.select(RoleRow)).scalars():
            role = naive.Role(row.id, account.id, row.key or "", row.has_reach)
            self.world.roles[row.id] = role
        for tick in db.session.execute(db.select(RoleTick)).scalars():
            self.world.roles[tick.role_id].ticks.add((tick.kind, tick.right))
        for access_role in ("owner", "participant"):
            self.world.access_ticks[account.id, access_role] = set()
        for tick in db.session.execute(db.select(AccessTick)).scalars():
            self.world.access_ticks[account.id, tick.access_role].add((tick.kind, tick.right))
        return account.id

    def team(self, parent: int | None = None) -> int:
        made = create_team(f"Team {next(_numbers)}", parent)
        self.world.teams[made.id] = naive.Team(made.id, made.account_id, parent)
        return made.id

    def user(self, team: int, role: str = "user") -> int:
        """A user without a login, which would cost a slow hash."""
        number = next(_numbers)
        made = UserRow(
            id=new_principal("user"),
            email=f"u{number}@example.com",
            first_name="Jan",
            last_name=f"u{number:05}",
            initials="JU",
        )
        db.session.add(made)
        db.session.flush()
        join(made, team, role)
        account = made.account_id
        self.world.users[made.id] = naive.User(made.id, account, made.last_name)
        self.world.members.add((made.id, team, self.role(account, role).id))
        return made.id

    def role(self, account: int, key: str) -> naive.Role:
        return next(role for role in self.world.roles_in(account) if role.key == key)

    def thing(self, kind: str, boss: int, **facts: Any) -> naive.Thing:
        """A record made by an administrator, with the holders and the visibility given."""
        number = next(_numbers)
        name = f"{Random(number).choice('abcdefgh')}{number:05}"
        facts = {"owner": None, "participants": [], "visibility": "public", **facts}
        own = {"last_name": name, "company": facts.get("company")}
        values = {
            **(own if kind == "person" else {"name": name}),
            **{key: facts[key] for key in ("owner", "participants", "visibility")},
            "city": facts.get("city") or None,
            "note": facts.get("note") or None,
        }
        with change_set("form", boss):
            record = create(registry().kinds[kind], values, actor_of(boss))
        made = naive.Thing(
            record.id,
            record.account_id,
            kind,
            name,
            facts["owner"],
            participants=set(facts["participants"]),
            visibility=facts["visibility"],
            words={"city": facts.get("city", ""), "note": facts.get("note", "")},
            company=facts.get("company"),
        )
        self.world.things[made.id] = made
        for owner in facts.get("further_owners", ()):
            self.further_owner(made, owner, boss)
        return made

    def enter(self, account: int) -> None:
        """Work in an account from now on."""
        enter_account(account)

    def boss(self, account: int) -> int:
        """The administrator that the account began with, whom nothing changes."""
        return self.world.users_in(account)[0].id

    def tick(self, role: naive.Role, kind: str, right: str, *, on: bool) -> None:
        tick(RoleTick, {"role_id": role.id, "kind": kind, "right": right}, on=on)
        (role.ticks.add if on else role.ticks.discard)((kind, right))

    def tick_access(self, account: int, role: str, kind: str, right: str, *, on: bool) -> None:
        tick(AccessTick, {"access_role": role, "kind": kind, "right": right}, on=on)
        ticks = self.world.access_ticks[account, role]
        (ticks.add if on else ticks.discard)((kind, right))

    def set_status(self, user: naive.User, status: str) -> None:
        db.session.get_one(UserRow, (user.account, user.id)).status = status
        db.session.flush()
        user.status = status

    def further_owner(self, thing: naive.Thing, owner: int, boss: int) -> None:
        with change_set("form", boss):
            db.session.add(Holder(record_id=thing.id, principal_id=owner, role="owner"))
            db.session.flush()
        thing.further_owners.add(owner)


def tick(model: Any, key: dict[str, Any], *, on: bool) -> None:
    """Store a tick, or remove it; it may be so already."""
    found = db.session.get(model, (wall.current_account(), *key.values()))
    if on and found is None:
        db.session.add(model(**key))
    elif found is not None and not on:
        db.session.delete(found)
    db.session.flush()


def trash_or_restore(thing: naive.Thing, boss: int) -> None:
    """Move a thing to the trash, or back."""
    with change_set("form", boss):
        found = fetch(thing.kind, thing.id, actor_of(boss), trashed=thing.is_trashed)
        (restore if thing.is_trashed else trash)(found)
    thing.is_trashed = not thing.is_trashed


def two_accounts() -> World:
    """Two accounts with teams in a tree, every role, every visibility and every kind of holder."""
    world = World()
    for size in (6, 1):
        _fill(Builder(world), size)
    return world


def _fill(make: Builder, size: int) -> None:
    """Fill an account with things of `size` ways of being held, each in every visibility."""
    account = make.account()
    top = make.team()
    boss = make.user(top, "administrator")
    middle, other = make.team(top), make.team()
    low = make.team(middle)
    manager, member = make.user(middle, "manager"), make.user(low)
    stranger, leader = make.user(other), make.user(top, "manager")
    join(db.session.get_one(UserRow, (account, manager)), other, "user")
    make.world.members.add((manager, other, make.role(account, "user").id))
    ways = [
        {"owner": member},
        {"owner": stranger, "participants": [low]},
        {"participants": [member]},
        {"owner": stranger, "further_owners": [member]},
        {"participants": [middle]},
        {"owner": leader, "participants": [other, stranger], "further_owners": [boss]},
    ]
    company = None
    for place, way in enumerate(ways[:size]):
        for turn, visibility in enumerate(("public", "private", "hidden")):
            kind = KINDS[(place + turn) % 3 == 0]
            made = make.thing(
                kind,
                boss,
                visibility=visibility,
                city=CITIES[place % len(CITIES)],
                note=NOTES[(place + turn) % len(NOTES)],
                company=company if kind == "person" else None,
                **way,
            )
            company = made.id if kind == "company" else company


# ---------------------------------------------------------------- comparing


def levels(world: World) -> Found:
    """Compare what `levels_of` says of every user and every record of all accounts."""
    for account in world.accounts:
        enter_account(account)
        for user in world.users_in(account):
            found = levels_of(actor_of(user.id), world.things)
            for thing in world.things.values():
                level = found.get(thing.id)
                got = NOTHING if level is None else FULL if level.is_full else BASIC
                if got != world.level(user, thing):
                    yield f"levels_of: {user} {thing}: {got}, not {world.level(user, thing)}"


def opened(user: naive.User, thing: naive.Thing) -> tuple[str, Access | None]:
    """Return what `fetch` gives a user of a record."""
    try:
        return FULL, fetch(thing.kind, thing.id, actor_of(user.id))
    except NoAccess as refused:
        return BASIC if refused.basic.name == thing.name else refused.basic.name, None
    except NotFound:
        return NOTHING, None


def single(world: World, user: naive.User, thing: naive.Thing) -> Found:
    """Compare everything about one user and one record: opening, every right, the reasons."""
    enter_account(user.account)
    expected = world.level(user, thing)
    got, access = opened(user, thing)
    rights = [each.key for each in registry().rights.of_kind(thing.kind)]
    if got != expected:
        yield f"fetch: {user} {thing}: {got}, not {expected}"
    if access:
        for right in rights:
            if access.can(right) != world.can(user, right, thing):
                yield f"can: {right} {user} {thing}: {access.can(right)}"
    if user.account == thing.account and not thing.is_trashed:
        yield from _reasons(world, user, thing)
    if user.account == thing.account and thing.is_trashed:
        may = _may_restore(user, thing)
        if may != world.may_restore(user, thing):
            yield f"trash: {user} {thing}: {may}"


def _reasons(world: World, user: naive.User, thing: naive.Thing) -> Found:
    statement = everything(Record, reason="comparing").where(Record.id == thing.id)
    record = db.session.execute(statement).scalar_one()
    for answer in why(actor_of(user.id), record, str):
        if answer.is_held != world.can(user, answer.right, thing):
            yield f"why: {answer.right} {user} {thing}: {answer}"
        if not answer.sentences:
            yield f"why: {answer.right} {user} {thing}: no sentence"


def _may_restore(user: naive.User, thing: naive.Thing) -> bool:
    try:
        found = fetch(thing.kind, thing.id, actor_of(user.id), trashed=True)
    except NotFound:
        return False
    return found.can("delete")


def counts(world: World, user: naive.User, kind: str) -> Found:
    """Compare the exact count, in both forms."""
    enter_account(user.account)
    expected = len(world.listed(user, kind))
    for is_sparse in (False, True):
        force(user, kind, is_sparse=is_sparse)
        got = lists.count_exactly(registry().kinds[kind], actor_of(user.id))
        if got != expected:
            yield f"count: {user} {kind} sparse={is_sparse}: {got}, not {expected}"


def searches(world: World, user: naive.User, kind: str, fragment: str) -> Found:
    """Compare the search, and a list narrowed by a search, in both forms."""
    enter_account(user.account)
    expected = {
        each: world.level(user, world.things[each]) == FULL
        for each in world.found(user, kind, fragment)
    }
    condition = lists.search_condition(fragment, kind)
    assert condition
    for is_sparse in (False, True):
        force(user, kind, is_sparse=is_sparse)
        actor = actor_of(user.id)
        hits, number = search(actor, fragment, [kind], most=500).get(kind, ([], 0))
        if {hit.id: hit.is_full for hit in hits} != expected or number != len(expected):
            yield f"search: {user} {fragment} {is_sparse=}: {hits}, not {expected}"
        wanted = lists.Wanted(conditions=(condition,))
        rows = lists.listed(registry().kinds[kind], actor, wanted).rows
        if {row.id: row.is_full for row in rows} != expected:
            yield f"narrowed: {user} {fragment} {is_sparse=}: {rows}, not {expected}"


def force(user: naive.User, kind: str, *, is_sparse: bool) -> None:
    """Let the user's next lists of the kind take one of the two physical forms."""
    key = (user.account, current_epoch(), user.id, kind)
    lists._footprints[key] = (is_sparse, time.monotonic() + 600)


@dataclass(frozen=True)
class Walk:
    """All pages of one user's list, in one order."""

    user: naive.User
    kind: str
    sort: str
    is_descending: bool
    size: int


def walks(world: World, walk: Walk) -> Found:
    """Compare all pages of a list, forwards and backwards, in both forms."""
    user = walk.user
    enter_account(user.account)
    expected = {each.id: world.level(user, each) == FULL for each in world.listed(user, walk.kind)}
    orders = []
    for is_sparse in (False, True):
        force(user, walk.kind, is_sparse=is_sparse)
        ahead = list(_ahead(walk))
        order = [row.id for row in ahead]
        if {row.id: row.is_full for row in ahead} != expected or len(ahead) != len(expected):
            yield f"{walk} {is_sparse=}: {order}, not {expected}"
        back = [row.id for row in _back(walk, ahead)]
        if back != order[:-1][::-1]:
            yield f"{walk} {is_sparse=}: back {back}, ahead {order}"
        yield from _wrong_counts(walk, ahead)
        yield from _disorder(world, walk, order)
        orders.append(order)
    if orders[0] != orders[1]:
        yield f"{walk}: dense {orders[0]}, sparse {orders[1]}"


def _page(walk: Walk, cursor: lists.Cursor | None, *, is_backwards: bool = False) -> lists.Listed:
    wanted = lists.Wanted(walk.sort, walk.is_descending, walk.size, cursor, is_backwards)
    page = lists.listed(registry().kinds[walk.kind], actor_of(walk.user.id), wanted)
    assert len(page.rows) <= walk.size
    return page


def _wrong_counts(walk: Walk, ahead: list[lists.ListRow]) -> Found:
    """Compare the count that pages carry, on the first page and on one in the middle."""
    for cursor in (None, *(row.cursor for row in ahead[len(ahead) // 2 : -1][:1])):
        page = _page(walk, cursor)
        if page.count != len(ahead):
            yield f"{walk}: counts {page.count}, not {len(ahead)}"


def _ahead(walk: Walk) -> Iterator[lists.ListRow]:
    """Go through all pages from the first row on."""
    page = _page(walk, None)
    assert not page.has_before
    yield from page.rows
    while page.has_after:
        page = _page(walk, page.rows[-1].cursor)
        yield from page.rows


def _back(walk: Walk, ahead: list[lists.ListRow]) -> Iterator[lists.ListRow]:
    """Go through all pages from the last row, which is left out, to the first."""
    if len(ahead) < 2:
        return
    page = _page(walk, ahead[-1].cursor, is_backwards=True)
    yield from reversed(page.rows)
    while page.has_before:
        page = _page(walk, page.rows[0].cursor, is_backwards=True)
        yield from reversed(page.rows)


def _disorder(world: World, walk: Walk, order: list[int]) -> Found:
    """Compare the order: first what has a value that may be seen, by it, then the rest by name."""
    things = [world.things[each] for each in order if each in world.things]
    names = [thing.name for thing in things]
    if walk.sort == "name":
        if names != sorted(names, reverse=walk.is_descending):
            yield f"{walk}: {names}"
        return
    values = [world.shown(walk.user, thing, walk.sort) for thing in things]
    there = [value for value in values if value is not None]
    rest = [name for name, value in zip(names, values, strict=True) if value is None]
    if values[: len(there)] != sorted(there, reverse=walk.is_descending):
        yield f"{walk}: {values}"
    if rest != sorted(rest):
        yield f"{walk}: the rest is {rest}"


# ---------------------------------------------------------------- the rule itself

RuleOf = Callable[[Actor], Rule]


def rules(
    world: World,
    rule_of: Callable[[Actor, tuple[str, ...]], Rule] = rule_for,
    right_of: Callable[[Actor, str, str], str] = right_sql,
) -> Found:
    """Compare the strings of the rule with the naive model, in both physical forms.

    `rule_of` and `right_of` may give wrong strings on purpose.
    """
    for account in world.accounts:
        enter_account(account)
        for user in world.users_in(account):
            actor = actor_of(user.id)
            rule = rule_of(actor, KINDS)
            yield from _dense(world, user, rule)
            yield from _sparse(world, user, rule)
            for kind in KINDS:
                for right in ("edit", "delete", "change_owner"):
                    yield from _with_right(world, user, rule, kind, right,
                                           right_of(actor, kind, right))  # fmt: skip


def _dense(world: World, user: naive.User, rule: Rule) -> Found:
    rows = sql(
        f"select r.id, coalesce({rule.full}, false) as is_full,"
        f" coalesce({rule.basic}, false) as is_basic from core_record r"
        " where r.account_id = :account and r.kind = any(:kinds) and r.deleted_at is null",
        **rule.values,
    )
    got = {row.id: FULL if row.is_full else BASIC if row.is_basic else NOTHING for row in rows}
    for thing in world.things.values():
        expected = world.level(user, thing)
        if got.get(thing.id, NOTHING) != expected:
            yield f"dense: {user} {thing}: {got.get(thing.id)}, not {expected}"


def _sparse(world: World, user: naive.User, rule: Rule) -> Found:
    got = set(sql(rule.candidates, **rule.values).scalars())
    expected = {each.id for kind in KINDS for each in world.listed(user, kind)}
    if got != expected:
        yield f"sparse: {user}: {got}, not {expected}"


def _with_right(
    world: World, user: naive.User, rule: Rule, kind: str, right: str, predicate: str
) -> Found:
    rows = sql(
        f"select r.id from core_record r where r.account_id = :account and r.kind = any(:kinds)"
        f" and r.deleted_at is null and {rule.full} and {predicate}",
        **{**rule.values, "kinds": [kind]},
    )
    got = set(rows.scalars())
    expected = {
        each.id for each in world.listed(user, kind) if world.can(user, right, each)
    }  # fmt: skip
    if got != expected:
        yield f"right: {right} {user} {kind}: {got}, not {expected}"
