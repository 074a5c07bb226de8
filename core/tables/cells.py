"""Cells of a table, as plain text and as text that no spreadsheet program takes for a formula."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeGuard

Cell = str | bool | int | float | Decimal | date | None


class FileKind(StrEnum):
    """The four kinds of files in which tables come and go."""

    CSV = "csv"
    ODS = "ods"
    XLS = "xls"
    XLSX = "xlsx"


MIME = {
    FileKind.CSV: "text/csv",
    FileKind.XLS: "application/vnd.ms-excel",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
}

WHOLE_TO = 10**15
LINE_END = re.compile(r"\r\n?")
FORMULA_START = re.compile(r"[=+\-@\t\r]")
# Where a cell may begin for a program that cuts the text at another separator, or at every line
# end: there, quotation marks and apostrophes and then the start of a formula.
UNGUARDED = re.compile(r"(?:\A|(?<=[\n,;|\t]))(?=[\"']*[=+\-@\t])")
GUARD = re.compile(r"(?:\A|(?<=[\n,;|\t]))'(?=[\"']*[=+\-@\t])")


def guarded(text: str) -> str:
    """Return text for a csv cell so that no spreadsheet program takes any of it for a formula.

    Text that begins with = + - @ TAB or CR gets an apostrophe in front, as a person would type
    it. So does every place inside where a program that knows the separator wrongly would begin a
    cell: behind a line end, a comma, semicolon, bar or tab. Line ends become LF.
    """
    return UNGUARDED.sub("'", LINE_END.sub("\n", text))


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given, with LF as its line ends."""
    return GUARD.sub("", text)


def shown(cell: Cell) -> str:
    """Return a cell as plain text, for fields that hold text: no exponent, dates in ISO form."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float | Decimal):
        return format(Decimal(str(cell)), "f")
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def is_plain_number(cell: Cell) -> TypeGuard[int | float | Decimal]:
    """Tell whether a cell is a number that spreadsheet programs hold without loss."""
    is_number = isinstance(cell, int | float | Decimal) and not isinstance(cell, bool)
    return is_number and -WHOLE_TO < cell < WHOLE_TO  # type: ignore[operator]
