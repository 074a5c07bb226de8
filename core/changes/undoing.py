"""Undoing change sets (GEN-X4): what they set is put back where it still is what they set.

It makes no difference whether one form or ten thousand rows of an operation were written: the
changes are read from their sets, compared with what is stored now, and what can be put back is
written like any other change. What others changed since is kept and named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core import clock
from core.access import Actor
from core.changes.capture import change_set
from core.changes.models import ChangeSet
from core.db import db, sql
from core.errors import Conflict, Forbidden, NotFound
from core.i18n import _
from core.records import bulk, trashing
from core.records.bulk import EVERYWHERE, Stored
from core.records.fields import HOLDERS, LABELS, LabelChoice, RecordLink, UserChoice
from core.records.kinds import Kind, Values
from core.records.labels import present_of
from core.records.services import is_choosable
from core.registry import registry

DAYS = 30  # after which nothing is undone any more
ORIGIN = "undo"
DELETED, CREATED, NAME = "deleted_at", "created", "name"
MARKS = ("merged", "merged_into", "split")  # what a change set notes beside the fields
MERGING = "merge"

Diff = dict[str, list[Any]]


@dataclass
class Undoing:
    """What undoing comes to on the records of a kind.

    `changes` are records with the values that are put back, `moved` those that go to the trash or
    come back from it. `kept` names, record by record, the fields that others changed since or
    whose value before is gone; a record may stand there and in `changes`. `lost` are records that
    are no longer there, `refused` those on which the actor may not undo, each with the reason.
    """

    kind: Kind
    changes: list[tuple[Stored, dict[str, Any]]] = field(default_factory=list)
    moved: list[Stored] = field(default_factory=list)
    kept: dict[int, list[str]] = field(default_factory=dict)
    unchanged: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)

    @property
    def restored(self) -> list[int]:
        """The records on which something is put back."""
        return [now.id for now, _values in self.changes] + [each.id for each in self.moved]


@dataclass
class _Past:
    """What the change sets did to a record, taken together."""

    was_created: bool
    diff: Diff


_CHANGES = """
select c.record_id, c.act, c.diff, r.kind from core_change c
left join core_record r on r.account_id = c.account_id and r.id = c.record_id
where c.account_id = :account and c.change_set_id = any(:sets)
  and (cast(:ids as bigint[]) is null or c.record_id = any(:ids))
