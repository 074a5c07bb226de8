"""Which records a user may know are probably the same as some values (DUP-2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access import Actor
from core.records.kinds import Kind
from core.records.matching import Known, found_under, tiers_of

MOST = 10


@dataclass(frozen=True)
class Alike:
    """A record that is probably the same; without full access it is shown by its basic line."""

    id: int
    is_full: bool
    tier: int


def alike(
    kind: Kind,
    values: Mapping[str, Any],
    actor: Actor,
    without: Collection[int] = (),
    most: int = MOST,
) -> list[Alike]:
    """Return the records of a kind that match some values, the best first.

    Hidden records without access are absent. `without` are records that do not count.
    """
    tiers = tiers_of(kind, values)
    keys = {key for tier in tiers for key in tier}
    if not keys:
        return []
    return ranked(tiers, found_under(kind, keys, actor), without)[:most]


def ranked(
    tiers: Sequence[Sequence[int]],
    found: Mapping[int, Sequence[Known]],
    without: Collection[int] = (),
) -> list[Alike]:
    """Return what was found, best tier first, and within it what was found under most keys.

    Among equals a record with full access comes first, then the oldest.
    """
    seen: set[int] = set(without)
    ordered: list[Alike] = []
    for place, tier in enumerate(tiers):
        counted = Counter(each for key in tier for each in found.get(key, ()))
        best = sorted(counted, key=lambda each: (-counted[each], not each.is_full, each.id))
        ordered += [Alike(each.id, each.is_full, place) for each in best if each.id not in seen]
        seen |= {each.id for each in best}
    return ordered
