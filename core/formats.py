"""How a reader sees and types dates, times and numbers."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from core.errors import Invalid
from core.i18n import _

DATE_FORMATS = ("yyyy-mm-dd", "dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy")
NUMBER_FORMATS = ("1 234,56", "1,234.56", "1.234,56", "1234.56")

MOST_WHOLE_DIGITS = 15
MOST_DECIMAL_DIGITS = 4

_D, _M, _Y = "(?P<day>[0-9]{1,2})", "(?P<month>[0-9]{1,2})", "(?P<year>[0-9]{4})"
_ISO_DATE = re.compile(f"{_Y}-{_M}-{_D}")
_TYPED_DATE = {
    "yyyy-mm-dd": _ISO_DATE,
    "dd.mm.yyyy": re.compile(rf"{_D}\.{_M}\.{_Y}"),
    "dd/mm/yyyy": re.compile(f"{_D}/{_M}/{_Y}"),
    "mm/dd/yyyy": re.compile(f"{_M}/{_D}/{_Y}"),
}

_NO_BREAK = "\u00a0"
# What separates groups of thousands, and the fraction.
_SEPARATORS = {
    "1 234,56": (_NO_BREAK, ","),
    "1,234.56": (",", "."),
    "1.234,56": (".", ","),
    "1234.56": ("", "."),
}
_BLANKS = re.compile("[ \u00a0\u2009\u202f]")
_PLAIN_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?")


@dataclass(frozen=True)
class Formats:
    """The choices of one reader (REG-12 to REG-16); `zone` is an IANA name."""

    language: str = "pl"
    zone: str = "Europe/Warsaw"
    date_format: str = "dd.mm.yyyy"
    number_format: str = "1 234,56"
    clock_24: bool = True

    def date(self, value: dt.date | dt.datetime) -> str:
        """Return a date, or the day of a moment in the reader's zone: `09.03.2026`."""
        day = self._local(value).date() if isinstance(value, dt.datetime) else value
        return _written_date(day, self.date_format)

    def time(self, moment: dt.datetime) -> str:
        """Return the time of day in the reader's zone: `15:30`, or `3:30 pm`."""
        local = self._local(moment)
        return f"{local:%H:%M}" if self.clock_24 else self._short_time(local)

    def datetime(self, moment: dt.datetime) -> str:
        """Return day and time in the reader's zone: `09.03.2026 15:30`."""
        return f"{self.date(moment)} {self.time(moment)}"

    def relative(self, moment: dt.datetime, now: dt.datetime) -> str:
        """Return the shortest clear form: `today, 9:41`, `yesterday`, `3 Mar`, `03.03.2025`."""
        local, local_now = self._local(moment), self._local(now)
        days = (local_now.date() - local.date()).days
        if days == 0:
            return _("today, %(time)s", time=self._short_time(local))
        if days == 1:
            return _("yesterday")
        if local.year == local_now.year:
            return _day_and_month(local.date(), self.language)
        return self.date(moment)

    def number(self, value: Decimal | int, places: int | None = None) -> str:
        """Return a number with groups of thousands; with `places`, rounded half up to so many
        digits after the separator, otherwise with as many as it has.
        """
        if places is None:
            whole, _point, fraction = f"{Decimal(value) + 0:,f}".partition(".")
            fraction = fraction.rstrip("0")
            whole = "0" if whole == "-0" and not fraction else whole
        else:
            exact = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            whole, _point, fraction = f"{exact + 0:,f}".partition(".")
        group, point = _SEPARATORS[self.number_format]
        whole = whole.replace(",", group)
        return f"{whole}{point}{fraction}" if fraction else whole

    def integer(self, value: int) -> str:
        """Return a whole number with groups of thousands: `1 234`."""
        return f"{value:,}".replace(",", _SEPARATORS[self.number_format][0])

    @property
    def decimal_separator(self) -> str:
        """What stands before the fraction of a number."""
        return _SEPARATORS[self.number_format][1]

    def parse_date(self, text: str, field: str | None = None) -> dt.date:
        """Return the typed date, in the reader's format or as 2026-03-09."""
        typed = text.strip()
        match = _TYPED_DATE[self.date_format].fullmatch(typed) or _ISO_DATE.fullmatch(typed)
        try:
            if match:
                return dt.date(*(int(match[part]) for part in ("year", "month", "day")))
        except ValueError:
            pass
        raise Invalid(
            _(
                "“%(text)s” is not a date. Type it like %(example)s.",
                text=_shortened(text),
                example=_written_date(dt.date(2026, 3, 9), self.date_format),
            ),
            field,
        )

    def parse_number(self, text: str, field: str | None = None) -> Decimal:
        """Return the typed number, in the reader's format or as plain 1234.56.

        Refused where both readings are possible and differ, and where there are more than
        15 digits before or 4 after the separator.
        """
        sign, typed = _signed(text)
        readings = {
            reading for reading in (self._grouped(typed), _plain(typed)) if reading is not None
        }
        if not readings:
            message = _(
                "“%(text)s” is not a number. Type it like %(example)s.",
                text=_shortened(text),
                example=self.number_format.replace(" ", _NO_BREAK),
            )
        elif len({Decimal(reading) for reading in readings}) > 1:
            one, other = (self.number(value) for value in sorted(map(Decimal, readings)))
            message = _(
                "“%(text)s” may mean %(one)s or %(other)s. Type it without thousands separators.",
                text=_shortened(text),
                one=one,
                other=other,
            )
        else:
            number = readings.pop()
            _check_digits(number, field)
            return sign * Decimal(number)
        raise Invalid(message, field)

    def _local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def _short_time(self, local: dt.datetime) -> str:
        if self.clock_24:
            return f"{local.hour}:{local:%M}"
        return f"{local.hour % 12 or 12}:{local:%M} {'pm' if local.hour >= 12 else 'am'}"

    def _grouped(self, typed: str) -> str | None:
        group, point = _SEPARATORS[self.number_format]
        if group == _NO_BREAK:
            typed = _BLANKS.sub(_NO_BREAK, typed)
        match = _grouped_number(group, point).fullmatch(typed)
        return _joined(match[1].replace(group, ""), match[2]) if match else None


