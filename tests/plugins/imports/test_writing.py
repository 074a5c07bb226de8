"""What is written comes back, opens elsewhere, and never runs."""

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal

import odf.opendocument
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from odf import table as odf_table

from core.errors import Invalid
from core.tables import writing
from core.tables.cells import FileKind, guarded, shown, unguarded
from core.tables.writing import write_table
from plugins.imports.cells import tidy
from plugins.imports.limits import Options
from plugins.imports.sniffing import recognise_file
from plugins.imports.tables import open_table

HEADER = ["Imię", "Formuła", "Telefon", "Liczba", "Kwota", "Klient", "Data", "Chwila", "Uwagi"]
ROW = [
    "Łucja",
    '=HYPERLINK("http://zly.example","x")',
    "+48 601 774 290",
    7,
    Decimal("1234.56"),
    True,
    dt.date(2026, 3, 9),
    dt.datetime.fromisoformat("2026-03-09 15:30:01"),
    "a  b\n<b>&\"' _x0041_",
]
DANGEROUS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1", '=cmd|" /C calc"!A0', "'=1+1"]
# They look harmless to who cuts the file at semicolons, not to who cuts it at commas or lines.
DANGEROUS += ["x\n=1+1", "x\r\n=1+1", "x,=1+1", 'x,"=1+1"', "x\t=1+1", "x|+1+1", "x\n\n@A1"]
KINDS = list(FileKind)


def write(tmp_path, kind, rows, header=HEADER, title="Osoby"):
    path = tmp_path / f"a.{kind}"
    written = write_table(path, kind, header, rows, title)
    return path, written


def read(path):
    with open_table(path, recognise_file(path, path.name)) as table:
        return table, list(table.rows)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_come_back_as_they_were(tmp_path, kind):
    path, written = write(tmp_path, kind, [ROW, [None, "b"]])
    table, rows = read(path)
    expected = [shown(cell) for cell in ROW] if kind == FileKind.CSV else [*ROW]
    if kind != FileKind.CSV:
        expected[4] = 1234.56
        assert table.sheet == "Osoby"
    assert table.header == tuple(HEADER)
    assert rows == [(2, expected), (3, [None, "b"])]
    assert (written.rows, written.shortened) == (2, 0)


def test_openpyxl_finds_text_and_no_formula(tmp_path):
    path, _ = write(tmp_path, FileKind.XLSX, [[text] for text in DANGEROUS[:7]], ["a"])
    cells = [row[0] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    assert cells[0].value == "=1+1"


def test_odfpy_finds_text_and_no_formula(tmp_path):
    path, _ = write(tmp_path, FileKind.ODS, [[text] for text in DANGEROUS], ["a"])
    cells = odf.opendocument.load(str(path)).getElementsByType(odf_table.TableCell)
    assert len(cells) == len(DANGEROUS) + 1
    assert {cell.getAttribute("valuetype") for cell in cells} == {"string"}
    assert {cell.getAttribute("formula") for cell in cells} == {None}


def test_csv_has_a_mark_semicolons_and_guards(tmp_path):
    path, _ = write(tmp_path, FileKind.CSV, [["=1+1", -5, "+48"]], ["a", "b", "c"])
    assert path.read_bytes() == b"\xef\xbb\xbfa;b;c\r\n'=1+1;-5;'+48\r\n"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not here")
def test_libreoffice_opens_every_kind_and_calculates_nothing(tmp_path):
    for kind in KINDS:
        table = [[text, "koniec"] for text in DANGEROUS]
        write_table(tmp_path / f"{kind}.{kind}", kind, ["a", "b"], table, "Osoby")
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'user').as_uri()}"]
    command += ["--convert-to", "fods", "--outdir", str(tmp_path / "out")]
    files = [str(tmp_path / f"{kind}.{kind}") for kind in KINDS]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=100)
    for kind in KINDS:
        opened = (tmp_path / "out" / f"{kind}.fods").read_text()
        assert opened.count("koniec") >= len(DANGEROUS)
        assert "=1+1" in opened
        assert "table:formula" not in opened


@pytest.mark.parametrize("kind", [FileKind.XLS, FileKind.XLSX, FileKind.ODS])
def test_full_sheet_is_followed_by_another_with_the_same_header(tmp_path, monkeypatch, kind):
    monkeypatch.setitem(writing.ROWS_A_SHEET, kind, 3)
    path, written = write(tmp_path, kind, [[n] for n in range(5)], ["a"], "Za: długa/" + "x" * 40)
    table, rows = read(path)
    first, second, third = table.sheets
    assert (len(first), second[-4:], third[-4:]) == (31, " (2)", " (3)")
    assert [row.cells for row in rows] == [[0], [1]]
    with open_table(path, kind, Options(sheet=third)) as last:
        assert (last.header, [row.cells for row in last.rows]) == (("a",), [[4]])
    assert written.rows == 5


def test_xls_takes_as_many_rows_as_the_format_knows(tmp_path):
    path, _ = write(tmp_path, FileKind.XLS, ([n] for n in range(65_536)), ["a"])
    table, rows = read(path)
    assert len(table.sheets) == 2
    assert (len(rows), rows[-1]) == (65_535, (65_536, [65_534]))


def test_too_many_columns_for_xls_are_refused(tmp_path):
    with pytest.raises(Invalid, match="256 columns; these are 257"):
        write(tmp_path, FileKind.XLS, [["a"] * 257])


@pytest.mark.parametrize(("kind", "shortened"), [("xlsx", 1), ("xls", 1), ("ods", 0), ("csv", 0)])
def test_text_too_long_for_excel_is_cut_and_counted(tmp_path, kind, shortened):
    path, written = write(tmp_path, FileKind(kind), [["ż" * 40_000]], ["a"])
    assert written.shortened == shortened
    assert len(read(path)[1][0].cells[0]) == (32_767 if shortened else 40_000)


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows_make_a_file_of_names(tmp_path, kind):
    path, _ = write(tmp_path, kind, [])
    assert read(path)[0].header == tuple(HEADER)
    assert read(path)[1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_and_dates_no_spreadsheet_holds_become_text(tmp_path, kind):
    path, _ = write(tmp_path, kind, [[10**17, dt.date(1410, 7, 15), "x"]], ["a", "b", "c"])
    cells = read(path)[1][0].cells
    assert cells[0] == str(10**17)
    assert shown(cells[1]) == "1410-07-15"


def test_written_workbooks_are_sound_archives(tmp_path):
    for kind in (FileKind.XLSX, FileKind.ODS):
        path, _ = write(tmp_path, kind, [ROW])
        assert zipfile.ZipFile(path).testzip() is None


@given(st.text())
def test_guarded_text_is_harmless_and_comes_back(text):
    for cell in re.split(r"[\r\n,;|\t]", guarded(text)):
        assert not re.match(r"\"*[=+\-@]", cell)
    assert unguarded(guarded(text)) == text.replace("\r\n", "\n").replace("\r", "\n")


# Surrogates cannot be stored, and the marks of text direction and the like are kept as they are.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(TEXTS.filter(lambda text: tidy(text) == text), min_size=1))
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_comes_back(tmp_path, kind, texts):
    texts = [strip_controls(text) for text in texts]
    texts = [text for text in texts if text]
    path, _ = write(tmp_path, kind, [["start", *texts]], ["a"] * (len(texts) + 1))
    assert read(path)[1][0].cells == ["start", *texts]


def strip_controls(text):
    """Control characters have no place in XML; they are no text anyone types."""
    kept = "".join(letter for letter in text if letter >= " " or letter == "\n")
    return tidy(kept)
