"""Writes .xls workbooks with xlwt, which holds a workbook in memory until it is saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import xlwt

from core.errors import Invalid
from core.i18n import _
from core.tables.cells import Cell, is_plain_number, shown

DATE = xlwt.easyxf(num_format_str="yyyy-mm-dd")
MOMENT = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
PLAIN = xlwt.easyxf()
FIRST_YEAR = 1901
COLUMNS = 256
ROWS_A_FLUSH = 1_000


def write_xls(target: Path, sheets: Iterable[tuple[str, Iterator[Sequence[Cell]]]]) -> None:
    """Write a workbook; refuses more than the 256 columns that the format knows."""
    book = xlwt.Workbook(encoding="utf-8")
    with ExitStack() as files:
        for name, rows in sheets:
            sheet = book.add_sheet(name)
            # Rows that are done wait in a temporary file, which xlwt does not close.
            sheet.row_tempfile = files.enter_context(TemporaryFile())
            _fill(sheet, rows)
        book.save(str(target))


def _fill(sheet: Any, rows: Iterable[Sequence[Cell]]) -> None:
    for number, row in enumerate(rows):
        if len(row) > COLUMNS:
            raise Invalid(
                _(
                    "An .xls file has no more than %(allowed)s columns; these are %(found)s.",
                    found=len(row),
                    allowed=COLUMNS,
                )
            )
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, column, *_written(cell))
        if not number % ROWS_A_FLUSH:
            sheet.flush_row_data()


def _written(cell: Cell) -> tuple[Any, Any]:
    """Return the value for xlwt, which never makes a formula of a text, and its style."""
    if isinstance(cell, date) and cell.year >= FIRST_YEAR:
        return cell, MOMENT if isinstance(cell, datetime) else DATE
    if isinstance(cell, bool):
        return cell, PLAIN
    if is_plain_number(cell):
        return cell, PLAIN
    return shown(cell), PLAIN
