"""Contacts: what this plugin registers and shows."""

from __future__ import annotations

from core.access import Actor
from core.contracts import AddEntry, NavEntry, PluginSpec
from core.hookspecs import hookimpl
from core.i18n import lazy
from core.records.kinds import Kind
from plugins.contacts.kinds import COMPANY, PERSON


@hookimpl
def register_plugin() -> PluginSpec:
    return PluginSpec(
        "contacts",
        lazy("Contacts"),
        lazy("Persons and companies."),
        is_switchable=False,
    )


@hookimpl
def register_kinds() -> list[Kind]:
    return [COMPANY, PERSON]


@hookimpl
def nav_entries(actor: Actor) -> list[NavEntry]:
    children = tuple(
        NavEntry(kind.labels, f"/{kind.plural}", kind.icon) for kind in (COMPANY, PERSON)
    )
    return [NavEntry(lazy("Contacts"), "/companies", "users", 10, children)]


@hookimpl
def add_entries(actor: Actor) -> list[AddEntry]:
    return [
        AddEntry(kind.add_label, f"/{kind.plural}/new", kind.icon, order=10)
        for kind in (COMPANY, PERSON)
        if actor.has(kind.key, "add")
    ]
