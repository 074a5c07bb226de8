"""What tests of users have in common: an account with its administrator, signed in."""

from __future__ import annotations

import pytest

from tests.makers import make_account, make_team, make_user, sign_in


@pytest.fixture
def account(app):
    return make_account()


@pytest.fixture
def team(account):
    return make_team("Sales")


@pytest.fixture
def boss(team):
    return make_user("Boss", team, "administrator", "boss@example.com")


@pytest.fixture
def browser(client, boss):
    """The administrator's browser."""
    return sign_in(client, boss)
