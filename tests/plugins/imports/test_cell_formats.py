"""Cells become dates, numbers and truth values, or are refused."""

import datetime as dt
from decimal import Decimal

import pytest

from core.errors import Invalid
from core.formats import Formats
from plugins.imports.cells import decoded, encoded
from plugins.imports.formats import read_date, read_moment, read_number, read_truth

POLISH = Formats()
SLASHES = Formats(date_format="dd/mm/yyyy", number_format="1.234,56")
AMERICAN = Formats(date_format="mm/dd/yyyy", number_format="1,234.56")
ISO = Formats(date_format="yyyy-mm-dd", number_format="1234.56")
NINTH = dt.date(2026, 3, 9)


@pytest.mark.parametrize(
    ("cell", "formats", "day"),
    [
        (NINTH, AMERICAN, NINTH),
        (dt.datetime.fromisoformat("2026-03-09 15:30:00"), AMERICAN, NINTH),
        ("09.03.2026", POLISH, NINTH),
        ("9.3.2026", POLISH, NINTH),
        ("2026-03-09", AMERICAN, NINTH),
        ("03/09/2026", AMERICAN, NINTH),
        ("09/03/2026", SLASHES, NINTH),
        ("09.03.2026 15:30", POLISH, NINTH),
        ("2026-03-09T15:30:00.000", POLISH, NINTH),
        ("13/04/2026", POLISH, dt.date(2026, 4, 13)),
        ("04/13/2026", POLISH, dt.date(2026, 4, 13)),
        ("13.04.2026", ISO, dt.date(2026, 4, 13)),
        ("05/05/2026", POLISH, dt.date(2026, 5, 5)),
    ],
)
def test_date_is_read_by_the_chosen_format(cell, formats, day):
    assert read_date(cell, formats) == day


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        ("03/09/2026", POLISH),
        ("09.03.2026", AMERICAN),
        ("09.03.2026", ISO),
        ("13/04/2026", AMERICAN),
        ("31.02.2026", POLISH),
        ("09.03.26", POLISH),
        ("09.03-2026", POLISH),
        ("jutro", POLISH),
        ("46090", POLISH),
        ("", POLISH),
        ("09.03.2026 25:00", POLISH),
    ],
)
def test_ambiguous_or_wrong_date_is_refused(cell, formats):
    with pytest.raises(Invalid):
        read_date(cell, formats)


@pytest.mark.parametrize(
    ("cell", "hour"),
    [("09.03.2026 3:30 pm", 15), ("09.03.2026 12:30 am", 0), ("2026-03-09 12:30", 12)],
)
def test_moment_keeps_its_time(cell, hour):
    assert read_moment(cell, POLISH) == dt.datetime.fromisoformat(f"2026-03-09 {hour:02}:30")


@pytest.mark.parametrize(
    ("cell", "formats", "number"),
    [
        ("1 234,56", POLISH, "1234.56"),
        ("1\u00a0234,56 zł", POLISH, "1234.56"),
        ("zł 5", POLISH, "5"),
        ("1234.56", POLISH, "1234.56"),
        ("-1.234.567,5", SLASHES, "-1234567.5"),
        ("1,234", AMERICAN, "1234"),
        ("0.5", SLASHES, "0.5"),
        (1234.5, SLASHES, "1234.5"),
        (Decimal("1.234"), SLASHES, "1.234"),
        (7, POLISH, "7"),
    ],
)
def test_number_is_read_by_the_chosen_format(cell, formats, number):
    assert read_number(cell, formats, "zł") == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        ("1.234", SLASHES),
        ("1,5", AMERICAN),
        ("1 23,5", POLISH),
        ("", POLISH),
        ("około 5", POLISH),
        ("1e5", POLISH),
        ("1,23456", POLISH),
        (0.123456, POLISH),
        ("1" * 16, POLISH),
    ],
)
def test_ambiguous_or_wrong_number_is_refused(cell, formats):
    with pytest.raises(Invalid):
        read_number(cell, formats)


@pytest.mark.parametrize("cell", ["TAK", "yes", True, 1, "x", "Prawda", "true"])
def test_truth_is_read(cell):
    assert read_truth(cell)


@pytest.mark.parametrize("cell", ["nie", "No", False, 0, "fałsz"])
def test_untruth_is_read(cell):
    assert not read_truth(cell)


def test_neither_is_refused():
    with pytest.raises(Invalid, match="“może” is neither"):
        read_truth("może")


def test_cells_that_were_read_can_be_stored_again():
    stored = '["Ł",12.34,-0.1,1000,true,null,{"d":"2026-03-09"},{"d":"2026-03-09T15:30:00"}]'
    assert encoded(decoded(stored)) == stored
