"""Turns cells into dates, exact numbers and truth values by the formats chosen for an import.

The formats, their example forms and what counts as ambiguous are those of `core.formats`
(REG-12, REG-13); what is added here is what files hold and people do not type: typed cells of
workbooks, moments, other separators, units.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal

from core.errors import Invalid
from core.formats import Formats
from core.i18n import _
from core.tables.cells import shown

OTHER_DATE = re.compile(r"([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4})")
CLOCK = re.compile(
    r"[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?\s*([ap]\.?m\.?)?", re.IGNORECASE
)
TRUE = {"1", "true", "yes", "y", "t", "x", "tak", "prawda"}
FALSE = {"0", "false", "no", "n", "f", "nie", "fałsz"}


def read_date(cell: str | date, formats: Formats) -> date:
    """Return a date; the cell is a date of a workbook, or text in the chosen or the ISO form.

    Text with other separators is understood where only one day can be meant: 13/04/2026 is,
    03/04/2026 beside 09.03.2026 is refused. A time behind the day is left away.
    """
    return read_moment(cell, formats).date()


def read_moment(cell: str | date, formats: Formats) -> datetime:
    """Return a moment without zone, midnight where the cell holds no time."""
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    text = cell.strip()
    clock = CLOCK.search(text)
    if not clock or clock.end() < len(text):
        return datetime.combine(_day(text, formats), time())
    return datetime.combine(_day(text[: clock.start()], formats), _time(clock))


def read_number(cell: str | float | Decimal, formats: Formats, unit: str = "") -> Decimal:
    """Return an exact number; the cell is a number of a workbook, or text in the chosen format.

    `unit` is left away in front of and behind the number: "zł". Text that can be read as two
    numbers is refused, and more than 15 digits before or 4 behind the point are.
    """
    if not isinstance(cell, str):
        plain = Formats(number_format="1234.56", language=formats.language)
        return plain.parse_number(shown(cell))
    return formats.parse_number(_without_unit(cell.strip(), unit))


def read_truth(cell: str | float | Decimal) -> bool:
    """Return a truth value: yes, no, true, false, 1, 0, x, in English or Polish."""
    text = shown(cell).strip().casefold()
    if text in TRUE or text in FALSE:
        return text in TRUE
    raise Invalid(_("“%(text)s” is neither yes nor no.", text=text))


def _day(text: str, formats: Formats) -> date:
    try:
        return formats.parse_date(text)
    except Invalid:
        days = _possible_days(text, formats)
        if len(days) != 1:
            raise
        return days.pop()


def _possible_days(text: str, formats: Formats) -> set[date]:
    """Return the days that text with foreign separators may mean, with day or month first."""
    match = OTHER_DATE.fullmatch(text)
    if not match or match[2] in formats.date_format:
        return set()
    days = set()
    for day, month in ((match[1], match[3]), (match[3], match[1])):
        with suppress(ValueError):
            days.add(date(int(match[4]), int(month), int(day)))
    return days


def _time(clock: re.Match[str]) -> time:
    hour, half = int(clock[1]), (clock[4] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(clock[2]), int(clock[3] or 0))
    except ValueError as error:
        raise Invalid(_("“%(text)s” is not a time of day.", text=clock[0].strip())) from error


def _without_unit(text: str, unit: str) -> str:
    if unit and text.casefold().endswith(unit.casefold()):
        return text[: -len(unit)].rstrip()
    if unit and text.casefold().startswith(unit.casefold()):
        return text[len(unit) :].lstrip()
    return text
