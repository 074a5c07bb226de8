"""Which records belong together when some pairs of them are alike; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

Pair = tuple[int, int]


def groups_of(pairs: Iterable[Pair], different: Collection[Pair] = ()) -> list[list[int]]:
    """Return the groups of records that are alike by pairs or over others, the oldest first.

    A group stays away where all pairs of its records are known to be `different`. Those pairs
    have the smaller number first.
    """
    roots: dict[int, int] = {}

    def root(record_id: int) -> int:
        roots.setdefault(record_id, record_id)
        while roots[record_id] != record_id:
            roots[record_id] = roots[roots[record_id]]
            record_id = roots[record_id]
        return record_id

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        roots[second] = first
    found: dict[int, list[int]] = {}
    for record_id in sorted(roots):
        found.setdefault(root(record_id), []).append(record_id)
    return [each for each in found.values() if len(each) > 1 and not _is_known(each, different)]


def _is_known(record_ids: Sequence[int], different: Collection[Pair]) -> bool:
    return bool(different) and all(pair in different for pair in combinations(record_ids, 2))


def alike_pairs(
    tiers: dict[int, Sequence[Sequence[int]]], keys: dict[int, Collection[int]]
) -> Iterator[Pair]:
    """Return the pairs of some records of which one is found under the keys of the other.

    `tiers` are the keys by which each is looked for, `keys` those under which it is remembered.
    Of the tiers the first counts under which anything is found.
    """
    under: dict[int, set[int]] = {}
    for record_id, remembered in keys.items():
        for key in remembered:
            under.setdefault(key, set()).add(record_id)
    for record_id, looked_for in tiers.items():
        for tier in looked_for:
            others = {each for key in tier for each in under.get(key, ())} - {record_id}
            if others:
                yield from ((record_id, other) for other in sorted(others))
                break