order by c.record_id, c.version, c.change_set_id
"""


def plan(
    set_ids: Sequence[int],
    actor: Actor | None,
    record_ids: Sequence[int] | None = None,
    *,
    lock: bool = False,
    takes: str = "",
) -> list[Undoing]:
    """Return what undoing these change sets would do, kind by kind; nothing is written.

    Several sets are undone as if they were one. `record_ids` restricts it to some records, which
    with `lock` stay locked until the transaction ends. The actor needs full access to a record,
    and the rights that its change took, or the one that `takes` names. Whether he may undo these
    sets at all was asked before: see `require_undoable`. Without an actor the program itself undoes
    them, whoever may see the records.
    """
    pasts: dict[str, dict[int, _Past]] = {}
    gone: list[int] = []
    for row in sql(_CHANGES, sets=list(set_ids), ids=_list(record_ids)):
        if row.kind is None:
            gone.append(row.record_id)
            continue
        _add(pasts.setdefault(row.kind, {}), row)
    found = [
        _Planner(registry().kinds[key], actor, pasts[key], takes, is_locking=lock).plan()
        for key in pasts
        if actor is None or registry().kinds[key].plugin in actor.active_plugins
    ]
    if gone:
        _lose(found, gone)
    return found


def _list(ids: Sequence[int] | None) -> list[int] | None:
    return None if ids is None else list(ids)


def _add(pasts: dict[int, _Past], row: Any) -> None:
    past = pasts.setdefault(row.record_id, _Past(row.act == CREATED, {}))
    for key, (before, after) in row.diff.items():
        past.diff[key] = [past.diff[key][0] if key in past.diff else before, after]


def _lose(found: list[Undoing], gone: Sequence[int]) -> None:
    """Name records that were deleted for good, of which no kind is known any more."""
    if not found:
        found.append(Undoing(next(iter(registry().kinds))))
    found[0].lost |= dict.fromkeys(gone, _("deleted for good"))


class _Planner:
    """Compares what change sets did to records of one kind with what is stored now."""

    def __init__(
        self,
        kind: Kind,
        actor: Actor | None,
        pasts: Mapping[int, _Past],
        takes: str,
        *,
        is_locking: bool,
    ) -> None:
        self.kind, self.pasts, self.takes = kind, pasts, takes
        self.found = Undoing(kind)
        self.now = bulk.stored(kind, pasts, lock=is_locking, where=EVERYWHERE)
        self.open = self._allowed(actor)
        self.held = {
            right: self._allowed(actor, right)
            for right in {each for past in pasts.values() for each in self._rights(past)}
        }
        self.possible = _Possible(kind, [past.diff for past in pasts.values()])

    def _allowed(self, actor: Actor | None, right: str = bulk.VIEW) -> set[int]:
        if actor is None:
            return set(self.now)
        return bulk.allowed(self.kind, self.pasts, actor, right, where=EVERYWHERE)

    def _rights(self, past: _Past) -> set[str]:
        """Return what undoing takes on a record."""
        if self.takes:
            return {self.takes}
        if past.was_created or DELETED in past.diff:
            return {"delete"}
        return {
            self.kind.by_key[key].right if key in self.kind.by_key else "edit" for key in past.diff
        }

    def plan(self) -> Undoing:
        """Return what undoing comes to, in the order of the records' IDs."""
        for record_id, past in self.pasts.items():
            now = self.now.get(record_id)
            if now is None:
                self.found.lost[record_id] = _("deleted for good")
            elif record_id not in self.open:
                self.found.refused[record_id] = _("you have no access")
            elif lacking := self._lacking(record_id, past):
                self.found.refused[record_id] = lacking
            else:
                self._plan_one(now, past)
        return self.found

    def _lacking(self, record_id: int, past: _Past) -> str:
        for right in sorted(self._rights(past)):
            if record_id not in self.held[right]:
                label = registry().rights.get(self.kind.key, right).label
                return _("you do not have the right “%(right)s”", right=label)
        return ""

    def _plan_one(self, now: Stored, past: _Past) -> None:
        if past.was_created:
            self._unmake(now, past.diff)
        elif DELETED in past.diff:
            self._move_back(now, past.diff[DELETED])
        elif now.deleted_at is not None:
            self.found.lost[now.id] = _("it is in the trash")
        else:
            self._put_back(now, past.diff)

    def _unmake(self, now: Stored, diff: Diff) -> None:
        """Let a record that was made go to the trash, unless something was written on it since."""
        if now.deleted_at is not None:
            self.found.unchanged.append(now.id)
            return
        edited = [
            key
            for key, value in now.values.items()
            if (value or None) != (diff[key][1] or None if key in diff else None)
        ]
        if edited:
            self.found.kept[now.id] = edited
        else:
            self.found.moved.append(now)

    def _move_back(self, now: Stored, pair: list[Any]) -> None:
        """Take a record out of the trash, or put it there again."""
        moment = datetime.fromisoformat(pair[1]) if pair[1] else None
        if now.deleted_at == moment:
            self.found.moved.append(now)
        elif moment and now.deleted_at:
            self.found.kept[now.id] = [DELETED]
        else:
            self.found.unchanged.append(now.id)

    def _put_back(self, now: Stored, diff: Diff) -> None:
        values, kept = self._values(now, diff)
        if values and not self.kind.name_of({**now.values, **values})[0]:
            self.found.refused[now.id] = _("it would be left without a name")
            return
        if values:
            self.found.changes.append((now, values))
        if kept:
            self.found.kept[now.id] = kept
        if not values and not kept:
            self.found.unchanged.append(now.id)

    def _values(self, now: Stored, diff: Diff) -> tuple[dict[str, Any], list[str]]:
        """Return what is put back by field key, and the fields that stay as they are."""
        values: dict[str, Any] = {}
        kept: list[str] = []
        for key, (before, after) in diff.items():
            if key in self.kind.by_key:
                value, is_whole = self._value(key, now.values[key], before, after)
                if value != now.values[key]:
                    values[key] = value
                if not is_whole:
                    kept.append(key)
            elif key not in {NAME, *MARKS}:  # a person's name follows from other fields
                kept.append(key)
        return values, kept

    def _value(self, key: str, now: Any, before: Any, after: Any) -> tuple[Any, bool]:
        """Return what a field holds afterwards, and whether all that was set is taken back."""
        if self.kind.by_key[key].home in (HOLDERS, LABELS):
            return self._links(key, now, before or [], after or [])
        if now == before:
            return now, True
        if isinstance(now, list) and now != after:
            return _entries(now, before or [], after or []), True
        if now != after or not self.possible.is_there(key, before):
            return now, False
        return before, True

    def _links(
        self, key: str, now: list[int], before: list[int], after: list[int]
    ) -> tuple[list[int], bool]:
        """Take away what was added and add what was taken away; each link counts for itself."""
        taken = set(before) - set(after)
        gone = {each for each in taken - set(now) if not self.possible.is_there(key, each)}
        kept = (set(now) - (set(after) - set(before))) | (taken - gone)
        return sorted(kept), not gone


