"""An account with an administrator who has a browser."""

from __future__ import annotations

import pytest

from core.accounts.queries import account_facts
from core.accounts.services import switch_plugins
from core.contracts import OWN_ROLES
from core.registry import registry
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


@pytest.fixture
def own_roles(ada):
    """The name of the plugin that allows roles of the account's own, switched on."""
    name = next((each for each, spec in registry().plugins.items() if OWN_ROLES in spec.grants), "")
    if not name:
        pytest.skip("no plugin allows roles of the account's own")
    switch_plugins({name: True})
    assert account_facts().allows(OWN_ROLES)
    return name
