"""Words about exports: their states, the notification at the end, the line in the security log."""

from __future__ import annotations

from typing import Any

from core.contracts import Cause, SecurityEvent
from core.exports.models import DONE, FAILED, RUNNING, STOPPED, WAITING
from core.exports.services import EXPORTED, FINISHED
from core.i18n import Text, _, lazy, ngettext, sense
from core.registry import registry

STATES: dict[str, Text] = {
    WAITING: sense("export", "waiting"),
    RUNNING: sense("export", "being made"),
    STOPPED: sense("export", "stopped"),
    FAILED: sense("export", "broken"),
    DONE: sense("export", "ready"),
}


def _finished(named: dict[str, Any]) -> str:
    if named["state"] != DONE:
        return _("The export %(file)s broke.", file=named["file"])
    return ngettext(
        "The export %(file)s is ready: %(num)s row.",
        "The export %(file)s is ready: %(num)s rows.",
        named["rows"],
        file=named["file"],
    )


def _exported(details: dict[str, Any]) -> str:
    kind = next((each for each in registry().kinds if each.key == details["kind"]), None)
    return ngettext(
        "Export: %(list)s, %(num)s row (%(file)s).",
        "Export: %(list)s, %(num)s rows (%(file)s).",
        details["rows"],
        list=kind.labels if kind else details["kind"],
        file=details["file"],
    )


CAUSES = [
    Cause(FINISHED, lazy("Export finished"), _finished, icon="file-export", tells_author=True)
]
EVENTS = [SecurityEvent(EXPORTED, lazy("Records exported"), _exported)]
