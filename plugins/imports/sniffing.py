"""Tells what a file is by its content, and refuses what cannot or must not be read.

Decisions, each with its test:

* The name must agree with the content (IMP-12). Agreement is by family: .xlsx and .xltx are one,
  .csv, .txt, .tsv and .tab are one.
* A web page, a vCard or plain text under the name .xls is refused with what it really is.
* Macros are never run by anything here, yet a workbook that carries them is refused: nobody
  needs them for a table, and one plain rule is easier to trust than a list of harmless cases.
* Links to other workbooks and to the web are not followed; the stored values are read.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from core.tables.cells import FileKind
from plugins.imports import archives, biff, ole2
from plugins.imports.limits import MEGABYTE, Limits
from plugins.imports.refusals import Reason, Refused

HEAD_BYTES = 64 * 1024


SUFFIXES = {
    "csv": FileKind.CSV,
    "ods": FileKind.ODS,
    "ots": FileKind.ODS,
    "tab": FileKind.CSV,
    "tsv": FileKind.CSV,
    "txt": FileKind.CSV,
    "xls": FileKind.XLS,
    "xlsm": FileKind.XLSX,
    "xlsx": FileKind.XLSX,
    "xlt": FileKind.XLS,
    "xltx": FileKind.XLSX,
}
# First bytes of what people add by mistake. Longer ones than three bytes only, so that no text
# begins like that by chance.
SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh9", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\x00", "program"),
    # BOF records of BIFF2, BIFF3 and BIFF4, which were not yet put into a compound file.
    (b"\x09\x00\x04\x00", "biff"),
    (b"\x09\x02\x06\x00", "biff"),
    (b"\x09\x04\x06\x00", "biff"),
)
# Atomic groups: a page of ten thousand comments must not make the pattern try every split.
MARKUP = re.compile(
    rb"(?>(?:<\?xml[^>]*>|<!--.*?-->|\s)*+)<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b"
    rb"|MIME-Version:",
    re.IGNORECASE | re.DOTALL,
)
ODF_SHEETS = {
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
}
ZIPPED = (
    ("xl/workbook.bin", "xlsb"),
    ("xl/workbook.xml", "xlsx"),
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
    ("index/document.iwa", "numbers"),
)
MACRO_PARTS = re.compile(r"(^|/)(vbaproject\.bin|macrosheets/|vbadata\.xml)|^(basic|scripts)/.")
MACRO_TYPE = b"macroenabled"
STREAMS = (
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("__properties_version1.0", "msg"),
)
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Bytes no table of text holds: control characters other than tab, line ends, form feed, the
# end-of-file mark of DOS and escape.
CONTROL = bytes(set(range(0x20)) - {0x00, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B}) + b"\x7f"
# As many of them may stray into a text of any length, beside one in a hundred bytes.
FEW_CONTROLS = 4


def recognise_file(path: Path, name: str, limits: Limits | None = None) -> FileKind:
    """Return the kind of the file at `path` that the user calls `name`, or raise Refused.

    Cheap enough for the request that receives the upload: it reads the head of the file, and of
    workbooks the list of parts; the rows are checked when they are read.
    """
    limits = limits or Limits()
    suffix = PurePath(name).suffix.lower().lstrip(".")
    if suffix not in SUFFIXES:
        raise Refused(Reason.UNKNOWN_NAME)
    _check_size(path.stat().st_size, limits)
    found = _found(path, limits)
    if found != SUFFIXES[suffix]:
        raise Refused(Reason.NOT_AS_NAMED, named=suffix, found=found)
    return FileKind(found)


def wide_encoding(head: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" if the text begins like that, with its mark or without.

    Without a mark it is told by the zero bytes, of which western and Polish text has one in
    nearly every pair, always on the same side.
    """
    if head[:2] in BYTE_ORDER_MARKS and head[:4] != b"\xff\xfe\x00\x00":
        return BYTE_ORDER_MARKS[head[:2]]
    pairs = len(head) // 2
    first, second = (head[side : pairs * 2 : 2].count(0) for side in (0, 1))
    if second > 0.4 * pairs and first < 0.05 * pairs:
        return "utf-16-le"
    if first > 0.4 * pairs and second < 0.05 * pairs:
        return "utf-16-be"
    return None


