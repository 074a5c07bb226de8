"""Reads .ods workbooks piece by piece (OASIS OpenDocument 1.2 part 1, chapter 9)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from plugins.imports.archives import Archive
from plugins.imports.calamine_reading import sheet_values, zipped
from plugins.imports.cells import Row, typed
from plugins.imports.refusals import Reason, Refused
from plugins.imports.xml_pieces import PIECE_BYTES, TAG_BYTES, Tags, pieces

ROOT = re.compile(rb"<office:document-content\b[^<>]*>")
TABLE = re.compile(rb"<table:table\s[^<>]*>")
NAME = re.compile(rb"\stable:name=(?:\"([^\"]*)\"|'([^']*)')")
STYLE = re.compile(rb"\stable:style-name=\"([^\"]*)\"")
HIDDEN_STYLE = re.compile(
    rb"<style:style\b[^<>]*?style:name=\"([^\"]*)\"[^<>]*>\s*"
    rb"<style:table-properties\b[^<>]*table:display=\"false\""
)
# Copies of sheets of other files, which LibreOffice keeps behind the sheets of this one.
COPY_OF_OTHER_FILE = b"ta_extref"
ROW_END = re.compile(rb"</table:table-row\s*>|<table:table-row\b[^<>]*/>")
TABLE_END = re.compile(rb"</table:table\s*>")
ROW = re.compile(rb"<table:table-row\b([^<>]*)>")
REPEATED = re.compile(rb"table:number-rows-repeated=[\"'](\d{1,9})[\"']")
GROUPS = re.compile(rb"</?table:table-(?:header-rows|row-group|rows)\b[^<>]*>")
# An error is stored as an empty string and shown as "#N/A"; what is shown is what is read.
ERROR_CELL = re.compile(rb"<table:table-cell\b[^<>]*?calcext:value-type=\"error\"[^<>]*>")
VALUE = re.compile(rb"\soffice:(?:value-type|value|string-value)=\"[^\"]*\"")
SUB_TABLE = b"table:is-sub-table"
FIXED = {
    "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
    "META-INF/manifest.xml": (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    ),
}
BEFORE_ROWS = b'<office:body><office:spreadsheet><table:table table:name="a">'
AFTER_ROWS = b"</table:table></office:spreadsheet></office:body></office:document-content>"


class OdsBook:
    """An .ods workbook: its visible sheets, and the rows of one of them."""

    def __init__(self, archive: Archive, piece_bytes: int = PIECE_BYTES) -> None:
        self._archive = archive
        self._piece_bytes = piece_bytes
        self._tags = dict(_sheet_tags(archive.blocks("content.xml")))
        self.sheets = tuple(self._tags)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Yield the rows of a sheet that are not empty, with their numbers in the file."""
        start = re.compile(re.escape(self._tags[sheet]))
        cut = pieces(
            self._archive.blocks("content.xml"),
            Tags(ROOT, start, ROW_END, TABLE_END),
            self._piece_bytes,
        )
        root = next(cut)
        before = 0
        for piece in cut:
            # A table inside a cell would end the sheet too early.
            if SUB_TABLE in piece:
                raise Refused(Reason.DAMAGED)
            content = root + BEFORE_ROWS + _plain_rows(piece) + AFTER_ROWS
            top, values = sheet_values(zipped({**FIXED, "content.xml": content}))
            for number, row in enumerate(values, before + top + 1):
                yield Row(number, [typed(value) for value in row])
            before += _row_count(piece)


def _plain_rows(piece: bytes) -> bytes:
    """Return rows without the groups they stand in, which a piece may cut, and errors as text."""
    rows = GROUPS.sub(b"", piece)
    return ERROR_CELL.sub(_error_as_text, rows) if b'"error"' in rows else rows


def _error_as_text(match: re.Match[bytes]) -> bytes:
    name, _, rest = VALUE.sub(b"", match[0]).partition(b" ")
    return name + b' office:value-type="string" ' + rest


def _row_count(piece: bytes) -> int:
    counts = (REPEATED.search(attributes) for attributes in ROW.findall(piece))
    return sum(int(count[1]) if count else 1 for count in counts)


def _sheet_tags(blocks: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the start tag of each visible sheet."""
    hidden: set[bytes] = set()
    rest = b""
    for block in blocks:
        rest += block
        hidden.update(HIDDEN_STYLE.findall(rest))
        for match in TABLE.finditer(rest):
            name, style = NAME.search(match[0]), STYLE.search(match[0])
            is_shown = not style or style[1] not in {*hidden, COPY_OF_OTHER_FILE}
            if name and is_shown:
                yield html.unescape((name[1] or name[2] or b"").decode()), match[0]
        rest = _unfinished(rest)


def _unfinished(rest: bytes) -> bytes:
    """Return the end of the bytes looked at that may be the beginning of a tag."""
    tail = rest[-TAG_BYTES:]
    return tail[max(tail.rfind(b"<table:table "), tail.rfind(b"<style:style ")) :]