def _written_date(day: dt.date, date_format: str) -> str:
    year, month, date = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    return date_format.replace("yyyy", year).replace("mm", month).replace("dd", date)


@lru_cache(maxsize=1024)
def _day_and_month(day: dt.date, language: str) -> str:
    return str(format_date(day, "d MMM", locale=language))


@lru_cache
def _grouped_number(group: str, point: str) -> re.Pattern[str]:
    """Return the pattern of numbers with or without groups of three digits.

    A number in groups does not begin with 0, so 0.123 is never read as 123.
    """
    thousands = rf"[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+|" if group else ""
    return re.compile(rf"({thousands}[0-9]+)(?:{re.escape(point)}([0-9]+))?")


def _plain(typed: str) -> str | None:
    match = _PLAIN_NUMBER.fullmatch(typed)
    return _joined(match[1], match[2]) if match else None


def _joined(whole: str, fraction: str | None) -> str:
    return f"{whole.lstrip('0') or '0'}.{fraction}" if fraction else whole.lstrip("0") or "0"


def _signed(text: str) -> tuple[int, str]:
    typed = text.strip()
    if typed[:1] in {"-", "−"}:
        return -1, typed[1:].lstrip()
    return 1, typed.removeprefix("+")


def _check_digits(number: str, field: str | None) -> None:
    whole, _point, fraction = number.partition(".")
    if len(whole) > MOST_WHOLE_DIGITS:
        message = _(
            "The number has %(count)d digits before the separator; %(most)d are allowed.",
            count=len(whole),
            most=MOST_WHOLE_DIGITS,
        )
        raise Invalid(message, field)
    if len(fraction) > MOST_DECIMAL_DIGITS:
        message = _(
            "The number has %(count)d digits after the separator; %(most)d are allowed.",
            count=len(fraction),
            most=MOST_DECIMAL_DIGITS,
        )
        raise Invalid(message, field)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
