"""Reading the rows of the next chunk in a thread, while PostgreSQL writes those of this one.

The thread turns text into values and asks the database nothing; what it reads stands for the
account as it was, so the rows are read anew where users, roles or settings have changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from core.access import Actor
from core.db import WallError, leave_account
from plugins.imports.batches import Plan
from plugins.imports.cells import Row, rows_of
from plugins.imports.directory import Directory
from plugins.imports.models import Chunk
from plugins.imports.row_reading import Draft, RowReader


@dataclass(frozen=True)
class ReadRows:
    """The rows of a chunk, and what they say; `drafts` is None where they are still to be read."""

    rows: Sequence[Row]
    drafts: Sequence[Draft] | None = None


@dataclass(frozen=True)
class _Begun:
    """A chunk whose rows are read ahead, and for whom, at which epoch of the account."""

    number: int
    actor: Actor
    read: Future[ReadRows]


class Ahead:
    """Reads one chunk ahead; used as a context manager, which ends the thread."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "reading")
        self._begun: _Begun | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self._thread.shutdown()

    def begin(self, plan: Plan, actor: Actor, chunk: Chunk) -> None:
        """Begin to read a chunk, unless its rows can only be read after those before them."""
        reader = RowReader(plan.aims, plan.options, Directory(actor))
        if reader.needs_records:
            return
        reader.prepare()
        context = copy_context()
        context.run(leave_account)  # whatever asks the database there hits the wall
        read = self._thread.submit(context.run, _read, reader, chunk.rows)
        self._begun = _Begun(chunk.number, actor, read)

    def rows_of(self, chunk: Chunk, actor: Actor) -> ReadRows:
        """Return the rows of a chunk, with what they say if it was read ahead and still holds."""
        begun, self._begun = self._begun, None
        if begun is None or (begun.number, begun.actor) != (chunk.number, actor):
            return ReadRows(rows_of(chunk.rows))
        return begun.read.result()


def _read(reader: RowReader, lines: str) -> ReadRows:
    rows = rows_of(lines)
    try:
        return ReadRows(rows, [reader.read(row) for row in rows])
    except WallError:  # a field of some plugin that looks into the database
        return ReadRows(rows)
