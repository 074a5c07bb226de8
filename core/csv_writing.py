"""Writing tables as csv that spreadsheet programs open by themselves and without surprises."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

LINE_END = re.compile(r"\r\n?")

# Where a cell may begin for a program that cuts the text at another separator, or at every line
# end: there, quotation marks and apostrophes and then the start of a formula.
UNGUARDED = re.compile(r"(?:\A|(?<=[\n,;|\t]))(?=[\"']*[=+\-@\t])")


def guarded(text: str) -> str:
    """Return text for a csv cell so that no spreadsheet program takes any of it for a formula.

    Text that begins with = + - @ TAB or CR gets an apostrophe in front, as a person would type
    it, and so does every place inside where a cell might begin. Line ends become LF.
    """
    return UNGUARDED.sub("'", LINE_END.sub("\n", text))


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table in UTF-8 with its mark and semicolons, which Excel in Poland opens by itself."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";")
    writer.writerow(header)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")
