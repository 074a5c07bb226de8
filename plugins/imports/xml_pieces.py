"""Cuts the XML of large workbooks at the ends of their rows, so that no more than a piece is held.

Only the tags that matter are looked for, by patterns that never backtrack over more than one
tag; whether the XML is sound is found out by the reader that gets the pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from plugins.imports.limits import MEGABYTE
from plugins.imports.refusals import Reason, Refused

PIECE_BYTES = 8 * MEGABYTE
MOST_ROW_BYTES = 16 * MEGABYTE
PROLOG_BYTES = 64 * 1024
TAG_BYTES = 16 * 1024
ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^<>]*?encoding=[\"']([\w-]+)")


@dataclass(frozen=True)
class Tags:
    """The patterns that cut one part: its root, the start and end of its rows, the end of one."""

    root: re.Pattern[bytes]
    start: re.Pattern[bytes]
    row_end: re.Pattern[bytes]
    end: re.Pattern[bytes]


def parsed(part: bytes) -> ET.Element:
    """Return a small part as a tree; refuses document types, so entities cannot exist."""
    refuse_document_type(part)
    try:
        return ET.fromstring(part)  # noqa: S314  # no document type, so no entities
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Refused(Reason.DAMAGED) from error


def refuse_document_type(part: bytes) -> None:
    """Refuse document types and entities, and the encodings in which they could hide."""
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise Refused(Reason.ENTITIES)
    declared = ENCODING.match(part)
    if declared and declared[1].lower() not in {b"utf-8", b"us-ascii", b"ascii"}:
        raise Refused(Reason.DAMAGED)
    if b"\0" in part[:1024]:
        raise Refused(Reason.DAMAGED)


def pieces(blocks: Iterator[bytes], tags: Tags, piece_bytes: int = PIECE_BYTES) -> Iterator[bytes]:
    """Yield first the start tag of the root, then the rows in pieces, each ending with a row.

    What stands before the match of `tags.start` and behind that of `tags.end` is left out. A
    part without the one or the other is damaged; an element without content (`<sheetData/>`)
    has no pieces.
    """
    rest = bytearray()
    while len(rest) < PROLOG_BYTES and (block := next(blocks, b"")):
        rest += block
    refuse_document_type(bytes(rest[:PROLOG_BYTES]))
    root = tags.root.search(rest, 0, PROLOG_BYTES)
    if not root:
        raise Refused(Reason.DAMAGED)
    yield root[0]
    if _skip_to_start(rest, blocks, tags.start):
        yield from _row_pieces(rest, blocks, tags, piece_bytes)


def _skip_to_start(rest: bytearray, blocks: Iterator[bytes], start: re.Pattern[bytes]) -> bool:
    """Drop everything up to the end of the start tag; False if that tag closes itself."""
    while not (opening := start.search(rest)):
        del rest[:-TAG_BYTES]
        if not (block := next(blocks, b"")):
            raise Refused(Reason.DAMAGED)
        rest += block
    has_content = not opening[0].endswith(b"/>")
    after = opening.end()
    del opening  # a match holds its bytearray, which then cannot shrink
    del rest[:after]
    return has_content


def _row_pieces(
    rest: bytearray, blocks: Iterator[bytes], tags: Tags, piece_bytes: int
) -> Iterator[bytes]:
    # Up to where the end of the rows, and that of a row, has been looked for in vain.
    no_end = no_row_end = 0
    while not (closing := tags.end.search(rest, no_end)):
        no_end = max(len(rest) - TAG_BYTES, 0)
        if len(rest) >= piece_bytes:
            cut = _last_row_end(rest, tags.row_end, no_row_end)
            no_row_end = 0 if cut else no_end
            if cut:
                yield bytes(rest[:cut])
                del rest[:cut]
                no_end = 0
        if len(rest) > MOST_ROW_BYTES:
            raise Refused(Reason.MEMORY)
        if not (block := next(blocks, b"")):
            raise Refused(Reason.DAMAGED)
        rest += block
    if last := bytes(rest[: closing.start()]):
        yield last


def _last_row_end(rest: bytearray, row_end: re.Pattern[bytes], start: int) -> int:
    """Return where the last whole row behind `start` ends, 0 if none does; the tail comes first."""
    for back in (64 * 1024, len(rest)):
        ends = [match.end() for match in row_end.finditer(rest, max(len(rest) - back, start))]
        if ends:
            return ends[-1]
    return 0
