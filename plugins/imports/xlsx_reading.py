"""Reads .xlsx workbooks piece by piece (ECMA-376 part 1, SpreadsheetML)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from plugins.imports.archives import Archive
from plugins.imports.calamine_reading import sheet_values, zipped
from plugins.imports.cells import Row, typed
from plugins.imports.limits import MEGABYTE
from plugins.imports.text_store import Texts, TextStore
from plugins.imports.xml_pieces import PIECE_BYTES, Tags, parsed, pieces, refuse_document_type

# Up to this size the table of shared texts goes into every piece; beyond it, it goes to the disk.
TEXTS_INSIDE_BYTES = 2 * MEGABYTE
STYLES_BYTES = 16 * MEGABYTE
ROW_TAGS = Tags(
    root=re.compile(rb"<(?:\w+:)?worksheet\b[^<>]*>"),
    start=re.compile(rb"<(?:\w+:)?sheetData\b[^<>]*>"),
    row_end=re.compile(rb"</(?:\w+:)?row\s*>|<(?:\w+:)?row\b[^<>]*/>"),
    end=re.compile(rb"</(?:\w+:)?sheetData\s*>"),
)
TEXT_TAGS = Tags(
    root=re.compile(rb"<(?:\w+:)?sst\b[^<>]*>"),
    start=re.compile(rb"<(?:\w+:)?sst\b[^<>]*>"),
    row_end=re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>"),
    end=re.compile(rb"</(?:\w+:)?sst\s*>"),
)
PREFIX = re.compile(rb"<(\w+:)?")
ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
NUMBERED = re.compile(rb"\sr\s*=")
ERROR_CELL = re.compile(rb"(<(?:\w+:)?c\b[^<>]*?\st=)[\"']e[\"']")
SHARED_CELL = re.compile(rb"(<(?:\w+:)?c\b[^<>]*?\st=)[\"']s[\"']([^<>]*>\s*<(?:\w+:)?v\b[^<>]*>)")
TEXT_START = re.compile(rb"<((?:\w+:)?)si\s*>")
TEXT_EMPTY = re.compile(rb"<((?:\w+:)?)si\s*/>")
TEXT_END = re.compile(rb"</((?:\w+:)?)si\s*>")
# Stands before the number of a shared text while it passes through calamine; a character that
# Unicode leaves to private use.
MARK = "\ue000"
WORKBOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">\
<workbookPr date1904="%d"/><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"""
PACKAGE = b"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Target="xl/workbook.xml" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>\
</Relationships>"""
RELATIONS = b"""<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\
<Relationship Id="rId1" Target="worksheets/sheet1.xml" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>\
<Relationship Id="rId2" Target="styles.xml" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/>\
<Relationship Id="rId3" Target="sharedStrings.xml" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/>\
</Relationships>"""

VISIBLE = "visible"


@dataclass(frozen=True)
class Relation:
    """Where one part of a package points: the last word of its type, and the part's name."""

    type: str
    target: str


class XlsxBook:
    """An .xlsx workbook: its visible sheets, and the rows of one of them."""

    def __init__(self, archive: Archive, piece_bytes: int = PIECE_BYTES) -> None:
        self._archive = archive
        self._piece_bytes = piece_bytes
        packages = _relations_by_id(archive, "").values()
        main = next((r.target for r in packages if r.type == "officeDocument"), "xl/workbook.xml")
        book = parsed(archive.content(main))
        relations = _relations_by_id(archive, main)
        self._parts = _sheet_parts(book, relations)
        self.sheets = tuple(self._parts)
        by_type = {relation.type: relation.target for relation in relations.values()}
        self._texts_part = by_type.get("sharedStrings", "")
        self._fixed = _frame(_counts_from_1904(book)) | self._styles(by_type.get("styles", ""))

    def rows(self, sheet: str) -> Iterator[Row]:
        """Yield the rows of a sheet that are not empty, with their numbers in the file."""
        with self._texts() as (texts, shared):
            yield from self._rows(self._parts[sheet], texts, shared)

    def _rows(self, part: str, texts: Texts | None, shared: dict[str, bytes]) -> Iterator[Row]:
        cut = pieces(self._archive.blocks(part), ROW_TAGS, self._piece_bytes)
        root = next(cut)
        last = before = 0
        for piece in cut:
            is_numbered, count = _numbering(piece)
            content = _sheet(root, SHARED_CELL.sub(_marked, piece) if texts else piece)
            top, values = sheet_values(
                zipped({**self._fixed, **shared, "xl/worksheets/sheet1.xml": content})
            )
            top += 0 if is_numbered else before
            for number, row in enumerate(values, top + 1):
                last = max(number, last + 1)
                yield Row(last, [typed(v) for v in (_resolved(row, texts) if texts else row)])
            before = max(before + count, last)

    def _styles(self, part: str) -> dict[str, bytes]:
        if not part or not self._archive.size(part):
            return {}
        styles = self._archive.content(part, STYLES_BYTES)
        refuse_document_type(styles)
        return {"xl/styles.xml": styles}

    @contextmanager
    def _texts(self) -> Iterator[tuple[Texts | None, dict[str, bytes]]]:
        """Give the shared texts: as a function of their number, or as a part for calamine."""
        if not self._archive.size(self._texts_part):
            yield None, {}
        elif self._archive.size(self._texts_part) > TEXTS_INSIDE_BYTES:
            with TextStore() as store:
                store_texts(store, self._archive.blocks(self._texts_part))
                yield store.for_reading(), {}
        else:
            texts = self._archive.content(self._texts_part)
            refuse_document_type(texts)
            yield None, {"xl/sharedStrings.xml": texts}


