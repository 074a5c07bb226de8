"""Reads an uploaded file once, in a child process that is bounded and may be killed."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from core.tables.cells import FileKind
from plugins.imports.cells import Row, decoded, unfinished_name
from plugins.imports.limits import MEGABYTE, Limits, Options
from plugins.imports.refusals import Reason, Refused

logger = logging.getLogger(__name__)

HOME = Path(__file__).resolve().parents[2]
CHILD = (sys.executable, "-m", "plugins.imports.converting")
MOST_TOLD_BYTES = 64 * MEGABYTE


@dataclass(frozen=True)
class ReadResult:
    """What a file holds, and where its rows are stored.

    `columns` are the names in the first row as they stand there, "" where there is none;
    `row_count` counts the rows below it that are not empty; `long_rows` those of them that have
    more cells than the first row. `sample` holds the first 50 rows, long texts cut to 1,000
    characters. `rows_path` is a file of stored lines, as described in `cells`.
    """

    kind: FileKind
    columns: tuple[str, ...]
    row_count: int
    long_rows: int
    sample: tuple[Row, ...]
    rows_path: Path
    sheets: tuple[str, ...]
    sheet: str | None
    encoding: str | None
    separator: str | None


def read_file(
    path: Path,
    name: str,
    target: Path,
    options: Options | None = None,
    limits: Limits | None = None,
) -> ReadResult:
    """Read the file at `path`, which the user calls `name`, and store its rows at `target`.

    Runs in a child process of its own, with the memory and time that `limits` allows; this
    process stays flat. Raises Refused with its reason; then nothing is left at `target` that was
    not there before.
    """
    limits = limits or Limits()
    request = {
        "path": str(path.resolve()),
        "name": name,
        "target": str(target.resolve()),
        "options": asdict(options or Options()),
        "limits": asdict(limits),
    }
    try:
        with tempfile.TemporaryFile() as errors:
            result = _answer(request, limits, errors)
    finally:
        unfinished_name(target).unlink(missing_ok=True)
    return _read_result(result, target)


def _answer(request: dict[str, Any], limits: Limits, errors: IO[bytes]) -> dict[str, Any]:
    """Return the result the child reports; raise what it refuses, or what its end tells."""
    deadline = _Deadline(limits)
    with _child(request, errors) as child:
        for report in _reports(child, deadline):
            if "refused" in report:
                raise Refused(report["refused"], **report["details"])
            if "result" in report:
                result: dict[str, Any] = report["result"]
                return result
            deadline.extend(report["work"])
        status = child.wait()
    raise _ended(status, errors, deadline)


class _Deadline:
    """The moment by which the child has to be done; more work, more time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.seconds = limits.seconds
        self._started = time.monotonic()

    def extend(self, work_bytes: int) -> None:
        self.seconds += self._limits.seconds_per_megabyte * work_bytes / MEGABYTE

    def left(self) -> float:
        return self._started + self.seconds - time.monotonic()

    def missed(self) -> Refused:
        return Refused(Reason.TIME, allowed=round(self.seconds))


@contextmanager
def _child(request: dict[str, Any], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the child with nothing of our environment; it is gone when the block ends."""
    child = subprocess.Popen(
        CHILD,
        cwd=HOME,
        env={"LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )
    try:
        if child.stdin:
            with child.stdin as question:
                question.write(json.dumps(request).encode())
        yield child
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _reports(child: subprocess.Popen[bytes], deadline: _Deadline) -> Iterator[dict[str, Any]]:
    """Yield what the child tells until it ends; raise Refused when its time is over."""
    told = b""
    with selectors.DefaultSelector() as selector:
        assert child.stdout is not None  # noqa: S101  # it was asked for
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(deadline.left(), 0)):
                raise deadline.missed()
            block = os.read(child.stdout.fileno(), MEGABYTE)
            if not block or len(told) > MOST_TOLD_BYTES:
                return
            *lines, told = (told + block).split(b"\n")
            yield from map(json.loads, lines)


def _ended(status: int, errors: IO[bytes], deadline: _Deadline) -> Refused:
    """Return why a child ended without an answer.

    Rust aborts where memory is refused to it, and says so; anything else that ends the child is
    a fault of a reader on hostile bytes, logged here, and damage to whoever added the file.
    """
    if status == -signal.SIGXCPU:
        return deadline.missed()
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(size - 4096, 0))
    last_words = errors.read().decode("utf-8", "replace")
    if (
        status == -signal.SIGKILL
        or "memory allocation" in last_words
        or "MemoryError" in last_words
    ):
        return Refused(Reason.MEMORY)
    logger.error("the reader ended with status %s: %s", status, last_words)
    return Refused(Reason.DAMAGED)


def _read_result(result: dict[str, Any], target: Path) -> ReadResult:
    return ReadResult(
        kind=FileKind(result["kind"]),
        columns=tuple(result["columns"]),
        row_count=result["row_count"],
        long_rows=result["long_rows"],
        sample=tuple(Row(number, decoded(cells)) for number, cells in result["sample"]),
        rows_path=target,
        sheets=tuple(result["sheets"]),
        sheet=result["sheet"],
        encoding=result["encoding"],
        separator=result["separator"],
    )
