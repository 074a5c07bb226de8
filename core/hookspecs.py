"""Every hook that plugins may implement.

Families: `register_*` run once at start, a failure stops the start. Nouns run while a page is
built, a failure costs that box alone. Events in the past tense run in the transaction of what
happened, raising undoes it all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from flask import Blueprint

    from core.access.actor import Actor
    from core.contracts import (
        AddEntry,
        Cause,
        CronEntry,
        JobType,
        ListAction,
        ListFilter,
        ListOperation,
        NavEntry,
        Panel,
        PluginSpec,
        RecordAction,
        RecordPointer,
        Right,
        SecurityEvent,
        Setting,
        SettingsPage,
        ShippedView,
    )
    from core.records.fields import Field
    from core.records.kinds import Kind
    from core.records.models import Record
    from core.shown import Action

hookspec = pluggy.HookspecMarker("szansa")
hookimpl = pluggy.HookimplMarker("szansa")


@hookspec(firstresult=False)
def register_plugin() -> PluginSpec:  # type: ignore[empty-body]
    """Return what the page Package and plugins says of this plugin. Called once at start."""


@hookspec
def register_kinds() -> list[Kind]:  # type: ignore[empty-body]
    """Return the kinds of records that this plugin owns. Called once at start."""


@hookspec
def register_common_fields() -> list[Field]:  # type: ignore[empty-body]
    """Return fields that all kinds of objects have besides core's own. Called once at start.

    While the plugin is off, what stands in them stays and may be taken away, but not added.
    """


@hookspec
def register_rights() -> list[Right]:  # type: ignore[empty-body]
    """Return the rights that this plugin checks, beside those every kind has. Once at start."""


@hookspec
def register_settings() -> list[Setting]:  # type: ignore[empty-body]
    """Return the account-wide settings with their start values. Called once at start."""


@hookspec
def register_security_events() -> list[SecurityEvent]:  # type: ignore[empty-body]
    """Return the sorts of entries that this plugin writes to the security log. Once at start."""


@hookspec
def register_blueprints() -> list[Blueprint]:  # type: ignore[empty-body]
    """Return the blueprints with this plugin's addresses. Called once at start."""


@hookspec
def register_jobs() -> list[JobType]:  # type: ignore[empty-body]
    """Return the jobs that this plugin runs. Called once at start."""


@hookspec
def register_cron() -> list[CronEntry]:  # type: ignore[empty-body]
    """Return the work that starts by the clock. Called once at start."""


@hookspec
def register_causes() -> list[Cause]:  # type: ignore[empty-body]
    """Return the causes for which this plugin notifies. Called once at start."""


@hookspec
def register_list_filters() -> list[ListFilter]:  # type: ignore[empty-body]
    """Return the filters that this plugin brings to lists of records. Called once at start."""


@hookspec
def register_views() -> list[ShippedView]:  # type: ignore[empty-body]
    """Return views that every list of records has from the start. Called once at start."""


@hookspec
def register_list_operations() -> list[ListOperation]:  # type: ignore[empty-body]
    """Return what can be done with the ticked rows of lists. Called once at start."""


@hookspec
def register_record_pointers() -> list[RecordPointer]:  # type: ignore[empty-body]
    """Return the columns by which rows of this plugin point to records. Called once at start.

    When records are merged, the rows go to the one that stays, and back when they are split.
    """


@hookspec
def register_list_actions() -> list[ListAction]:  # type: ignore[empty-body]
    """Return what else can be done with rows of lists, on pages of its own. Called once at start."""


@hookspec
def nav_entries(actor: Actor) -> list[NavEntry]:  # type: ignore[empty-body]
    """Return the main menu's entries for this user. Called for each page."""


@hookspec
def add_entries(actor: Actor) -> list[AddEntry]:  # type: ignore[empty-body]
    """Return what the menu + Add offers to this user. Called for each page."""


@hookspec
def list_links(kind: Kind, actor: Actor) -> list[Action]:  # type: ignore[empty-body]
    """Return further buttons in the head of a list. Called for each page of a list."""


@hookspec
def settings_pages(actor: Actor) -> list[SettingsPage]:  # type: ignore[empty-body]
    """Return the settings pages that this user may open. Called for each settings page."""


@hookspec
def record_panels(record: Record, actor: Actor) -> list[Panel]:  # type: ignore[empty-body]
    """Return the boxes on a profile. Called for a profile that the actor may open."""


@hookspec
def record_actions(record: Record, actor: Actor) -> list[RecordAction]:  # type: ignore[empty-body]
    """Return the actions on a profile that the actor may do. Called for each profile."""


@hookspec
def records_changed(record_ids: list[int], kind: str, origin: str) -> None:
    """Records were made, changed, trashed, restored or purged, in this transaction.

    `origin` is created, changed, trashed, restored or purged (deleted for good: they are there no
    more). Called after the flush.
    """


@hookspec
def demo_filled(users: dict[str, int], teams: dict[str, int]) -> None:
    """The demo account got its users and teams, given by key and name with their IDs.

    Add this plugin's records. Called once, in the transaction that opens the account.
    """
