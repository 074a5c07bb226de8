"""Makes small workbooks and compound files by hand, sound ones and hostile ones."""

import io
import struct
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Imię</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>Łucja</t></is></c></row>'
)
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def zipped(parts, packing=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def relation(number, kind, target, more=""):
    return f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}" {more}/>'


def relations(*all_of_them):
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(all_of_them)}</Relationships>'


def sheet_xml(rows=ROWS, before=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    )


def texts_xml(texts, before=""):
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return f'<?xml version="1.0"?>{before}<sst xmlns="{MAIN}">{items}</sst>'


def xlsx_parts(rows=ROWS, more=None, *, type_=SHEET_TYPE, book_more=""):
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override PartName='
        f'"/xl/workbook.xml" ContentType="{type_}"/></Types>',
        "_rels/.rels": relations(relation(1, "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book_more}<sheets>'
        '<sheet name="Dane" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            relation(1, "worksheet", "worksheets/sheet1.xml"),
            relation(2, "sharedStrings", "sharedStrings.xml"),
            relation(3, "styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet_xml(rows),
        **(more or {}),
    }


def xlsx(rows=ROWS, more=None, **options):
    return zipped(xlsx_parts(rows, more, **options))


def ods_row(*texts, repeated=""):
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )
    return f"<table:table-row{repeated}>{cells}</table:table-row>"


def ods_content(rows, before="", behind="", styles=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content '
        f'xmlns:office="{ODF}:office:1.0" xmlns:table="{ODF}:table:1.0" '
        f'xmlns:text="{ODF}:text:1.0" xmlns:style="{ODF}:style:1.0" '
        f'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f'<office:body><office:spreadsheet><table:table table:name="Dane">{rows}</table:table>'
        f"{behind}</office:spreadsheet></office:body></office:document-content>"
    )


def ods(rows=None, more=None, mimetype="spreadsheet", **options):
    rows = ods_row("Imię") + ods_row("Łucja") if rows is None else rows
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{mimetype}",
            "content.xml": ods_content(rows, **options),
            "META-INF/manifest.xml": "<manifest/>",
            **(more or {}),
        }
    )


def compound(streams, *, circle=False):
    """A compound file (OLE2) of streams of at least 4,096 bytes, in sectors of 512."""
    sectors, fat, entries = [], [], [_entry("Root Entry", 5, END, 0)]
    for name, content in streams.items():
        if content is None:
            entries.append(_entry(name, 1, 0, 0))
            continue
        padded = content.ljust(4096, b"\0")
        padded += b"\0" * (-len(padded) % 512)
        first, count = len(sectors), len(padded) // 512
        sectors += [padded[at : at + 512] for at in range(0, len(padded), 512)]
        fat += [first + n + 1 for n in range(count - 1)] + [first if circle else END]
        entries.append(_entry(name, 2, first, max(len(content), 4096) * (2 if circle else 1)))
    directory = b"".join(entries)
    directory += b"\0" * (-len(directory) % 512)
    first_directory, count = len(sectors), len(directory) // 512
    sectors += [directory[at : at + 512] for at in range(0, len(directory), 512)]
    fat += [first_directory + n + 1 for n in range(count - 1)] + [END]
    tables = len(fat) // 127 + 1
    first_table = len(sectors)
    fat += [FAT] * tables
    fat += [FREE] * (tables * 128 - len(fat))
    table = struct.pack(f"<{len(fat)}I", *fat)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, tables, first_directory, 0, 4096, END, 0, END, 0)
    )
    places = [first_table + n for n in range(tables)] + [FREE] * (109 - tables)
    return header + struct.pack("<109I", *places) + b"".join(sectors) + table


def _entry(name, kind, start, size):
    letters = name.encode("utf-16-le") + b"\0\0"
    return (
        letters.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(letters), kind, 1, FREE, FREE, FREE)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def biff(*records):
    """Records of a workbook stream: (number, content) each."""
    return b"".join(struct.pack("<HH", number, len(body)) + body for number, body in records)


BOF = (0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
EOF = (0x0A, b"")


def sheet_record(kind):
    return (0x85, struct.pack("<IBBBB", 512, 0, kind, 1, 0) + b"a")
