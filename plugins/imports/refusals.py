"""Why a file is refused: closed list of reasons, each with one sentence for the user."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from core.errors import Invalid
from core.i18n import lazy


class Reason(StrEnum):
    """The name of a refusal, as it is stored, sent by the child process and tested."""

    BINARY = "binary"
    BOMB = "bomb"
    COLUMNS = "columns"
    DAMAGED = "damaged"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    ENTITIES = "entities"
    LONG_CELL = "long_cell"
    MACROS = "macros"
    MEMORY = "memory"
    NO_ROOM = "no_room"
    NO_ROWS = "no_rows"
    NO_SHEET = "no_sheet"
    NOT_AS_NAMED = "not_as_named"
    OUTPUT = "output"
    SIZE = "size"
    TIME = "time"
    UNCLOSED_QUOTE = "unclosed_quote"
    UNDECODABLE = "undecodable"
    UNKNOWN_NAME = "unknown_name"
    UNSAFE_NAMES = "unsafe_names"
    ZERO_BYTE = "zero_byte"


SENTENCES = {
    Reason.BINARY: lazy(
        "The file holds neither a table nor readable text. Add a .csv, .xls, .xlsx or .ods file."
    ),
    Reason.BOMB: lazy(
        "The file is packed so tightly that unpacking it could harm the server, so it was not"
        " opened. Save it again in the spreadsheet program, or as .csv."
    ),
    Reason.COLUMNS: lazy("The file has %(found)s columns, allowed %(allowed)s."),
    Reason.DAMAGED: lazy(
        "The file is damaged and cannot be read. Open it in the program it comes from, save it"
        " again and add the new copy."
    ),
    Reason.EMPTY: lazy("The file is empty."),
    Reason.ENCRYPTED: lazy(
        "The file is protected by a password. Save it without the password and add it again."
    ),
    Reason.ENTITIES: lazy(
        "The file contains declarations that could harm the server (XML entities), so it was not"
        " opened. Save it again in the spreadsheet program."
    ),
    Reason.LONG_CELL: lazy(
        "Line %(line)s holds a value longer than %(allowed)s characters; probably a quotation"
        " mark is not closed near that line."
    ),
    Reason.MACROS: lazy(
        "The file contains macros. Save it without macros, as .xlsx, .ods or .csv, and add it"
        " again."
    ),
    Reason.MEMORY: lazy(
        "Reading the file needs more memory than is allowed. Remove stray cells far to the right"
        " or far below the table, or save the sheet as .csv."
    ),
    Reason.NO_ROOM: lazy("The server has no room to store the file now. Nothing was imported."),
    Reason.NO_ROWS: lazy("The file holds names of columns only, and no rows below them."),
    Reason.NO_SHEET: lazy("The file has no sheet named “%(sheet)s”."),
    Reason.NOT_AS_NAMED: lazy(
        "The name of the file ends with .%(named)s, but its content is %(found)s. Save it in the"
        " right format, or correct the name, and add it again."
    ),
    Reason.OUTPUT: lazy("The content of the file is larger than %(allowed)s MB once unpacked."),
    Reason.SIZE: lazy("File: %(found)s MB, allowed %(allowed)s MB."),
    Reason.TIME: lazy(
        "Reading the file took longer than allowed (%(allowed)s seconds). Save the sheet as .csv,"
        " or divide the file."
    ),
    Reason.UNCLOSED_QUOTE: lazy("A quotation mark opened in line %(line)s is never closed."),
    Reason.UNDECODABLE: lazy(
        "Line %(line)s holds characters that do not belong to the encoding %(encoding)s. Choose"
        " another encoding, or save the file as UTF-8."
    ),
    Reason.UNKNOWN_NAME: lazy("Only .csv, .xls, .xlsx and .ods files can be imported."),
    Reason.UNSAFE_NAMES: lazy(
        "The file contains parts with unsafe names, so it was not opened. Save it again in the"
        " spreadsheet program."
    ),
    Reason.ZERO_BYTE: lazy(
        "Line %(line)s holds zero bytes, so the file is damaged or not a text file. Save it again"
        " as .csv."
    ),
}

FOUND = {
    "7z": lazy("a 7-Zip archive"),
    "biff": lazy("a workbook of Excel 4 or older"),
    "bzip2": lazy("a bzip2 archive"),
    "csv": lazy("plain text (csv)"),
    "doc": lazy("a Word document"),
    "docx": lazy("a Word document"),
    "gzip": lazy("a gzip archive"),
    "html": lazy("a web page (HTML)"),
    "image": lazy("an image"),
    "msg": lazy("an Outlook message"),
    "numbers": lazy("an Apple Numbers sheet"),
    "odf": lazy("an OpenDocument file that is not a spreadsheet"),
    "ods": lazy("an OpenDocument spreadsheet (ods)"),
    "ole": lazy("an Office file that is not a spreadsheet"),
    "pdf": lazy("a PDF document"),
    "ppt": lazy("a presentation"),
    "pptx": lazy("a presentation"),
    "program": lazy("a program"),
    "rar": lazy("a RAR archive"),
    "rtf": lazy("a formatted text (RTF)"),
    "vcard": lazy("a vCard address book"),
    "xls": lazy("an Excel 97–2003 workbook (xls)"),
    "xlsb": lazy("a binary Excel workbook (xlsb)"),
    "xlsx": lazy("an Excel workbook (xlsx)"),
    "xml": lazy("an XML document"),
    "xz": lazy("an xz archive"),
    "zip": lazy("a zip archive"),
}


class Refused(Invalid):
    """A file that is not read, with its reason and the details its sentence names.

    `reason` and `details` (plain strings and numbers) survive the way out of the child process
    and into the database; `message` is the sentence in the language of whoever reads it now.
    """

    def __init__(self, reason: Reason | str, **details: Any) -> None:
        self.reason = Reason(reason)
        self.details = details
        super().__init__(f"{self.reason} {details}" if details else str(self.reason), "file")

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it now."""
        return sentence(self.reason, self.details)


def sentence(reason: Reason | str, details: dict[str, Any]) -> str:
    """Return the whole sentence for the user, in the language of whoever reads it now."""
    named = dict(details)
    if reason == Reason.NOT_AS_NAMED:
        named["found"] = str(FOUND[details["found"]])
    return str(SENTENCES[Reason(reason)]) % named
