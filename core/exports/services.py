"""Making exports: what is asked for, the file, and how it ends."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core import clock, face
from core.access import Actor, actor_of
from core.accounts.services import log_security
from core.changes.capture import change_set
from core.db import apart, current_account, db
from core.errors import Forbidden, Invalid, SzansaError
from core.exports import queries
from core.exports.models import (
    DONE,
    FAILED,
    OVER,
    RUNNING,
    STOPPED,
    Export,
    ExportPiece,
    ExportRows,
)
from core.exports.reading import ROWS_AT_ONCE, Reader
from core.i18n import _
from core.jobs.runner import Stopped, checkpoint, snapshot
from core.jobs.services import enqueue, stop as stop_job
from core.notifications.services import notify
from core.records.kinds import Kind
from core.registry import registry
from core.tables.cells import Cell, FileKind, shown
from core.tables.writing import CsvStyle, Written, write_table

RUN, FINISHED, EXPORTED = "core.export", "export_finished", "records_exported"
ORIGIN = "automatic"
PIECE_BYTES = 1 << 20
MOST_AT_ONCE = 5  # exports of one user that are not over
TOLD_AFTER = timedelta(seconds=5)  # who waited for less looks at the page still


@dataclass(frozen=True)
class Choices:
    """What the user chose: the keys of the columns, the order, the separator of csv."""

    columns: Sequence[str]
    sort: str = ""
    is_descending: bool = False
    separator: str = ";"


def begin(
    kind: Kind, actor: Actor, record_ids: Sequence[int], format_: FileKind, choices: Choices
) -> Export:
    """Return a new export, which is made after this transaction; it stands in the security log."""
    if kind not in queries.exportable(actor):
        raise Forbidden(_("You do not have the right to export these."))
    if not record_ids:
        raise Invalid(_("There are no rows to export."))
    if queries.under_way_count(actor) >= MOST_AT_ONCE:
        raise Invalid(_("So many of your exports are under way already. Wait until one ends."))
    day = clock.now().astimezone(ZoneInfo(face.formats().zone)).date()
    export = Export(
        user_id=actor.user_id,
        kind=kind.key,
        format=str(format_),
        file_name=f"{kind.labels} {day.isoformat()}.{format_}",
        choices=asdict(choices),
        row_count=len(record_ids),
    )
    db.session.add(export)
    db.session.flush()
    db.session.add(ExportRows(export_id=export.id, record_ids=list(record_ids)))
    export.job_id = enqueue(RUN, {"export_id": export.id}, actor.user_id).id
    log_export(kind, export.row_count, export.file_name)
    db.session.flush()
    return export


def log_export(kind: Kind, rows: int, file: str, user_id: int | None = None) -> None:
    """Write an export into the security log; who asked is known inside a request."""
    log_security(EXPORTED, {"kind": kind.key, "rows": rows, "file": file}, user_id)


def run(export: Export) -> None:
    """Make the file of an export from one moment's rows, with the rights its user has now.

    A refusal is its result. A run that was killed begins anew.
    """
    export.state = RUNNING
    db.session.flush()
    try:
        with tempfile.TemporaryDirectory(prefix="szansa-export-") as folder:
            path = Path(folder) / "file"
            snapshot()
            reader, written = _write(export, path)
            checkpoint()
            _keep(export, path)
    except Stopped:
        _leave_snapshot()
        _end(export, STOPPED)
        raise
    except SzansaError as refused:
        _leave_snapshot()
        give_up(export, refused.message)
        return
    rows = db.session.get_one(ExportRows, (current_account(), export.id))
    rows.record_ids = list(reader.read_ids)
    export.done_count = export.row_count
    export.written_count, export.shortened_count = written.rows, written.shortened
    _end(export, DONE)


def _leave_snapshot() -> None:
    """Let what follows be written, which it could not where others wrote meanwhile."""
    with suppress(Stopped):
        checkpoint()


def _write(export: Export, path: Path) -> tuple[Reader, Written]:
    kind, actor = registry().kinds[export.kind], actor_of(export.user_id)
    if kind not in queries.exportable(actor):
        raise Forbidden(_("The right to export was taken away."))
    choices = Choices(**export.choices)
    reader = Reader(kind, actor, choices.columns)
    rows = _rows(reader, queries.record_ids_of(export), choices, partial(_tell_progress, export))
    return reader, _write_rows(path, reader, rows, FileKind(export.format), choices.separator)


def write_file(
    path: Path, reader: Reader, record_ids: list[int], format_: FileKind, choices: Choices
) -> Written:
    """Write rows into a file at once; return how many came in."""
    rows = _rows(reader, record_ids, choices, lambda _done: None)
    return _write_rows(path, reader, rows, format_, choices.separator)


def _write_rows(
    path: Path, reader: Reader, rows: Iterable[list[Cell]], format_: FileKind, separator: str
) -> Written:
    """Write rows below their header; csv in the formats of whoever asked."""
    style, title = CsvStyle(separator, _as_text), str(reader.kind.labels)
    return write_table(path, format_, reader.header(), rows, title, csv_style=style)


def _rows(
    reader: Reader, record_ids: list[int], choices: Choices, tell: Callable[[int], None]
) -> Iterator[list[Cell]]:
    ordered = reader.in_order(record_ids, choices.sort, is_descending=choices.is_descending)
    found = array("q", ordered)
    for start in range(0, len(found), ROWS_AT_ONCE):
        yield from reader.rows(found[start : start + ROWS_AT_ONCE])
        tell(min(start + ROWS_AT_ONCE, len(found)))


def _tell_progress(export: Export, done: int) -> None:
    """Store how far it is, apart from the transaction that reads; raises Stopped where asked."""
    with apart() as run_sql:
        is_stop_wanted = run_sql(
            "with told as (update core_export set done_count = :done"
            " where account_id = :account and id = :id)"
            " select is_stop_wanted from core_job where account_id = :account and id = :job",
            done=done,
            account=current_account(),
            id=export.id,
            job=export.job_id,
        ).scalar()
    if is_stop_wanted:
        raise Stopped


def _as_text(cell: Cell) -> str:
    """Return a number or a date in the reader's formats, as programs read it back as such."""
    formats = face.formats()
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, datetime):
        return formats.datetime(cell.replace(tzinfo=ZoneInfo(formats.zone)))
    if isinstance(cell, date):
        return formats.date(cell)
    if isinstance(cell, float | Decimal):
        return shown(cell).replace(".", formats.decimal_separator)
    return shown(cell)


def _keep(export: Export, path: Path) -> None:
    """Store the file in pieces."""
    size = 0
    with path.open("rb") as file:
        for number, content in enumerate(iter(lambda: file.read(PIECE_BYTES), b"")):
            piece = ExportPiece(export_id=export.id, number=number, content=content)
            db.session.add(piece)
            db.session.flush()
            db.session.expunge(piece)
            size += len(content)
    export.file_bytes = size


def stop(export: Export) -> None:
    """Ask an export to stop; nothing of it is kept."""
    if export.state not in OVER and (export.job_id is None or stop_job(export.job_id)):
        _end(export, STOPPED)


def give_up(export: Export, reason: str = "") -> None:
    """Say that an export broke for good."""
    export.reason = reason or _("The export broke. Begin it again.")
    _end(export, FAILED)


def _end(export: Export, state: str) -> None:
    export.state, export.ended_at = state, clock.now()
    db.session.flush()
    if state == STOPPED or export.ended_at - export.created_at < TOLD_AFTER:
        return
    told: dict[str, Any] = {"file": export.file_name, "state": state, "rows": export.written_count}
    with change_set(ORIGIN, export.user_id):
        notify([export.user_id], FINISHED, parameters=told, url=f"/exports/{export.id}")
