"""Writes .xlsx workbooks with XlsxWriter, which keeps one row in memory (constant memory)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from core.tables.cells import FORMULA_START, Cell, is_plain_number, shown

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# The 1900 date system counts a 29 February 1900 that never was; earlier days are text.
FIRST_DAY = date(1900, 3, 1)
DATE, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
NARROWEST, WIDEST = 10, 40  # characters of a column, by its header


def write_xlsx(target: Path, sheets: Iterable[tuple[str, Iterator[Sequence[Cell]]]]) -> None:
    """Write a workbook; the sheets are taken one after another, the rows one by one.

    The first row of each sheet is its header, which stays in sight.
    """
    with Workbook(str(target), OPTIONS) as book:
        writer = _Writer(book)
        for name, rows in sheets:
            writer.fill(book.add_worksheet(name), rows)


class _Writer:
    """The formats of one workbook, which its cells share."""

    def __init__(self, book: Workbook) -> None:
        self.bold = book.add_format({"bold": True})
        self.day = book.add_format({"num_format": DATE})
        self.moment = book.add_format({"num_format": MOMENT})
        # What a person would have typed with an apostrophe in front.
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})

    def fill(self, sheet: Worksheet, rows: Iterator[Sequence[Cell]]) -> None:
        header = next(rows, ())
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            text = shown(name)
            sheet.set_column(column, column, min(max(len(text) + 2, NARROWEST), WIDEST))
            sheet.write_string(0, column, text, self.bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if cell is not None:
                    self.write(sheet, number, column, cell)

    def write(self, sheet: Worksheet, row: int, column: int, cell: Any) -> None:
        if isinstance(cell, str):
            quoted = self.quoted if FORMULA_START.match(cell) else None
            sheet.write_string(row, column, cell, quoted)
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif is_plain_number(cell):
            sheet.write_number(row, column, cell)
        elif isinstance(cell, date) and _day(cell) >= FIRST_DAY:
            style = self.moment if isinstance(cell, datetime) else self.day
            sheet.write_datetime(row, column, cell, style)
        else:
            sheet.write_string(row, column, shown(cell))


def _day(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell
