"""Reads text tables (csv): recognises encoding and separator, then streams the rows."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import IO

from core.tables.cells import Cell, unguarded
from plugins.imports.cells import Row, tidy
from plugins.imports.limits import MEGABYTE, Limits
from plugins.imports.refusals import Reason, Refused
from plugins.imports.sniffing import wide_encoding

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "windows-1250", "iso-8859-2")
SEPARATORS = (";", ",", "\t", "|")
# The Polish letters that the two tables place differently: Ą Ś Ź ą ś ź.
ONLY_WINDOWS = b"\xa5\x8c\x8f\xb9\x9c\x9f"
ONLY_ISO = b"\xa1\xa6\xac\xb1\xb6\xbc"
SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
ASCII = bytes(range(0x80))
DECLARED_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_ROWS = 200


def recognise_encoding(path: Path) -> str:
    """Return the one of ENCODINGS in which the text is most likely written.

    UTF-16 by its mark or its zero bytes; UTF-8 if all of it is valid, or so nearly that damage
    is more likely than another encoding; otherwise Windows-1250 or ISO-8859-2, by the Polish
    letters on which the two differ.
    """
    with path.open("rb") as file:
        wide = wide_encoding(file.read(SAMPLE_CHARACTERS))
    if wide:
        return wide
    return "utf-8" if _is_utf8(path) else _central_european(path)


def recognise_separator(path: Path, encoding: str) -> str:
    """Return the one of SEPARATORS that cuts the first rows most evenly, as the header is cut.

    A first line "sep=;", which Excel writes and obeys, decides. A file of one column gets ",".
    """
    with _opened(path, encoding) as text:
        sample = _sample(text, encoding)
    declared = DECLARED_SEPARATOR.match(sample)
    if declared and declared[1] in SEPARATORS:
        return declared[1]
    scores = {separator: _evenness(sample, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: scores[separator])
    return best if scores[best] > (0.0, 0) else ","


def csv_rows(
    path: Path, encoding: str, separator: str, limits: Limits | None = None
) -> Iterator[Row]:
    """Yield the rows that are not empty, the header first, numbered from 1 with the empty ones.

    Rows are as long as the file has them, without empty cells at their end. The memory used is
    that of one row. Refuses zero bytes, an unclosed quotation mark, too long values, too many
    columns and characters foreign to the encoding, each with its line.
    """
    limits = limits or Limits()
    csv.field_size_limit(limits.cell_characters)
    with _opened(path, encoding) as text:
        lines = _Lines(text, limits, encoding)
        reader = csv.reader(lines, delimiter=separator)
        number = 0
        while (values := _next_values(reader, lines, limits)) is not None:
            number += 1
            cells = _cells(values)
            if number == 1 and DECLARED_SEPARATOR.fullmatch(separator.join(values)):
                number = 0
            elif cells:
                _check_width(cells, limits)
                yield Row(number, cells)


class _Lines:
    """The lines of a text, their length bounded, with what a refusal needs to know of them."""

    def __init__(self, text: IO[str], limits: Limits, encoding: str) -> None:
        self._text = text
        self._most = limits.line_characters
        self._encoding = encoding
        self.count = 0
        self.row_starts_at = 1
        self.has_ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            line = self._text.readline(self._most)
        except UnicodeDecodeError as error:
            line_number = self.count + 1 + error.object[: error.start].count(b"\n")
            raise Refused(Reason.UNDECODABLE, line=line_number, encoding=self._encoding) from error
        if not line:
            self.has_ended = True
            raise StopIteration
        self.count += 1
        if len(line) >= self._most:
            raise Refused(Reason.LONG_CELL, line=self.count, allowed=self._most)
        if "\0" in line:
            raise Refused(Reason.ZERO_BYTE, line=self.count)
        return line.removeprefix("\ufeff") if self.count == 1 else line


def _next_values(reader: Iterator[list[str]], lines: _Lines, limits: Limits) -> list[str] | None:
    lines.row_starts_at = lines.count + 1
    try:
        values = next(reader, None)
    except csv.Error as error:
        raise Refused(
            Reason.LONG_CELL, line=lines.row_starts_at, allowed=limits.cell_characters
        ) from error
    # The reader asks for a line beyond the last one only inside quotation marks.
    if values is not None and lines.has_ended:
        raise Refused(Reason.UNCLOSED_QUOTE, line=lines.row_starts_at)
    return values


def _cells(values: list[str]) -> list[Cell]:
    cells: list[Cell] = [
        (value.strip() or None)
        if value.isascii() and "\r" not in value and "'" not in value
        else tidy(unguarded(value))
        for value in values
    ]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _check_width(cells: list[Cell], limits: Limits) -> None:
    if len(cells) > limits.columns:
        raise Refused(Reason.COLUMNS, found=len(cells), allowed=limits.columns)


def _opened(path: Path, encoding: str) -> IO[str]:
    if encoding not in ENCODINGS:
        raise Refused(Reason.UNDECODABLE, line=1, encoding=encoding)
    return path.open(encoding=encoding, newline="")


def _sample(text: IO[str], encoding: str) -> str:
    try:
        return text.read(SAMPLE_CHARACTERS).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")
        raise Refused(Reason.UNDECODABLE, line=line, encoding=encoding) from error


def _evenness(sample: str, separator: str) -> tuple[float, int]:
    """Return the share of rows as wide as the header, and that width; nothing for one column."""
    lines = list(StringIO(sample, newline=""))
    if len(sample) >= SAMPLE_CHARACTERS:
        lines.pop()
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if row][:SAMPLE_ROWS]
    except csv.Error:
        return 0.0, 0
    if not rows or len(rows[0]) < 2:
        return 0.0, 0
    widths = Counter(map(len, rows))
    return round(widths[len(rows[0])] / len(rows), 1), len(rows[0])


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _is_nearly_utf8(path)
    return True


def _is_nearly_utf8(path: Path) -> bool:
    valid = high = 0
    for block in _blocks(path):
        high += len(block.translate(None, ASCII))
        valid += sum(map(len, SEQUENCE.findall(block)))
    return valid > 20 and valid > 0.9 * high


def _central_european(path: Path) -> str:
    windows = iso = 0
    for block in _blocks(path):
        windows += sum(map(block.count, _singles(ONLY_WINDOWS)))
        iso += sum(map(block.count, _singles(ONLY_ISO)))
    return "iso-8859-2" if iso > windows else "windows-1250"


def _singles(letters: bytes) -> list[bytes]:
    return [bytes([letter]) for letter in letters]


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(MEGABYTE), b"")
