"""Several owners: the field that this plugin adds to all objects."""

from __future__ import annotations

from core.contracts import PluginSpec
from core.hookspecs import hookimpl
from core.i18n import lazy
from core.records.fields import HOLDERS, Field, Principals

OWNERS = Field(
    "owners",
    lazy("Further owners"),
    Principals(with_teams=False),
    home=HOLDERS,
    section="access",
    right="change_owner",
    hint=lazy("All owners have equal rights. Where one name fits, the owner is shown."),
    synonyms=("dodatkowi opiekunowie", "współopiekunowie", "further owners", "co-owners"),
)


@hookimpl
def register_plugin() -> PluginSpec:
    return PluginSpec(
        "several_owners",
        lazy("Several owners"),
        lazy("Persons, companies and other objects may have further owners with equal rights."),
        package="enterprise",
        shipped_on=False,
    )


@hookimpl
def register_common_fields() -> list[Field]:
    return [OWNERS]
