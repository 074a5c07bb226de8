"""What a filter may ask of a field: the operators of each family of types, and their words."""

from __future__ import annotations

from dataclasses import dataclass

from core.i18n import Text, lazy, sense
from core.records.fields import Field

ME, MY_TEAMS = "me", "my_teams"

# What is typed behind an operator.
NOTHING, ONE_TEXT, NUMBER, TWO_NUMBERS, DAY, TWO_DAYS, SPAN, PERIOD, CHOICES = (
    "nothing", "text", "number", "numbers", "day", "days", "span", "period", "choices",
)  # fmt: skip


@dataclass(frozen=True)
class Operator:
    """One way to ask; `opposite_of` names the one whose answer it turns round.

    `has_word` says that its word stands in front of the values wherever the filter is shown.
    """

    key: str
    label: Text
    takes: str = ONE_TEXT
    opposite_of: str = ""
    has_word: bool = True


EMPTY = Operator("empty", sense("operator", "is empty"), NOTHING, opposite_of="filled")
FILLED = Operator("filled", sense("operator", "is not empty"), NOTHING)
CONTAINS = Operator("contains", sense("operator", "contains"))
IN = Operator("is", sense("operator", "is any of"), CHOICES, has_word=False)
NOT_IN = Operator("is_not", sense("operator", "is none of"), CHOICES, opposite_of="is")

TEXT_OPERATORS = (
    CONTAINS,
    Operator("contains_not", sense("operator", "does not contain"), opposite_of="contains"),
    Operator("is", sense("operator", "is"), has_word=False),
    Operator("is_not", sense("operator", "is not"), opposite_of="is"),
    Operator("begins", sense("operator", "begins with")),
    EMPTY,
    FILLED,
)
DAY_OPERATORS = (
    Operator("within", sense("operator", "is in"), PERIOD, has_word=False),
    Operator("last", sense("operator", "in the last"), SPAN),
    Operator("older", sense("operator", "longer ago than"), SPAN),
    Operator("on", sense("operator", "is on"), DAY, has_word=False),
    Operator("before", sense("operator", "is before"), DAY),
    Operator("after", sense("operator", "is after"), DAY),
    Operator("between", sense("operator", "is between"), TWO_DAYS),
    EMPTY,
    FILLED,
)
NUMBER_OPERATORS = (
    Operator("equal", sense("operator", "equals"), NUMBER),
    Operator("unequal", sense("operator", "does not equal"), NUMBER, opposite_of="equal"),
    Operator("less", sense("operator", "is less than"), NUMBER),
    Operator("more", sense("operator", "is more than"), NUMBER),
    Operator("between", sense("operator", "is between"), TWO_NUMBERS),
    EMPTY,
    FILLED,
)
CHOICE_OPERATORS = (IN, NOT_IN, EMPTY, FILLED)
NEXT = Operator("next", sense("operator", "in the next"), SPAN)

FAMILIES: dict[str, tuple[Operator, ...]] = {
    "text": TEXT_OPERATORS,
    "moment": DAY_OPERATORS,
    "date": (*DAY_OPERATORS[:2], NEXT, *DAY_OPERATORS[2:]),
    "number": NUMBER_OPERATORS,
    "user": CHOICE_OPERATORS,
    "principals": CHOICE_OPERATORS,
    "label": CHOICE_OPERATORS,
    "labels": (
        IN,
        Operator("all", sense("operator", "has all of"), CHOICES),
        NOT_IN,
        EMPTY,
        FILLED,
    ),
    "choice": CHOICE_OPERATORS,
    "choices": (
        IN,
        Operator("all", sense("operator", "has all of"), CHOICES),
        NOT_IN,
        EMPTY,
        FILLED,
    ),
    "visibility": (IN, NOT_IN),
    "link": (
        IN,
        NOT_IN,
        Operator("contains", sense("operator", "name contains")),
        EMPTY,
        FILLED,
    ),
    "yes_no": (
        Operator("yes", sense("operator", "is yes"), NOTHING),
        Operator("no", sense("operator", "is no"), NOTHING, opposite_of="yes"),
    ),
    "registered": (IN,),
}

PERIODS: tuple[tuple[str, Text], ...] = (
    ("today", lazy("today")),
    ("yesterday", lazy("yesterday")),
    ("this_week", lazy("this week")),
    ("last_week", lazy("last week")),
    ("this_month", lazy("this month")),
    ("last_month", lazy("last month")),
    ("this_quarter", lazy("this quarter")),
    ("last_quarter", lazy("last quarter")),
    ("this_year", lazy("this year")),
    ("last_year", lazy("last year")),
)
FUTURE_PERIODS: tuple[tuple[str, Text], ...] = (
    ("tomorrow", lazy("tomorrow")),
    ("next_week", lazy("next week")),
    ("next_month", lazy("next month")),
    ("next_quarter", lazy("next quarter")),
    ("next_year", lazy("next year")),
)
UNITS: tuple[tuple[str, Text], ...] = (
    ("days", sense("unit", "days")),
    ("weeks", sense("unit", "weeks")),
    ("months", sense("unit", "months")),
    ("years", sense("unit", "years")),
)


def operators_of(field: Field) -> tuple[Operator, ...]:
    """Return what may be asked of a field, the usual first; nothing where it is no filter."""
    return FAMILIES.get(field.type.asked_as, ())


def operator_of(field: Field, key: str) -> Operator | None:
    """Return an operator of a field by its key."""
    return next((each for each in operators_of(field) if each.key == key), None)


def periods_of(field: Field) -> tuple[tuple[str, Text], ...]:
    """Return the periods that may be chosen for a field; the future only where it can be."""
    return (*PERIODS, *FUTURE_PERIODS) if field.type.asked_as == "date" else PERIODS
