"""The worker role and the cron role."""

from __future__ import annotations

import argparse
from typing import Any

from config.settings import Settings
from core import embedded, revisions
from core.app import create_app
from core.jobs import schedule, workers


def worker(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Run jobs until a signal ends it."""
    workers.serve(create_app(_ready(settings)))
    return None


def cron(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Start what is due until a signal ends it."""
    schedule.run(create_app(_ready(settings)))
    return None


def _ready(settings: Settings) -> Settings:
    ready = embedded.found(settings)
    revisions.check(str(ready.database_url))
    return ready
