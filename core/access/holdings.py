"""Who holds which records, as sets of bits: a window of records at a time, each record one bit.

Asking the rule for each of 200 users and 1,000,000 records is 200,000,000 questions. With one set
of bits for each owner, participant and visibility, the same answers are a few operations on long
numbers for each user, and exact. Windows keep the memory small, and their counts add up.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from core.access.actor import Actor
from core.db import db, sql

SPAN = 1 << 19  # numbers in a window: 64 kB for each set of bits

Bits = int


@dataclass
class Window:
    """The records with numbers from `first` on: bit n stands for the record `first + n`.

    `areas` are the records of each kind and visibility, `owned` those of each owner (further
    owners too), `taken_part` those of each participant, user or team. Records in the trash are in
    no area.
    """

    first: int
    areas: dict[tuple[str, str], Bits] = field(default_factory=dict)
    owned: dict[int, Bits] = field(default_factory=dict)
    taken_part: dict[int, Bits] = field(default_factory=dict)

    def ids(self, bits: Bits, most: int) -> list[int]:
        """Return the numbers of the first records of a set, in order."""
        return [self.first + place for place in islice(places_in(bits), most)]

    def stand_of(self, actor: Actor) -> Stand:
        """Return how an actor stands to the records of the window."""
        return Stand(
            actor,
            part=_together(self.taken_part, actor.principals),
            reach=_together(self.owned, actor.reached),
            own=self.owned.get(actor.user_id, 0),
        )


@dataclass(frozen=True)
class Stand:
    """How an actor stands to the records of a window: what he holds, and the rule over it.

    This is the access rule once more, said over sets; a test holds it against the engine.
    """

    actor: Actor
    part: Bits
    reach: Bits
    own: Bits

    def full(self, kind: str, visibility: str, area: Bits) -> Bits:
        """Return the records of an area to which he has full access."""
        if not self.actor.is_active:
            return 0
        if self.actor.is_administrator or (visibility == "public" and self.actor.has(kind, "view")):
            return area
        return area & (self.part | self.reach)

    def basic(self, kind: str, visibility: str, area: Bits) -> Bits:
        """Return the records of an area of which he sees the basic line at least."""
        if visibility == "private" and self.actor.has(kind, "view"):
            return area
        return self.full(kind, visibility, area)

    def having(self, ways: tuple[bool, bool, bool], full: Bits) -> Bits:
        """Return those of his records on which a right is his by team role, as owner or participant.

        `ways` says which of the three give it.
        """
        by_role, as_owner, as_participant = ways
        if by_role:
            return full
        return full & ((self.own if as_owner else 0) | (self.part if as_participant else 0))


def _together(sets: Mapping[int, Bits], keys: Iterable[int]) -> Bits:
    return reduce(or_, (sets[key] for key in keys if key in sets), 0)


def bits_of(places: Sequence[int]) -> Bits:
    """Return the set of some places."""
    made = bytearray((max(places, default=0) >> 3) + 1)
    for each in places:
        made[each >> 3] |= 1 << (each & 7)
    return int.from_bytes(made, "little")


def places_in(bits: Bits) -> Iterator[int]:
    """Return the places in a set, in order."""
    for index, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            for bit in range(8):
                if byte >> bit & 1:
                    yield index * 8 + bit


_NEXT = """
select min(id) from core_record
where account_id = :account and id >= :first and kind = any(:kinds) and deleted_at is null
"""

_RECORDS = """
select kind, visibility, owner_id, string_agg(int4send((id - :first)::int), '') as places
from core_record
where account_id = :account and id >= :first and id < :end
  and kind = any(:kinds) and deleted_at is null
group by 1, 2, 3
"""

_HOLDERS = """
select principal_id, role, string_agg(int4send((record_id - :first)::int), '') as places
from core_holder
where account_id = :account and record_id >= :first and record_id < :end
  and principal_id = any(:principals)
group by 1, 2
"""


def windows(kinds: Iterable[str], principals: Iterable[int], after: int = 0) -> Iterator[Window]:
    """Return all records of the kinds, window by window, with what these users and teams hold.

    `after` leaves out all records up to that number.
    """
    # The sums of a window fit into memory; the setting ends with the transaction.
    db.session.connection().exec_driver_sql("set local work_mem = '64MB'")
    asked: dict[str, list[Any]] = {"kinds": list(kinds), "principals": list(principals)}
    first = sql(_NEXT, first=after + 1, kinds=asked["kinds"]).scalar()
    while first is not None:
        yield _window(first, asked)
        first = sql(_NEXT, first=first + SPAN, kinds=asked["kinds"]).scalar()


def _window(first: int, asked: dict[str, list[Any]]) -> Window:
    window, bounds = Window(first), {"first": first, "end": first + SPAN}
    wanted = set(asked["principals"])
    for row in sql(_RECORDS, kinds=asked["kinds"], **bounds):
        bits = _bits(row.places)
        area = row.kind, row.visibility
        window.areas[area] = window.areas.get(area, 0) | bits
        if row.owner_id in wanted:
            window.owned[row.owner_id] = window.owned.get(row.owner_id, 0) | bits
    for row in sql(_HOLDERS, principals=asked["principals"], **bounds):
        held = window.owned if row.role == "owner" else window.taken_part
        held[row.principal_id] = held.get(row.principal_id, 0) | _bits(row.places)
    return window


def _bits(places: bytes) -> Bits:
    """Return the set of the places, given as numbers of four bytes, the highest byte first."""
    numbers = array("i", places)
    if sys.byteorder == "little":
        numbers.byteswap()
    return bits_of(numbers)
