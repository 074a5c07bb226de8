"""Combining what two people typed into the same record (GEN-8)."""

from __future__ import annotations

from hypothesis import given, strategies as st

from core.records.merging import merge

NOW = {"city": "Gdynia", "note": "old", "tags": [1, 2], "web": None}


def test_nothing_changed_meanwhile_stores_what_was_typed():
    assert merge(NOW, [], {"city": "Sopot"}).values == {"city": "Sopot"}


def test_fields_changed_on_one_side_only_are_combined():
    typed = {"city": "Gdańsk", "note": "new"}
    merged = merge(NOW, [{"city": ["Gdańsk", "Gdynia"]}], typed)
    assert merged.values == {"city": "Gdynia", "note": "new"}
    assert merged.conflicts == []


def test_field_changed_on_both_sides_is_in_conflict_with_what_it_was():
    merged = merge(NOW, [{"city": ["Gdańsk", "Gdynia"]}], {"city": "Sopot", "note": "new"})
    assert merged.conflicts == ["city"]
    assert merged.opened == {"city": "Gdańsk"}
    assert merged.values["city"] == "Sopot"


def test_same_change_on_both_sides_is_no_conflict():
    merged = merge(NOW, [{"city": ["Gdańsk", "Gdynia"]}], {"city": "Gdynia"})
    assert (merged.values, merged.conflicts) == ({"city": "Gdynia"}, [])


def test_first_of_several_changes_says_what_the_form_was_opened_with():
    since = [{"city": ["Gdańsk", "Rumia"]}, {"city": ["Rumia", "Gdynia"]}]
    assert merge(NOW, since, {"city": "Gdańsk"}).values == {"city": "Gdynia"}
    assert merge(NOW, since, {"city": "Rumia"}).conflicts == ["city"]


def test_change_that_was_taken_back_counts_as_none():
    since = [{"city": ["Gdynia", "Rumia"]}, {"city": ["Rumia", "Gdynia"]}]
    merged = merge(NOW, since, {"city": "Sopot"})
    assert (merged.values, merged.conflicts) == ({"city": "Sopot"}, [])


def test_field_that_is_not_on_the_form_is_left_alone():
    merged = merge(NOW, [{"city": ["Gdańsk", "Gdynia"]}], {"note": "new"})
    assert (merged.values, merged.conflicts) == ({"note": "new"}, [])


def test_ways_to_be_empty_are_the_same():
    for empty in (None, "", []):
        merged = merge(NOW, [{"web": ["a.pl", None]}], {"web": empty})
        assert merged.conflicts == []
        merged = merge({"web": "a.pl"}, [{"web": [None, "a.pl"]}], {"web": empty})
        assert (merged.values, merged.conflicts) == ({"web": "a.pl"}, [])


def test_nought_and_no_are_values():
    merged = merge({"amount": 5}, [{"amount": [None, 5]}], {"amount": 0})
    assert merged.conflicts == ["amount"]
    merged = merge({"is_vip": True}, [{"is_vip": [None, True]}], {"is_vip": False})
    assert merged.conflicts == ["is_vip"]


def test_lists_are_one_value():
    since = [{"tags": [[1], [1, 2]]}]
    assert merge(NOW, since, {"tags": [1]}).values == {"tags": [1, 2]}
    assert merge(NOW, since, {"tags": [1, 3]}).conflicts == ["tags"]


values = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2) | st.none())


@given(opened=values, theirs=values, ours=values)
def test_no_change_of_either_side_is_lost_without_saying_so(opened, theirs, ours):
    opened = dict.fromkeys("abcd") | opened
    now, typed = opened | theirs, opened | ours
    since = [{key: [opened[key], now[key]] for key in theirs if opened[key] != now[key]}]
    merged = merge(now, since, typed)
    for key in "abcd":
        sides = {now[key], typed[key]} - {opened[key]}
        assert (key in merged.conflicts) == (len(sides) > 1)
        if len(sides) < 2:
            assert merged.values[key] == next(iter(sides), opened[key])
