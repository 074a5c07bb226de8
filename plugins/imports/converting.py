"""The child process that reads one untrusted file: `python -m plugins.imports.converting`.

It takes one request as JSON on standard input, bounds its own memory, time and output before it
touches the file, and answers with one JSON object a line: how much there is to read, and at last
the result or the refusal. It knows no database, no account and no secret.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Any

from core.tables.cells import Cell, FileKind
from plugins.imports import archives
from plugins.imports.cells import Row, encoded, stored_line, unfinished_name
from plugins.imports.limits import MEGABYTE, Limits, Options
from plugins.imports.refusals import Reason, Refused
from plugins.imports.sniffing import recognise_file
from plugins.imports.tables import Table, open_table

SAMPLE_ROWS = 50
SAMPLE_CHARACTERS = 1_000
# Memory that the interpreter and calamine have mapped before they read anything.
PROGRAM_BYTES = 60 * MEGABYTE

Report = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What is asked of the child: which file, under which name, stored where, how bounded."""

    path: Path
    name: str
    target: Path
    options: Options
    limits: Limits


def main() -> None:
    """Answer one request; the exit status is 0 for a result and for a refusal."""
    asked = json.load(sys.stdin)
    request = Request(
        Path(asked["path"]),
        asked["name"],
        Path(asked["target"]),
        Options(**asked["options"]),
        Limits(**asked["limits"]),
    )
    bound(request.limits)
    tempfile.tempdir = str(request.target.parent)
    try:
        for report in convert(request):
            _tell(report)
    except Refused as refused:
        _tell({"refused": refused.reason, "details": refused.details})


def convert(request: Request) -> Iterator[Report]:
    """Store the rows, and yield reports: {"work": bytes} and at last {"result": {…}}.

    The target appears only when all rows are stored; a target that stood there is replaced.
    """
    limits = request.limits
    unfinished = unfinished_name(request.target)
    with _faults_named(limits):
        kind = recognise_file(request.path, request.name, limits)
        yield {"work": work_bytes(request.path, kind, limits)}
        with open_table(request.path, kind, request.options, limits) as table:
            result = _stored(table, unfinished)
    unfinished.replace(request.target)
    yield {"result": {"kind": kind, **result}}


def bound(limits: Limits) -> None:
    """Bound this process for the rest of its life, as far as the system knows how."""
    megabytes = limits.unpacked_bytes // MEGABYTE
    seconds = int(limits.seconds + limits.seconds_per_megabyte * megabytes)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_DATA, limits.memory_bytes - PROGRAM_BYTES),
        (resource.RLIMIT_AS, 2 * limits.memory_bytes),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def work_bytes(path: Path, kind: FileKind, limits: Limits) -> int:
    """Return how much is to be read, in bytes: of packed files, what their parts unpack to."""
    if kind in {FileKind.CSV, FileKind.XLS}:
        return path.stat().st_size
    with archives.opened(path, limits) as archive:
        return sum(archive.size(name) for name in archive.names() if name.endswith(".xml"))


def _stored(table: Table, unfinished: Path) -> Report:
    """Write all rows and return what is to be told of the table."""
    sample: list[Row] = []
    count = long_rows = 0
    width = len(table.header)
    with unfinished.open("w", encoding="utf-8", newline="\n") as file:
        for row in table.rows:
            file.write(stored_line(row))
            count += 1
            if count <= SAMPLE_ROWS:
                sample.append(_shortened(row))
            if len(row.cells) > len(table.header):
                long_rows += 1
                width = max(width, len(row.cells))
    if not count:
        raise Refused(Reason.NO_ROWS)
    return {
        "columns": [*table.header, *[""] * (width - len(table.header))],
        "row_count": count,
        "long_rows": long_rows,
        "sample": [(row.number, encoded(row.cells)) for row in sample],
        "sheets": table.sheets,
        "sheet": table.sheet,
        "encoding": table.encoding,
        "separator": table.separator,
    }


def _shortened(row: Row) -> Row:
    """Return a row whose long texts are cut: a sample is looked at, not imported."""
    cells: list[Cell] = [
        cell[:SAMPLE_CHARACTERS] if isinstance(cell, str) else cell for cell in row.cells
    ]
    return Row(row.number, cells)


@contextmanager
def _faults_named(limits: Limits) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RecursionError) as error:
        raise Refused(Reason.MEMORY) from error
    except OSError as error:
        if error.errno == EFBIG:
            raise Refused(Reason.OUTPUT, allowed=limits.output_bytes // MEGABYTE) from error
        if error.errno in {ENOSPC, EDQUOT}:
            raise Refused(Reason.NO_ROOM) from error
        raise


def _tell(report: Report) -> None:
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
