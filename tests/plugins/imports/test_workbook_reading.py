"""Workbooks of LibreOffice, openpyxl and by hand; whole and in pieces."""

import datetime as dt
import random

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings, strategies as st

from core.tables.cells import FileKind, shown
from plugins.imports import archives, xlsx_reading
from plugins.imports.cells import decoded, encoded, tidy, typed
from plugins.imports.limits import Limits, Options
from plugins.imports.ods_reading import OdsBook
from plugins.imports.reading import read_file
from plugins.imports.refusals import Reason, Refused
from plugins.imports.sniffing import recognise_file
from plugins.imports.tables import open_table
from plugins.imports.xlsx_reading import XlsxBook
from tests.plugins.imports.files import MAIN, ods, ods_row, texts_xml, xlsx, xlsx_parts, zipped

moment = dt.datetime.fromisoformat
PEOPLE = [
    (
        3,
        [
            "Łucja",
            "Gżegżółka",
            "l.gzegzolka@laka.example",
            "601 774 290",
            "Łąka Foods sp. z o.o.",
            "7740001454",
            dt.date(2026, 3, 9),
            moment("2026-03-09 15:30:00"),
            1234.56,
            True,
            2469.12,
            "#N/A",
            "zażółć\ngęślą jaźń",
        ],
    ),
    (
        4,
        [
            "Paweł",
            "Ćwik",
            "p.cwik@mlyn.example",
            "+48 502 118 306",
            "Młyn Zawiślański",
            "5260250274",
            dt.date(1999, 12, 31),
            moment("2026-12-24 00:00:30"),
            1000,
            False,
            2000,
            "#DIV/0!",
        ],
    ),
    (
        5,
        [
            "Żaneta",
            "Adamczyk-Łoś",
            "z.los@zrodlo.example",
            "22 628 10 11",
            "Źródło Ściany Ąę",
            None,
            dt.date(2026, 2, 28),
            None,
            -0.1,
            True,
            -0.2,
            "#DIV/0!",
            "=nie wzór",
        ],
    ),
]


def read(path, **options):
    with open_table(path, recognise_file(path, path.name), Options(**options)) as table:
        return table, list(table.rows)


def refusal_of(reader, *arguments):
    try:
        reader(*arguments)
    except Refused as refused:
        return refused
    return None


def written(tmp_path, content, suffix="xlsx"):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    return path


def in_pieces(path, book_type, piece_bytes):
    with archives.opened(path, Limits()) as archive:
        book = book_type(archive, piece_bytes)
        return [row for row in book.rows(book.sheets[-1]) if any(c is not None for c in row.cells)]


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_libreoffice_file_is_read_with_its_types(fixture_files, suffix):
    table, rows = read(fixture_files / f"people.{suffix}")
    assert table.sheets == ("Pusty", "Osoby")
    assert table.sheet == "Osoby"
    assert table.header[:3] == ("Imię", "Nazwisko", "E-mail")
    assert rows == PEOPLE


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_chosen_sheet_decides(fixture_files, suffix):
    with pytest.raises(Refused) as empty:
        read(fixture_files / f"people.{suffix}", sheet="Pusty")
    assert empty.value.reason == Reason.EMPTY
    with pytest.raises(Refused) as hidden:
        read(fixture_files / f"people.{suffix}", sheet="Ukryty")
    assert hidden.value.reason == Reason.NO_SHEET


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_locked_file_is_refused(fixture_files, suffix):
    path = fixture_files / f"locked.{suffix}"
    with pytest.raises(Refused) as refusal:
        recognise_file(path, path.name)
    assert refusal.value.reason == Reason.ENCRYPTED


@pytest.mark.parametrize(
    ("name", "encoding", "separator"),
    [
        ("utf8", "utf-8", ";"),
        ("utf16", "utf-16-le", ","),
        ("windows1250", "windows-1250", ";"),
        ("iso88592", "iso-8859-2", "\t"),
    ],
)
def test_libreoffice_csv_is_read(fixture_files, name, encoding, separator):
    table, rows = read(fixture_files / f"people-{name}.csv")
    assert (table.encoding, table.separator) == (encoding, separator)
    texts = [[row.number + 1, [*row.cells[:6], row.cells[-1]]] for row in rows]
    as_csv = {True: "TRUE", False: "FALSE"}
    assert texts == [
        [number, [*cells[:6], as_csv.get(cells[-1], cells[-1])]] for number, cells in PEOPLE
    ]


