"""Imports: what this plugin registers and shows."""

from __future__ import annotations

from flask import Blueprint

from core.access import Actor
from core.contracts import Cause, JobType, ListFilter, PluginSpec, Right, SettingsPage
from core.hookspecs import hookimpl
from core.i18n import lazy
from plugins.imports import jobs, telling, views
from plugins.imports.permissions import RIGHTS


@hookimpl
def register_plugin() -> PluginSpec:
    return PluginSpec(
        "imports",
        lazy("Import"),
        lazy("Brings persons and companies in from files."),
        is_switchable=False,
    )


@hookimpl
def register_rights() -> list[Right]:
    return RIGHTS


@hookimpl
def register_jobs() -> list[JobType]:
    return jobs.JOBS


@hookimpl
def register_causes() -> list[Cause]:
    return telling.CAUSES


@hookimpl
def register_list_filters() -> list[ListFilter]:
    return telling.FILTERS


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [views.blueprint]


@hookimpl
def settings_pages(actor: Actor) -> list[SettingsPage]:
    if not views.may_import(actor):
        return []
    label, tab = lazy("Import and export"), lazy("Import")
    return [
        SettingsPage("profile", "", label, views.PROFILE, order=500, tab=tab),
        SettingsPage("account", "", label, views.ACCOUNT, order=500, tab=tab),
    ]