def store_texts(store: TextStore, blocks: Iterator[bytes], piece_bytes: int = PIECE_BYTES) -> None:
    """Store all shared texts; calamine reads them as inline texts of a sheet of one column."""
    cut = pieces(blocks, TEXT_TAGS, piece_bytes)
    root = next(cut).replace(b"sst", b"worksheet", 1)
    frame = _frame(counts_from_1904=False)
    for piece in cut:
        rows, count = _texts_as_rows(piece)
        sheet = {"xl/worksheets/sheet1.xml": _sheet(root, rows)}
        top, values = sheet_values(zipped({**frame, **sheet}))
        texts = [""] * top + [row[0] for row in values]
        for text in texts + [""] * (count - len(texts)):
            store.add(str(text))


def _texts_as_rows(piece: bytes) -> tuple[bytes, int]:
    piece = TEXT_EMPTY.sub(rb"<\1si></\1si>", piece)
    rows, count = TEXT_START.subn(rb'<\1row><\1c t="inlineStr"><\1is>', piece)
    return TEXT_END.sub(rb"</\1is></\1c></\1row>", rows), count


def _frame(counts_from_1904: bool) -> dict[str, bytes]:  # noqa: FBT001  # a fact of the file
    """Return the parts of a workbook of one sheet, without the sheet."""
    return {
        "_rels/.rels": PACKAGE,
        "xl/workbook.xml": (WORKBOOK % counts_from_1904).encode(),
        "xl/_rels/workbook.xml.rels": RELATIONS,
    }


def _sheet(root: bytes, rows: bytes) -> bytes:
    """Return a whole sheet of some rows, in the namespaces of the root it was cut from."""
    prefix = _prefix(root)
    if b't="e"' in rows or b"t='e'" in rows:
        rows = ERROR_CELL.sub(rb'\1"str"', rows)
    return b"".join(
        (
            root,
            b"<%bsheetData>" % prefix,
            rows,
            b"</%bsheetData></%bworksheet>" % (prefix, prefix),
        )
    )


def _prefix(tag: bytes) -> bytes:
    match = PREFIX.match(tag)
    return (match[1] or b"") if match else b""


def _marked(match: re.Match[bytes]) -> bytes:
    return match[1] + b'"str"' + match[2] + MARK.encode()


def _resolved(row: list[Any], texts: Texts) -> list[Any]:
    return [
        texts(int(value[1:]))
        if isinstance(value, str) and value.startswith(MARK) and value[1:].isdecimal()
        else value
        for value in row
    ]


def _numbering(piece: bytes) -> tuple[bool, int]:
    """Tell whether the rows of a piece say their numbers, and how many rows it has."""
    first = ROW.search(piece)
    if first and NUMBERED.search(first[1]):
        return True, 0
    return False, len(ROW.findall(piece))


def _sheet_parts(book: Element, relations: dict[str, Relation]) -> dict[str, str]:
    """Return the part of each visible sheet by its name, in the order of the workbook."""
    parts = {}
    for sheet in _elements(book, "sheet"):
        relation = relations.get(_attribute(sheet, "id"))
        if relation and relation.type == "worksheet" and sheet.get("state", VISIBLE) == VISIBLE:
            parts[sheet.get("name", "")] = relation.target
    return parts


def _counts_from_1904(book: Element) -> bool:
    return any(e.get("date1904") in {"1", "true"} for e in _elements(book, "workbookPr"))


def _relations_by_id(archive: Archive, part: str) -> dict[str, Relation]:
    """Return the relations of a part, those that lead outside the file left out."""
    folder, name = posixpath.split(part)
    names = posixpath.join(folder, "_rels", f"{name}.rels")
    if not archive.size(names):
        return {}
    return {
        element.get("Id", ""): Relation(
            element.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
        )
        for element in _elements(parsed(archive.content(names)), "Relationship")
        if element.get("TargetMode") != "External"
    }


def _elements(tree: Element, name: str) -> list[Element]:
    """Return the elements of that name in any namespace: the strict format has its own."""
    return [element for element in tree.iter() if element.tag.rpartition("}")[2] == name]


def _attribute(element: Element, name: str) -> str:
    values = (v for key, v in element.attrib.items() if key.endswith(f"}}{name}"))
    return next(values, "")
