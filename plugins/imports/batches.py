"""Importing some rows in one transaction: matched, checked, joined, and written set by set.

Rows that match each other become one record, in the order of the file; a row with a fault leaves
nothing. What was imported before by the same import is known by its change sets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.access import Actor, levels_of
from core.accounts.queries import setting
from core.db import sql
from core.errors import Invalid
from core.i18n import _
from core.records import bulk, matching
from core.records.bulk import Stored
from core.records.fields import HOLDERS, LABELS, Field, LabelChoice, Labels
from core.records.folding import fold
from core.records.kinds import Kind
from core.records.matching import Known
from core.records.services import defaults, next_ids
from core.registry import registry
from plugins.imports.aims import Aim, links_of
from plugins.imports.cells import Row
from plugins.imports.directory import Directory
from plugins.imports.models import BROKEN, CREATED, SKIPPED, UNCHANGED, UPDATED
from plugins.imports.options import ADD, FILL, SKIP, UPDATE, ImportOptions
from plugins.imports.row_reading import Draft, RowReader

IDS_AT_ONCE = 500

# How rows of one file join each other: what is there stays, several values are united.
JOIN = "join"


@dataclass(frozen=True)
class Result:
    """What became of a row: its state, the record, and what is worth telling."""

    number: int
    state: str
    record_id: int | None
    reasons: list[str]


@dataclass(frozen=True)
class Plan:
    """What an import does with any row: its kind, the aim of each column, the options."""

    import_id: int
    main: Kind
    aims: Sequence[Aim | None]
    options: ImportOptions


@dataclass(slots=True)
class _Slot:
    """A record that rows of this batch speak of: an existing one, or one to be made.

    `values` are those it has so far, `is_made` says that a row has made it, `is_own` that this
    import did, now or before.
    """

    kind: Kind
    id: int
    is_new: bool
    is_own: bool
    is_open: bool = True
    is_made: bool = False
    stored: Stored | None = None
    values: dict[str, Any] = field(default_factory=dict)


class _Skip(Exception):
    """The row is left out; the sentence says why."""


class _Fault(Exception):
    """The row cannot be imported; the sentence says why."""


class Batch:
    """One batch of rows of one import, for the user who imports."""

    def __init__(self, plan: Plan, actor: Actor) -> None:
        self._plan = plan
        self._options = plan.options
        self._actor = actor
        self._directory = Directory(actor)
        self._reader = RowReader(plan.aims, plan.options, self._directory)
        self._links = {
            each.key: registry().kinds[each.type.kind]  # type: ignore[attr-defined]
            for each in links_of(plan.main)
            if each.type.kind in self._reader.kinds  # type: ignore[attr-defined]
        }
        self._families = {
            kind.key: [
                (each.key, each.type.family)
                for each in kind.fields
                if isinstance(each.type, LabelChoice | Labels)
            ]
            for kind in self._kinds()
        }
        self._slots: dict[int, _Slot] = {}
        self._chosen: dict[tuple[int, str], _Slot] = {}
        self._missed: dict[int, str] = {}
        self._held: dict[tuple[str, str], set[int]] = {}
        self._defaults: dict[str, dict[str, Any]] = {}
        self._ids: Iterator[int] = iter(())

    def read(self, rows: Sequence[Row]) -> list[Draft]:
        """Return what each row says."""
        self._reader.look_up(rows)
        return [self._reader.read(row) for row in rows]

    def run(self, drafts: Sequence[Draft]) -> list[Result]:
        """Import what rows say and return what became of each, in their order."""
        sound = [draft for draft in drafts if not draft.faults]
        self._find_by_id(sound)
        for key, kind in self._links.items():
            self._match(kind, sound)
            for draft in sound:
                if slot := self._chosen.get((draft.number, kind.key)):
                    draft.values[self._plan.main.key][key] = slot.id
        self._match(self._plan.main, sound)
        self._load()
        results = [self._result(draft) for draft in drafts]
        self._write()
        return results

    # ------------------------------------------------------------ which record a row means

    def _find_by_id(self, drafts: Iterable[Draft]) -> None:
        named = {draft.number: draft.record_id for draft in drafts if draft.record_id}
        if not named:
            return
        levels = levels_of(self._actor, named.values())
        for number, record_id in named.items():
            level = levels.get(record_id)
            if level is None or level.basic.kind != self._plan.main.key:
                self._missed[number] = _("Record ID: there is no record %(id)s", id=record_id)
            else:
                self._choose(number, self._plan.main, Known(record_id, level.is_full))

    def _match(self, kind: Kind, drafts: Sequence[Draft]) -> None:
        """Give each row its record of this kind, an existing one or a new one."""
        wanted = [
            draft
            for draft in drafts
            if (draft.number, kind.key) not in self._chosen
            and draft.number not in self._missed
            and any(value not in (None, []) for value in self._said(draft, kind).values())
        ]
        tiers = [matching.tiers_of(kind, self._said(draft, kind)) for draft in wanted]
        keys = {key for tier in tiers for each in tier for key in each}
        found = matching.found_under(kind, keys, self._actor) if keys else {}
        own = self._own(found)
        if self._options.on_match == ADD and kind is self._plan.main:
            found = {
                key: [each for each in known if each.id in own] for key, known in found.items()
            }
        for draft, tier in zip(wanted, tiers, strict=True):
            best = matching.best(tier, found)
            slot = self._choose(draft.number, kind, best, is_own=best is None or best.id in own)
            known = Known(slot.id, is_full=True)
            for key in matching.numbers_of(kind, self._said(draft, kind)):
                if known not in (there := found.setdefault(key, [])):
                    there.append(known)

    def _said(self, draft: Draft, kind: Kind) -> dict[str, Any]:
        return draft.values.get(kind.key, {})

    def _choose(
        self, number: int, kind: Kind, known: Known | None, *, is_own: bool = False
    ) -> _Slot:
        if known is None:
            slot = _Slot(kind, self._next_id(), is_new=True, is_own=True)
        else:
            slot = self._slots.get(known.id) or _Slot(
                kind, known.id, is_new=False, is_own=is_own, is_open=known.is_full
            )
        self._slots[slot.id] = self._chosen[number, kind.key] = slot
        return slot

    def _own(self, found: Mapping[int, Sequence[Known]]) -> set[int]:
        """Return those records that this import made before, where it makes a difference."""
        ids = {each.id for known in found.values() for each in known}
        if not ids or self._options.on_match == UPDATE:
            return set()
        rows = sql(
            "select c.record_id from core_change c join imports_chunk k"
            " on k.account_id = c.account_id and k.change_set_id = c.change_set_id"
            " where c.account_id = :account and k.import_id = :import and c.act = 'created'"
            " and c.record_id = any(:ids)",
            **{"import": self._plan.import_id, "ids": list(ids)},
        )
        return set(rows.scalars())

    def _next_id(self) -> int:
        number = next(self._ids, None)
        if number is None:
            self._ids = iter(next_ids(IDS_AT_ONCE))
            number = next(self._ids)
        return number

    # ------------------------------------------------------------ what the records hold now

    def _load(self) -> None:
        """Read and lock the existing records, and find out what may be changed of them."""
        for kind in self._kinds():
            there = [
                slot
                for slot in self._slots.values()
                if slot.kind is kind and slot.is_open and not slot.is_new
            ]
            ids = [slot.id for slot in there]
            stored = bulk.stored(kind, ids, lock=True)
            for slot in there:
                slot.stored = stored.get(slot.id)
                slot.is_open = slot.stored is not None
                slot.values = dict(slot.stored.values) if slot.stored else {}
            rights = {kind.field(key).right for key in self._written_keys(kind)}
            for right in rights | {"edit"} if ids else ():
                self._held[kind.key, right] = bulk.allowed(kind, ids, self._actor, right)

    def _kinds(self) -> list[Kind]:
        """Return the kinds in the order of writing: what is linked to comes first."""
        return [*self._links.values(), self._plan.main]

    def _written_keys(self, kind: Kind) -> set[str]:
        keys = set(self._reader.keys.get(kind.key, ())) | self._options.labels.keys()
        return {key for key in keys | self._links.keys() if key in kind.by_key}

    # ------------------------------------------------------------ one row after the other

    def _result(self, draft: Draft) -> Result:
        number = draft.number
        if draft.faults or number in self._missed:
            faults = [*draft.faults, *filter(None, [self._missed.get(number)])]
            return Result(number, BROKEN, None, faults)
        try:
            state, record_id = self._take(draft)
        except _Skip as skipped:
            return Result(number, SKIPPED, None, [str(skipped)])
        except _Fault as fault:
            return Result(number, BROKEN, None, [str(fault)])
        return Result(number, state, record_id, draft.notes)

    def _take(self, draft: Draft) -> tuple[str, int]:
        """Let a row change its records, all of them or none; return its state and record."""
        parts = [
            (kind, self._chosen[draft.number, kind.key])
            for kind in self._kinds()
            if (draft.number, kind.key) in self._chosen
        ]
        if self._says_nothing_of_main(draft):
            parts = [part for part in parts if part[0] is not self._plan.main]
        if not parts:
            raise _Fault(_("The row holds no value for an assigned column."))
        after = [(slot, self._after(draft, kind, slot)) for kind, slot in parts]
        states = [self._put(slot, values) for slot, values in after]
        changed = any(state != UNCHANGED for state in states)
        return (UPDATED if changed and states[-1] == UNCHANGED else states[-1]), parts[-1][1].id

    def _says_nothing_of_main(self, draft: Draft) -> bool:
        said = self._said(draft, self._plan.main)
        return not any(
            value not in (None, []) for key, value in said.items() if key not in self._links
        )

    def _after(self, draft: Draft, kind: Kind, slot: _Slot) -> dict[str, Any] | None:
        """Return the values that a record has after a row; None where it stays as it is."""
        is_main = kind is self._plan.main
        if not slot.is_open:
            raise _Skip(_("%(kind)s: exists, no access", kind=kind.label))
        if slot.is_new and not slot.is_made:
            return self._first_values(kind, self._said(draft, kind))
        if self._is_left_alone(draft, slot, is_main=is_main):
            return None
        after = self._joined(kind, slot, self._said(draft, kind), self._mode(slot))
        changed = {key for key, value in after.items() if value != slot.values[key]}
        if not changed:
            return None
        if not slot.is_new and (lacking := self._lacking(kind, slot, changed)):
            if is_main:
                raise _Skip(_("Exists, you do not have the right “%(right)s”", right=lacking))
            draft.notes.append(
                _("%(kind)s: left as it is, you do not have the right “%(right)s”",
                  kind=kind.label, right=lacking)
            )  # fmt: skip
            return None
        self._check(kind, after, changed)
        return after

    def _is_left_alone(self, draft: Draft, slot: _Slot, *, is_main: bool) -> bool:
        """Tell whether the options leave a record as it is that was there before the import."""
        mode = self._options.on_match
        if slot.is_own or mode not in {SKIP, ADD}:
            return False
        if mode == SKIP and is_main:
            raise _Skip(_("Exists already"))
        return not (is_main and draft.record_id)

    def _mode(self, slot: _Slot) -> str:
        """Return how a row changes a record: as chosen, or as rows of one file join each other."""
        if self._options.on_match == UPDATE:
            return UPDATE
        if slot.is_own:
            return JOIN
        return UPDATE if self._options.on_match == ADD else FILL

    def _lacking(self, kind: Kind, slot: _Slot, changed: set[str]) -> str:
        """Return the name of a right that the changes take and the actor does not hold."""
        for right in sorted({"edit"} | {kind.field(key).right for key in changed}):
            if slot.id not in self._held.get((kind.key, right), ()):
                return str(registry().rights.get(kind.key, right).label)
        return ""

    def _first_values(self, kind: Kind, said: Mapping[str, Any]) -> dict[str, Any]:
        if not self._actor.has(kind.key, "add"):
            raise _Fault(_("%(kind)s: you do not have the right “Add”", kind=kind.label))
        values = {**self._shipped(kind), **{k: v for k, v in said.items() if v is not None}}
        if said.get("participants") == []:
            values["participants"] = self._shipped(kind)["participants"]
        for key, labels in self._options.labels.items():
            if key in values:
                values[key] = _united(values[key], labels)
        self._check(kind, values, values.keys())
        return values

    def _shipped(self, kind: Kind) -> dict[str, Any]:
        """Return the values of a new record of which a row says nothing."""
        if kind.key not in self._defaults:
            usual = defaults(self._plan.main, self._actor)
            own = usual if kind is self._plan.main else defaults(kind, self._actor)
            empty = {each.key: each.type.empty for each in kind.fields if each.is_editable}
            chosen = {
                key: value if (value := getattr(self._options, key)) != usual[key] else own[key]
                for key in ("owner", "participants", "visibility")
            }
            self._defaults[kind.key] = {**empty, **chosen}
        return self._defaults[kind.key]

    def _joined(
        self, kind: Kind, slot: _Slot, said: Mapping[str, Any], mode: str
    ) -> dict[str, Any]:
        after = dict(slot.values)
        for key, value in said.items():
            now = after[key]
            is_kept = mode == FILL or (mode == JOIN and not isinstance(value, list))
            if value in (None, []):
                after[key] = value if mode == UPDATE else now
            elif is_kept and now not in (None, []):
                continue
            elif isinstance(value, list):
                after[key] = self._united(kind.field(key), now, value)
            elif kind is self._plan.main or not _is_same(kind, key, now, value):
                after[key] = self._known(kind.field(key), value)
        for key, labels in self._options.labels.items():
            if key in after:
                after[key] = self._united(kind.field(key), after[key], labels)
        return after

    def _united(self, field_: Field, now: list[Any], more: Sequence[Any]) -> list[Any]:
        """Return several values with those of the row: none is lost, new ones come first."""
        known = [self._known(field_, each) for each in more]
        if field_.home in (HOLDERS, LABELS):
            return _united(now, known)
        there = {_compared(field_, each) for each in now}
        united = [*(each for each in known if _compared(field_, each) not in there), *now]
        if len(united) == len(now):
            return now
        try:
            return field_.type.parse(field_.type.typed(united))  # type: ignore[no-any-return]
        except Invalid as wrong:
            raise _Fault(f"{field_.label}: {wrong.message}") from wrong

    def _known(self, field_: Field, value: Any) -> Any:
        """Return a label's ID where its name is known by now; a new name stays a name."""
        type_ = field_.type
        if isinstance(value, str) and isinstance(type_, LabelChoice | Labels):
            return self._directory.label(type_, value)
        return value

    def _check(self, kind: Kind, values: Mapping[str, Any], changed: Iterable[str]) -> None:
        for key in changed:
            field_ = kind.by_key[key]
            if values[key] in (None, [], "") and _is_needed(kind, field_):
                raise _Fault(f"{field_.label}: {_('fill it in')}")
        if not kind.name_of(values)[0]:
            raise _Fault(f"{kind.fields[0].label}: {_('fill in a name')}")

    def _put(self, slot: _Slot, values: dict[str, Any] | None) -> str:
        """Store the values in the slot; return what the row did to the record."""
        if values is None:
            return UNCHANGED
        for key, family in self._families[slot.kind.key]:
            value = values[key]
            if isinstance(value, list):
                values[key] = sorted({self._made(family, each) for each in value})
            else:
                values[key] = self._made(family, value)
        slot.values = values
        was_made, slot.is_made = slot.is_made, True
        return CREATED if slot.is_new and not was_made else UPDATED

    def _made(self, family: str, value: Any) -> Any:
        """Return a label's ID, made now where the value is a name."""
        return self._directory.made(family, value) if isinstance(value, str) else value

    # ------------------------------------------------------------ writing

    def _write(self) -> None:
        for kind in self._kinds():
            slots = [each for each in self._slots.values() if each.kind is kind and each.is_made]
            new = [slot for slot in slots if slot.is_new]
            bulk.create_many(
                kind, [slot.values for slot in new], self._actor, [slot.id for slot in new]
            )
            bulk.change_many(
                kind,
                [(slot.stored, slot.values) for slot in slots if slot.stored is not None],
                self._actor,
            )


def _compared(field_: Field, entry: Any) -> str:
    """Return what an e-mail or phone is compared by: case and punctuation do not count."""
    return fold(" ".join(field_.type.words([entry])))


def _united(now: Sequence[Any], more: Sequence[Any]) -> list[Any]:
    return [*now, *(each for each in more if each not in now)]


def _is_same(kind: Kind, key: str, one: Any, other: Any) -> bool:
    """Tell whether two values mean the same to matching: another spelling of a company's name."""
    numbers = matching.numbers_of(kind, {key: other}) if key in kind.matching.needs else []
    return bool(numbers) and numbers == matching.numbers_of(kind, {key: one})


def _is_needed(kind: Kind, field_: Field) -> bool:
    if field_.key == "owner":
        return bool(setting(f"access.{kind.key}.owner_required"))
    return field_.is_required or field_.key == "visibility"


def counted(results: Iterable[Result]) -> dict[str, int]:
    """Return how many rows there are of each state."""
    return dict(Counter(each.state for each in results))
