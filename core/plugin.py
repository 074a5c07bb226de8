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
    ListAction,
    ListOperation,
    Panel,
    RecordAction,
    RecordPointer,
    Right,
    SecurityEvent,
    Setting,
    SettingsPage,
    ShippedView,
)
from core.exports import jobs as export_jobs, telling as exports, views as export_views
from core.exports.queries import may_export
from core.hookspecs import hookimpl
from core.i18n import lazy, sense
from core.mail import jobs as mail_jobs, services as mail_services
from core.merging import profile as merging_profile, views as merging_views
from core.notifications import holders, undelivered, views as notification_views
from core.operations import jobs as operation_jobs, telling as operations, views as operation_views
from core.operations.holders import CHANGE_USER
from core.operations.visibility import CHANGE_VISIBILITY
from core.ownership import jobs as ownership_jobs
from core.permissions import (
    access_views,
    asking,
    asking_views,
    check_views,
    log_views,
    previewing,
    role_views,
    team_views,
    telling,
    view_as,
    visibility_views,
)
from core.records import alike_views, column_views, filter_views, list_views, search_views, views
from core.records.filter_words import SHOWS_REMOVED
from core.records.kinds import settings_of
from core.records.models import Record
from core.registry import registry
from core.saved_views import shipped, views as saved_views
from core.security import (
    account_views as account_rules,
    events,
    factor_views,
    pages,
    sign_in_views,
    views as security_views,
)
from core.staff import telling as staff_telling, views as staff_views
from core.staff.services import leaving
from core.trash import jobs as trash_jobs, personal, queries as trash_queries, views as trash_views
from core.users import profile_views, second_factors, views as users_views

PAGES = (
    health,
    users_views,
    notification_views,
    profile_views,
    sign_in_views,
    security_views,
    factor_views,
    account_rules,
    staff_views,
    account_views,
    search_views,
    team_views,
    role_views,
    access_views,
    visibility_views,
    check_views,
    log_views,
    view_as,
)

# Those that each kind has under an address of its own.
PAGES_OF_KINDS = (
    list_views,
    column_views,
    filter_views,
    saved_views,
    views,
    trash_views,
    merging_views,
    alike_views,
    export_views,
)

USERS, PERMISSIONS = lazy("Users"), lazy("Permissions")
PROFILE_PAGES = [
    SettingsPage("profile", "", lazy("Profile"), profile_views.PROFILE, order=10),
    SettingsPage("profile", "", lazy("Security"), pages.SECURITY, order=20),
]
IMPORT_EXPORT, EXPORT_TAB = lazy("Import and export"), sense("settings", "Export")
EXPORT_PAGES = [
    SettingsPage("profile", "", IMPORT_EXPORT, export_views.PROFILE, order=501, tab=EXPORT_TAB),
    SettingsPage("account", "", IMPORT_EXPORT, export_views.ACCOUNT, order=501, tab=EXPORT_TAB),
]
ACCOUNT_PAGES = [
    SettingsPage("account", "", lazy("General"), account_rules.GENERAL, order=800),
    SettingsPage("account", USERS, sense("settings", "Users"), staff_views.USERS, order=100),
    SettingsPage("account", USERS, lazy("Invitations"), staff_views.INVITATIONS, order=110),
    SettingsPage("account", USERS, lazy("Teams"), team_views.TEAMS, order=120),
    SettingsPage("account", USERS, lazy("Roles"), role_views.ROLES, order=130),
    SettingsPage(
        "account", PERMISSIONS, lazy("Visibility"), visibility_views.VISIBILITY, order=200
    ),
    SettingsPage("account", PERMISSIONS, lazy("Access"), access_views.ACCESS_PAGE, order=210),
    SettingsPage("account", PERMISSIONS, lazy("Check access"), check_views.CHECK, order=220),
    SettingsPage("account", "", lazy("Package and plugins"), account_views.PLUGINS, order=900),
    SettingsPage("account", "", lazy("Security log"), previewing.LOG, order=950),
]


@hookimpl
def register_settings() -> list[Setting]:
    own = [
        Setting(second_factors.SETTING, second_factors.NOBODY),
        Setting(trash_queries.EMPTY_AFTER, 0),
        Setting(SHOWS_REMOVED, shipped=False),
    ]
    return own + [each for kind in registry().kinds for each in settings_of(kind)]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    kinds = registry().kinds
    return [
        *(each.blueprint for each in PAGES),
        *(each.blueprint(kinds) for each in PAGES_OF_KINDS),
        check_views.record_blueprint(),
        asking_views.blueprint(),
        operation_views.blueprint(kinds, registry().list_operations.values()),
    ]


@hookimpl
def register_cron() -> list[CronEntry]:
    return [*housekeeping.CRON, *ownership_jobs.CRON, *trash_jobs.CRON]


@hookimpl
def register_causes() -> list[Cause]:
    return [
        *holders.CAUSES,
        *undelivered.CAUSES,
        *asking.CAUSES,
        *view_as.CAUSES,
        *operations.CAUSES,
        *exports.CAUSES,
        *ownership_jobs.CAUSES,
        *trash_jobs.CAUSES,
        *staff_telling.CAUSES,
    ]


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
        *operation_jobs.JOBS,
        *export_jobs.JOBS,
        *ownership_jobs.JOBS,
        *trash_jobs.JOBS,
        *leaving.JOBS,
    ]


@hookimpl
def register_views() -> list[ShippedView]:
    return shipped.VIEWS


@hookimpl
def register_list_operations() -> list[ListOperation]:
    return [CHANGE_USER, CHANGE_VISIBILITY]


@hookimpl
def register_list_actions() -> list[ListAction]:
    return [merging_profile.MERGE, export_views.EXPORT]


@hookimpl
def register_security_events() -> list[SecurityEvent]:
    return [
        *security.EVENTS,
        *events.EVENTS,
        *staff_telling.EVENTS,
        *telling.EVENTS,
        *view_as.EVENTS,
        *exports.EVENTS,
    ]


@hookimpl
def register_record_pointers() -> list[RecordPointer]:
    return [
        RecordPointer("core.notification", "core_notification"),
        RecordPointer("core.access_request", "core_access_request",
                      condition="t.state = 'open'", unique=("user_id",)),
    ]  # fmt: skip


@hookimpl
def record_actions(record: Record, actor: Actor) -> list[RecordAction]:
    return merging_profile.actions(record, actor)


@hookimpl
def record_panels(record: Record, actor: Actor) -> list[Panel]:
    return merging_profile.panels(record, actor)


@hookimpl
def records_changed(record_ids: list[int], kind: str, origin: str) -> None:
    if origin in {"created", "changed"}:
        holders.tell_new_holders(record_ids)
    if origin == "trashed":
        personal.clear_trashed(record_ids, kind)


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
        *shipped.RIGHTS,
    ]  # fmt: skip


@hookimpl
def settings_pages(actor: Actor) -> list[SettingsPage]:
    exports = EXPORT_PAGES if may_export(actor) else ()
    return [*PROFILE_PAGES, *exports, *(ACCOUNT_PAGES if actor.is_administrator else ())]
