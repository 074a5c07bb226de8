"""Writes .csv: UTF-8 with its mark, which Excel opens by itself and without surprises."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from core.tables.cells import Cell, guarded, shown

SEPARATORS = (";", ",", "\t", "|")


def write_csv(
    target: Path,
    rows: Iterable[Sequence[Cell]],
    separator: str = ";",
    as_text: Callable[[Cell], str] = shown,
) -> None:
    """Write rows; `as_text` says how numbers and dates are written, text gets its guard."""
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        _write(file, rows, separator, as_text)


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table with semicolons, which Excel in Poland opens by itself."""
    written = io.StringIO(newline="")
    _write(written, [header, *rows], ";", shown)
    return written.getvalue().encode("utf-8-sig")


def _write(
    file: io.TextIOBase | io.StringIO,
    rows: Iterable[Sequence[Cell]],
    separator: str,
    as_text: Callable[[Cell], str],
) -> None:
    csv.writer(file, delimiter=separator).writerows(
        [guarded(cell) if isinstance(cell, str) else as_text(cell) for cell in row] for row in rows
    )
