"""Account settings > Package and plugins, with plugins that exist in these tests alone."""

from __future__ import annotations

import re
import sys
from itertools import pairwise

import pytest
from flask import Blueprint

from core.accounts.models import Account, SecurityEntry
from core.accounts.queries import account_facts, needed_package
from core.accounts.services import assign_package, switch_plugins
from core.app import create_app
from core.contracts import MANAGER, USER, AddEntry, JobType, NavEntry, PluginSpec, Right
from core.db import db
from core.errors import Invalid, NotFound
from core.hookspecs import hookimpl
from core.registry import registry
from core.web import SIGNED_IN, opens
from tests.conftest import Browser
from tests.makers import actor, make_account, make_team, make_user, sign_in, tick

PAGE = "/settings/account/package/plugins"
PACKAGES = {"harbour": "basic", "ferry": "automation", "pier": "basic"}


class Pretended:
    """A plugin with an address, a menu entry, a right and a job."""

    def __init__(self, name, needs=(), *, shipped_on=False):
        self.name, self.needs, self.shipped_on = name, needs, shipped_on
        self.ran = []

    @hookimpl
    def register_plugin(self):
        return PluginSpec(self.name, self.name.capitalize(), f"What {self.name} does.",
                          shipped_on=self.shipped_on, needs=self.needs)  # fmt: skip

    @hookimpl
    def register_blueprints(self):
        pages = Blueprint(self.name, __name__)
        pages.get(f"/{self.name}")(opens(SIGNED_IN)(lambda: f"page of {self.name}"))
        return [pages]

    @hookimpl
    def register_rights(self):
        return [Right("general", f"use_{self.name}", "Use", "Use it.", (MANAGER, USER))]

    @hookimpl
    def register_jobs(self):
        return [JobType(f"{self.name}_work", lambda: self.ran.append(self.name))]

    @hookimpl
    def nav_entries(self, actor):
        return [NavEntry(self.name.capitalize(), f"/{self.name}", "puzzle")]

    @hookimpl
    def add_entries(self, actor):
        return [AddEntry(f"Add {self.name}", f"/{self.name}", "puzzle")]


@pytest.fixture
def own_app(settings, connection, monkeypatch):
    """An application with three plugins that can be switched, inside the test's transaction."""
    for pretended in (
        Pretended("harbour"),
        Pretended("ferry", ("harbour",)),
        Pretended("pier", shipped_on=True),
    ):
        monkeypatch.setitem(sys.modules, f"plugins.{pretended.name}.plugin", pretended)
    app = create_app(settings, with_plugins=("contacts", *PACKAGES))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    with app.app_context():
        packages, included = registry().packages, frozenset()
        for package in packages:
            included |= {name for name, lowest in PACKAGES.items() if lowest == package}
            packages[package] = included
        engine, db._app_engines[app][None] = db._app_engines[app][None], connection
        db.session.configure(join_transaction_mode="create_savepoint")
        yield app
        db.session.remove()
        db._app_engines[app][None] = engine
        engine.dispose()


@pytest.fixture
def ada(own_app):
    """The administrator of a new account, with his browser."""
    make_account("Own", language="en")
    user = make_user("Ada", make_team("Own"), "administrator")
    db.session.flush()
    return user


@pytest.fixture
def browser(own_app, ada):
    return sign_in(own_app.test_client(), ada)


def active():
    db.session.info.pop("epoch", None)  # as the next request reads it
    return account_facts().active_plugins & set(PACKAGES)


def save(browser, *ticked, opened=None, confirm=()):
    data = {"plugin": list(ticked), "confirm": list(confirm)}
    if opened is not None:
        data["opened"] = ["", *opened]
    return browser.post(PAGE, data=data)


def test_pkg_6_lists_each_plugin_with_description_state_package_and_switch(browser):
    page = browser.get(PAGE).text
    for text in ("Harbour", "What ferry does.", "Package: Basic", "Package: Automation",
                 "Package of this account: Enterprise", "Needs: Harbour"):  # fmt: skip
        assert text in page
    assert page.count('name="plugin"') == 3
    assert 'aria-describedby="plugin-pier-about" checked' in page
    assert 'aria-describedby="plugin-ferry-about" checked' not in page


def test_pkg_8_always_there_parts_have_no_switch(browser):
    page = browser.get(PAGE).text
    assert "Always on: signing in" in page
    assert "Contacts" in page
    assert 'value="contacts"' not in page
    assert save(browser, "contacts", "pier").status_code == 422


def test_pkg_1_packages_contain_the_lower_ones(own_app):
    order = [registry().packages[name] for name in ("basic", "growth", "automation", "enterprise")]
    assert all(lower <= higher for lower, higher in pairwise(order))


def test_pkg_2_an_account_starts_in_enterprise(ada):
    assert account_facts().package == "enterprise"


def test_pkg_3_growth_equals_basic_as_shipped(whole_app):
    packages = whole_app.extensions["szansa"].packages
    assert packages["growth"] == packages["basic"]


def test_pkg_4_what_is_not_in_the_package_is_greyed_with_the_package_s_name(browser, ada):
    assign_package(db.session.get(Account, ada.account_id), "basic")
    page = browser.get(PAGE).text
    assert "Needs the package Automation" in page
    assert 'aria-describedby="plugin-ferry-about" disabled' in page
    refused = save(browser, "ferry", "pier")
    assert refused.status_code == 422
    assert "Ferry: the package Automation is needed." in refused.text
    assert active() == {"pier"}


