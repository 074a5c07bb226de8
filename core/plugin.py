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
    Right,
    SecurityEvent,
    Setting,
    SettingsPage,
)
from core.hookspecs import hookimpl
from core.i18n import lazy
from core.mail import jobs as mail_jobs, services as mail_services
from core.notifications import holders, undelivered, views as notification_views
from core.records import list_views, search_views, views
from core.records.kinds import settings_of
from core.registry import registry
from core.security import (
    account_views as account_rules,
    events,
    factor_views,
    pages,
    sign_in_views,
    views as security_views,
)
from core.staff import telling, views as staff_views
from core.staff.services import leaving
from core.users import profile_views, second_factors, views as users_views


@hookimpl
def register_settings() -> list[Setting]:
    own = [Setting(second_factors.SETTING, second_factors.NOBODY)]
    return own + [each for kind in registry().kinds for each in settings_of(kind)]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [
        health.blueprint,
        users_views.blueprint,
        notification_views.blueprint,
        profile_views.blueprint,
        sign_in_views.blueprint,
        security_views.blueprint,
        factor_views.blueprint,
        account_rules.blueprint,
        account_views.blueprint,
        staff_views.blueprint,
        list_views.blueprint(registry().kinds),
        views.blueprint(registry().kinds),
        search_views.blueprint,
    ]


@hookimpl
def register_cron() -> list[CronEntry]:
    return housekeeping.CRON


@hookimpl
def register_causes() -> list[Cause]:
    return holders.CAUSES + undelivered.CAUSES + telling.CAUSES


@hookimpl
def register_jobs() -> list[JobType]:
    return [
        JobType(
            mail_services.JOB,
            mail_jobs.send_mail,
            retries=mail_jobs.RETRIES,
            longest_pause=mail_jobs.LONGEST_PAUSE,
            failed=undelivered.tell_undelivered,
        ),
        *leaving.JOBS,
    ]


@hookimpl
def register_security_events() -> list[SecurityEvent]:
    return [*security.EVENTS, *events.EVENTS, *telling.EVENTS]


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
    ]  # fmt: skip


@hookimpl
def settings_pages(actor: Actor) -> list[SettingsPage]:
    profile = [
        SettingsPage("profile", "", lazy("Profile"), profile_views.PROFILE, order=10),
        SettingsPage("profile", "", lazy("Security"), pages.SECURITY, order=20),
    ]
    users = lazy("Users")
    account = [
        SettingsPage("account", "", lazy("General"), account_rules.GENERAL, order=10),
        SettingsPage("account", users, users, staff_views.USERS, order=100),
        SettingsPage("account", users, lazy("Invitations"), staff_views.INVITATIONS, order=110),
        SettingsPage("account", "", lazy("Package and plugins"), account_views.PLUGINS, order=900),
    ]
    return profile + (account if actor.is_administrator else [])
