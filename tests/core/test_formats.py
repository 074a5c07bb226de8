import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from core.errors import Invalid
from core.formats import DATE_FORMATS, NUMBER_FORMATS, Formats

POLISH = Formats()
EVENING = datetime(2026, 3, 9, 22, 30, tzinfo=UTC)
NUMBERS = st.decimals(-(10**15) + 1, 10**15 - 1, places=4)


@pytest.mark.parametrize(
    ("date_format", "written"),
    list(zip(DATE_FORMATS, ["2026-03-09", "09.03.2026", "09/03/2026", "03/09/2026"], strict=True)),
)
def test_date_is_written_and_typed_in_the_chosen_format(date_format, written):
    formats = Formats(date_format=date_format)
    assert formats.date(date(2026, 3, 9)) == written
    assert formats.parse_date(f" {written} ") == date(2026, 3, 9)
    assert formats.parse_date("2026-03-09") == date(2026, 3, 9)


def test_date_may_be_typed_without_leading_zeros():
    assert POLISH.parse_date("9.3.2026") == date(2026, 3, 9)


@pytest.mark.parametrize(
    "text",
    ["", "31.02.2026", "09/03/2026", "9.3.26", "2026-13-01", "00.00.0000", "٠٩.03.2026", "x"],
)
def test_what_is_no_date_is_refused_with_an_example(text):
    with pytest.raises(Invalid, match=re.escape("Type it like 09.03.2026.")) as refusal:
        POLISH.parse_date(text, "born_on")
    assert refusal.value.field == "born_on"


@given(st.dates(), st.sampled_from(DATE_FORMATS))
def test_every_date_is_read_as_it_was_written(day, date_format):
    formats = Formats(date_format=date_format)
    assert formats.parse_date(formats.date(day)) == day


def test_moments_follow_the_zone_and_summer_time():
    assert POLISH.datetime(EVENING) == "09.03.2026 23:30"
    assert POLISH.datetime(EVENING.replace(month=7)) == "10.07.2026 00:30"
    assert Formats(zone="America/New_York").datetime(EVENING) == "09.03.2026 18:30"
    assert POLISH.date(EVENING.replace(hour=23)) == "10.03.2026"


@pytest.mark.parametrize(
    ("hour", "clock_24", "clock_12"),
    [
        (0, "00:05", "12:05 am"),
        (9, "09:05", "9:05 am"),
        (12, "12:05", "12:05 pm"),
        (15, "15:05", "3:05 pm"),
    ],
)
def test_clock_has_24_or_12_hours(hour, clock_24, clock_12):
    moment = datetime(2026, 3, 9, hour, 5, tzinfo=UTC)
    assert Formats(zone="UTC").time(moment) == clock_24
    assert Formats(zone="UTC", clock_24=False).time(moment) == clock_12


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 3, 9, 8, 41, tzinfo=UTC), "today, 9:41"),
        (datetime(2026, 3, 8, 23, 0, tzinfo=UTC), "today, 0:00"),
        (datetime(2026, 3, 8, 22, 59, tzinfo=UTC), "yesterday"),
        (datetime(2026, 3, 3, 8, 0, tzinfo=UTC), "3 mar"),
        (datetime(2025, 12, 31, 8, 0, tzinfo=UTC), "31.12.2025"),
        (datetime(2026, 4, 1, 8, 0, tzinfo=UTC), "1 kwi"),
    ],
)
def test_near_moments_are_written_shortly(moment, written):
    assert POLISH.relative(moment, EVENING.replace(hour=20)) == written


def test_near_moments_follow_language_and_clock():
    english = Formats(language="en", clock_24=False)
    assert english.relative(datetime(2026, 3, 3, 8, 0, tzinfo=UTC), EVENING) == "3 Mar"
    assert english.relative(datetime(2026, 3, 9, 8, 41, tzinfo=UTC), EVENING) == "today, 9:41 am"


