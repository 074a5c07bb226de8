"""Who gains and who loses sight of records when their holders or visibilities change.

The rule of `rule`, said over sets: for each principal one number whose bits are the places of the
records that he holds. A user's records are a few of these numbers together, so that thousands of
records for hundreds of users take a moment, and nothing has to be stored to know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.access.actor import Actor


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
    then, now = _Sight(kind, before), _Sight(kind, after)
    found = []
    for actor in actors:
        old, new = then.of(actor), now.of(actor)
        if old != new:
            found.append(
                Effect(actor.user_id, tuple(_places(new & ~old)), tuple(_places(old & ~new)))
            )
    return found


class _Sight:
    """What anybody sees of some records."""

    def __init__(self, kind: str, holdings: Sequence[Holding]) -> None:
        self.kind, self.size = kind, len(holdings)
        owned: dict[int, list[int]] = {}
        joined: dict[int, list[int]] = {}
        public = []
        for place, each in enumerate(holdings):
            for owner in each.owners:
                owned.setdefault(owner, []).append(place)
            for participant in each.participants:
                joined.setdefault(participant, []).append(place)
            if each.visibility == "public":
                public.append(place)
        self.owned = {key: self._bits(places) for key, places in owned.items()}
        self.joined = {key: self._bits(places) for key, places in joined.items()}
        self.public = self._bits(public)

    def _bits(self, places: Iterable[int]) -> int:
        bits = bytearray(self.size // 8 + 1)
        for place in places:
            bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")

    def of(self, actor: Actor) -> int:
        """Return the bits of the records to which an actor has full access."""
        if not actor.is_active:
            return 0
        if actor.is_administrator:
            return (1 << self.size) - 1
        seen = self.public if actor.has(self.kind, "view") else 0
        for owner in actor.reached:
            seen |= self.owned.get(owner, 0)
        for principal in actor.principals:
            seen |= self.joined.get(principal, 0) | self.owned.get(principal, 0)
        return seen


def _places(bits: int) -> Iterator[int]:
    for index, byte in enumerate(bits.to_bytes(bits.bit_length() // 8 + 1, "little")):
        for bit in range(8):
            if byte >> bit & 1:
                yield index * 8 + bit
