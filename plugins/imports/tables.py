"""Opens any file that can be imported as one table: names of columns, and rows that stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.tables.cells import FileKind, shown
from plugins.imports import archives
from plugins.imports.cells import Row
from plugins.imports.csv_reading import csv_rows, recognise_encoding, recognise_separator
from plugins.imports.limits import Limits, Options
from plugins.imports.ods_reading import OdsBook
from plugins.imports.refusals import Reason, Refused
from plugins.imports.xls_reading import XlsBook
from plugins.imports.xlsx_reading import XlsxBook


@dataclass(frozen=True)
class Table:
    """An opened table; `rows` can be walked once, while it is open, and leaves out empty rows.

    `header` is the first row that is not empty, as text. Text files have an encoding and a
    separator, workbooks have sheets and the name of the chosen one.
    """

    header: tuple[str, ...]
    rows: Iterator[Row]
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None


class Book(Protocol):
    """A workbook of any format."""

    sheets: tuple[str, ...]

    def rows(self, sheet: str) -> Iterator[Row]:
        """Yield the rows of a sheet."""


@contextmanager
def open_table(
    path: Path, kind: FileKind, options: Options | None = None, limits: Limits | None = None
) -> Iterator[Table]:
    """Open a file of a known kind for as long as the block runs; raises Refused."""
    options, limits = options or Options(), limits or Limits()
    if kind == FileKind.CSV:
        yield _text_table(path, options, limits)
    elif kind == FileKind.XLS:
        yield _sheet_table(XlsBook(path), options, limits)
    else:
        with archives.opened(path, limits) as archive:
            book = XlsxBook(archive) if kind == FileKind.XLSX else OdsBook(archive)
            yield _sheet_table(book, options, limits)


def _text_table(path: Path, options: Options, limits: Limits) -> Table:
    encoding = options.encoding or recognise_encoding(path)
    separator = options.separator or recognise_separator(path, encoding)
    rows = csv_rows(path, encoding, separator, limits)
    header = next(rows, None)
    if header is None:
        raise Refused(Reason.EMPTY)
    return Table(_names(header), rows, encoding=encoding, separator=separator)


def _sheet_table(book: Book, options: Options, limits: Limits) -> Table:
    """Return the table of the chosen sheet, by default the first one that is not empty."""
    if options.sheet is not None and options.sheet not in book.sheets:
        raise Refused(Reason.NO_SHEET, sheet=options.sheet)
    for sheet in book.sheets if options.sheet is None else (options.sheet,):
        rows = _trimmed(book.rows(sheet), limits)
        header = next(rows, None)
        if header:
            return Table(_names(header), rows, book.sheets, sheet)
    raise Refused(Reason.EMPTY)


def _trimmed(rows: Iterator[Row], limits: Limits) -> Iterator[Row]:
    for row in rows:
        while row.cells and row.cells[-1] is None:
            row.cells.pop()
        if len(row.cells) > limits.columns:
            raise Refused(Reason.COLUMNS, found=len(row.cells), allowed=limits.columns)
        if row.cells:
            yield row


def _names(header: Row) -> tuple[str, ...]:
    return tuple(map(shown, header.cells))
