"""Which fields a filter may ask, and whether a test says something that can be asked of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from core.accounts.queries import account_facts
from core.errors import Invalid
from core.i18n import Text, _
from core.records.fields import FILTER, RECORD, Field, FieldType, ShortText, parse_id
from core.records.filters import Group, Test
from core.records.kinds import Kind
from core.records.operators import (
    CHOICES,
    DAY,
    ME,
    MY_TEAMS,
    NOTHING,
    NUMBER,
    ONE_TEXT,
    PERIOD,
    SPAN,
    TWO_DAYS,
    TWO_NUMBERS,
    UNITS,
    Operator,
    operator_of,
    operators_of,
    periods_of,
)
from core.records.periods import count_of, parse_day
from core.records.queries import is_active
from core.registry import registry

NAME = "name"
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")
_COUNTS = {NOTHING: 0, ONE_TEXT: 1, NUMBER: 1, TWO_NUMBERS: 2, DAY: 1, TWO_DAYS: 2, SPAN: 2,
           PERIOD: 1}  # fmt: skip


@dataclass(frozen=True)
class Registered(FieldType):
    """What a plugin's own filter is asked for, such as one import."""

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "registered"


def fields_of(kind: Kind) -> dict[str, Field]:
    """Return everything that a list of a kind can be filtered by, by key, in the usual order."""
    active = account_facts().active_plugins
    named = [] if NAME in kind.by_key else [_name_of(kind)]
    own = [each for each in kind.fields if operators_of(each) and is_active(each)]
    brought = [
        Field(each.key, each.name, Registered(), home=FILTER, plugin=each.plugin)
        for each in registry().list_filters.values()
        if each.plugin in active | {"core"}
    ]
    return {each.key: each for each in [*named, *own, *brought]}


def _name_of(kind: Kind) -> Field:
    return Field(NAME, kind.name_label, ShortText(), home=RECORD, is_basic=True)


@cache
def names_the_record(kind: Kind, key: str) -> bool:
    """Tell whether a field's text is a part of the name, by which records are searched."""
    return key == NAME or kind.name_of({key: "x"}) != kind.name_of({})


def check(tree: Group, fields: dict[str, Field]) -> list[str]:
    """Return the keys of fields that are not there any more; a test that means nothing is Invalid."""
    gone = []
    for each in tree.tests():
        field = fields.get(each.field)
        if field is None:
            gone.append(each.field)
        else:
            check_test(field, each)
    return list(dict.fromkeys(gone))


def check_test(field: Field, test: Test) -> Operator:
    """Return the operator of a test; Invalid, naming the field, where it cannot be asked."""
    operator = operator_of(field, test.operator)
    if operator is None:
        raise Invalid(f"{field.label}: {_('choose one from the list')}")
    try:
        _check_values(field, operator, test.values)
    except Invalid as wrong:
        raise Invalid(f"{field.label}: {wrong.message}") from wrong
    return operator


def _check_values(field: Field, operator: Operator, values: tuple[str, ...]) -> None:
    wanted = _COUNTS.get(operator.takes, max(len(values), 1))
    if len(values) != wanted or not all(values):
        raise Invalid(_("type or choose a value"))
    if operator.takes == SPAN:
        count_of(values[0])
        _check_listed(values[1], UNITS)
    elif operator.takes == PERIOD:
        _check_listed(values[0], periods_of(field))
    else:
        for each in values:
            _check_value(field, operator.takes, each)


def _check_listed(value: str, listed: tuple[tuple[str, Text], ...]) -> None:
    if value not in dict(listed):
        raise Invalid(_("choose one from the list"))


def _check_value(field: Field, takes: str, value: str) -> None:
    if takes in {DAY, TWO_DAYS}:
        parse_day(value)
    elif takes in {NUMBER, TWO_NUMBERS}:
        number_of(value)
    elif takes == CHOICES:
        _check_choice(field, value)


def number_of(text: str) -> Decimal:
    """Return a number that is written with a point."""
    if not _NUMBER.fullmatch(text):
        raise Invalid(_("type a number like 1234.56"))
    return Decimal(text)


def _check_choice(field: Field, value: str) -> None:
    family = field.type.asked_as
    if family == "visibility":
        field.type.parse([value])
    elif family in {"user", "principals"} and value in {ME, MY_TEAMS}:
        return
    elif family not in {"registered", "choice", "choices"}:
        parse_id(value)
