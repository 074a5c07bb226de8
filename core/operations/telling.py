"""Words about list operations: their states, and the notification at the end."""

from __future__ import annotations

from typing import Any

from core.contracts import Cause
from core.i18n import Text, _, lazy, sense
from core.operations.models import (
    CHANGED,
    DONE,
    FAILED,
    REFUSED,
    RUNNING,
    STOPPED,
    UNCHANGED,
    WAITING,
)
from core.operations.services import FINISHED
from core.registry import registry

STATES: dict[str, Text] = {
    WAITING: sense("operation", "waiting"),
    RUNNING: sense("operation", "running"),
    STOPPED: sense("operation", "stopped"),
    FAILED: sense("operation", "broken"),
    DONE: sense("operation", "finished"),
}
ROW_STATES: dict[str, Text] = {
    CHANGED: sense("rows", "changed"),
    UNCHANGED: sense("rows", "unchanged"),
    REFUSED: sense("rows", "refused"),
}


def _finished(named: dict[str, Any]) -> str:
    spec = registry().list_operations.get(named["key"])
    parts = [f"{ROW_STATES[state]} {named['counts'].get(state, 0)}" for state in ROW_STATES]
    return _(
        "List operation “%(label)s”: %(state)s (%(parts)s).",
        label=spec.label if spec else named["key"],
        state=STATES[named["state"]],
        parts=", ".join(parts),
    )


CAUSES = [
    Cause(
        FINISHED, lazy("List operation finished"), _finished, icon="list-check", tells_author=True
    )
]
