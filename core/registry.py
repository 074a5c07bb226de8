"""What the plugins of one application registered at its start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from core.contracts import (
    Cause,
    CronEntry,
    JobType,
    ListAction,
    ListFilter,
    ListOperation,
    PluginSpec,
    RecordPointer,
    SecurityEvent,
    Setting,
    ShippedView,
)
from core.hooks import Hooks
from core.records.kinds import Kinds
from core.roles.rights import Rights


@dataclass
class Registry:
    """Hooks and everything that came in through `register_*`."""

    hooks: Hooks = field(default_factory=Hooks)
    kinds: Kinds = field(default_factory=Kinds)
    rights: Rights = field(default_factory=Rights)
    plugins: dict[str, PluginSpec] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    jobs: dict[str, JobType] = field(default_factory=dict)
    cron: list[CronEntry] = field(default_factory=list)
    causes: dict[str, Cause] = field(default_factory=dict)
    security_events: dict[str, SecurityEvent] = field(default_factory=dict)
    list_filters: dict[str, ListFilter] = field(default_factory=dict)
    views: dict[str, ShippedView] = field(default_factory=dict)
    list_operations: dict[str, ListOperation] = field(default_factory=dict)
    record_pointers: dict[str, RecordPointer] = field(default_factory=dict)
    list_actions: dict[str, ListAction] = field(default_factory=dict)
    packages: dict[str, frozenset[str]] = field(default_factory=dict)


def registry() -> Registry:
    """Return the registry of the application that runs now."""
    return cast(Registry, current_app.extensions["szansa"])
