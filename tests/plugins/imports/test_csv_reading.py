"""Text tables of every encoding, separator and oddity."""

import tracemalloc

import pytest
from hypothesis import given, settings, strategies as st

from plugins.imports.csv_reading import csv_rows, recognise_encoding, recognise_separator
from plugins.imports.limits import MEGABYTE, Limits
from plugins.imports.refusals import Reason, Refused

POLISH = "Imię;Nazwisko;Uwagi\r\nŁucja;Gżegżółka;zażółć gęślą jaźń\r\nŚcibor;Źródlak;ąęśćź\r\n"
ENCODED = {
    "utf-8": POLISH.encode(),
    "utf-8 with mark": b"\xef\xbb\xbf" + POLISH.encode(),
    "utf-16-le": POLISH.encode("utf-16-le"),
    "utf-16-le with mark": b"\xff\xfe" + POLISH.encode("utf-16-le"),
    "utf-16-be": POLISH.encode("utf-16-be"),
    "utf-16-be with mark": b"\xfe\xff" + POLISH.encode("utf-16-be"),
    "windows-1250": POLISH.encode("windows-1250"),
    "iso-8859-2": POLISH.encode("iso-8859-2"),
}


@pytest.fixture
def stored(tmp_path):
    """A function that stores bytes or text and returns the path."""

    def store(content):
        path = tmp_path / "a.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return store


def cells_of(path, encoding="utf-8", separator=";", limits=None):
    return [row.cells for row in csv_rows(path, encoding, separator, limits)]


@pytest.mark.parametrize("name", ENCODED)
def test_encoding_is_recognised_and_polish_letters_are_right(stored, name):
    path = stored(ENCODED[name])
    encoding = recognise_encoding(path)
    assert encoding == name.removesuffix(" with mark")
    assert cells_of(path, encoding)[1] == ["Łucja", "Gżegżółka", "zażółć gęślą jaźń"]
    assert cells_of(path, encoding)[0][0] == "Imię"


def test_encoding_is_recognised_by_a_letter_far_down(stored):
    path = stored(b"a;b\n" + b"1;2\n" * 100_000 + "ś;ą\n".encode("windows-1250"))
    assert recognise_encoding(path) == "windows-1250"


def test_text_without_marked_letters_is_utf8(stored):
    assert recognise_encoding(stored(b"a;b\n1;2\n")) == "utf-8"


def test_letters_that_the_tables_share_are_read_by_both(stored):
    path = stored("Imię\nćęłńóż\n".encode("iso-8859-2"))
    assert cells_of(path, recognise_encoding(path)) == [["Imię"], ["ćęłńóż"]]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separator_is_recognised(stored, separator):
    rows = [["Imię", "Kwota", "Uwagi"], ["Jan", "1 200 50", "a b"], ["Ewa", "", "c"]]
    path = stored("\n".join(separator.join(row) for row in rows))
    assert recognise_separator(path, "utf-8") == separator


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("Imię;Kwota\nJan;1,50\nEwa;2,50\n", ";"),
        ("Nazwisko\nKowalski, Jan\nNowak, Ewa\n", ","),
        ('a,b\n"x;y;z",1\n"p;q;r",2\n', ","),
        ("sep=|\na;b|c\n1;2|3\n", "|"),
        ("a;b;c\n1;2\n1;2;3;4\n", ";"),
        ("a\n1\n", ","),
        ('a;b\n"x\ny";1\n', ";"),
    ],
)
def test_separator_is_not_mistaken(stored, text, separator):
    assert recognise_separator(stored(text), "utf-8") == separator


def test_line_that_names_the_separator_is_no_row(stored):
    assert [*csv_rows(stored("sep=;\r\na;b\r\n1;2\r\n"), "utf-8", ";")] == [
        (1, ["a", "b"]),
        (2, ["1", "2"]),
    ]


def test_line_breaks_stay_inside_quotation_marks(stored):
    path = stored('a;b\r\n"x\r\ny";"he said ""hi"""\r\n3;4')
    assert cells_of(path)[1:] == [["x\ny", 'he said "hi"'], ["3", "4"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(stored, end):
    assert cells_of(stored(end.join(["a;b", "1;2", "3;4"]))) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_empty_rows_are_left_out_but_counted(stored):
    rows = list(csv_rows(stored("\n\na;b\n;\n  ; \n1;2\n"), "utf-8", ";"))
    assert rows == [(3, ["a", "b"]), (6, ["1", "2"])]


def test_rows_may_be_ragged(stored):
    assert cells_of(stored("a;b\n1\n1;2;3\n;;x\n")) == [
        ["a", "b"],
        ["1"],
        ["1", "2", "3"],
        [None, None, "x"],
    ]


def test_blanks_around_values_go_and_text_is_composed(stored):
    assert cells_of(stored("  a ;z\u0307\u00a0\n")) == [["a", "ż"]]


def test_three_hundred_columns_are_read(stored):
    path = stored(";".join(f"k{n}" for n in range(300)) + "\n" + ";".join("x" * 300) + "\n")
    assert [len(cells) for cells in cells_of(path)] == [300, 300]


def test_cell_of_two_hundred_thousand_characters_is_read_whole(stored):
    assert cells_of(stored("a;b\n1;" + "ż" * 200_000 + "\n"))[1][1] == "ż" * 200_000


def test_apostrophe_that_guards_a_formula_is_taken_away(stored):
    assert cells_of(stored("a\n'=1+1\n'+48 601\n'a\n''=x\n=1\n"))[1:] == [
        ["=1+1"],
        ["+48 601"],
        ["'a"],
        ["'=x"],
        ["=1"],
    ]


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (b'a;b\n1;2\n3;"4\n5;6\n', Reason.UNCLOSED_QUOTE, 3),
        (b'a;b\n1;2\n3;"4', Reason.UNCLOSED_QUOTE, 3),
        (b"a;b\n1;2\n3;\x00\n", Reason.ZERO_BYTE, 3),
        (b"a;b\n1;2\n\xb3;4\n", Reason.UNDECODABLE, 3),
        (b'a;b\n1;2\n1;"' + b"x" * 1_000_001 + b'"\n', Reason.LONG_CELL, 3),
    ],
)
def test_refusal_names_the_line(stored, content, reason, line):
    with pytest.raises(Refused) as refusal:
        cells_of(stored(content))
    assert (refusal.value.reason, refusal.value.details["line"]) == (reason, line)
    assert f"{line}" in refusal.value.message


def test_unknown_encoding_is_refused(stored):
    with pytest.raises(Refused):
        cells_of(stored("a;b"), "rot13")


def test_too_many_columns_are_refused_naming_both_numbers(stored):
    with pytest.raises(Refused) as refusal:
        cells_of(stored("a;b;c\n"), limits=Limits(columns=2))
    assert refusal.value.message == "The file has 3 columns, allowed 2."


def test_memory_does_not_grow_with_the_file(stored):
    path = stored("Imię;Nazwisko;Uwagi\n" + "Łucja;Gżegżółka;zażółć gęślą jaźń\n" * 30_000)
    tracemalloc.start()
    assert sum(1 for _ in csv_rows(path, "utf-8", ";")) == 30_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEGABYTE / 2


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_bring_the_reader_down(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(content)
    assert read_or_refused(path)


def read_or_refused(path):
    try:
        encoding = recognise_encoding(path)
        list(csv_rows(path, encoding, recognise_separator(path, encoding)))
    except Refused as refused:
        return refused.message
    return "read"
