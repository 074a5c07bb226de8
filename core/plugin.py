"""What core itself answers to the hooks."""

from __future__ import annotations

from flask import Blueprint

from core import health, housekeeping
from core.access import Actor
from core.accounts import security, views as account_views
from core.contracts import (
    MANAGER,
    USER,
    Cause,
    CronEntry,
    JobType,
    ListOperation,
    Right,
    SecurityEvent,
    Setting,
    SettingsPage,
)
from core.hookspecs import hookimpl
from core.i18n import lazy
from core.notifications import holders, views as notification_views
from core.operations import jobs as operation_jobs, telling, views as operation_views
from core.operations.holders import CHANGE_USER
from core.operations.visibility import CHANGE_VISIBILITY
from core.ownership import jobs as ownership_jobs
from core.records import list_views, search_views, views
from core.records.kinds import settings_of
from core.registry import registry
from core.users import views as users_views


@hookimpl
def register_settings() -> list[Setting]:
    return [each for kind in registry().kinds for each in settings_of(kind)]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [
        health.blueprint,
        users_views.blueprint,
        notification_views.blueprint,
        account_views.blueprint,
        list_views.blueprint(registry().kinds),
        views.blueprint(registry().kinds),
        search_views.blueprint,
        operation_views.blueprint(registry().kinds, registry().list_operations.values()),
    ]


@hookimpl
def register_cron() -> list[CronEntry]:
    return [*housekeeping.CRON, *ownership_jobs.CRON]


@hookimpl
def register_causes() -> list[Cause]:
    return [*holders.CAUSES, *telling.CAUSES, *ownership_jobs.CAUSES]


@hookimpl
def register_jobs() -> list[JobType]:
    return [*operation_jobs.JOBS, *ownership_jobs.JOBS]


@hookimpl
def register_list_operations() -> list[ListOperation]:
    return [CHANGE_USER, CHANGE_VISIBILITY]


@hookimpl
def register_security_events() -> list[SecurityEvent]:
    return security.EVENTS


@hookimpl
def records_changed(record_ids: list[int], kind: str, origin: str) -> None:
    if origin in {"created", "changed"}:
        holders.tell_new_holders(record_ids)


@hookimpl
def register_rights() -> list[Right]:
    return [
        Right("general", "manage_groups", lazy("Manage groups"),
              lazy("Add, rename and delete groups."), (MANAGER, USER), order=30),
        Right("general", "create_tags", lazy("Create tags"),
              lazy("Type new tags."), (MANAGER, USER), order=40),
        Right("general", "list_operations", lazy("List operations"),
              lazy("Tick rows of a list and change them together."), (MANAGER, USER), order=50),
        Right("general", "take_over", lazy("Take over ownerless contacts"),
              lazy("Become owner of records without one, where the account allows it."),
              (MANAGER, USER), order=60),
    ]  # fmt: skip


@hookimpl
def settings_pages(actor: Actor) -> list[SettingsPage]:
    if not actor.is_administrator:
        return []
    return [
        SettingsPage("account", "", lazy("Package and plugins"), account_views.PLUGINS, order=900)
    ]
