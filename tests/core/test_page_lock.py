"""The lock on addresses: the application does not start while one says not who may open it."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from flask import Blueprint

from core.app import create_app
from core.contracts import PluginSpec
from core.hookspecs import hookimpl
from core.web import ADMINISTRATOR, ANYONE, SIGNED_IN, UnlockedError, opens


def page() -> str:
    return "page"


def plugin(view) -> ModuleType:
    """A plugin with one address."""

    @hookimpl
    def register_plugin() -> PluginSpec:
        return PluginSpec("rogue", "Rogue", "A plugin.", is_switchable=False)

    @hookimpl
    def register_blueprints() -> list[Blueprint]:
        made = Blueprint("rogue", __name__)
        made.add_url_rule("/rogue", "page", view)
        return [made]

    module = ModuleType("plugins.rogue.plugin")
    module.register_plugin = register_plugin
    module.register_blueprints = register_blueprints
    return module


@pytest.fixture
def start(settings, monkeypatch):
    """Start the application with a plugin whose one address shows a view."""

    def start(view):
        monkeypatch.setitem(sys.modules, "plugins.rogue.plugin", plugin(view))
        return create_app(settings, with_plugins=("rogue",))

    return start


def test_address_that_nobody_locked_stops_the_start(start):
    with pytest.raises(UnlockedError, match="/rogue"):
        start(page)


@pytest.mark.parametrize("who", [ANYONE, SIGNED_IN, ADMINISTRATOR, lambda _actor: True])
def test_address_that_says_who_may_open_it_starts(start, who):
    app = start(opens(who)(lambda: "page"))
    assert "/rogue" in {rule.rule for rule in app.url_map.iter_rules()}


def test_every_address_says_who_may_open_it(whole_app):
    views = whole_app.view_functions
    assert all(hasattr(views[rule.endpoint], "opens") for rule in whole_app.url_map.iter_rules())
