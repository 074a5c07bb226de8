"""The builder of filters: from its controls to a tree, and from a tree to its controls.

Controls are numbered in their order: `f.3`, `o.3`, `v.3` are field, operator and values of the
fourth part, `f.3.1` those of the second test in the group that stands there, `g.3` what it wants,
all or any. `w.3` says for which field the values were typed, so that another one starts anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field as default, replace
from typing import Any, Protocol

from core import face
from core.access import Actor
from core.errors import Invalid
from core.i18n import _
from core.records.fields import Field, clean
from core.records.filter_values import check_test, fields_of
from core.records.filter_words import Words, options_of
from core.records.filters import (
    ALL,
    ANY,
    LONGEST_VALUE,
    MOST_GROUPS,
    MOST_TESTS,
    MOST_VALUES,
    Group,
    Test,
    from_json,
    to_json,
    without_empty,
)
from core.records.kinds import Kind
from core.records.operators import (
    CHOICES,
    DAY,
    NUMBER,
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
from core.shown import Option

ADD, GROUP, REMOVE, SHOW, APPLY = "add", "group", "remove", "show", "apply"
MATCH, ACT = "match", "do"
_CONTROL = re.compile(r"([fovgw])\.([0-9]{1,3})(?:\.([0-9]{1,3}))?")


class Asked(Protocol):
    """The controls of the builder by name, each possibly several times."""

    def get(self, key: str, default: str) -> str:
        """Return the first value of a control."""

    def getlist(self, key: str) -> list[str]:
        """Return every value of a control."""

    def __contains__(self, key: object) -> bool:
        """Tell whether a control was sent."""


@dataclass(frozen=True)
class TestRow:
    """One test as it stands in the builder, whole or not."""

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    is_new: bool = False

    __test__ = False


@dataclass(frozen=True)
class GroupRow:
    """A group as it stands in the builder."""

    match: str = ANY
    rows: tuple[TestRow, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A filter under construction."""

    match: str = ALL
    parts: tuple[TestRow | GroupRow, ...] = ()


@dataclass(frozen=True)
class TestView:
    """The controls of one test; `key` ends their names."""

    key: str
    field: str
    label: str
    fields: Sequence[Option] = ()
    operators: Sequence[Option] = ()
    takes: str = ""
    values: Sequence[str] = ()
    options: Sequence[Option] = ()
    picker_url: str = ""
    error: str = ""
    is_gone: bool = False
    is_fixed: bool = False
    has_focus: bool = False
    operator: str = ""

    __test__ = False


@dataclass(frozen=True)
class GroupView:
    """The controls of a group."""

    key: str
    match: str
    rows: Sequence[TestView]


@dataclass(frozen=True)
class BuilderView:
    """The builder as its page shows it; `kept` goes with it to the list."""

    action: str
    match: str
    parts: Sequence[TestView | GroupView]
    kept: Sequence[tuple[str, str]]
    cancel_url: str
    may_add: bool = True
    may_group: bool = True
    error: str = ""
    groups: Mapping[str, bool] = default(default_factory=dict)


def is_control(name: str) -> bool:
    """Tell whether a parameter belongs to the builder."""
    return name in {MATCH, ACT} or _CONTROL.fullmatch(name) is not None


def draft_of(tree: Group) -> Draft:
    """Return a filter as the builder shows it; one that asks nothing has one empty row."""
    parts = tuple(
        GroupRow(part.match, tuple(map(_row, part.tests()))) if isinstance(part, Group)
        else _row(part)
        for part in tree.parts
    )  # fmt: skip
    return Draft(tree.match, parts or (TestRow(is_new=True),))


def _row(test: Test) -> TestRow:
    return TestRow(test.field, test.operator, test.values)


