"""What a change of permissions would do: who gains or loses which right on how many records.

The change is made, the rule's actors are read, and the change is taken back: what is compared is
what would really hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from core.access import Actor, actors
from core.access.holdings import Bits, Stand, Window, windows
from core.contracts import Right
from core.db import db
from core.permissions import services
from core.permissions.facts import PermissionChange
from core.registry import registry
from core.roles.rights import GENERAL, TEAM_ROLES_ONLY

SAMPLES = 20
BASIC = "basic"


@dataclass
class Line:
    """Who gains, or loses, one right on records of one kind.

    `users` are the numbers of records by user; None where the right needs no record. `total` are
    the records that anybody gains or loses it on, `samples` the first of them.
    """

    kind: str
    right: str
    is_gain: bool
    users: dict[int, int | None] = field(default_factory=dict)
    total: int = 0
    samples: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The line as it stands in a form: `person.edit.gain`."""
        return f"{self.kind}.{self.right}.{'gain' if self.is_gain else 'loss'}"


@dataclass(frozen=True)
class Effect:
    """The lines of a preview; none where nobody gains or loses anything."""

    lines: tuple[Line, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines)


def ways_to(actor: Actor, kind: str, right: str) -> tuple[bool, bool, bool]:
    """Return whether a team role, being owner and being participant give an actor a right."""
    tick = kind, right
    by_role = actor.is_administrator or tick in actor.ticks
    return by_role, tick in actor.owner_ticks, tick in actor.participant_ticks


class Comparison:
    """Actors before and after a change, and what differs between them."""

    def __init__(self, before: Mapping[int, Actor], after: Mapping[int, Actor]) -> None:
        self.pairs = {
            user_id: (before[user_id], after[user_id])
            for user_id in before.keys() & after.keys()
            if _facts(before[user_id]) != _facts(after[user_id])
        }
        self.lines: dict[str, Line] = {}

    def effect(self) -> Effect:
        """Return the whole effect, counted window by window."""
        self._without_records()
        for window in self._windows():
            for line, bits in self._in(window).items():
                self._count(window, line, bits)
        return Effect(tuple(sorted(self.lines.values(), key=_order)))

    def listed(self, key: str, user_id: int, after: int, most: int) -> list[int]:
        """Return the records behind a line, for one user or with 0 for all, after a number."""
        found: list[int] = []
        for window in self._windows(after):
            by_user = self._in(window, only=key).get(key, {})
            bits = by_user.get(user_id, 0) if user_id else reduce(or_, by_user.values(), 0)
            found += window.ids(bits, most - len(found))
            if len(found) >= most:
                break
        return found

    def _windows(self, after: int = 0) -> Iterator[Window]:
        if not self.pairs:
            return iter(())
        kinds = {kind.key for pair in self.pairs.values() for each in pair
                 for kind in registry().kinds.of(each.active_plugins)}  # fmt: skip
        principals = {number for pair in self.pairs.values() for each in pair
                      for number in (*each.principals, *each.reached)}  # fmt: skip
        return windows(sorted(kinds), sorted(principals), after)

    def _without_records(self) -> None:
        for user_id, (before, after) in self.pairs.items():
            for right in registry().rights.all():
                if right.kind != GENERAL and right.key not in TEAM_ROLES_ONLY:
                    continue
                had, has = before.has(right.kind, right.key), after.has(right.kind, right.key)
                if had != has:
                    self._line(right.kind, right.key, is_gain=has).users[user_id] = None

    def _line(self, kind: str, right: str, *, is_gain: bool) -> Line:
        line = Line(kind, right, is_gain)
        return self.lines.setdefault(line.key, line)

    def _in(self, window: Window, only: str = "") -> dict[str, dict[int, Bits]]:
        """Return for each line the records that each user gains or loses it on."""
        found: dict[str, dict[int, Bits]] = {}
        for user_id, pair in self.pairs.items():
            before, after = (window.stand_of(each) for each in pair)
            for (kind, visibility), area in window.areas.items():
                differing = self._differing(kind, visibility, area, before, after)
                for right, gained, lost in differing:
                    for is_gain, bits in ((True, gained), (False, lost)):
                        line = self._line(kind, right, is_gain=is_gain) if bits else None
                        if line and only in ("", line.key):
                            users = found.setdefault(line.key, {})
                            users[user_id] = users.get(user_id, 0) | bits
        return found

    def _differing(
        self, kind: str, visibility: str, area: Bits, before: Stand, after: Stand
    ) -> Iterator[tuple[str, Bits, Bits]]:
        """Return for each right that differs what is gained and what is lost in an area."""
        was, now = (each.full(kind, visibility, area) for each in (before, after))
        yield "view", now & ~was, was & ~now
        had, has = (each.basic(kind, visibility, area) for each in (before, after))
        # Who gains or loses full access gains or loses the line with it.
        yield BASIC, has & ~had & ~now, had & ~has & ~was
        known: dict[tuple[tuple[bool, ...], ...], tuple[Bits, Bits]] = {}
        for right in _on_records(kind):
            ways = ways_to(before.actor, kind, right), ways_to(after.actor, kind, right)
            if ways not in known:
                old, new = before.having(ways[0], was), after.having(ways[1], now)
                known[ways] = new & ~old, old & ~new
            yield right, *known[ways]

    def _count(self, window: Window, key: str, by_user: Mapping[int, Bits]) -> None:
        line = self.lines[key]
        for user_id, bits in by_user.items():
            line.users[user_id] = (line.users.get(user_id) or 0) + bits.bit_count()
        together = reduce(or_, by_user.values(), 0)
        line.total += together.bit_count()
        line.samples += window.ids(together, SAMPLES - len(line.samples))


