"""What holds now of the facts that a change speaks of."""

from __future__ import annotations

import json
from collections.abc import Iterable

from core.accounts.queries import account_facts
from core.db import sql
from core.permissions.facts import ACCESS, MEMBER, PARENT, REACH, SETTING, TICK, Fact


def present_of(facts: Iterable[Fact]) -> set[Fact]:
    """Return those of the facts that hold in the current account."""
    asked = set(facts)
    found: set[Fact] = set()
    for sort, read in _READERS.items():
        if any(fact[0] == sort for fact in asked):
            found |= read()
    return asked & found


def ticks(role_id: int = 0) -> set[Fact]:
    """Return the facts of what a team role ticks, or with 0 all of them."""
    rows = sql(
        'select role_id, kind, "right" from core_role_tick'
        " where account_id = :account and (role_id = :role or :role = 0)",
        role=role_id,
    )
    return {(TICK, row.role_id, row.kind, row.right) for row in rows}


def access_ticks() -> set[Fact]:
    """Return the facts of what access roles tick."""
    rows = sql(
        'select access_role, kind, "right" from core_access_tick where account_id = :account'
    )
    return {(ACCESS, row.access_role, row.kind, row.right) for row in rows}


def memberships(team_id: int = 0, user_id: int = 0) -> set[Fact]:
    """Return the facts of who has which role in a team, of a user's roles, or with 0 of all."""
    rows = sql(
        "select user_id, team_id, role_id from core_membership where account_id = :account"
        " and (team_id = :team or :team = 0) and (user_id = :user or :user = 0)",
        team=team_id,
        user=user_id,
    )
    return {(MEMBER, row.user_id, row.team_id, row.role_id) for row in rows}


def parents() -> set[Fact]:
    """Return the facts of which team stands below which."""
    rows = sql(
        "select id, parent_id from core_team where account_id = :account and parent_id is not null"
    )
    return {(PARENT, row.id, row.parent_id) for row in rows}


def reaches() -> set[Fact]:
    """Return the facts of which roles reach."""
    rows = sql("select id from core_role where account_id = :account and has_reach")
    return {(REACH, role_id) for role_id in rows.scalars()}


def settings() -> set[Fact]:
    """Return the facts of the account-wide settings, those with their start value too."""
    return {
        (SETTING, key, json.dumps(value, sort_keys=True))
        for key, value in account_facts().settings.items()
    }


_READERS = {
    TICK: ticks,
    ACCESS: access_ticks,
    MEMBER: memberships,
    PARENT: parents,
    REACH: reaches,
    SETTING: settings,
}
