"""What tests of merging begin with: a signed-in owner and similar contacts."""

from __future__ import annotations

import pytest

from tests.makers import make_account, make_team, make_user, sign_in


@pytest.fixture
def north(app):
    make_account()
    return make_team("North")


@pytest.fixture
def ada(north, client):
    user = make_user("Ada", north)
    sign_in(client, user)
    return user


@pytest.fixture
def eve(north):
    return make_user("Eve", make_team("East"))
