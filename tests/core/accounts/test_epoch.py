"""The epoch: changes count from the next request on, and what is taken back leaves no trace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.access import actor_of
from core.accounts.epoch import current_epoch
from core.accounts.queries import account_facts
from core.accounts.services import store_setting
from core.db import db, enter_account
from core.roles.models import Role
from core.teams.models import Team
from core.teams.services import create_team, delete_team, join, leave, move_team, rename_team
from core.users.models import User
from tests.makers import make_account, make_team, make_user, role, tick


@pytest.fixture
def user(app) -> User:
    """A user in two teams, of whom everything is cached."""
    make_account()
    user = make_user(team=make_team("North"))
    make_user(team=make_team("South"), role="administrator")
    make_team("East")
    join(user, team_named("South").id, "user")
    next_request()
    actor_of(user.id)
    return user


def next_request() -> None:
    """End the request under way, having stored everything."""
    db.session.commit()


def team_named(name: str) -> Team:
    return db.session.execute(db.select(Team).where(Team.name == name)).scalar_one()


def reach() -> None:
    changed: Role = role("user")
    changed.has_reach = True
    db.session.flush()


def suspend(user: User) -> None:
    user.status = "suspended"
    db.session.flush()


CHANGES = {
    "join": lambda user: join(user, create_team("West").id, "manager"),
    "leave": lambda user: leave(user, team_named("South").id),
    "new role in a team": lambda user: join(user, team_named("South").id, "manager"),
    "team moves": lambda _: move_team(team_named("South").id, team_named("North").id),
    "team is renamed": lambda _: rename_team(team_named("South").id, "Souther"),
    "team is deleted": lambda _: delete_team(team_named("East").id),
    "tick of a role": lambda _: tick("user", "person", "delete"),
    "tick that goes": lambda _: tick("user", "person", "view", on=False),
    "tick of owners": lambda _: tick("owner", "person", "edit", on=False),
    "role reaches": lambda _: reach(),
    "suspension": suspend,
    "setting": lambda _: store_setting("access.person.owner_required", value=False),
}


def seen(user: User) -> tuple:
    """What the engine knows of a user and his account, whatever the number of the epoch."""
    return replace(actor_of(user.id), epoch=0), replace(account_facts(), epoch=0)


@pytest.mark.parametrize("name", CHANGES)
def test_change_counts_from_the_next_request_on(user, name):
    before = seen(user)
    CHANGES[name](user)
    inside = seen(user)
    next_request()
    assert before != inside == seen(user)


@pytest.mark.parametrize("name", CHANGES)
def test_change_that_is_taken_back_leaves_no_trace(user, name):
    before, epoch = seen(user), current_epoch()
    CHANGES[name](user)
    assert seen(user) != before
    db.session.rollback()
    assert current_epoch() == epoch
    assert seen(user) == before


def test_savepoint_does_not_let_unstored_facts_into_the_cache(user):
    before = actor_of(user.id)
    join(user, team_named("North").id, "manager")
    with db.session.begin_nested():
        assert actor_of(user.id) != before
    with db.session.begin_nested() as savepoint:
        savepoint.rollback()
    assert actor_of(user.id) != before
    db.session.rollback()
    tick("owner", "person", "edit", on=False)
    next_request()
    found = actor_of(user.id)
    assert found.reached == before.reached
    assert ("person", "edit") not in found.owner_ticks


def test_change_inside_a_failed_savepoint_is_forgotten_at_once(user):
    before = actor_of(user.id)
    savepoint = db.session.begin_nested()
    join(user, team_named("North").id, "manager")
    assert actor_of(user.id) != before
    savepoint.rollback()
    assert actor_of(user.id) == before
    next_request()
    assert actor_of(user.id) == before


def test_reading_twice_in_one_transaction_asks_once(user, count_statements):
    tick("user", "person", "delete")
    actor_of(user.id)
    account_facts()
    count_statements.clear()
    actor_of(user.id)
    account_facts()
    assert count_statements == []


def test_epoch_of_one_account_leaves_the_other_alone(user):
    ours, epoch = user.account_id, current_epoch()
    make_account()
    make_user()
    next_request()
    enter_account(ours)
    assert current_epoch() == epoch