def _on_records(kind: str) -> list[str]:
    active: set[tuple[str, str]] = {(right.kind, right.key) for right in rights_on_records(kind)}
    return [key for _kind, key in sorted(active)]


def rights_on_records(kind: str) -> list[Right]:
    """Return the rights on single records of a kind, beside View."""
    return [
        right
        for right in registry().rights.of_kind(kind)
        if right.key != "view" and right.key not in TEAM_ROLES_ONLY
    ]


def _facts(actor: Actor) -> tuple[object, ...]:
    """Return what the rule asks about an actor: everything but the epoch."""
    return (
        actor.is_active,
        actor.is_administrator,
        actor.principals,
        actor.reached,
        actor.ticks,
        actor.owner_ticks,
        actor.participant_ticks,
    )


def _order(line: Line) -> tuple[object, ...]:
    places = {"view": 0, BASIC: 1}
    kinds = [kind.key for kind in registry().kinds]
    place = kinds.index(line.kind) if line.kind in kinds else len(kinds)
    return not line.is_gain, places.get(line.right, 2), place, line.right


def compared(
    change: PermissionChange,
    instead: Mapping[int, int] | None = None,
    prepare: Callable[[PermissionChange], PermissionChange] | None = None,
) -> Comparison:
    """Return the comparison of everybody before and after a change, which is not kept.

    `instead` says which team takes part from then on where another one, which goes, does now;
    `prepare` makes what the change needs, and returns it as it then is. Raises what
    `services.apply` raises.
    """
    before = actors()
    savepoint = db.session.begin_nested()
    try:
        services.apply(prepare(change) if prepare else change)
        after = actors()
    finally:
        savepoint.rollback()
    return Comparison(before, {user: _standing_in(each, instead) for user, each in after.items()})


def _standing_in(actor: Actor, instead: Mapping[int, int] | None) -> Actor:
    """Return the actor with the participations that his teams will have taken over."""
    more = {gone for gone, team in (instead or {}).items() if team in actor.principals}
    if not more:
        return actor
    return replace(actor, principals=tuple(sorted({*actor.principals, *more})))


def effect_of(change: PermissionChange) -> Effect:
    """Return the effect of a change that is not made yet. Raises what `services.apply` raises."""
    return compared(change).effect()