def test_openpyxl_file_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Imię", "Liczba", "Data", "Godzina", "Czas", "Wzór bez wyniku"])
    book.active.append(
        ["Łucja", 10**14, dt.date(2026, 3, 9), dt.time(9, 5), dt.timedelta(hours=30), "=1+1"]
    )
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read(path)[1] == [(2, ["Łucja", 10**14, dt.date(2026, 3, 9), "09:05:00", "30:00:00"])]


def test_dates_counted_from_1904_are_right(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["Data"])
    book.active.append([dt.date(2026, 3, 9)])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert read(path)[1] == [(2, [dt.date(2026, 3, 9)])]


def test_xls_of_many_columns_and_errors_is_read(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Dane")
    for column in range(256):
        sheet.write(0, column, f"k{column}")
        sheet.write(1, column, column)
    sheet.row(2).set_cell_error(4, 0x2A)
    path = tmp_path / "a.xls"
    book.save(str(path))
    table, rows = read(path)
    assert len(table.header) == 256
    assert rows == [(2, list(range(256))), (3, [None] * 4 + ["#N/A"])]


ODD = (
    '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="e"><x:v>#REF!</x:v></x:c></x:row><x:row/>'
    '<x:row><x:c/><x:c t="s"><x:v>2</x:v></x:c><x:c t="d"><x:v>2026-03-09</x:v></x:c></x:row>'
    '<x:row><x:c t="str"><x:f>A1</x:f><x:v>tekst</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c></x:row>'
)
ODD_TEXTS = (
    "<x:si><x:t>Imię</x:t></x:si><x:si/><x:si><x:r><x:t>a</x:t></x:r><x:r><x:t>b</x:t></x:r></x:si>"
)
ODD_ROWS = [
    (1, ["Imię", "#REF!", None]),
    (3, [None, "ab", dt.date(2026, 3, 9)]),
    (4, ["tekst", True, None]),
]


@pytest.mark.parametrize("piece_bytes", [1, 80, 10**6])
@pytest.mark.parametrize("inside", [0, 10**6])
def test_prefixes_missing_numbers_and_shared_texts_are_read_in_any_pieces(
    tmp_path, monkeypatch, piece_bytes, inside
):
    monkeypatch.setattr(xlsx_reading, "TEXTS_INSIDE_BYTES", inside)
    monkeypatch.setattr(archives, "BLOCK_BYTES", 64)
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{ODD}</x:sheetData></x:worksheet>'
    texts = f'<x:sst xmlns:x="{MAIN}" count="3">{ODD_TEXTS}</x:sst>'
    parts = {"xl/worksheets/sheet1.xml": sheet, "xl/sharedStrings.xml": texts}
    path = written(tmp_path, xlsx(more=parts))
    rows = in_pieces(path, XlsxBook, piece_bytes)
    assert [(row.number, [*row.cells, None][:3]) for row in rows] == ODD_ROWS


@pytest.mark.parametrize("piece_bytes", [1, 700, 3000])
@pytest.mark.parametrize(("suffix", "book_type"), [("xlsx", XlsxBook), ("ods", OdsBook)])
def test_pieces_hold_what_the_whole_holds(
    fixture_files, monkeypatch, piece_bytes, suffix, book_type
):
    path = fixture_files / f"people.{suffix}"
    whole = in_pieces(path, book_type, 10**9)
    monkeypatch.setattr(xlsx_reading, "TEXTS_INSIDE_BYTES", 0)
    monkeypatch.setattr("plugins.imports.xml_pieces.PROLOG_BYTES", 8192)
    for row in whole + (rows := in_pieces(path, book_type, piece_bytes)):
        while row.cells[-1] is None:
            row.cells.pop()
    assert rows == whole
    assert [row.number for row in rows] == [2, 3, 4, 5]


def test_many_shared_texts_are_found_on_the_disk(tmp_path):
    count = 60_000
    rows = "".join(
        f'<row r="{n + 1}"><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(count)
    )
    texts = texts_xml([f"wartość numer {n} ąę" for n in range(count)])
    assert len(texts.encode()) > xlsx_reading.TEXTS_INSIDE_BYTES
    path = written(tmp_path, xlsx(rows, {"xl/sharedStrings.xml": texts}))
    read_rows = read(path)[1]
    assert len(read_rows) == count - 1
    assert all(row.cells == [f"wartość numer {row.number - 1} ąę"] for row in read_rows)


def test_part_names_may_have_other_case_slashes_and_places(tmp_path):
    parts = xlsx_parts()
    parts["_rels/.rels"] = parts["_rels/.rels"].replace("xl/workbook", "/XL/Workbook")
    parts["xl\\Worksheets\\sheet1.xml"] = parts.pop("xl/worksheets/sheet1.xml")
    assert read(written(tmp_path, zipped(parts)))[1] == [(2, ["Łucja"])]


def test_ods_groups_repeats_and_headers_are_read(tmp_path):
    gap = ' table:number-rows-repeated="100000"'
    rows = (
        f"<table:table-header-rows>{ods_row('Imię')}</table:table-header-rows>"
        f"<table:table-row-group>{ods_row('a', repeated=gap.replace('100000', '2'))}"
        f"{ods_row('b')}</table:table-row-group><table:table-row{gap}/>{ods_row('c')}"
        f"<table:table-row{gap}><table:table-cell/></table:table-row>"
    )
    path = written(tmp_path, ods(rows), "ods")
    expected = [(2, ["a"]), (3, ["a"]), (4, ["b"]), (100_005, ["c"])]
    assert read(path)[1] == expected
    assert [tuple(row) for row in in_pieces(path, OdsBook, 1)][1:] == expected


def test_hidden_sheets_and_copies_of_other_files_are_not_offered(tmp_path):
    behind = (
        '<table:table table:name="Ukryty" table:style-name="h"></table:table>'
        '<table:table table:name="A &amp; B"></table:table>'
        '<table:table table:name="\'file:///a\'#$b" table:style-name="ta_extref"></table:table>'
    )
    styles = (
        '<style:style style:name="h" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    path = written(tmp_path, ods(behind=behind, styles=styles), "ods")
    assert read(path)[0].sheets == ("Dane", "A & B")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (5.0, 5),
        (0.1 + 0.2, 0.3),
        (1e300, 1e300),
        (float("nan"), "#NUM!"),
        ("", None),
        ("  a\r\nb ", "a\nb"),
        ("PT26H05M00S", "26:05:00"),
        (moment("2026-03-09 00:00:00"), dt.date(2026, 3, 9)),
        (moment("2026-03-09 15:29:59.999999"), moment("2026-03-09 15:30:00")),
        (dt.timedelta(minutes=-90), "-01:30:00"),
    ],
)
def test_cell_of_a_workbook_gets_its_plain_type(value, cell):
    assert typed(value) == cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "true"),
        (1e20, "100000000000000000000"),
        (0.5, "0.5"),
        (7, "7"),
        (dt.date(2026, 3, 9), "2026-03-09"),
        (moment("2026-03-09 01:00:00"), "2026-03-09 01:00:00"),
    ],
)
def test_cell_is_shown_as_plain_text(cell, text):
    assert shown(cell) == text


