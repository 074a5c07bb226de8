"""Who gains and loses sight of records: the numbers over sets against the rule, one by one."""

from __future__ import annotations

from random import Random

import pytest

from core.access import Holding, actor_of, actors_of, effects_of, levels_of
from core.changes.capture import change_set
from core.db import enter_account
from core.errors import NotFound
from core.records import bulk
from core.registry import registry
from tests.core.access.comparing import KINDS, Builder, two_accounts
from tests.makers import make_account, make_team, make_user

VISIBILITIES = ("public", "private", "hidden")


@pytest.fixture
def world(app):
    world = two_accounts()
    make = Builder(world)
    account = world.accounts[0]
    make.enter(account)
    make.tick(make.role(account, "user"), "company", "view", on=False)
    make.set_status(world.users_in(account)[3], "suspended")
    return world


def holding(values) -> Holding:
    owner = values["owner"]
    owners = [*([] if owner is None else [owner]), *values["owners"]]
    return Holding(values["visibility"], tuple(owners), tuple(values["participants"]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind_key", KINDS)
def test_acc_x3_effects_are_what_the_rule_says_before_and_after(world, kind_key, seed):
    random = Random(seed)
    account = world.accounts[0]
    enter_account(account)
    kind, users = registry().kinds[kind_key], [each.id for each in world.users_in(account)]
    principals = users + [each.id for each in world.teams_in(account)]
    ids = [each.id for each in world.things_in(account) if each.kind == kind_key]
    stored = list(bulk.stored(kind, ids).values())
    changes = [
        (
            now,
            {
                "owner": random.choice([None, *users]),
                "owners": [],
                "participants": sorted(random.sample(principals, random.randint(0, 2))),
                "visibility": random.choice(VISIBILITIES),
            },
        )
        for now in stored
    ]
    actors = actors_of(users)
    found = effects_of(
        kind_key,
        [holding(now.values) for now, _new in changes],
        [holding(new) for _now, new in changes],
        actors.values(),
    )
    before = {user: seen(user, ids) for user in users}
    with change_set("form", users[0]):
        bulk.change_many(kind, changes, actors[users[0]])
    after = {user: seen(user, ids) for user in users}
    places = {now.id: place for place, (now, _new) in enumerate(changes)}
    expected = {
        user: (
            sorted(places[each] for each in after[user] - before[user]),
            sorted(places[each] for each in before[user] - after[user]),
        )
        for user in users
        if after[user] != before[user]
    }
    assert {each.user_id: (list(each.gained), list(each.lost)) for each in found} == expected
    assert expected


def seen(user: int, ids: list[int]) -> set[int]:
    levels = levels_of(actor_of(user), ids)
    return {each for each, level in levels.items() if level.is_full}


def test_actors_read_at_once_are_those_read_one_by_one(world):
    for account in world.accounts:
        enter_account(account)
        users = [each.id for each in world.users_in(account)]
        assert actors_of(users) == {each: actor_of(each) for each in users}


def test_actors_of_another_account_are_not_there(app):
    make_account()
    stranger = make_user(team=make_team())
    make_account()
    with pytest.raises(NotFound):
        actors_of([stranger.id])
