"""The effect of a change of permissions, held against asking the engine record by record."""

from __future__ import annotations

from collections import defaultdict
from random import Random

import pytest

from core.access import NoAccess, actor_of, fetch, holdings
from core.accounts.queries import account_facts
from core.changes.capture import change_set
from core.db import db
from core.errors import NotFound
from core.permissions.effect import compared, effect_of, rights_on_records
from core.permissions.facts import ACCESS, MEMBER, PARENT, TICK, PermissionChange
from core.permissions.queries import memberships, parents
from core.permissions.services import apply
from core.records.models import Holder
from core.teams.services import role_named
from tests.makers import make_account, make_record, make_team, make_user, put

KINDS = ("person", "company")
VISIBILITIES = ("public", "private", "hidden")


def make_world(seed: int) -> dict:
    """Return an account with a tree of teams, people in several roles and mixed records."""
    random = Random(seed)
    make_account()
    top = make_team("Top")
    teams = [top, *(make_team(f"Team {number}", top) for number in range(3))]
    teams.append(make_team("Below", teams[1]))
    boss = make_user("Boss", top, "administrator")
    users = [make_user(f"U{n}", random.choice(teams), random.choice(["user", "manager"]))
             for n in range(7)]  # fmt: skip
    for user in users[:3]:
        put(user, random.choice(teams), "user")
    records = []
    for number in range(24):
        holders = random.sample([*users, *teams], random.randrange(3))
        records.append(
            make_record(
                random.choice(users),
                KINDS[number % 2],
                participants=holders,
                visibility=random.choice(VISIBILITIES),
            )
        )
    with change_set("form", boss.id):
        for record in records[:4]:
            db.session.add(Holder(record_id=record.id, principal_id=users[5].id, role="owner"))
        db.session.flush()
    return {"teams": teams, "users": users, "boss": boss, "records": records}


def asked_one_by_one(world) -> dict[tuple[str, str], set[tuple[int, int]]]:
    """Return for each kind and right the pairs of user and record for which it is held."""
    found: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    for person in account_facts().users.values():
        for record in world["records"]:
            pair = person.id, record.id
            try:
                access = fetch(record.kind, record.id, actor_of(person.id))
            except NoAccess:
                found[record.kind, "basic"].add(pair)
                continue
            except NotFound:
                continue
            found[record.kind, "view"].add(pair)
            for right in rights_on_records(record.kind):
                if access.can(right.key):
                    found[record.kind, right.key].add(pair)
    return found


def real_effect(world, change: PermissionChange) -> dict[str, dict[int, int]]:
    """Make the change and return who really gained or lost what, as counts by line and user."""
    before = asked_one_by_one(world)
    apply(change)
    after = asked_one_by_one(world)
    lines: dict[str, dict[int, int]] = {}
    for kind, right in before.keys() | after.keys():
        had, has = before[kind, right], after[kind, right]
        if right == "basic":
            had, has = had - after[kind, "view"], has - before[kind, "view"]
        for name, pairs in (("gain", has - had), ("loss", had - has)):
            for user_id, _record in pairs:
                users = lines.setdefault(f"{kind}.{right}.{name}", defaultdict(int))
                users[user_id] += 1
    return lines


def some_change(world, random: Random) -> PermissionChange:
    """Return a change such as the pages make."""
    user, team = random.choice(world["users"]), random.choice(world["teams"][1:])
    sort = random.choice(["tick", "untick", "access", "move user", "role", "parent"])
    role = random.choice(["user", "manager"])
    kind, right = random.choice(KINDS), random.choice(["edit", "delete", "view"])
    if sort in {"tick", "untick"}:
        fact = frozenset({(TICK, role_named(role).id, kind, right)})
        return PermissionChange(new=fact) if sort == "tick" else PermissionChange(gone=fact)
    if sort == "access":
        fact = frozenset({(ACCESS, random.choice(["owner", "participant"]), kind, "delete")})
        return PermissionChange(new=fact) if random.random() < 0.5 else PermissionChange(gone=fact)
    if sort == "parent":
        gone = frozenset(fact for fact in parents() if fact[1] == world["teams"][4].id)
        return PermissionChange(
            gone, frozenset({(PARENT, world["teams"][4].id, world["teams"][2].id)})
        )
    gone = frozenset(memberships(user_id=user.id))
    homes = team.id if sort == "move user" else min(gone)[2]
    return PermissionChange(gone, frozenset({(MEMBER, user.id, homes, role_named(role).id)}))


@pytest.mark.parametrize("seed", range(30))
def test_acc_x3_the_preview_counts_what_really_happens(app, monkeypatch, seed):
    monkeypatch.setattr(holdings, "SPAN", 5)  # many windows
    world = make_world(seed)
    change = some_change(world, Random(seed))
    effect = effect_of(change)
    real = real_effect(world, change)
    shown = {
        line.key: {user: count for user, count in line.users.items() if count}
        for line in effect.lines
        if any(line.users.values())
    }
    assert shown == real


def test_acc_x3_a_preview_changes_nothing(app):
    world = make_world(1)
    before = asked_one_by_one(world)
    fact = frozenset({(TICK, role_named("user").id, "person", "delete")})
    effect_of(PermissionChange(new=fact))
    assert asked_one_by_one(world) == before


def test_acc_x3_samples_and_the_full_list_are_the_records_that_are_counted(app, monkeypatch):
    monkeypatch.setattr(holdings, "SPAN", 3)
    make_world(2)
    fact = frozenset({(TICK, role_named("user").id, "person", "delete")})
    comparison = compared(PermissionChange(new=fact))
    line = next(each for each in comparison.effect().lines if each.key == "person.delete.gain")
    whole = comparison.listed(line.key, 0, 0, 1_000)
    assert len(whole) == line.total
    assert line.samples == whole[:20]
    rest = comparison.listed(line.key, 0, whole[2], 1_000)
    assert rest == whole[3:]
    for user_id, count in line.users.items():
        assert len(comparison.listed(line.key, user_id, 0, 1_000)) == count


def test_acc_x3_rights_without_records_are_told_too(app):
    world = make_world(3)
    fact = frozenset({(TICK, role_named("user").id, "person", "add")})
    lines = {each.key: each for each in effect_of(PermissionChange(gone=fact)).lines}
    lost = lines["person.add.loss"]
    assert set(lost.users.values()) == {None}
    assert lost.users.keys() == {
        user.id
        for user in world["users"]
        if not actor_of(user.id).reached[1:] and ("person", "add") in actor_of(user.id).ticks
    } - {user.id for user in world["users"] if _has_from_elsewhere(user)}


def _has_from_elsewhere(user) -> bool:
    manager = role_named("manager").id
    return any(fact[3] == manager for fact in memberships(user_id=user.id))
