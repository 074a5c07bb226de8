"""Filters as trees: their text and JSON, and what is refused of both."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, strategies as st

from core.errors import Invalid
from core.records.filters import Group, Test, from_json, from_text, to_json, to_text
from core.records.periods import days_of

TODAY = date(2026, 3, 31)  # a Tuesday

keys = st.text("abcdefghij_", min_size=1, max_size=12)
values = (
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
tests = st.builds(Test, keys, keys, st.lists(values, max_size=4).map(tuple))
groups = st.builds(
    Group, st.sampled_from(["all", "any"]), st.lists(tests, min_size=1, max_size=4).map(tuple)
)
trees = st.builds(
    Group,
    st.sampled_from(["all", "any"]),
    st.lists(tests | groups, min_size=1, max_size=5).map(tuple),
)


def clean(tree):
    """Return the tree with its texts as they are stored."""
    return from_json(json.loads(json.dumps(to_json(tree))))


@given(trees)
def test_list_3_text_and_json_of_a_filter_say_the_same(tree):
    assert from_text(to_text(clean(tree))) == clean(tree)
    assert from_json(to_json(clean(tree))) == clean(tree)


@given(st.text("ab:;,~()all(any(", max_size=40))
def test_list_3_any_text_is_a_filter_or_refused(text):
    try:
        tree = from_text(text)
    except Invalid:
        return
    assert from_text(to_text(tree)) == tree


def test_list_3_address_of_a_filter_can_be_read():
    tree = from_text("city:contains:rado,any(owner:is:me;12,updated_at:last:30;days)")
    assert tree == Group(
        "all",
        (
            Test("city", "contains", ("rado",)),
            Group("any", (Test("owner", "is", ("me", "12")),
                          Test("updated_at", "last", ("30", "days")))),
        ),
    )  # fmt: skip
    assert to_text(from_text("any(a:is:x,b:filled)")) == "any(a:is:x,b:filled)"
    assert from_text("a:is:1~2c~3b~28").parts == (Test("a", "is", ("1,;(",)),)
    assert not from_text("")
    assert to_text(Group()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "city", "city:", ":is:x", "city:is:x:y", "all(", "all()x", "any(a:is:x", "a:is:x)",
        "all(any(a:is:x))", "any(all(any(a:is:x)))", "a:is:x,,b:is:y", "CITY:is:x", "a b:is:x",
        "city';drop:is:x", "a:is:" + "x" * 256, "a:is:" + ";".join("x" * 101), "x" * 7_000,
        ",".join(["a:filled"] * 31), ",".join(["any(a:filled)"] * 11), "(a:is:x)", "none(a:is:x)",
    ],
)  # fmt: skip
def test_list_3_hostile_text_is_refused_with_a_sentence(text):
    with pytest.raises(Invalid) as refused:
        from_text(text)
    assert len(refused.value.message) > 10


@pytest.mark.parametrize(
    "stored",
    [
        None, [], "x", 5, {}, {"match": "all"}, {"match": "none", "parts": []},
        {"match": "all", "parts": {}}, {"match": "all", "parts": [None]},
        {"match": "all", "parts": [], "more": 1}, {"match": ["all"], "parts": []},
        {"match": "all", "parts": [{"field": "a", "operator": "is", "values": "x"}]},
        {"match": "all", "parts": [{"field": 5, "operator": "is", "values": []}]},
        {"match": "all", "parts": [{"field": "a", "operator": "is", "values": [5]}]},
        {"match": "all", "parts": [{"match": "all", "parts": [{"match": "all", "parts": []}]}]},
    ],
)  # fmt: skip
def test_list_3_hostile_json_is_refused(stored):
    with pytest.raises(Invalid):
        from_json(stored)


@pytest.mark.parametrize(
    ("operator", "values", "first", "until"),
    [
        ("within", ["today"], "2026-03-31", "2026-04-01"),
        ("within", ["yesterday"], "2026-03-30", "2026-03-31"),
        ("within", ["this_week"], "2026-03-30", "2026-04-06"),
        ("within", ["last_week"], "2026-03-23", "2026-03-30"),
        ("within", ["this_month"], "2026-03-01", "2026-04-01"),
        ("within", ["last_month"], "2026-02-01", "2026-03-01"),
        ("within", ["this_quarter"], "2026-01-01", "2026-04-01"),
        ("within", ["last_quarter"], "2025-10-01", "2026-01-01"),
        ("within", ["next_quarter"], "2026-04-01", "2026-07-01"),
        ("within", ["last_year"], "2025-01-01", "2026-01-01"),
        ("last", ["30", "days"], "2026-03-01", "2026-04-01"),
        ("last", ["1", "months"], "2026-02-28", "2026-04-01"),
        ("older", ["1", "years"], None, "2025-03-31"),
        ("next", ["2", "weeks"], "2026-03-31", "2026-04-15"),
        ("on", ["2026-03-05"], "2026-03-05", "2026-03-06"),
        ("before", ["2026-03-05"], None, "2026-03-05"),
        ("after", ["2026-03-05"], "2026-03-06", None),
        ("between", ["2026-03-09", "2026-03-05"], "2026-03-05", "2026-03-10"),
    ],
)  # fmt: skip
def test_list_3_relative_days(operator, values, first, until):
    found = days_of(operator, values, TODAY)
    assert [each and each.isoformat() for each in found] == [first, until]


@given(st.integers(1, 9_999), st.sampled_from(["days", "weeks", "months", "years"]), st.dates())
def test_list_3_any_span_from_any_day_is_a_range(count, unit, today):
    for operator in ("last", "next", "older"):
        first, until = days_of(operator, [str(count), unit], max(today, date(3, 1, 1)).replace(
            year=min(max(today.year, 3), 9_990)))  # fmt: skip
        assert first is None or first < until