def _entries(now: list[Any], before: list[Any], after: list[Any]) -> list[Any]:
    """Return a list without the entries that were added and with those that were taken away.

    What others added or removed since stays as they left it, behind the rest.
    """
    added = [each for each in after if each not in before]
    kept = [each for each in now if each not in added]
    taken = [each for each in before if each not in after and each not in kept]
    first = [each for each in before if each in kept or each in taken]
    return first + [each for each in kept if each not in first]


class _Possible:
    """Which values of before can still be put back: those that lead to something lead somewhere."""

    def __init__(self, kind: Kind, diffs: Sequence[Diff]) -> None:
        self.kind = kind
        self.labels = present_of(self._before(diffs, (LABELS,), (LabelChoice,)))
        self.records = _present_records(self._before(diffs, (), (RecordLink,)))

    def _before(
        self, diffs: Sequence[Diff], homes: Collection[str], types: tuple[type, ...]
    ) -> list[int]:
        keys = [
            each.key
            for each in self.kind.fields
            if each.home in homes or isinstance(each.type, types)
        ]
        sides = (diff[key][0] for diff in diffs for key in keys if key in diff)
        return sorted(
            {
                each
                for side in sides
                if side is not None
                for each in (side if isinstance(side, list) else [side])
            }
        )

    def is_there(self, key: str, value: Any) -> bool:
        """Tell whether a single value can be stored in a field."""
        field_ = self.kind.by_key[key]
        if value is None:
            return True
        if isinstance(field_.type, UserChoice):
            return is_choosable(value, with_teams=False)
        if field_.home == HOLDERS:
            return is_choosable(value)
        if field_.home == LABELS or isinstance(field_.type, LabelChoice):
            return value in self.labels
        if isinstance(field_.type, RecordLink):
            return value in self.records
        return True


def _present_records(ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    rows = sql(
        "select id from core_record where account_id = :account and id = any(:ids)", ids=list(ids)
    )
    return set(rows.scalars())


# ---------------------------------------------------------------- doing it


def apply(found: Undoing, actor: Actor) -> None:
    """Put back what was planned, inside the change set under way.

    Raises Conflict where a record was changed since, which cannot be while it is locked.
    """
    bulk.change_many(found.kind, found.changes, actor)
    trashing.trash_many(found.kind, [each for each in found.moved if not each.deleted_at], actor)
    trashing.restore_many(found.kind, [each for each in found.moved if each.deleted_at], actor)


def require_undoable(change: ChangeSet, actor: Actor) -> None:
    """Raise NotFound for the change set of somebody else, Conflict for one that is too old."""
    if change.user_id != actor.user_id and not actor.is_administrator:
        raise NotFound(_("There is no such change."))
    if change.origin == MERGING:
        raise Conflict(_("Records that were merged are split on the page of the one that stayed."))
    if is_too_old(change.at):
        raise Conflict(_("This was done more than %(days)s days ago and stays.", days=DAYS))


def is_too_old(moment: datetime) -> bool:
    """Tell whether what was done then can no longer be undone."""
    return clock.now() - moment > timedelta(days=DAYS)


def undo(set_id: int, actor: Actor) -> list[Undoing]:
    """Undo one change set of the actor, or as administrator of anybody, and return what came of it.

    It is a change set itself. Two who undo at once do so one after the other, and the second
    finds that all is as before. Raises NotFound, Conflict after 30 days, and Forbidden where he
    may not undo it on a single record.
    """
    statement = db.select(ChangeSet).where(ChangeSet.id == set_id).with_for_update()
    change = db.session.execute(statement).scalar_one_or_none()
    if change is None:
        raise NotFound(_("There is no such change."))
    require_undoable(change, actor)
    found = plan([set_id], actor, lock=True)
    refused = [reason for each in found for reason in each.refused.values()]
    if refused and len(refused) == sum(map(_count, found)):
        raise Forbidden(_("This cannot be undone: %(reason)s.", reason=refused[0]))
    with change_set(ORIGIN, actor.user_id, undo_of_id=set_id):
        for each in found:
            apply(each, actor)
    return found


def _count(found: Undoing) -> int:
    return len({*found.restored, *found.kept, *found.unchanged, *found.refused, *found.lost})


def reasons_of(found: Undoing) -> dict[int, str]:
    """Return why records, or some of their fields, stay as they are, in the reader's language."""
    words = {key: str(each.label) for key, each in found.kind.by_key.items()}
    words[DELETED] = _("deleted again")
    kept = {
        record_id: _(
            "changed since: %(names)s", names=", ".join(words.get(key, key) for key in keys)
        )
        for record_id, keys in found.kept.items()
    }
    return {**kept, **found.refused, **found.lost}


def values_after(found: Undoing) -> list[tuple[Values, Values]]:
    """Return the values of the records that are changed, before and after."""
    return [(now.values, {**now.values, **values}) for now, values in found.changes]