@given(
    st.lists(
        st.none()
        | st.text()
        | st.booleans()
        | st.integers(-(10**15), 10**15)
        | st.dates()
        | st.datetimes().map(lambda value: value.replace(microsecond=0))
    )
)
def test_stored_cells_come_back(cells):
    line = encoded(cells)
    assert "\n" not in line
    assert "\t" not in line
    assert "\x01" not in line
    assert decoded(line) == cells


@given(st.text())
def test_tidy_text_stays_as_it_is(text):
    once = tidy(text)
    assert once is None or tidy(once) == once


def changed(path, seed):
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_no_changed_byte_brings_a_reader_down(fixture_files, tmp_path, suffix, seed):
    content = changed(fixture_files / f"people.{suffix}", seed)
    path = written(tmp_path, content, suffix)
    assert refusal_of(read, path) is None or refusal_of(read, path).message


@pytest.mark.parametrize("seed", [52, 115, 402, *range(1, 8)])
def test_no_changed_byte_of_an_xls_brings_more_than_the_child_down(fixture_files, tmp_path, seed):
    """Some of these make calamine ask for all memory there is, so they need the child's bounds."""
    path = written(tmp_path, changed(fixture_files / "people.xls", seed), "xls")
    refused = refusal_of(read_file, path, "a.xls", tmp_path / "rows")
    assert (tmp_path / "rows").exists() == (refused is None)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_no_changed_xml_brings_a_reader_down(tmp_path, seed):
    """Behind sound checksums, where a flipped byte in the packed file never gets."""
    chance = random.Random(seed)
    parts = {name: bytearray(part.encode()) for name, part in xlsx_parts().items()}
    name = chance.choice(sorted(parts))
    for _ in range(chance.randint(1, 4)):
        parts[name][chance.randrange(len(parts[name]))] = chance.choice(b'<>/"= a1&;\x00\xff')
    path = written(tmp_path, zipped({key: bytes(part) for key, part in parts.items()}))
    assert refusal_of(read, path) is None or refusal_of(read, path).message


def test_kinds_are_those_of_the_names(fixture_files):
    for kind in ("xlsx", "xls", "ods"):
        path = fixture_files / f"people.{kind}"
        assert recognise_file(path, path.name.upper()) == FileKind(kind)
