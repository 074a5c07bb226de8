"""Cells of a table as they are read, and the lines in which they are stored once.

A stored line is `<row number> TAB <JSON array of cells> LF`. JSON escapes every control
character, so neither TAB nor LF nor \\x01 occurs inside, and PostgreSQL takes the file as it is
into columns (number integer, cells jsonb):

    COPY … (number, cells) FROM STDIN (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\x01')

An empty cell is null, text a string, a number a number, a truth value a truth value; a date or a
moment is `{"d": "2026-03-09"}` or `{"d": "2026-03-09T15:30:00"}`, so that it is never mistaken
for text that still needs a date format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import MAXYEAR, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import is_normalized, normalize

from core.tables.cells import WHOLE_TO, Cell

DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
MIDNIGHT = time()
HALF_A_SECOND = timedelta(microseconds=500_000)


class Row(NamedTuple):
    """One row with its number in the file, counted from 1 as spreadsheet programs do."""

    number: int
    cells: list[Cell]


def tidy(text: str) -> str | None:
    """Return text as it is stored: NFC, line ends as LF, blanks around it gone; None if empty."""
    if not text.isascii() and not is_normalized("NFC", text):
        text = normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "").strip() or None


def typed(value: Any) -> Cell:
    """Return a cell of a workbook: whole numbers without ".0", dates without midnight.

    Numbers keep the 15 significant digits a spreadsheet program shows ([MS-XLS], ECMA-376), so
    that 0.30000000000000004 is 0.3. Times of day and durations become text: "15:30:00".
    """
    convert = CONVERSIONS.get(type(value))
    return convert(value) if convert else value


def stored_line(row: Row) -> str:
    """Return the stored line of a row, with its line end."""
    return f"{row.number}\t{encoded(row.cells)}\n"


def encoded(cells: list[Cell]) -> str:
    """Return cells as a JSON array."""
    return ENCODER.encode(cells)


def decoded(text: str) -> list[Cell]:
    """Return the cells of a JSON array; fractions are exact decimals."""
    return [_undated(cell) for cell in json.loads(text, parse_float=Decimal)]


def rows_of(lines: str) -> list[Row]:
    """Return the rows of a text of stored lines."""
    rows = []
    for line in lines.splitlines():
        number, _, cells = line.partition("\t")
        rows.append(Row(int(number), decoded(cells)))
    return rows


def unfinished_name(target: Path) -> Path:
    """Return the name under which stored lines stand until all of them are written."""
    return target.with_name(f"{target.name}.part")


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file of stored lines."""
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            number, _, cells = line.partition("\t")
            yield Row(int(number), decoded(cells))


def _text(value: str) -> Cell:
    if value.startswith("PT") and (match := DURATION.fullmatch(value)):
        return f"{int(match[1]):02}:{match[2]}:{match[3]}"
    return tidy(value)


def _number(value: float) -> Cell:
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124  # not a number
        return "#NUM!"
    if value.is_integer() and abs(value) < WHOLE_TO:
        return int(value)
    rounded = float(f"{value:.15g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 10 * WHOLE_TO**2 else rounded


def _moment(value: datetime) -> Cell:
    """Return a date, or a moment to the nearest second: fractions of a day are inexact."""
    if value.microsecond and value.year < MAXYEAR:
        value = (value + HALF_A_SECOND).replace(microsecond=0)
    return value.date() if value.time() == MIDNIGHT else value


def _time(value: time) -> Cell:
    return value.isoformat("seconds")


def _duration(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _coded(value: Any) -> float | dict[str, str]:
    # A fraction has at most the 15 digits of `typed`, which a float keeps.
    return float(value) if isinstance(value, Decimal) else {"d": value.isoformat()}


def _undated(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell  # type: ignore[no-any-return]
    text: str = cell["d"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_coded)
CONVERSIONS: dict[type, Callable[[Any], Cell]] = {
    str: _text,
    float: _number,
    datetime: _moment,
    time: _time,
    timedelta: _duration,
}
