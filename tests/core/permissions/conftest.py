"""An account with an administrator who has a browser."""

from __future__ import annotations

import pytest

from tests.makers import make_account, make_team, make_user, sign_in


@pytest.fixture
def own(app):
    """The first team of a new account."""
    make_account("Own")
    return make_team("Own")


@pytest.fixture
def ada(own):
    """Its administrator."""
    return make_user("Ada", own, "administrator")


@pytest.fixture
def browser(client, ada):
    """The administrator's browser."""
    return sign_in(client, ada)


@pytest.fixture
def another(app, client):
    """Give further users a browser of their own."""
    return lambda user: sign_in(app.test_client(), user)
