"""Days that a filter speaks of: periods such as this quarter, spans such as the last 30 days.

Every range is half open: from a day on, until before another; None is no bound.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.i18n import _

Range = tuple[date | None, date | None]

MOST_UNITS = 9_999
MONTHS = {"months": 1, "years": 12}
DAYS = {"days": 1, "weeks": 7}
STEPS = {"last": -1, "this": 0, "next": 1}


def days_of(operator: str, values: Sequence[str], today: date) -> Range:
    """Return the days that an operator with its values names; Invalid where it names none."""
    if operator == "within":
        return _period(values[0], today)
    if operator in {"last", "older", "next"}:
        return _span(operator, values, today)
    first = parse_day(values[0])
    if operator == "before":
        return None, first
    if operator == "after":
        return _next_day(first), None
    last = parse_day(values[1]) if operator == "between" else first
    return min(first, last), _next_day(max(first, last))


def moments_of(days: Range, zone: str) -> tuple[datetime | None, datetime | None]:
    """Return the moments at which a range of days begins and ends in an IANA zone."""
    first, last = (
        None if day is None else datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        for day in days
    )
    return first, last


def parse_day(text: str) -> date:
    """Return a day written as 2026-03-09."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or len(text) != len("2026-03-09") or not 2 <= day.year <= 9_998:
        raise Invalid(_("type a day like 2026-03-09"))
    return day


def count_of(text: str) -> int:
    """Return how many days, weeks, months or years were typed."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_UNITS):
        raise Invalid(_("type a whole number from 1 to %(most)s", most=MOST_UNITS))
    return int(text)


def _period(key: str, today: date) -> Range:
    single = {"yesterday": -1, "today": 0, "tomorrow": 1}
    if key in single:
        day = today + timedelta(days=single[key])
        return day, _next_day(day)
    which, _underline, unit = key.partition("_")
    months = {"month": 1, "quarter": 3, "year": 12}
    if which not in STEPS or unit not in {"week", *months}:
        raise Invalid(_("choose one from the list"))
    if unit == "week":
        monday = today + timedelta(days=7 * STEPS[which] - today.weekday())
        return monday, monday + timedelta(days=7)
    length = months[unit]
    first = today.replace(day=1, month=(today.month - 1) // length * length + 1)
    return _moved(first, length * STEPS[which]), _moved(first, length * (STEPS[which] + 1))


def _span(operator: str, values: Sequence[str], today: date) -> Range:
    count, unit = count_of(values[0]), values[1]
    if unit not in {**DAYS, **MONTHS}:
        raise Invalid(_("choose one from the list"))
    sign = 1 if operator == "next" else -1
    far = (
        _moved(today, sign * count * MONTHS[unit])
        if unit in MONTHS
        else _within(today.toordinal() + sign * count * DAYS[unit])
    )
    if operator == "next":
        return today, _next_day(far)
    return (None, far) if operator == "older" else (far, _next_day(today))


def _moved(day: date, months: int) -> date:
    """Return the same day some months away, or the last of that month."""
    number = min(max(day.year * 12 + day.month - 1 + months, 24), 9_998 * 12)
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _within(ordinal: int) -> date:
    least, most = date(2, 1, 1).toordinal(), date(9_998, 1, 1).toordinal()
    return date.fromordinal(min(max(ordinal, least), most))


def _next_day(day: date) -> date:
    return day + timedelta(days=1)