def read(asked: Asked, names: Iterable[str]) -> Draft:
    """Return what the builder's controls say."""
    found = [match for name in names if (match := _CONTROL.fullmatch(name))]
    tops = sorted({int(each[2]) for each in found})[:MOST_TESTS]
    parts: list[TestRow | GroupRow] = []
    for top in tops:
        if f"g.{top}" in asked:
            below = sorted({int(each[3]) for each in found if int(each[2]) == top and each[3]})
            rows = tuple(_read_row(asked, f"{top}.{each}") for each in below[:MOST_TESTS])
            parts.append(GroupRow(_match(asked.get(f"g.{top}", "")), rows))
        else:
            parts.append(_read_row(asked, str(top)))
    return Draft(_match(asked.get(MATCH, "")), tuple(parts))


def _match(text: str) -> str:
    return ANY if text == ANY else ALL


def _read_row(asked: Asked, key: str) -> TestRow:
    field, operator = asked.get(f"f.{key}", "")[:64], asked.get(f"o.{key}", "")[:64]
    values = tuple(clean(each)[: LONGEST_VALUE + 1] for each in asked.getlist(f"v.{key}"))
    was = asked.get(f"w.{key}", field)
    if was != field:
        return TestRow(field)
    return TestRow(field, operator, values[: MOST_VALUES + 1])


def acted(draft: Draft, act: str) -> Draft:
    """Return the draft after one of the builder's buttons."""
    verb, _dot, place = act.partition(".")
    if verb == ADD and not place:
        return replace(draft, parts=(*draft.parts, TestRow(is_new=True)))
    if verb == GROUP:
        fresh = GroupRow(ALL if draft.match == ANY else ANY, (TestRow(is_new=True),))
        kept = tuple(each for each in draft.parts if each != TestRow())
        return replace(draft, parts=(*kept, fresh))
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", place):
        return draft
    first, _dot, second = place.partition(".")
    parts = list(draft.parts)
    if int(first) >= len(parts):
        return draft
    part = parts[int(first)]
    if isinstance(part, GroupRow) and verb == ADD:
        parts[int(first)] = replace(part, rows=(*part.rows, TestRow(is_new=True)))
    elif isinstance(part, GroupRow) and second:
        rows = [row for number, row in enumerate(part.rows) if number != int(second)]
        parts[int(first) : int(first) + 1] = [replace(part, rows=tuple(rows))] if rows else []
    elif verb == REMOVE:
        del parts[int(first)]
    return replace(draft, parts=tuple(parts) or (TestRow(is_new=True),))


