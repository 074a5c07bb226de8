"""Writes rows into a file that a spreadsheet program opens.

Text is written as text in every format: nothing that begins with = + - @ TAB or CR becomes a
formula. In workbooks the type of the cell says so; in csv, which has no types, such text gets an
apostrophe in front, which reading the file takes away again (see `guarded` in `cells`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from core.tables.cells import Cell, FileKind, shown
from core.tables.csv_writing import write_csv
from core.tables.ods_writing import write_ods
from core.tables.xls_writing import write_xls
from core.tables.xlsx_writing import write_xlsx

# Rows of one sheet, its header among them; further rows go to further sheets.
ROWS_A_SHEET = {FileKind.XLS: 65_536, FileKind.XLSX: 1_048_576, FileKind.ODS: 1_048_576}
# Excel refuses to open a workbook with a longer text; OpenDocument and csv know no limit.
TEXT_CHARACTERS = 32_767
FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
NAME_CHARACTERS = 31

Cells = Sequence[Cell]
Sheets = Iterator[tuple[str, Iterator[Cells]]]


@dataclass(frozen=True)
class CsvStyle:
    """How a csv file is written: between its cells, and in its numbers and dates."""

    separator: str = ";"
    as_text: Callable[[Cell], str] = shown


@dataclass
class Written:
    """What came of writing: the number of rows without headers, of texts that were cut."""

    rows: int = 0
    shortened: int = 0


def write_table(
    target: Path,
    kind: FileKind,
    header: Sequence[str],
    rows: Iterable[Cells],
    title: str,
    *,
    csv_style: CsvStyle | None = None,
) -> Written:
    """Write a header and rows as a file of the given kind, in one pass and flat in memory.

    `title` names the sheet. Sheets that are full are followed by further ones with the same
    header. Texts too long for Excel are cut at 32,767 characters in .xls and .xlsx, and counted.
    An .xls workbook is kept in memory until it is whole.
    """
    written = Written()
    counted = _counted(rows, written, kind)
    if kind == FileKind.CSV:
        style = csv_style or CsvStyle()
        write_csv(target, chain([header], counted), style.separator, style.as_text)
    else:
        WRITERS[kind](target, _sheets(header, counted, title, ROWS_A_SHEET[kind]))
    return written


def _counted(rows: Iterable[Cells], written: Written, kind: FileKind) -> Iterator[Cells]:
    has_limit = kind in {FileKind.XLS, FileKind.XLSX}
    for row in rows:
        written.rows += 1
        yield [_cut(cell, written) for cell in row] if has_limit else row


def _cut(cell: Cell, written: Written) -> Cell:
    if not isinstance(cell, str) or len(cell) <= TEXT_CHARACTERS:
        return cell
    written.shortened += 1
    return cell[:TEXT_CHARACTERS]


def _sheets(header: Cells, rows: Iterator[Cells], title: str, rows_a_sheet: int) -> Sheets:
    """Yield name and rows of each sheet; the rows of one are taken before the next is asked for."""
    number = 0
    first = next(rows, None)
    while first is not None or not number:
        number += 1
        body = chain([first] if first is not None else [], islice(rows, rows_a_sheet - 2))
        yield _sheet_name(title, number), chain([header], body)
        first = next(rows, None)


def _sheet_name(title: str, number: int) -> str:
    """Return a name that Excel accepts: 31 characters, none of []:*?/\\, no quote at the ends."""
    plain = " ".join(FORBIDDEN_IN_NAMES.sub(" ", title).split()).strip("'") or "1"
    suffix = f" ({number})" if number > 1 else ""
    return plain[: NAME_CHARACTERS - len(suffix)] + suffix


WRITERS: dict[FileKind, Callable[[Path, Sheets], None]] = {
    FileKind.ODS: write_ods,
    FileKind.XLS: write_xls,
    FileKind.XLSX: write_xlsx,
}
