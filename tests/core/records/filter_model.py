"""Filters in plain Python, over records as dictionaries: what the SQL must agree with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from core.records.filters import ANY, Group, Test
from core.records.folding import fold

BASIC = {"name", "owner"}
POLISH = str.maketrans("ąćęłńóśźż", "acelnoszz")


def holds(tree: Group, record: Mapping[str, Any], reader: Mapping[str, Any]) -> bool:
    """Tell whether a filter holds for a record as a reader may know it.

    `record["is_full"]` says whether that is everything; otherwise all but name and owner is empty.
    """
    answers = [
        holds(part, record, reader) if isinstance(part, Group) else _test(part, record, reader)
        for part in tree.parts
    ]
    return any(answers) if tree.match == ANY else all(answers)


def _test(test: Test, record: Mapping[str, Any], reader: Mapping[str, Any]) -> bool:
    value = record.get(test.field) if record["is_full"] or test.field in BASIC else None
    if test.operator in {"is_not", "contains_not", "empty"}:
        plain = {"is_not": "is", "contains_not": "contains", "empty": "filled"}[test.operator]
        return not _asked(test.field, plain, test.values, value, reader)
    return _asked(test.field, test.operator, test.values, value, reader)


def _asked(
    field: str, operator: str, values: tuple[str, ...], value: Any, reader: Mapping[str, Any]
) -> bool:
    if operator == "filled":
        return value not in (None, [], "")
    if value in (None, [], ""):
        return False
    if field == "updated_at":
        return _day(operator, values, value, reader["today"])
    if field in {"name", "city", "note", "emails", "phones", "position"}:
        texts = value if isinstance(value, list) else [value]
        return any(_text(operator, values[0], each) for each in texts)
    if field == "company" and operator == "contains":
        return fold(values[0]) in fold(reader["names"].get(value, ""))
    wanted = {each for typed in values for each in _meant(field, typed, reader)}
    have = set(value) if isinstance(value, list) else {value}
    return wanted <= have if operator == "all" else bool(wanted & have)


def _meant(field: str, typed: str, reader: Mapping[str, Any]) -> list[Any]:
    if typed == "me":
        return [reader["id"]]
    if typed == "my_teams":
        return reader["colleagues"] if field == "owner" else reader["teams"]
    return [int(typed)] if typed.isdigit() else [typed]


def _text(operator: str, typed: str, text: str) -> bool:
    if operator == "contains":
        return fold(typed) in fold(text)
    small, sought = text.lower(), typed.lower()
    return small == sought if operator == "is" else small.startswith(sought)


def _day(operator: str, values: tuple[str, ...], day: date, today: date) -> bool:
    if operator == "within":
        start = {"today": today, "this_month": today.replace(day=1)}[values[0]]
        end = (start + timedelta(days=32)).replace(day=1)
        return start <= day < (end if values[0] == "this_month" else today + timedelta(days=1))
    if operator in {"last", "older"}:
        far = today - timedelta(days=int(values[0]) * {"days": 1, "weeks": 7}[values[1]])
        return far <= day <= today if operator == "last" else day < far
    first = date.fromisoformat(values[0])
    if operator == "before":
        return day < first
    if operator == "after":
        return day > first
    last = date.fromisoformat(values[1]) if operator == "between" else first
    return min(first, last) <= day <= max(first, last)
