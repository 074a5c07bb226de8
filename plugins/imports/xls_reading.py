"""Reads .xls workbooks (BIFF5 and BIFF8); at most 65,536 rows a sheet, so in one go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.tables.cells import Cell
from plugins.imports import biff, ole2
from plugins.imports.calamine_reading import sheet_values, visible_sheets
from plugins.imports.cells import Row, typed


class XlsBook:
    """An .xls workbook: its visible sheets, and the rows of one of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places = visible_sheets(path)
        self.sheets = tuple(self._places)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Yield the rows of a sheet that are not empty, with their numbers in the file."""
        place = self._places[sheet]
        errors = self._errors(place)
        top, values = sheet_values(self._path, place)
        for number, row in enumerate(values, top):
            cells: list[Cell] = [typed(value) for value in row]
            for column in errors.get(number, ()):
                cells += [None] * (column + 1 - len(cells))
                cells[column] = errors[number][column]
            yield Row(number + 1, cells)

    def _errors(self, place: int) -> dict[int, dict[int, str]]:
        """Return errors such as "#N/A" by row and column: calamine leaves these cells empty."""
        container = ole2.Container(self._path)
        stream = container.stream("Workbook" if "Workbook" in container.names() else "Book")
        sheets = biff.workbook_globals(stream).sheets
        errors: dict[int, dict[int, str]] = {}
        if place < len(sheets):
            for (row, column), error in biff.error_cells(stream, sheets[place]).items():
                errors.setdefault(row, {})[column] = error
        return errors
