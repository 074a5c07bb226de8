"""What tests of the trash begin with: a signed-in administrator."""

from __future__ import annotations

import pytest

from tests.makers import make_account, make_user, sign_in


@pytest.fixture
def boss(app, client):
    make_account()
    user = make_user("Boss", role="administrator")
    sign_in(client, user)
    return user
