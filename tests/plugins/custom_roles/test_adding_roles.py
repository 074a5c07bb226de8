"""Adding team roles of the account's own."""

from __future__ import annotations

import pytest

from core.accounts.models import SecurityEntry
from core.accounts.services import switch_plugins
from core.db import db
from core.permissions.queries import ticks
from core.roles.models import Role
from tests.makers import make_account, make_team, make_user, sign_in

ROLES = "/settings/account/users/roles"
NEW = f"{ROLES}/new"


@pytest.fixture
def browser(client):
    make_account()
    sign_in(client, make_user("Ada", make_team(), "administrator"))
    switch_plugins({"custom_roles": True})
    return client


def named(name):
    return db.session.execute(db.select(Role).where(Role.name == name)).scalar_one_or_none()


def test_team_8_a_role_is_added_with_a_name_and_reach_and_ticks_nothing(browser):
    assert NEW in browser.get(ROLES).text
    assert browser.get(NEW).status_code == 200
    answer = browser.post(NEW, data={"name": " Auditor ", "reach": "1"})
    made = named("Auditor")
    assert answer.location == f"{ROLES}/{made.id}"
    assert made.has_reach
    assert not ticks(made.id)
    assert "The role “Auditor” was added. Now tick its rights." in browser.get(answer.location).text
    entry = db.session.execute(
        db.select(SecurityEntry).where(SecurityEntry.event == "role_added")
    ).scalar_one()
    assert entry.details == {"name": "Auditor"}


@pytest.mark.parametrize(
    "name", ["", " ", "x" * 61, "administrator", "Manager", "Użytkownik", "first"]
)
def test_team_8_the_name_has_1_to_60_characters_and_is_the_only_one(browser, name):
    browser.post(NEW, data={"name": "First"})
    refused = browser.post(NEW, data={"name": name, "reach": "1"})
    assert refused.status_code == 422
    assert 'aria-describedby="name-error"' in refused.text
    assert 'name="reach" value="1" checked' in refused.text
    assert db.session.execute(db.select(Role).where(Role.key.is_(None))).scalars().all() == [
        named("First")
    ]


def test_pkg_4_with_the_plugin_off_there_is_no_such_address(browser):
    switch_plugins({"custom_roles": False})
    assert NEW not in browser.get(ROLES).text
    assert browser.get(NEW).status_code == 404
    assert browser.post(NEW, data={"name": "Auditor"}).status_code == 404
    assert named("Auditor") is None


@pytest.mark.parametrize("who", ["manager", "user"])
def test_gen_2_others_get_403(app, browser, who):
    sign_in(browser, make_user("Ula", make_team(), who))
    assert browser.get(NEW).status_code == 403
    assert browser.post(NEW, data={"name": "Auditor"}).status_code == 403
