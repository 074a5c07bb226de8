"""Sentences about searches for duplicates: their states, and the notification at the end."""

from __future__ import annotations

from typing import Any

from core.contracts import Cause
from core.i18n import Text, lazy, ngettext, sense
from core.registry import registry
from plugins.duplicates.models import DONE, FAILED, RUNNING, STOPPED, WAITING
from plugins.duplicates.services import FINISHED

STATES: dict[str, Text] = {
    WAITING: sense("search", "waiting"),
    RUNNING: sense("search", "looking"),
    STOPPED: sense("search", "stopped"),
    FAILED: sense("search", "broken"),
    DONE: sense("search", "finished"),
}


def _finished(named: dict[str, Any]) -> str:
    return ngettext(
        "Duplicates, %(kind)s: %(num)s group found.",
        "Duplicates, %(kind)s: %(num)s groups found.",
        named["count"],
        kind=registry().kinds[named["kind"]].labels,
    )


CAUSES = [
    Cause(FINISHED, lazy("Search for duplicates finished"), _finished, icon="users-group",
          tells_author=True)
]  # fmt: skip
