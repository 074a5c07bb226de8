"""Which records belong together when some pairs of them are alike."""

from __future__ import annotations

from hypothesis import given, strategies as st

from plugins.duplicates.grouping import alike_pairs, groups_of


def test_records_are_together_by_pairs_and_over_others():
    assert groups_of([(1, 2), (3, 2), (5, 4)]) == [[1, 2, 3], [4, 5]]


def test_group_that_is_known_to_be_different_stays_away():
    assert groups_of([(1, 2), (4, 5)], {(1, 2)}) == [[4, 5]]
    assert groups_of([(1, 2), (2, 3)], {(1, 2)}) == [[1, 2, 3]]  # one more belongs to it now


def test_first_tier_that_finds_anything_counts():
    tiers = {1: [[10], [20]], 2: [[11], [20]], 3: [[10], [20]]}
    keys = {1: [10, 20], 2: [11, 20], 3: [10]}
    assert list(alike_pairs(tiers, keys)) == [(1, 3), (2, 1), (3, 1)]


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(31, 60)), max_size=60))
def test_every_pair_is_in_one_group_and_groups_share_nothing(pairs):
    groups = groups_of(pairs)
    members = [each for group in groups for each in group]
    assert len(members) == len(set(members))
    for one, other in pairs:
        assert sum({one, other} <= set(group) for group in groups) == 1
