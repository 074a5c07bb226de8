"""The comparison finds bugs: each of these, planted in the strings of the rule, must show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.access import Actor, Rule, rule_for
from core.access.actor import _REACHED
from core.access.rule import right_sql
from core.db import sql
from tests.core.access.comparing import Builder, rules, trash_or_restore, two_accounts
from tests.core.access.naive import World

Swaps = list[tuple[str, str]]
RuleOf = Callable[[Actor, tuple[str, ...]], Rule]

# What is wrong; what stands in the rule, and what is put there instead.
WRONG_RULES: dict[str, Swaps] = {
    "hidden rows leave a basic line": [
        ("r.visibility <> 'hidden'", "true"),
        ("r.visibility in ('public', 'private')", "true"),
    ],
    "private rows are open": [("r.visibility = 'public'", "r.visibility <> 'hidden'")],
    "private rows have no basic line": [
        ("r.visibility <> 'hidden'", "r.visibility = 'public'"),
        ("r.visibility in ('public', 'private')", "r.visibility = 'public'"),
    ],
    "teams do not take part": [("cast(:principals as", "cast(array[:actor_id] as")],
    "teams are not gathered": [("h.principal_id = any(:principals)", "h.principal_id = :actor_id")],
    "participants are reached like owners": [
        ("r.participant_ids && cast(:principals", "r.participant_ids && cast(:reached")
    ],
    "participants are gathered like owners": [("h.role = 'owner' and ", "")],
    "further owners are not reached": [
        ("or r.further_owner_ids && cast(:reached as bigint[])", "")
    ],
    "further owners are not gathered": [
        ("h.role = 'owner' and h.principal_id = any(:reached)", "false")
    ],
    "managers do not reach": [("r.owner_id = any(:reached)", "r.owner_id = :actor_id")],
    "holders are forgotten where View is ticked": [
        (") or (r.owner_id", ") or (false and r.owner_id")
    ],
    "further holders are not gathered": [
        ("h.account_id = :account and h.principal_id = any(:principals)", "false")
    ],
    "the trash is gathered": [(f"and {alias}.deleted_at is null", "") for alias in "rov"],
    "other accounts are gathered": [
        (f"{alias}.account_id = :account", ":account = :account") for alias in "rhov"
    ],
}

WRONG_RIGHTS: dict[str, Swaps] = {
    "participant teams have no rights": [("cast(:principals as", "cast(array[:actor_id] as")],
    "participants have the owner's rights": [
        ("any(r.further_owner_ids)", "any(r.further_owner_ids || r.participant_ids)")
    ],
    "further owners have no rights": [("or :actor_id = any(r.further_owner_ids)", "")],
}


@pytest.fixture
def world(app) -> World:
    """Two accounts; a third thing of each is in the trash, and participants may edit alone."""
    world = two_accounts()
    make = Builder(world)
    for account in world.accounts:
        make.enter(account)
        trash_or_restore(world.things_in(account)[2], make.boss(account))
        make.tick_access(account, "participant", "person", "delete", on=False)
    return world


def swapped(text: str, swaps: Swaps) -> str:
    for old, new in swaps:
        text = text.replace(old, new)
    return text


def wrong_rule(swaps: Swaps) -> RuleOf:
    def rule_of(actor: Actor, kinds: tuple[str, ...]) -> Rule:
        rule = rule_for(actor, kinds)
        parts = ("full", "basic", "candidates")
        return replace(rule, **{part: swapped(getattr(rule, part), swaps) for part in parts})

    return rule_of


def short_reach(actor: Actor, kinds: tuple[str, ...]) -> Rule:
    """The rule for a manager who reaches no sub-teams."""
    flat = _REACHED.replace("join below b on t.parent_id = b.id", "join below b on false")
    reached = {row.user_id for row in sql(flat, managers=[actor.user_id])}
    return rule_for(replace(actor, reached=(actor.user_id, *reached)), kinds)


def reach_of_members(actor: Actor, kinds: tuple[str, ...]) -> Rule:
    """The rule for a member who reaches like a manager."""
    all_reach = _REACHED.replace("and r.has_reach", "")
    reached = [row.user_id for row in sql(all_reach, managers=[actor.user_id])]
    return rule_for(replace(actor, reached=tuple(reached)), kinds)


def view_of_all(actor: Actor, kinds: tuple[str, ...]) -> Rule:
    """The rule for an actor whose role's tick nobody looked at."""
    ticks = actor.ticks | {(kind, "view") for kind in kinds}
    return rule_for(replace(actor, ticks=ticks), kinds)


def life_of_all(actor: Actor, kinds: tuple[str, ...]) -> Rule:
    """The rule for an actor whose suspension nobody looked at."""
    return rule_for(replace(actor, is_active=True), kinds)


def test_world_holds_every_case_and_the_right_rule_agrees(world):
    pairs = [(user, thing) for user in world.users.values() for thing in world.things.values()]
    found = Counter(world.level(user, thing) for user, thing in pairs)
    assert set(found) == {"full", "basic", "nothing"}
    assert min(found.values()) >= 5
    assert list(rules(world)) == []


def test_wrong_rules_are_found(world):
    found = {name: list(rules(world, wrong_rule(swaps))) for name, swaps in WRONG_RULES.items()}
    assert [name for name, differences in found.items() if not differences] == []


def test_wrong_rights_are_found(world):
    found = {
        name: list(
            rules(world, right_of=lambda *each, swaps=swaps: swapped(right_sql(*each), swaps))
        )
        for name, swaps in WRONG_RIGHTS.items()
    }
    assert [name for name, differences in found.items() if not differences] == []


def test_wrong_groups_are_found(world):
    def teams_above(actor: Actor, kinds: tuple[str, ...]) -> Rule:
        above = {world.teams[each].parent for each in actor.principals if each in world.teams}
        return rule_for(replace(actor, principals=(*actor.principals, *(above - {None}))), kinds)

    assert any(rules(world, short_reach))
    assert any(rules(world, reach_of_members))
    assert any(rules(world, teams_above))


def test_tick_and_suspension_that_nobody_looks_at_are_found(world):
    make = Builder(world)
    for account in world.accounts:
        make.enter(account)
        make.tick(make.role(account, "user"), "person", "view", on=False)
        make.set_status(world.users_in(account)[-1], "suspended")
    assert list(rules(world)) == []
    assert any(rules(world, view_of_all))
    assert any(rules(world, life_of_all))
