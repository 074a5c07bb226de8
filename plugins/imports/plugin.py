"""Imports: what this plugin registers and shows."""

from __future__ import annotations

from core.contracts import Cause, JobType, ListFilter, PluginSpec, Right
from core.hookspecs import hookimpl
from core.i18n import lazy
from plugins.imports import jobs, telling
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
