"""Reads sheets with calamine, and hides that it is written in Rust and may stumble.

calamine keeps a whole sheet in memory, about 1.9 kB for a row of 20 columns. Sheets of .xlsx and
.ods are therefore cut into pieces, and calamine gets one small workbook after another that is
made here: whoever made the file has no say in its names, sizes and links, and nothing but rows,
styles and texts goes in.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from plugins.imports.refusals import Reason, Refused

Values = list[list[Any]]


def zipped(parts: dict[str, bytes]) -> BytesIO:
    """Return an archive of the parts, not compressed, ready to be read."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    packed.seek(0)
    return packed


def sheet_values(workbook: BytesIO | Path, index: int = 0) -> tuple[int, Values]:
    """Return how many empty rows stand on top of a sheet, and the rows below them.

    Rows are equally long, with empty cells on the left where the table does not begin in the
    first column. What calamine cannot read is damage.
    """
    with _damage_named(), load_workbook(workbook) as opened:
        sheet = opened.get_sheet_by_index(index)
        values, start = sheet.to_python(), sheet.start
    if start is None:
        return 0, []
    margin = [""] * start[1]
    return start[0], [margin + row for row in values] if margin else list(values)


def visible_sheets(workbook: Path) -> dict[str, int]:
    """Return the names of the sheets that hold tables and are not hidden, with their places."""
    with _damage_named(), load_workbook(workbook) as opened:
        return {
            sheet.name: index
            for index, sheet in enumerate(opened.sheets_metadata)
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        }


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise Refused(Reason.DAMAGED) from error
    except BaseException as error:
        # A fault inside calamine; its type has no name that could be imported.
        if type(error).__name__ == "PanicException":
            raise Refused(Reason.DAMAGED) from error
        raise
