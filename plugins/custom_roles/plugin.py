"""Custom team roles: what this plugin grants. The pages are those of the shipped roles."""

from __future__ import annotations

from core.contracts import OWN_ROLES, SEVERAL_ROLES, PluginSpec
from core.hookspecs import hookimpl
from core.i18n import lazy


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
