"""A user with a password, a clock that can be moved, and two-factor login."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient

from core import clock, db as wall
from core.db import account_scope, db
from core.users import codes, second_factors
from tests.makers import PASSWORD, make_account, make_team, make_user


def ticket_of(browser):
    """Return the ticket that a browser holds between password and code."""
    account = wall.current_account_or_none()
    with browser.session_transaction() as cookie:
        ticket = cookie.get("ticket", "")
    if account is not None:
        wall.enter_account(account)
    return ticket


@pytest.fixture
def own_client(whole_app):
    """A browser whose requests have connections of their own, as real ones do.

    Whatever is stored apart from a refused request is seen by it alone.
    """
    whole_app.config["WTF_CSRF_ENABLED"] = False
    with whole_app.app_context():
        account_id = make_account().id
        make_user("Anna", make_team("North"), email="anna@example.com")
        wall.leave_account()
        db.session.commit()
        db.session.remove()
    client = FlaskClient(whole_app, whole_app.response_class)
    client.account_id = account_id
    yield client
    whole_app.config["WTF_CSRF_ENABLED"] = True
    with whole_app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("delete from core_account where id = %s", (account_id,))
        connection.exec_driver_sql("delete from core_sign_in_failure")


@pytest.fixture
def at(monkeypatch):
    """Move the clock: `at(minutes=3)` is three minutes after the test began."""
    began = clock.now()

    def move(**since):
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(**since))

    move()
    return move


@pytest.fixture
def anna(client):
    """A user in Polish whose account has an administrator too."""
    make_account()
    team = make_team("North")
    made = make_user("Anna", team, email="anna@example.com")
    make_user("Ada", team, "administrator", email="ada@example.com")
    db.session.flush()
    return made


class Factor:
    """A user's second factor, as his phone has it."""

    def __init__(self, user):
        self.secret = codes.new_secret()
        with account_scope(user.account_id):
            self.recovery_codes = second_factors.switch_on(user.id, self.secret, self.code(-1))

    def code(self, steps=0):
        """Return the code of now, or of some steps later."""
        return pyotp.TOTP(self.secret).generate_otp(codes.step_at(clock.now()) + steps)


@pytest.fixture
def factor(anna, at):
    """Anna's second factor; the code of the step before was used."""
    return Factor(anna)


@pytest.fixture
def enter(client):
    """Sign in up to the password: `enter("anna@example.com")`."""

    def send(email="anna@example.com", password=PASSWORD, browser=client, **more):
        return browser.post("/sign-in", data={"email": email, "password": password, **more})

    return send


@pytest.fixture
def give(client):
    """Give a code: `give("123456")`."""

    def send(code, browser=client, **more):
        ticket = ticket_of(browser)
        return browser.post("/sign-in/code", data={"code": code, "ticket": ticket, **more})

    return send


@pytest.fixture
def other_browser(app, client):
    """Another browser of the same person."""
    return app.test_client()
