"""Files that must not be read, each with the reason that is to be named."""

import gzip
import io
import random
import struct
import zipfile

from plugins.imports.refusals import Reason
from tests.plugins.imports.files import (
    BOF,
    EOF,
    MACRO_TYPE,
    ROWS,
    biff,
    compound,
    ods,
    ods_content,
    ods_row,
    relation,
    relations,
    sheet_record,
    sheet_xml,
    texts_xml,
    xlsx,
    xlsx_parts,
    zipped,
)

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
SHARED = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c t="s"><v>1</v></c></row>'


def bomb():
    return xlsx(more={"xl/media/image1.png": bytes(60_000_000)})


def bomb_of_rows():
    row = ROWS + '<row><c t="inlineStr"><is><t>a</t></is></c></row>' * 600_000
    return xlsx(row.replace("</row>", "</row>" + " " * 60))


def many_parts():
    return xlsx(more={f"a{n}": "" for n in range(10_001)})


def overlapping():
    """One packed part listed 3,000 times, a million times bigger than the file in all."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in xlsx_parts().items():
            archive.writestr(name, content)
        archive.writestr("xl/a", random.Random(1).randbytes(5000) * 200)
        first = archive.filelist[-1]
        for number in range(3000):
            copy = zipfile.ZipInfo(f"xl/b{number}")
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(copy, field, getattr(first, field))
            archive.filelist.append(copy)
    return packed.getvalue()


def lying_size():
    """Declares ten bytes for a part of many."""
    content = bytearray(xlsx(ROWS * 500))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    return bytes(content).replace(struct.pack("<I", size), struct.pack("<I", 10))


def wrong_checksum():
    content = bytearray(zipped(xlsx_parts(), zipfile.ZIP_STORED))
    content[content.index("Łucja".encode()) + 3] ^= 1
    return bytes(content)


def locked_zip():
    content = bytearray(xlsx())
    for signature, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(signature)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def twice_named():
    packed = io.BytesIO(xlsx())
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("XL/Workbook.xml", "<workbook/>")
    return packed.getvalue()


def outside_sheet():
    more = relation(1, "worksheet", "http://inside.example/s.xml", 'TargetMode="External"')
    return xlsx(more={"xl/_rels/workbook.xml.rels": relations(more)})


def books(*records):
    return compound({"Workbook": biff(BOF, *records, EOF)})


HTML = "<html><body><table><tr><td>Imię</td></tr></table></body></html>"
RANDOM = random.Random(7).randbytes(20_000)

# name: (name of the file, its content or what makes it, the reason)
FILES = {
    "empty": ("a.csv", b"", Reason.EMPTY),
    "empty xlsx": ("a.xlsx", b"", Reason.EMPTY),
    "blanks": ("a.csv", b" \r\n" * 50_000, Reason.EMPTY),
    "only a mark": ("a.csv", b"\xef\xbb\xbf", Reason.EMPTY),
    "only a wide mark": ("a.csv", b"\xff\xfe", Reason.EMPTY),
    "separators only": ("a.csv", b";;;\r\n;;;\r\n", Reason.EMPTY),
    "names only": ("a.csv", "Imię;Nazwisko\r\n".encode(), Reason.NO_ROWS),
    "program": ("a.exe", b"MZ\x90\x00", Reason.UNKNOWN_NAME),
    "no suffix": ("dane", b"a;b\n1;2", Reason.UNKNOWN_NAME),
    "noise": ("a.csv", RANDOM, Reason.BINARY),
    "noise xlsx": ("a.xlsx", RANDOM, Reason.BINARY),
    "zeros": ("a.csv", bytes(1000), Reason.BINARY),
    "utf-32": ("a.csv", "Imię;b\n1;2\n".encode("utf-32"), Reason.BINARY),
    "pdf": ("a.csv", b"%PDF-1.7\n", Reason.NOT_AS_NAMED),
    "gzip": ("a.csv", gzip.compress(b"a;b\n1;2"), Reason.NOT_AS_NAMED),
    "png": ("a.xlsx", b"\x89PNG\r\n\x1a\n", Reason.NOT_AS_NAMED),
    "rtf": ("a.xls", b"{\\rtf1 a}", Reason.NOT_AS_NAMED),
    "web page xls": ("a.xls", HTML.encode(), Reason.NOT_AS_NAMED),
    "web page csv": ("a.csv", ("\n" + HTML).encode(), Reason.NOT_AS_NAMED),
    "comments": ("a.xls", b"<!---->" * 9000 + b"<html>", Reason.NOT_AS_NAMED),
    "endless comments": ("a.xls", b"<!---->" * 9000 + b"x", Reason.NOT_AS_NAMED),
    "web archive": ("a.xls", b"MIME-Version: 1.0\r\n", Reason.NOT_AS_NAMED),
    "xml table": ("a.xls", b'<?xml version="1.0"?><Workbook/>', Reason.NOT_AS_NAMED),
    "vcard": ("a.csv", b"BEGIN:VCARD\r\nFN:Jan\r\n", Reason.NOT_AS_NAMED),
    "text xls": ("a.xls", b"a\tb\n1\t2\n", Reason.NOT_AS_NAMED),
    "xlsx as csv": ("a.csv", xlsx(), Reason.NOT_AS_NAMED),
    "xlsx as xls": ("a.xls", xlsx(), Reason.NOT_AS_NAMED),
    "ods as xlsx": ("a.xlsx", ods(), Reason.NOT_AS_NAMED),
    "odt": ("a.ods", ods(mimetype="text"), Reason.NOT_AS_NAMED),
    "docx": ("a.xlsx", zipped({"word/document.xml": "<w/>"}), Reason.NOT_AS_NAMED),
    "xlsb": ("a.xlsx", zipped({"xl/workbook.bin": "a"}), Reason.NOT_AS_NAMED),
    "zip": ("a.xlsx", zipped({"a.txt": "a"}), Reason.NOT_AS_NAMED),
    "no parts": ("a.xlsx", zipped({}), Reason.NOT_AS_NAMED),
    "doc": ("a.xls", compound({"WordDocument": b"a"}), Reason.NOT_AS_NAMED),
    "old excel": ("a.xls", b"\x09\x04\x06\x00\x00\x00\x10\x00\x18\x05", Reason.NOT_AS_NAMED),
    "bomb": ("a.xlsx", bomb, Reason.BOMB),
    "bomb of rows": ("a.xlsx", bomb_of_rows, Reason.BOMB),
    "many parts": ("a.xlsx", many_parts, Reason.BOMB),
    "overlapping": ("a.xlsx", overlapping, Reason.BOMB),
    "lying size": ("a.xlsx", lying_size, Reason.DAMAGED),
    "wrong checksum": ("a.xlsx", wrong_checksum, Reason.DAMAGED),
    "parent folder": ("a.xlsx", xlsx(more={"../../etc/a": "a"}), Reason.UNSAFE_NAMES),
    "parent folder in": ("a.ods", ods(more={"a\\..\\..\\b": "a"}), Reason.UNSAFE_NAMES),
    "absolute name": ("a.xlsx", xlsx(more={"/etc/a": "a"}), Reason.UNSAFE_NAMES),
    "drive name": ("a.xlsx", xlsx(more={"C:/a": "a"}), Reason.UNSAFE_NAMES),
    "twice named": ("a.xlsx", twice_named, Reason.DAMAGED),
    "locked zip": ("a.xlsx", locked_zip, Reason.ENCRYPTED),
    "locked xlsx": (
        "a.xlsx",
        compound({"EncryptionInfo": b"a", "EncryptedPackage": b"b"}),
        Reason.ENCRYPTED,
    ),
    "locked ods": (
        "a.ods",
        ods(more={"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        Reason.ENCRYPTED,
    ),
    "locked whole ods": (
        "a.ods",
        zipped({"mimetype": "application/vnd…", "encrypted-package": "a"}),
        Reason.ENCRYPTED,
    ),
    "locked xls": ("a.xls", books((0x2F, bytes(54))), Reason.ENCRYPTED),
    "macros": ("a.xlsx", xlsx(more={"xl/vbaProject.bin": "a"}), Reason.MACROS),
    "macros xlsm": ("a.xlsm", xlsx(more={"xl/vbaProject.bin": "a"}), Reason.MACROS),
    "macro type": ("a.xlsx", xlsx(type_=MACRO_TYPE), Reason.MACROS),
    "macro sheet": ("a.xlsx", xlsx(more={"xl/macrosheets/sheet1.xml": "a"}), Reason.MACROS),
    "macros ods": ("a.ods", ods(more={"Basic/Standard/Module1.xml": "a"}), Reason.MACROS),
    "macro sheet xls": ("a.xls", books(sheet_record(1)), Reason.MACROS),
    "macros xls": (
        "a.xls",
        compound({"Workbook": biff(BOF, EOF), "_VBA_PROJECT_CUR": None}),
        Reason.MACROS,
    ),
    "laughs": (
        "a.xlsx",
        xlsx(more={"xl/worksheets/sheet1.xml": sheet_xml(ROWS, LAUGHS)}),
        Reason.ENTITIES,
    ),
    "laughs in texts": (
        "a.xlsx",
        xlsx(SHARED, {"xl/sharedStrings.xml": texts_xml(["&j;", "b"], LAUGHS)}),
        Reason.ENTITIES,
    ),
    "outside entity": (
        "a.xlsx",
        xlsx(more={"xl/worksheets/sheet1.xml": sheet_xml(ROWS, OUTSIDE)}),
        Reason.ENTITIES,
    ),
    "outside in book": (
        "a.xlsx",
        xlsx(more={"xl/workbook.xml": OUTSIDE + "<workbook/>"}),
        Reason.ENTITIES,
    ),
    "outside in styles": (
        "a.xlsx",
        xlsx(more={"xl/styles.xml": OUTSIDE + "<styleSheet/>"}),
        Reason.ENTITIES,
    ),
    "outside in ods": ("a.ods", ods(before=OUTSIDE), Reason.ENTITIES),
    "hidden entities": (
        "a.xlsx",
        xlsx(more={"xl/worksheets/sheet1.xml": sheet_xml(ROWS, LAUGHS).encode("utf-16")}),
        Reason.DAMAGED,
    ),
    "outside sheet": ("a.xlsx", outside_sheet, Reason.EMPTY),
    "sheet missing": (
        "a.xlsx",
        zipped({k: v for k, v in xlsx_parts().items() if "sheet1" not in k}),
        Reason.DAMAGED,
    ),
    "cut sheet": (
        "a.xlsx",
        xlsx(more={"xl/worksheets/sheet1.xml": sheet_xml()[:-60]}),
        Reason.DAMAGED,
    ),
    "not xml": ("a.xlsx", xlsx(more={"xl/worksheets/sheet1.xml": "a" * 99}), Reason.DAMAGED),
    "crossed tags": ("a.xlsx", xlsx("<row><c><v>1</c></v></row>"), Reason.DAMAGED),
    "no such text": ("a.xlsx", xlsx(SHARED), Reason.DAMAGED),
    "no rows": ("a.xlsx", xlsx(""), Reason.EMPTY),
    "no rows ods": ("a.ods", ods(""), Reason.EMPTY),
    "cut ods": (
        "a.ods",
        ods(more={"content.xml": ods_content(ods_row("a"))[:-120]}),
        Reason.DAMAGED,
    ),
    "table in cell": (
        "a.ods",
        ods(ods_row("a") + '<table:table table:is-sub-table="true"></table:table>'),
        Reason.DAMAGED,
    ),
    "circle": ("a.xls", compound({"Workbook": biff(BOF, EOF)}, circle=True), Reason.DAMAGED),
    "cut xls": ("a.xls", compound({"Workbook": biff(BOF, EOF)})[:2000], Reason.DAMAGED),
    "no records": ("a.xls", compound({"Workbook": b"a"}), Reason.DAMAGED),
    "endless record": (
        "a.xls",
        compound({"Workbook": biff(BOF) + b"\x01\0\xff\xff"}),
        Reason.DAMAGED,
    ),
    "unclosed quote": ("a.csv", b'a;b\r\n1;"2\r\n3;4\r\n', Reason.UNCLOSED_QUOTE),
    "zero byte": ("a.csv", b"a;b\r\n" + b"1;2\r\n" * 20_000 + b"1;\x00\r\n", Reason.ZERO_BYTE),
    "long value": ("a.csv", b'a;b\r\n1;"' + b"x\n" * 600_000 + b'"', Reason.LONG_CELL),
    "long line": ("a.csv", b"a;b\r\n" + b"x" * 9_000_000, Reason.LONG_CELL),
    "columns": ("a.csv", b"a;" * 2001 + b"\r\n" + b"1;" * 2001, Reason.COLUMNS),
    "damaged utf-8": (
        "a.csv",
        "Imię;b\n".encode() + "Żółć;ąęś\n".encode() * 50 + b"\xc5;1\n",
        Reason.UNDECODABLE,
    ),
    "no encoding": ("a.csv", b"a;b\n\x81\x83;1\n", Reason.UNDECODABLE),
}


def content_of(name):
    """Return the name of the file, its bytes and the reason."""
    file_name, content, reason = FILES[name]
    return file_name, content() if callable(content) else content, reason
