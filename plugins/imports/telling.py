"""Sentences about imports: the notification at the end, the chip on lists."""

from __future__ import annotations

from typing import Any

from core.access import Actor
from core.contracts import Cause, ListFilter
from core.errors import NotFound
from core.i18n import Text, _, lazy, ngettext
from plugins.imports import queries
from plugins.imports.models import (
    ASSIGNING,
    BROKEN,
    CREATED,
    DONE,
    FAILED,
    READING,
    REFUSED,
    RUNNING,
    SKIPPED,
    STOPPED,
    UNCHANGED,
    UPDATED,
    WAITING,
)
from plugins.imports.services import FINISHED

STATES: dict[str, Text] = {
    READING: lazy("reading the file"),
    REFUSED: lazy("refused"),
    ASSIGNING: lazy("columns to assign"),
    WAITING: lazy("waiting"),
    RUNNING: lazy("running"),
    STOPPED: lazy("stopped"),
    FAILED: lazy("broken"),
    DONE: lazy("finished"),
}
ROW_STATES: dict[str, Text] = {
    CREATED: lazy("created"),
    UPDATED: lazy("updated"),
    UNCHANGED: lazy("unchanged"),
    SKIPPED: lazy("skipped"),
    BROKEN: lazy("failed"),
}


def imported(counts: dict[str, int], rows: int) -> str:
    """Return `Imported 812 of 1284 rows`."""
    done = sum(counts.get(state, 0) for state in (CREATED, UPDATED, UNCHANGED))
    return ngettext(
        "Imported %(done)s of %(num)s row", "Imported %(done)s of %(num)s rows", rows, done=done
    )


def _finished(named: dict[str, Any]) -> str:
    if named["state"] == REFUSED:
        return _("The file %(file)s could not be read.", file=named["file"])
    counts = named["counts"]
    parts = [f"{ROW_STATES[state]} {counts[state]}" for state in ROW_STATES if counts.get(state)]
    return _(
        "Import of %(file)s: %(state)s. %(imported)s (%(parts)s).",
        file=named["file"],
        state=STATES[named["state"]],
        imported=imported(counts, named["rows"]),
        parts=", ".join(parts) or "–",
    )


CAUSES = [
    Cause(FINISHED, lazy("Import finished"), _finished, icon="file-import", tells_author=True)
]

# Records that the import made or changed, by the change sets of its chunks.
FROM_IMPORT = """r.id in (select c.record_id from core_change c
  where c.account_id = r.account_id and c.change_set_id = any(array(
    select k.change_set_id from imports_chunk k
    where k.account_id = :account and k.import_id = cast(:filter_value as bigint)
    and k.change_set_id is not null)))"""


def _chip(value: str, actor: Actor) -> str | None:
    """Return what the chip says; None for what is no import of the actor."""
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        return None
    try:
        import_ = queries.import_of(int(value), actor)
    except NotFound:
        return None
    return f"{import_.id} ({import_.file_name})"


FILTERS = [ListFilter("import", lazy("From import"), FROM_IMPORT, _chip)]
