"""Writes .ods workbooks row by row (OASIS OpenDocument 1.2); a library would hold them whole."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from core.tables.cells import Cell, is_plain_number, shown

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = "urn:oasis:names:tc:opendocument:xmlns"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MANIFEST = f"""{HEAD}<manifest:manifest xmlns:manifest="{NAMES}:manifest:1.0" \
manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:version="1.2" \
manifest:media-type="{MIMETYPE}"/><manifest:file-entry manifest:full-path="content.xml" \
manifest:media-type="text/xml"/></manifest:manifest>"""
BEFORE = f"""{HEAD}<office:document-content xmlns:office="{NAMES}:office:1.0" \
xmlns:table="{NAMES}:table:1.0" xmlns:text="{NAMES}:text:1.0" xmlns:style="{NAMES}:style:1.0" \
xmlns:number="{NAMES}:datastyle:1.0" office:version="1.2"><office:automatic-styles>\
<number:date-style style:name="N1"><number:year number:style="long"/><number:text>-\
</number:text><number:month number:style="long"/><number:text>-</number:text>\
<number:day number:style="long"/></number:date-style>\
<number:date-style style:name="N2"><number:year number:style="long"/><number:text>-\
</number:text><number:month number:style="long"/><number:text>-</number:text>\
<number:day number:style="long"/><number:text> </number:text><number:hours number:style="long"/>\
<number:text>:</number:text><number:minutes number:style="long"/><number:text>:</number:text>\
<number:seconds number:style="long"/></number:date-style>\
<style:style style:name="day" style:family="table-cell" style:data-style-name="N1"/>\
<style:style style:name="moment" style:family="table-cell" style:data-style-name="N2"/>\
</office:automatic-styles><office:body><office:spreadsheet>"""
AFTER = "</office:spreadsheet></office:body></office:document-content>"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# OpenDocument 1.2 part 1, 6.1.2: runs of blanks, and blanks at the ends, count as one or none.
BLANKS = re.compile(r"^ | $|  +|\t")


def write_ods(target: Path, sheets: Iterable[tuple[str, Iterator[Sequence[Cell]]]]) -> None:
    """Write a workbook; the sheets are taken one after another, the rows one by one."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as package:
        # The type has to come first and not compressed, so that it can be seen from outside.
        package.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        part = zipfile.ZipInfo("content.xml")
        part.compress_type = zipfile.ZIP_DEFLATED
        with package.open(part, "w", force_zip64=True) as content:
            content.write(BEFORE.encode())
            for name, rows in sheets:
                content.write(f"<table:table table:name={quoteattr(name)}>".encode())
                for row in rows:
                    cells = "".join(map(_cell, row)) or "<table:table-cell/>"
                    content.write(f"<table:table-row>{cells}</table:table-row>".encode())
                content.write(b"</table:table>")
            content.write(AFTER.encode())
        package.writestr("META-INF/manifest.xml", MANIFEST)


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    return (
        f"<table:table-cell {_value(cell)}>"
        + "".join(f"<text:p>{_paragraph(line)}</text:p>" for line in shown(cell).split("\n"))
        + "</table:table-cell>"
    )


def _value(cell: Cell) -> str:
    """Return the attributes that say type and value; text is what its paragraphs say."""
    if isinstance(cell, bool):
        return f'office:value-type="boolean" office:boolean-value="{shown(cell)}"'
    if is_plain_number(cell):
        return f'office:value-type="float" office:value="{cell}"'
    if isinstance(cell, date):
        style = "moment" if isinstance(cell, datetime) else "day"
        return (
            f'table:style-name="{style}" office:value-type="date"'
            f' office:date-value="{cell.isoformat()}"'
        )
    return 'office:value-type="string"'


def _paragraph(line: str) -> str:
    return BLANKS.sub(_blanks, escape(NOT_IN_XML.sub("", line)))


def _blanks(match: re.Match[str]) -> str:
    return "<text:tab/>" if match[0] == "\t" else f'<text:s text:c="{len(match[0])}"/>'
