"""Duplicate finder: what this plugin registers and shows."""

from __future__ import annotations

from flask import Blueprint

from core.access import Actor
from core.contracts import Cause, JobType, PluginSpec, SettingsPage
from core.hookspecs import hookimpl
from core.i18n import lazy
from core.records.kinds import Kind
from core.shown import Action
from plugins.duplicates import jobs, telling, views


@hookimpl
def register_plugin() -> PluginSpec:
    return PluginSpec(
        "duplicates",
        lazy("Duplicate finder"),
        lazy("Looks for likely duplicates among all contacts of the account."),
        package="automation",
    )


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [views.blueprint]


@hookimpl
def register_jobs() -> list[JobType]:
    return jobs.JOBS


@hookimpl
def register_causes() -> list[Cause]:
    return telling.CAUSES


@hookimpl
def settings_pages(actor: Actor) -> list[SettingsPage]:
    if not actor.is_administrator:
        return []
    label = lazy("Duplicates")
    return [SettingsPage("account", lazy("Contacts"), label, views.DUPLICATES, order=330)]


@hookimpl
def list_links(kind: Kind, actor: Actor) -> list[Action]:
    return views.find_action(kind) if actor.is_administrator else []
