"""Writes .xlsx workbooks row by row (ECMA-376 part 1): ten times as fast as a general library."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from plugins.imports.cells import FORMULA_START, Cell, is_plain_number, shown

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = f"""{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="2">\
<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>\
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>\
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill>\
<fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>\
</styleSheet>"""
CONTENT_TYPES = f"""{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>%s</Types>"""
SHEET_TYPE = f'<Override PartName="/xl/%s" ContentType="{TYPE}.worksheet+xml"/>'
RELATIONS = f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">%s</Relationships>'
WORKBOOK = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>%s</sheets></workbook>'
DATE_STYLE, MOMENT_STYLE, TEXT_STYLE = 1, 2, 3
# Day 0 of the 1900 date system, as it is from 1 March 1900 on; earlier days are written as text.
DAY_ZERO, FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
DAY_SECONDS = 86_400
# ECMA-376 part 1, 22.9.2.19: characters XML cannot hold are written _xHHHH_.
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def write_xlsx(target: Path, sheets: Iterable[tuple[str, Iterator[Sequence[Cell]]]]) -> None:
    """Write a workbook; the sheets are taken one after another, the rows one by one."""
    names = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as package:
        for name, rows in sheets:
            names.append(name)
            part = zipfile.ZipInfo(f"xl/worksheets/sheet{len(names)}.xml")
            part.compress_type = zipfile.ZIP_DEFLATED
            with package.open(part, "w", force_zip64=True) as sheet:
                sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for number, row in enumerate(rows, 1):
                    cells = "".join(map(_cell, row))
                    sheet.write(f'<row r="{number}">{cells}</row>'.encode())
                sheet.write(b"</sheetData></worksheet>")
        for part_name, content in _frame(names):
            package.writestr(part_name, content)


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, bool):
        return f'<c t="b"><v>{cell:d}</v></c>'
    if is_plain_number(cell):
        return f"<c><v>{cell}</v></c>"
    if isinstance(cell, date) and _day(cell) >= FIRST_DAY:
        return _date(cell)
    text = shown(cell)
    style = f' s="{TEXT_STYLE}"' if FORMULA_START.match(text) else ""
    plain = escape(NOT_IN_XML.sub(_escaped, text))
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{plain}</t></is></c>'


def _date(cell: date) -> str:
    days = (_day(cell) - DAY_ZERO).days
    if not isinstance(cell, datetime):
        return f'<c s="{DATE_STYLE}"><v>{days}</v></c>'
    seconds = cell.hour * 3600 + cell.minute * 60 + cell.second
    return f'<c s="{MOMENT_STYLE}"><v>{days + seconds / DAY_SECONDS:.10f}</v></c>'


def _day(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _escaped(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04X}_"


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the parts that name the sheets and hold them together."""
    parts = [f"worksheets/sheet{number}.xml" for number in range(1, len(names) + 1)]
    yield "[Content_Types].xml", CONTENT_TYPES % "".join(SHEET_TYPE % part for part in parts)
    yield "_rels/.rels", RELATIONS % _relation(1, "officeDocument", "xl/workbook.xml")
    yield (
        "xl/workbook.xml",
        WORKBOOK
        % "".join(
            f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
            for number, name in enumerate(names, 1)
        ),
    )
    sheets = [_relation(number, "worksheet", part) for number, part in enumerate(parts, 1)]
    styles = _relation(len(parts) + 1, "styles", "styles.xml")
    yield "xl/_rels/workbook.xml.rels", RELATIONS % "".join([*sheets, styles])
    yield "xl/styles.xml", STYLES


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
