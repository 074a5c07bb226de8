"""Walks the records of an .xls workbook (BIFF5 and BIFF8), for what calamine does not tell.

Record numbers and layouts after [MS-XLS] Excel Binary File Format, section 2.3: each record is
its number and its length (16 bits each) and that many bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from plugins.imports.refusals import Reason, Refused

FORMULA, EOF, FILEPASS, BOUNDSHEET, BOOLERR, BOF = 0x06, 0x0A, 0x2F, 0x85, 0x205, 0x809
MACRO_SHEET, VISUAL_BASIC_MODULE = 1, 6
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}

Cells = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Globals:
    """What the first part of a workbook says: locked by a password, with macros, its sheets.

    `sheets` holds the place of each sheet's first record in the stream, in the order of the
    workbook.
    """

    is_encrypted: bool
    has_macros: bool
    sheets: tuple[int, ...]


def records(stream: bytes, at: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield number, place and length of each record from `at` up to the end of its part."""
    depth = 0
    while at + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, at)
        at += 4
        if at + length > len(stream):
            break
        yield number, at, length
        depth += (number == BOF) - (number == EOF)
        if depth <= 0:
            return
        at += length
    raise Refused(Reason.DAMAGED)


def workbook_globals(stream: bytes) -> Globals:
    """Return what the globals part says; a locked workbook is read no further."""
    if len(stream) < 4 or struct.unpack_from("<H", stream)[0] != BOF:
        raise Refused(Reason.DAMAGED)
    has_macros, sheets = False, []
    for number, at, length in records(stream):
        if number == FILEPASS:
            return Globals(is_encrypted=True, has_macros=False, sheets=())
        if number == BOUNDSHEET and length >= 6:
            place, _, kind = struct.unpack_from("<IBB", stream, at)
            sheets.append(place)
            has_macros |= kind in {MACRO_SHEET, VISUAL_BASIC_MODULE}
    return Globals(is_encrypted=False, has_macros=has_macros, sheets=tuple(sheets))


def error_cells(stream: bytes, sheet_at: int) -> Cells:
    """Return the error values of one sheet, such as "#N/A", by row and column from 0."""
    errors = {}
    for number, at, length in records(stream, sheet_at):
        code = _error_code(stream, number, at, length)
        if code is not None:
            row, column = struct.unpack_from("<HH", stream, at)
            errors[row, column] = ERRORS.get(code, "#VALUE!")
    return errors


def _error_code(stream: bytes, number: int, at: int, length: int) -> int | None:
    if number == BOOLERR and length >= 8 and stream[at + 7]:
        return stream[at + 6]
    # A formula's value is 8 bytes; the last two are FFFF where it is not a number, the first
    # says what instead: 2 is an error with its code in the third.
    is_error = number == FORMULA and length >= 14 and stream[at + 12 : at + 14] == b"\xff\xff"
    return stream[at + 8] if is_error and stream[at + 6] == 2 else None
