"""Custom team roles: what this plugin grants, and adding a role.

The rest of the pages are those of the shipped roles, so roles of the account's own go on working,
and can be changed and taken away, while the plugin is off.
"""

from __future__ import annotations

from flask import Blueprint

from core.contracts import OWN_ROLES, SEVERAL_ROLES, PluginSpec
from core.hookspecs import hookimpl
from core.i18n import lazy
from plugins.custom_roles import views


@hookimpl
def register_plugin() -> PluginSpec:
    return PluginSpec(
        "custom_roles",
        lazy("Custom team roles"),
        lazy("Add team roles with rights and reach of their own; several roles in one team."),
        package="enterprise",
        shipped_on=False,
        grants=(OWN_ROLES, SEVERAL_ROLES),
    )


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [views.blueprint]