class Builder:
    """Makes trees and controls of drafts, for the lists of one kind and one reader."""

    def __init__(self, kind: Kind, actor: Actor) -> None:
        self.kind, self.actor = kind, actor
        self.fields = fields_of(kind)
        self.errors: dict[str, str] = {}

    def tree(self, draft: Draft) -> Group:
        """Return the filter that a draft says; Invalid, with `errors` by row, where it says none.

        Rows in which no field is chosen are left out.
        """
        parts: list[Test | Group] = []
        for number, part in enumerate(draft.parts):
            if isinstance(part, GroupRow):
                rows = [
                    self._test(row, f"{number}.{place}")
                    for place, row in enumerate(part.rows)
                    if row.field
                ]
                parts.append(Group(part.match, tuple(rows)))
            elif part.field:
                parts.append(self._test(part, str(number)))
        if self.errors:
            raise Invalid(next(iter(self.errors.values())))
        return from_json(to_json(without_empty(Group(draft.match, tuple(parts)))))

    def _test(self, row: TestRow, key: str) -> Test:
        field = self.fields.get(row.field)
        if field is None:
            return Test(row.field, row.operator, row.values)
        row = self._usual(field, row)
        try:
            test = Test(row.field, row.operator, self._plain(field, row))
            check_test(field, test)
        except Invalid as wrong:
            self.errors[key] = wrong.message
            return Test(row.field, row.operator)
        return test

    def _plain(self, field: Field, row: TestRow) -> tuple[str, ...]:
        """Return the values as a filter holds them: days and numbers in one way of writing."""
        operator = operator_of(field, row.operator)
        takes = operator.takes if operator else ""
        values, formats = tuple(each for each in row.values if each), face.formats()
        if takes in {DAY, TWO_DAYS}:
            return tuple(formats.parse_date(each).isoformat() for each in values)
        if takes in {NUMBER, TWO_NUMBERS}:
            return tuple(f"{formats.parse_number(each):f}" for each in values)
        return values

    def _usual(self, field: Field, row: TestRow) -> TestRow:
        """Return the row with an operator of its field, and no values that were for another one."""
        operators = operators_of(field)
        if operator_of(field, row.operator) is None:
            return TestRow(row.field, operators[0].key, (), row.is_new)
        return row

    # ------------------------------------------------------------ controls

    def parts(self, draft: Draft) -> list[TestView | GroupView]:
        """Return the controls of a draft."""
        words = Words(self.fields, self.actor, _chosen(draft))
        shown: list[TestView | GroupView] = []
        for number, part in enumerate(draft.parts):
            if isinstance(part, GroupRow):
                rows = [
                    self._controls(row, f"{number}.{place}", words)
                    for place, row in enumerate(part.rows)
                ]
                shown.append(GroupView(str(number), part.match, rows))
            else:
                shown.append(self._controls(part, str(number), words))
        return shown

    def _controls(self, row: TestRow, key: str, words: Words) -> TestView:
        field = self.fields.get(row.field)
        if field is None and row.field:
            return TestView(
                key, row.field, _("deleted field"), operator=row.operator, values=row.values,
                is_gone=True,
            )  # fmt: skip
        options = [Option("", _("choose a field"), is_selected=field is None)] if not field else []
        options += [
            Option(each.key, str(each.label), is_selected=each.key == row.field)
            for each in self.fields.values()
            if each.type.asked_as != "registered" or each.key == row.field
        ]
        view = TestView(key, row.field, "", fields=options, has_focus=row.is_new)
        return view if field is None else self._asked(view, field, self._usual(field, row), words)

    def _asked(self, view: TestView, field: Field, row: TestRow, words: Words) -> TestView:
        operator = operator_of(field, row.operator) or operators_of(field)[0]
        values = _fitting(field, operator, row.values)
        family = field.type.asked_as
        return replace(
            view,
            label=str(field.label),
            operators=[
                Option(each.key, str(each.label), is_selected=each.key == operator.key)
                for each in operators_of(field)
            ],
            operator=operator.key,
            takes=operator.takes,
            values=values,
            options=self._options(field, operator, values, words),
            picker_url=f"/pick/{field.type.kind}" if family == "link" else "",  # type: ignore[attr-defined]
            is_fixed=family == "registered",
            error=self.errors.get(view.key, ""),
        )

    def _options(
        self, field: Field, operator: Operator, values: Sequence[str], words: Words
    ) -> list[Option]:
        if operator.takes == CHOICES:
            return options_of(field, values, words)
        listed: tuple[tuple[str, Any], ...] = ()
        if operator.takes == PERIOD:
            listed = periods_of(field)
        elif operator.takes == SPAN:
            listed = UNITS
        return [Option(key, str(label), is_selected=key in values) for key, label in listed]


def _fitting(field: Field, operator: Operator, values: tuple[str, ...]) -> list[str]:
    """Return the values that the operator's controls can show; chosen ones only if they are."""
    if operator.takes != CHOICES:
        return list(values)
    fitting = []
    for each in values[:MOST_VALUES]:
        try:
            check_test(field, Test(field.key, operator.key, (each,)))
        except Invalid:
            continue
        fitting.append(each)
    return fitting


def _chosen(draft: Draft) -> Group:
    rows = [
        row
        for part in draft.parts
        for row in (part.rows if isinstance(part, GroupRow) else (part,))
    ]
    return Group(ALL, tuple(Test(row.field, row.operator, row.values) for row in rows))


def room(draft: Draft) -> tuple[bool, bool]:
    """Return whether another test and another group may be added."""
    rows = len(_chosen(draft).parts)
    groups = sum(isinstance(each, GroupRow) for each in draft.parts)
    return rows < MOST_TESTS, rows < MOST_TESTS and groups < MOST_GROUPS
