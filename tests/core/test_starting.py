"""The application as it starts, whatever plugins are there."""

from __future__ import annotations

from core.accounts.views import PLUGINS
from tests.makers import make_account, make_user, sign_in


def test_sign_in_page_opens_for_anyone(client):
    assert client.get("/sign-in").status_code == 200


def test_unknown_address_answers_not_found(client):
    assert client.get("/nowhere").status_code == 404


def test_administrator_opens_the_settings(client):
    make_account()
    sign_in(client, make_user(role="administrator"))
    assert client.get(PLUGINS).status_code == 200


def test_user_is_kept_out_of_the_settings(client):
    make_account()
    sign_in(client, make_user())
    assert client.get(PLUGINS).status_code == 403