def _check_size(size: int, limits: Limits) -> None:
    if not size:
        raise Refused(Reason.EMPTY)
    if size > limits.file_bytes:
        allowed = limits.file_bytes // MEGABYTE
        found = max(-(-size // MEGABYTE), allowed + 1)
        raise Refused(Reason.SIZE, found=found, allowed=allowed)


def _found(path: Path, limits: Limits) -> str:
    """Return a key of FOUND; raises for what is none of them."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _found_in_archive(path, limits)
    if head.startswith(ole2.SIGNATURE):
        return _found_in_container(path)
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    return _found_text(path, head)


def _found_in_archive(path: Path, limits: Limits) -> str:
    with archives.opened(path, limits) as archive:
        names = archive.names()
        # LibreOffice 24 and newer lock the whole file as one part.
        if "encrypted-package" in names:
            raise Refused(Reason.ENCRYPTED)
        if "mimetype" in names and "content.xml" in names:
            return _found_open_document(archive)
        found = next((kind for part, kind in ZIPPED if part in names), "zip")
        if found == "xlsx":
            types = archive.content("[content_types].xml").lower()
            _refuse_macros(names)
            if MACRO_TYPE in types:
                raise Refused(Reason.MACROS)
        return found


def _found_open_document(archive: archives.Archive) -> str:
    names = archive.names()
    if archive.content("mimetype").strip() not in ODF_SHEETS:
        return "odf"
    if "meta-inf/manifest.xml" in names:
        manifest = archive.content("META-INF/manifest.xml")
        if b"encryption-data" in manifest:
            raise Refused(Reason.ENCRYPTED)
    _refuse_macros(names)
    return "ods"


def _refuse_macros(names: set[str]) -> None:
    if any(MACRO_PARTS.search(name) for name in names):
        raise Refused(Reason.MACROS)


def _found_in_container(path: Path) -> str:
    container = ole2.Container(path)
    names = container.names()
    # [MS-OFFCRYPTO] 2.3.4: an encrypted .xlsx is a compound file with these two streams.
    if {"EncryptedPackage", "EncryptionInfo"} & names:
        raise Refused(Reason.ENCRYPTED)
    stream, found = next(((s, kind) for s, kind in STREAMS if s in names), ("", "ole"))
    if found == "xls":
        parts = biff.workbook_globals(container.stream(stream))
        if parts.is_encrypted:
            raise Refused(Reason.ENCRYPTED)
        if parts.has_macros or "_VBA_PROJECT_CUR" in names:
            raise Refused(Reason.MACROS)
    return found


def _found_text(path: Path, head: bytes) -> str:
    wide = wide_encoding(head)
    if wide:
        head = head[: len(head) // 2 * 2].decode(wide, "replace").encode()
    elif 0 in head:
        raise Refused(Reason.BINARY)
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not head.strip() and _is_blank(path, wide):
        raise Refused(Reason.EMPTY)
    if len(head) - len(head.translate(None, CONTROL)) > FEW_CONTROLS + len(head) / 100:
        raise Refused(Reason.BINARY)
    return _found_plain_text(head.lstrip())


def _found_plain_text(head: bytes) -> str:
    if MARKUP.match(head):
        return "html"
    if head.startswith(b"<?xml"):
        return "xml"
    return "vcard" if head[:11].upper() == b"BEGIN:VCARD" else "csv"


def _is_blank(path: Path, wide: str | None) -> bool:
    """Tell whether the text has nothing but blanks, however many."""
    with path.open(encoding=wide or "latin-1", errors="replace") as text:
        text.read(1 if wide else 3)
        return all(not block.strip() for block in iter(lambda: text.read(MEGABYTE), ""))