def test_pkg_4_switching_takes_effect_with_the_next_request_and_without_restart(browser, ada):
    assert browser.get("/harbour").status_code == 404
    assert 'href="/harbour"' not in browser.get(PAGE).text
    assert save(browser, "harbour", "pier").status_code == 302
    assert browser.get("/harbour").text == "page of harbour"
    shown = browser.get(PAGE).text
    assert shown.count('href="/harbour"') == 3
    save(browser, "pier")
    assert browser.get("/harbour").status_code == 404
    assert 'href="/harbour"' not in browser.get(PAGE).text


def test_pkg_4_rights_of_a_plugin_hold_only_while_it_is_active(ada):
    ula = make_user("Ula", make_team("Sales"))
    tick("user", "general", "use_harbour")
    assert not actor(ula).has("general", "use_harbour")
    switch_plugins({"harbour": True})
    assert actor(ula).has("general", "use_harbour")
    switch_plugins({"harbour": False})
    assert not actor(ula).has("general", "use_harbour")


def test_pkg_5_a_lower_package_works_as_switching_off_and_back_is_as_before(browser, ada):
    account = db.session.get(Account, ada.account_id)
    save(browser, "harbour", "ferry", "pier")
    assert active() == {"harbour", "ferry", "pier"}
    assign_package(account, "basic")
    assert active() == {"harbour", "pier"}
    assert browser.get("/ferry").status_code == 404
    save(browser, "harbour", "pier", opened=("harbour", "pier"))
    assign_package(account, "automation")
    assert active() == {"harbour", "ferry", "pier"}


def test_pkg_7_asks_before_switching_on_what_is_needed_too(browser):
    asked = save(browser, "ferry", "pier")
    assert asked.status_code == 422
    assert "Harbour is switched on too, because Ferry needs it." in asked.text
    assert 'name="confirm" value="on.harbour"' in asked.text
    assert 'value="ferry" aria-describedby="plugin-ferry-about" checked' in asked.text
    assert active() == {"pier"}
    assert save(browser, "ferry", "pier", confirm=["on.harbour"]).status_code == 302
    assert active() == {"harbour", "ferry", "pier"}


def test_pkg_7_asks_before_switching_off_what_needs_it_too(browser):
    switch_plugins({"ferry": True})
    asked = save(browser, "ferry", "pier", opened=("harbour", "ferry", "pier"))
    assert asked.status_code == 422
    assert "Ferry is switched off too, because it needs Harbour." in asked.text
    answer = save(browser, "ferry", "pier", opened=("harbour", "ferry", "pier"),
                  confirm=["off.ferry"])  # fmt: skip
    assert answer.status_code == 302
    assert active() == {"pier"}


def test_pkg_7_both_ways_at_once_is_refused(browser):
    switch_plugins({"harbour": True})
    refused = save(browser, "ferry", opened=("harbour",))
    assert refused.status_code == 422
    assert "Ferry needs Harbour: switch both on or both off." in refused.text
    assert active() == {"harbour", "pier"}


def test_gen_8_a_page_opened_earlier_takes_back_nobody_s_switch(browser):
    switch_plugins({"harbour": True})
    assert save(browser, opened=("pier",)).status_code == 302
    assert active() == {"harbour"}


def test_pkg_10_every_switch_is_in_the_security_log(browser, ada):
    save(browser, "ferry", "pier", confirm=["on.harbour"])
    save(browser, "ferry", "pier", "harbour")
    entries = db.session.execute(db.select(SecurityEntry)).scalars().all()
    assert [(e.event, e.details, e.user_id, e.address) for e in entries] == [
        ("plugin_switched", {"plugin": name, "on": True}, ada.id, "127.0.0.1")
        for name in ("ferry", "harbour")
    ]


@pytest.mark.parametrize("role", ["manager", "user"])
def test_gen_2_others_than_administrators_get_403_and_see_no_entry(own_app, ada, role):
    browser = sign_in(own_app.test_client(), make_user("Ula", make_team(f"T {role}"), role))
    assert browser.get(PAGE).status_code == 403
    assert save(browser, "harbour").status_code == 403
    assert active() == {"pier"}
    entries = set(re.findall('href="(/settings/account[^"]*)"', browser.get("/people").text))
    assert entries <= {"/settings/account/data/export"}  # for those who may export (IMP-3)


def test_services_refuse_what_is_not_there(ada):
    with pytest.raises(NotFound):
        switch_plugins({"submarine": True})
    with pytest.raises(NotFound):
        switch_plugins({"contacts": False})
    with pytest.raises(Invalid):
        assign_package(db.session.get(Account, ada.account_id), "platinum")
    assert needed_package("ferry") == "automation"


def test_without_switchable_plugins_the_page_says_so(client, monkeypatch):
    there = {name: spec for name, spec in registry().plugins.items() if not spec.is_switchable}
    monkeypatch.setattr(registry(), "plugins", there)
    make_account(language="en")
    sign_in(client, make_user("Ada", make_team(), "administrator"))
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "This installation has no plugins that can be switched on or off." in page.text
    assert "sz-savebar" not in page.text
    assert page.text.count('aria-current="page"') >= 1
