"""The command that takes a whole list out into a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from core.access import Actor
from core.errors import Forbidden
from core.exports import services
from core.exports.queries import exportable
from core.exports.reading import Reader, all_columns
from core.jobs.runner import of_user
from core.records.lists import ids_of
from core.tables.cells import FileKind


def take_out(actor: Actor, arguments: argparse.Namespace) -> dict[str, Any]:
    """Write the rows on which the user has the right, in his language and formats."""
    kind = next((each for each in exportable(actor) if each.key == arguments.kind), None)
    if kind is None:
        raise Forbidden(f"The user has no right to export records of {arguments.kind}.")
    path = Path(arguments.file)
    choices = services.Choices(all_columns(kind))
    with of_user(actor.user_id):
        reader = Reader(kind, actor, choices.columns)
        written = services.write_file(
            path, reader, ids_of(kind, actor), FileKind(arguments.format), choices
        )
    services.log_export(kind, written.rows, path.name, actor.user_id)
    return {
        "rows": written.rows,
        "shortened": written.shortened,
        "file": str(path),
        "message": f"Wrote {written.rows} rows into {path}.",
    }
