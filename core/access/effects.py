"""Who gains and who loses sight of records when their holders or visibilities change.

Worked out over sets (`holdings`), so that thousands of records for hundreds of users take a
moment, and nothing has to be stored to know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from core.access.actor import Actor
from core.access.holdings import Bits, Window, bits_of, places_in


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a record, and its visibility: what full access to it depends on."""

    visibility: str
    owners: tuple[int, ...]
    participants: tuple[int, ...]


@dataclass(frozen=True)
class Effect:
    """What a change means for one user: the places of the records he begins or ceases to see.

    To see a record is to have full access to it.
    """

    user_id: int
    gained: tuple[int, ...]
    lost: tuple[int, ...]


def effects_of(
    kind: str, before: Sequence[Holding], after: Sequence[Holding], actors: Iterable[Actor]
) -> list[Effect]:
    """Return the effect on each actor whom the change of records of a kind touches.

    The two sequences speak of the same records, which are not in the trash, in the same order.
    """
    then, now = _window_of(kind, before), _window_of(kind, after)
    found = []
    for actor in actors:
        old, new = _seen(then, actor), _seen(now, actor)
        if old != new:
            gained, lost = tuple(places_in(new & ~old)), tuple(places_in(old & ~new))
            found.append(Effect(actor.user_id, gained, lost))
    return found


def _window_of(kind: str, holdings: Sequence[Holding]) -> Window:
    """Return the records as sets; the place of each stands for its number."""
    areas: dict[tuple[str, str], list[int]] = {}
    owned: dict[int, list[int]] = {}
    taken_part: dict[int, list[int]] = {}
    for place, each in enumerate(holdings):
        areas.setdefault((kind, each.visibility), []).append(place)
        for owner in each.owners:
            owned.setdefault(owner, []).append(place)
        for participant in each.participants:
            taken_part.setdefault(participant, []).append(place)
    return Window(
        first=0,
        areas={area: bits_of(places) for area, places in areas.items()},
        owned={owner: bits_of(places) for owner, places in owned.items()},
        taken_part={each: bits_of(places) for each, places in taken_part.items()},
    )


def _seen(window: Window, actor: Actor) -> Bits:
    """Return the records to which an actor has full access."""
    stand = window.stand_of(actor)
    return reduce(or_, (stand.full(*area, bits) for area, bits in window.areas.items()), 0)
