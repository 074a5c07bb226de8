"""Splitting what was merged: what can be put back, and what came later and may go along."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core import clock
from core.access import Actor, Effect, actors_of, effects_of
from core.accounts.queries import account_facts
from core.changes import undoing
from core.changes.capture import change_set
from core.changes.undoing import Undoing
from core.db import db, sql
from core.errors import Conflict, Invalid
from core.i18n import _
from core.merging import pointers
from core.merging.later import Later, later_than, version_of
from core.merging.models import MERGED, Merge
from core.merging.planning import holding_of
from core.records.bulk import TRASHED, Stored, change_many, note, stored
from core.records.fields import Field
from core.records.kinds import Kind
from core.registry import registry

DAYS = 90  # after which nothing is split any more
ORIGIN, SPLIT = "undo", "split"


@dataclass(frozen=True)
class Split:
    """What splitting a merge comes to.

    `found` is what is put back, kind by kind, `restored` the records that come back, `lost` the
    names of those that were deleted for good. `later` came since the merge and stays unless it is
    moved. `effects` are by the places of the main record and the restored ones.
    """

    merge: Merge
    kind: Kind
    main: Stored
    found: tuple[Undoing, ...]
    restored: tuple[Stored, ...]
    lost: tuple[str, ...]
    later: tuple[Later, ...]
    effects: tuple[Effect, ...]

    @property
    def after(self) -> dict[str, Any]:
        """The values of the main record afterwards, before anything later is moved."""
        return {**self.main.values, **_changes_of(self.found, self.kind, self.main.id)}

    @property
    def kept(self) -> list[Field]:
        """The fields of the main record that stay as others left them since."""
        keys = next((each.kept.get(self.main.id, []) for each in self.found
                     if each.kind.key == self.kind.key), [])  # fmt: skip
        return [self.kind.by_key[key] for key in keys if key in self.kind.by_key]

    @property
    def back(self) -> dict[str, list[int]]:
        """The records that lead back to a restored one, by kind."""
        return {
            each.kind.key: [now.id for now, _values in each.changes if now.id != self.main.id]
            for each in self.found
        }

    @property
    def digest(self) -> str:
        """A short text that only this split has: what was previewed is what is done."""
        told = [
            [self.main.id, self.main.version],
            [each.id for each in self.restored],
            [[each.kind.key, sorted(each.restored)] for each in self.found],
            [each.key for each in self.later],
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _changes_of(found: Sequence[Undoing], kind: Kind, record_id: int) -> dict[str, Any]:
    for each in found:
        for now, values in each.changes:
            if each.kind.key == kind.key and now.id == record_id:
                return values
    return {}


def require_splittable(merge: Merge) -> None:
    """Raise Conflict for what was split already or was merged too long ago."""
    if merge.split_at is not None:
        raise Conflict(_("This was split already."))
    if clock.now() - merge.merged_at > timedelta(days=DAYS):
        raise Conflict(_("This was merged more than %(days)s days ago and stays.", days=DAYS))


def plan(merge: Merge, kind: Kind, actor: Actor, *, lock: bool = False) -> Split:
    """Return what splitting would come to; nothing is written.

    Whether the actor may split the main record was asked before. With `lock` all records stay
    locked until the transaction ends. Raises what `require_splittable` raises, and Conflict where
    none of the merged records is left.
    """
    require_splittable(merge)
    names = merged_names(merge)
    if lock:
        stored(kind, [merge.main_id], lock=True)
    found = undoing.plan([merge.change_set_id], None, lock=lock)
    main = stored(kind, [merge.main_id])[merge.main_id]
    there = stored(kind, names, where=TRASHED)
    moved = {each.id for of_kind in found for each in of_kind.moved}
    restored = [there[record_id] for record_id in names if record_id in moved & there.keys()]
    lost = [name for record_id, name in names.items() if record_id not in _present(found, kind)]
    if not restored:
        raise Conflict(_("None of the merged records lies in the trash any more."))
    split = Split(merge, kind, main, tuple(found), tuple(restored), tuple(lost),
                  tuple(later_than(merge, kind, main, actor)), ())  # fmt: skip
    return _with_effects(split)


def _present(found: Sequence[Undoing], kind: Kind) -> set[int]:
    ids: set[int] = set()
    for each in found:
        if each.kind.key == kind.key:
            ids |= {*each.restored, *each.kept, *each.unchanged, *each.refused}
    return ids


def merged_names(merge: Merge) -> dict[int, str]:
    """Return the records that were merged into the main one, with their names of then."""
    diff = sql(
        "select diff from core_change where account_id = :account"
        " and change_set_id = :set and record_id = :record",
        set=merge.change_set_id,
        record=merge.main_id,
    ).scalar_one()
    return dict(diff[MERGED][1])


def _with_effects(split: Split) -> Split:
    before = [holding_of(split.main.values)] * (1 + len(split.restored))
    after = [holding_of(split.after), *(holding_of(each.values) for each in split.restored)]
    active = [each.id for each in account_facts().users.values() if each.is_active]
    effects = effects_of(split.kind.key, before, after, actors_of(active).values())
    return Split(**{**split.__dict__, "effects": tuple(effects)})


# ---------------------------------------------------------------- doing it


def split(found: Split, moves: Mapping[str, int], actor: Actor) -> None:
    """Do what was planned while all records were locked; `moves` say what goes where.

    Raises Invalid for a move of something else, or to a record that does not come back.
    """
    later = {each.key: each for each in found.later if each.may_move}
    targets = {each.id for each in found.restored}
    if not moves.keys() <= later.keys() or not set(moves.values()) <= targets:
        raise Invalid(_("Choose one of the records shown."))
    merge, kind, main = found.merge, found.kind, found.main
    with change_set(ORIGIN, actor.user_id, undo_of_id=merge.change_set_id):
        for each in found.found:
            undoing.apply(each, actor)
        _move_values(found, [(later[key], to) for key, to in moves.items()], actor)
        _move_links([(later[key], to) for key, to in moves.items()], actor)
        back = [[each.id, each.name] for each in found.restored]
        note(kind, {main.id: {SPLIT: [[], back]}})
        pointers.move_back(merge.moved, merge.dropped, main.id, sorted(targets))
    merge.split_at, merge.split_by_id = clock.now(), actor.user_id
    db.session.flush()


def _move_values(found: Split, moves: Sequence[tuple[Later, int]], actor: Actor) -> None:
    """Take what was typed since from the main record, and give it to restored ones."""
    kind = found.kind
    typed = [(each, to) for each, to in moves if not each.record_id]
    now = stored(kind, [found.main.id, *{to for _each, to in typed}])
    wanted: dict[int, dict[str, Any]] = {record_id: {} for record_id in now}
    before = _before(found.merge)
    for each, to in typed:
        key, main, target = each.field.key, wanted[found.main.id], wanted[to]
        if each.field.type.is_multiple:
            main[key] = [
                one for one in main.get(key, now[found.main.id].values[key]) if one != each.value
            ]
            had = target.get(key, now[to].values[key])
            target[key] = had if each.value in had else [*had, each.value]
        else:
            main[key], target[key] = before.get(key), each.value
    change_many(kind, [(now[record_id], values) for record_id, values in wanted.items()], actor)


def _before(merge: Merge) -> dict[str, Any]:
    """Return what the fields of the main record held before the merge, of those changed since."""
    found: dict[str, Any] = {}
    rows = sql(
        "select diff from core_change where account_id = :account"
        " and record_id = :record and version >= :version order by version",
        record=merge.main_id,
        version=version_of(merge),
    )
    for diff in rows.scalars():
        for key, (before, _after) in diff.items():
            found.setdefault(key, before)
    return found


def _move_links(moves: Sequence[tuple[Later, int]], actor: Actor) -> None:
    by_kind: dict[str, dict[int, dict[str, Any]]] = {}
    for each, to in moves:
        if each.record_id:
            of_kind = by_kind.setdefault(each.kind.key, {})
            of_kind.setdefault(each.record_id, {})[each.field.key] = to
    for key, wanted in by_kind.items():
        kind = registry().kinds[key]
        now = stored(kind, wanted)
        change_many(
            kind,
            [(now[record_id], values) for record_id, values in wanted.items() if record_id in now],
            actor,
        )
