"""Contacts: what this plugin registers and shows."""

from __future__ import annotations

from flask import Blueprint

from core.access import Actor
from core.contracts import (
    AddEntry,
    NavEntry,
    Panel,
    PluginSpec,
    RecordAction,
    Right,
    SettingsPage,
)
from core.hookspecs import hookimpl
from core.i18n import lazy
from core.records.kinds import Kind
from core.records.models import Record
from plugins.contacts import demo, profile, views
from plugins.contacts.kinds import COMPANY, PERSON, RIGHTS


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
def register_rights() -> list[Right]:
    return RIGHTS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [views.blueprint]


@hookimpl
def record_panels(record: Record, actor: Actor) -> list[Panel]:
    return profile.people_panel(record, actor)


@hookimpl
def record_actions(record: Record, actor: Actor) -> list[RecordAction]:
    return profile.actions(record)


@hookimpl
def nav_entries(actor: Actor) -> list[NavEntry]:
    children = tuple(
        NavEntry(kind.labels, f"/{kind.plural}", kind.icon) for kind in (COMPANY, PERSON)
    )
    return [NavEntry(lazy("Contacts"), "/companies", "users", 10, children, shortcut="c")]


@hookimpl
def add_entries(actor: Actor) -> list[AddEntry]:
    return [
        AddEntry(kind.add_label, f"/{kind.plural}/new", kind.icon, order=10)
        for kind in (COMPANY, PERSON)
        if actor.has(kind.key, "add")
    ]


@hookimpl
def settings_pages(actor: Actor) -> list[SettingsPage]:
    if not actor.is_administrator:
        return []
    group = lazy("Contacts")
    return [
        SettingsPage("account", group, lazy("General"), views.GENERAL, order=300),
        SettingsPage("account", group, lazy("Sources"), views.SOURCES, order=310),
    ]


@hookimpl
def demo_filled(users: dict[str, int], teams: dict[str, int]) -> None:
    demo.fill(users, teams)