@pytest.mark.parametrize(
    ("number_format", "written", "whole"),
    list(
        zip(
            NUMBER_FORMATS,
            ["-1\u00a0234\u00a0567,5", "-1,234,567.5", "-1.234.567,5", "-1234567.5"],
            ["12\u00a0345", "12,345", "12.345", "12345"],
            strict=True,
        )
    ),
)
def test_number_is_written_in_the_chosen_format(number_format, written, whole):
    formats = Formats(number_format=number_format)
    assert formats.number(Decimal("-1234567.50")) == written
    assert formats.integer(12345) == whole


def test_number_is_rounded_half_up_to_places():
    assert POLISH.number(Decimal("0.005"), 2) == "0,01"
    assert POLISH.number(Decimal("2.5"), 0) == "3"
    assert POLISH.number(7, 2) == "7,00"
    assert POLISH.number(Decimal("-0.001"), 2) == "0,00"
    assert POLISH.number(Decimal("-0.00")) == "0"
    assert POLISH.number(Decimal("-0.5")) == "-0,5"
    assert POLISH.number(Decimal("1E+3")) == "1\u00a0000"


@pytest.mark.parametrize(
    ("number_format", "text", "number"),
    [
        ("1 234,56", "1 234,56", "1234.56"),
        ("1 234,56", "1\u00a0234\u202f567", "1234567"),
        ("1 234,56", "1234,56", "1234.56"),
        ("1 234,56", "1234.56", "1234.56"),
        ("1 234,56", "1.234", "1.234"),
        ("1 234,56", "−5", "-5"),
        ("1 234,56", "- 5", "-5"),
        ("1 234,56", "+5", "5"),
        ("1 234,56", "007", "7"),
        ("1,234.56", "1,234.56", "1234.56"),
        ("1,234.56", "1,234", "1234"),
        ("1.234,56", "1.234,5", "1234.5"),
        ("1.234,56", "1.234.567", "1234567"),
        ("1.234,56", "1.5", "1.5"),
        ("1.234,56", "0.123", "0.123"),
        ("1.234,56", "1234.567", "1234.567"),
        ("1234.56", "1234.56", "1234.56"),
    ],
)
def test_number_is_read_in_the_chosen_format_or_plain(number_format, text, number):
    assert Formats(number_format=number_format).parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    ("number_format", "text"),
    [
        ("1 234,56", ""),
        ("1 234,56", "1 23"),
        ("1 234,56", "1,2,3"),
        ("1 234,56", "1,234.56"),
        ("1,234.56", "1,5"),
        ("1,234.56", "1 234"),
        ("1.234,56", "1.23.456"),
        ("1234.56", "1,5"),
        ("1234.56", "1e5"),
        ("1234.56", "NaN"),
        ("1234.56", "٣"),
        ("1234.56", "--1"),
        ("1234.56", ".5"),
    ],
)
def test_what_is_no_number_is_refused_with_an_example(number_format, text):
    with pytest.raises(Invalid, match="is not a number") as refusal:
        Formats(number_format=number_format).parse_number(text, "price")
    assert refusal.value.field == "price"


def test_an_ambiguous_number_is_refused_naming_both_readings():
    with pytest.raises(Invalid, match=re.escape("“1.234” may mean 1,234 or 1.234.")) as refusal:
        Formats(number_format="1.234,56").parse_number("1.234", "price")
    assert refusal.value.field == "price"


def test_too_many_digits_are_refused_with_both_counts():
    with pytest.raises(Invalid, match="16 digits before the separator; 15"):
        POLISH.parse_number("1" * 16)
    with pytest.raises(Invalid, match="5 digits after the separator; 4"):
        POLISH.parse_number("0,12345")
    assert POLISH.parse_number("0" * 30 + "9" * 15 + ",1234") == Decimal("9" * 15 + ".1234")


@given(NUMBERS, st.sampled_from(NUMBER_FORMATS))
def test_every_number_is_read_as_it_was_written_or_called_ambiguous(number, number_format):
    formats = Formats(number_format=number_format)
    written = formats.number(number)
    if number_format == "1.234,56" and re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", written):
        with pytest.raises(Invalid, match="may mean"):
            formats.parse_number(written)
    else:
        assert formats.parse_number(written) == number
