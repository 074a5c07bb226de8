"""What merging some records would come to; nothing is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access import Actor, Effect, Holding, actors_of, effects_of, levels_of
from core.access.engine import NoAccess
from core.accounts.queries import account_facts
from core.errors import Conflict, Forbidden, Invalid, InvalidForm, NotFound
from core.i18n import _, ngettext
from core.merging.choices import (
    Choice,
    Place,
    choice_of,
    filled,
    is_united,
    strictest,
    united,
)
from core.records.bulk import Stored, allowed, stored
from core.records.fields import Field, RecordLink
from core.records.kinds import Kind, Values
from core.records.links import Linked, linked_to
from core.records.queries import is_active
from core.records.services import LOSE_ACCESS, keeps_access
from core.registry import registry

RIGHT = "merge"
FEWEST, MOST = 2, 10


@dataclass(frozen=True)
class Plan:
    """What merging records into the main one comes to.

    `values` are those of the main record afterwards, `choices` the fields in which the records
    differ. `linked` are records that will lead to the main one, `effects` say who begins or
    ceases to see which of the records, by their places, the main one first.
    """

    kind: Kind
    actor: Actor
    main: Stored
    others: tuple[Stored, ...]
    values: dict[str, Any]
    choices: tuple[Choice, ...]
    linked: tuple[Linked, ...]
    effects: tuple[Effect, ...]

    @property
    def records(self) -> tuple[Stored, ...]:
        """All records, the main one first."""
        return (self.main, *self.others)

    @property
    def changed(self) -> dict[str, Any]:
        """The values of the main record that differ afterwards."""
        return {key: new for key, new in self.values.items() if new != self.main.values[key]}

    @property
    def linked_ids(self) -> dict[str, list[int]]:
        """The records that will lead to the main one, by kind."""
        return {each.kind.key: sorted(each.records) for each in self.linked}

    @property
    def loses_access(self) -> bool:
        """Whether the actor would no longer see the result."""
        return not keeps_access(self.actor, self.values, self.kind)

    @property
    def digest(self) -> str:
        """A short text that only this plan has: what was previewed is what is done."""
        told = [
            [[each.id, each.version] for each in self.records],
            sorted(self.changed.items()),
            [[each.kind.key, sorted(each.records)] for each in self.linked],
            [[each.user_id, each.gained, each.lost] for each in self.effects],
        ]
        text = json.dumps(told, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_mergeable(kind: Kind, actor: Actor) -> bool:
    """Tell whether the actor may merge any records of a kind."""
    return kind.is_mergeable and actor.may_on_some(kind.key, RIGHT)


def require_count(record_ids: Collection[int]) -> None:
    """Raise Invalid unless there are 2 to 10 records."""
    count = len(set(record_ids))
    if not FEWEST <= count <= MOST:
        raise Invalid(
            ngettext(
                "%(num)s contact, allowed 2 to 10. Choose others.",
                "%(num)s contacts, allowed 2 to 10. Choose others.",
                count,
            )
        )


def openable(
    kind: Kind, record_ids: Sequence[int], actor: Actor, *, lock: bool = False
) -> dict[int, Stored]:
    """Return the records, each of which the actor may merge, in the order of the IDs.

    Raises NotFound where one is not there or may not be known, NoAccess where the basic line of
    one is all he may know, Forbidden where he lacks the right on one.
    """
    _require_open(kind, record_ids, actor)
    found = stored(kind, record_ids, lock=lock)
    if lock:  # what was there before waiting may be gone
        _require_open(kind, record_ids, actor)
    held = allowed(kind, record_ids, actor, RIGHT) if kind.is_mergeable else set()
    for record_id in record_ids:
        if record_id not in held:
            raise Forbidden(
                _(
                    "You do not have the right “%(right)s” on “%(name)s”."
                    " The owner or an administrator can help.",
                    right=registry().rights.get(kind.key, RIGHT).label,
                    name=found[record_id].name,
                )
            )
    return {record_id: found[record_id] for record_id in record_ids}


def _require_open(kind: Kind, record_ids: Sequence[int], actor: Actor) -> None:
    levels = levels_of(actor, record_ids)
    for record_id in record_ids:
        level = levels.get(record_id)
        if level is None or level.basic.kind != kind.key:
            raise NotFound(_("There is no such record."))
        if not level.is_full:
            raise NoAccess(level.basic)


def plan(
    kind: Kind,
    record_ids: Sequence[int],
    main_id: int,
    picks: Mapping[str, int],
    actor: Actor,
    *,
    lock: bool = False,
) -> Plan:
    """Return what merging these records into the main one would come to.

    `picks` are by field key the records whose values are taken where the main one's is not. With
    `lock` all records stay locked until the transaction ends. Raises what `require_count` and
    `openable` raise, NotFound for a main record that is not among them, InvalidForm for a pick
    that is none and for a field that would get more entries than it holds.
    """
    ids = list(dict.fromkeys(record_ids))
    require_count(ids)
    if main_id not in ids:
        raise NotFound(_("There is no such record."))
    ids.sort(key=lambda each: each != main_id)
    records = openable(kind, ids, actor, lock=lock)
    _require_picks(kind, picks, records)
    by_id: dict[int, Values] = {each.id: each.values for each in records.values()}
    values, choices = _combined(kind, by_id, picks, _unseen(kind, by_id, actor))
    main, *others = records.values()
    return Plan(
        kind=kind,
        actor=actor,
        main=main,
        others=tuple(others),
        values=values,
        choices=tuple(choices),
        linked=tuple(linked_to(kind, ids[1:], ids, lock=lock)),
        effects=tuple(_effects(kind, by_id.values(), values)),
    )


def _require_picks(kind: Kind, picks: Mapping[str, int], records: Mapping[int, Stored]) -> None:
    for key, record_id in picks.items():
        if key not in kind.by_key or record_id not in records:
            raise InvalidForm({key: [_("Choose one of the values shown.")]})


def _unseen(kind: Kind, records: Mapping[int, Values], actor: Actor) -> set[Place]:
    """Return the values that lead to records that the actor may not see in full."""
    leading = {
        (record_id, field.key): values[field.key]
        for record_id, values in records.items()
        for field in kind.fields
        if isinstance(field.type, RecordLink) and values.get(field.key)
    }
    levels = levels_of(actor, leading.values())
    return {
        place
        for place, linked_id in leading.items()
        if linked_id not in levels or not levels[linked_id].is_full
    }


def _combined(
    kind: Kind,
    records: Mapping[int, Values],
    picks: Mapping[str, int],
    unseen: Collection[Place],
) -> tuple[dict[str, Any], list[Choice]]:
    """Return the values afterwards, and the fields in which there is something to choose."""
    main = next(iter(records.values()))
    values, choices = dict(main), []
    for field in kind.fields:
        if field.key not in main or not field.is_editable:
            continue
        if field.key == "visibility":
            values[field.key] = strictest([each[field.key] for each in records.values()])
        elif is_united(field):
            values[field.key] = _together(field, [each[field.key] for each in records.values()])
        elif choice := choice_of(field, records, picks.get(field.key), unseen):
            choices.append(choice)
            values[field.key] = choice.offers[choice.chosen].value
        else:
            values[field.key] = filled(field, records, unseen)
        if isinstance(field.type, RecordLink) and values[field.key] in records:
            values[field.key] = None  # it would lead to itself
    return values, choices


def _together(field: Field, entries: list[Any]) -> Any:
    """Return all entries; InvalidForm where there are more than the field holds."""
    if not is_active(field):
        return entries[0]
    found = united(field, entries)
    if set(map(str, found)) == set(map(str, entries[0])):
        return entries[0]
    try:
        field.type.parse(field.type.typed(found))
    except Invalid as wrong:
        raise InvalidForm({field.key: [f"{field.label}: {wrong.message}"]}) from wrong
    return found


def _effects(kind: Kind, records: Collection[Values], after: Values) -> list[Effect]:
    active = [each.id for each in account_facts().users.values() if each.is_active]
    return effects_of(
        kind.key,
        [holding_of(each) for each in records],
        [holding_of(after)] * len(records),
        actors_of(active).values(),
    )


def holding_of(values: Values) -> Holding:
    """Return who holds a record with these values."""
    owner = values["owner"]
    owners = [*([] if owner is None else [owner]), *values.get("owners", ())]
    return Holding(values["visibility"], tuple(owners), tuple(values["participants"]))


def require_unchanged(found: Plan, digest: str, confirmed: Collection[str]) -> None:
    """Raise Conflict where the plan is not the one that was shown, or losing sight not agreed."""
    if found.digest != digest:
        raise Conflict(_("Somebody changed this meanwhile. Look at the preview again."))
    if found.loses_access and LOSE_ACCESS not in confirmed:
        raise Invalid(_("You will no longer see this object."))
