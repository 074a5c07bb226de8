"""What becomes of the values of several records that are merged into one; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.records.fields import Field
from core.records.folding import fold
from core.records.kinds import Values
from core.records.models import VISIBILITIES

_EMPTY: tuple[Any, ...] = (None, "", [])

# One value of one record: its number and the field's key.
Place = tuple[int, str]


@dataclass(frozen=True)
class Offer:
    """A value that a field may take, and the records that have it."""

    value: Any
    record_ids: tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """A field with differing values; `chosen` is the place of the offer that it takes."""

    field: Field
    offers: tuple[Offer, ...]
    chosen: int


def is_united(field: Field) -> bool:
    """Tell whether a field takes the values of all records together."""
    return field.type.is_multiple


def united(field: Field, values: Sequence[list[Any]]) -> list[Any]:
    """Return the entries of all lists in their order, of equal ones the first.

    Entries are equal where a record would be found by the same words: phones by their digits,
    e-mails whatever their case.
    """
    found: dict[str, Any] = {}
    for entry in (each for entries in values for each in entries or ()):
        found.setdefault(_sameness(field, entry), entry)
    entries = list(found.values())
    return sorted(entries) if all(isinstance(each, int) for each in entries) else entries


def _sameness(field: Field, entry: Any) -> str:
    return fold(" ".join(field.type.words([entry]))) or repr(entry)


def strictest(visibilities: Collection[str]) -> str:
    """Return the visibility of the most closed of some records."""
    return max(visibilities, key=VISIBILITIES.index)


def choice_of(
    field: Field,
    records: Mapping[int, Values],
    picked: int | None,
    unseen: Collection[Place],
) -> Choice | None:
    """Return what a field may take where the records, the main one first, differ in it.

    What the reader may not see is not offered. None where there is nothing to choose.
    """
    main_id = next(iter(records))
    if (main_id, field.key) in unseen:
        return None
    offers: list[Offer] = []
    for record_id, values in records.items():
        value = values.get(field.key)
        if value in _EMPTY or (record_id, field.key) in unseen:
            continue
        place = next((at for at, each in enumerate(offers) if each.value == value), None)
        if place is None:
            offers.append(Offer(value, (record_id,)))
        else:
            offers[place] = Offer(value, (*offers[place].record_ids, record_id))
    if len(offers) < 2:
        return None
    wanted = main_id if picked is None else picked
    chosen = next((at for at, each in enumerate(offers) if wanted in each.record_ids), 0)
    return Choice(field, tuple(offers), chosen)


def filled(field: Field, records: Mapping[int, Values], unseen: Collection[Place]) -> Any:
    """Return the value of the first record that has one.

    The main one comes first; what the reader may not see on the others comes last.
    """
    (_main, main), *others = records.items()
    others.sort(key=lambda each: (each[0], field.key) in unseen)
    values = [main.get(field.key), *(each.get(field.key) for _id, each in others)]
    return next((each for each in values if each not in _EMPTY), values[0])


def is_empty(value: Any) -> bool:
    """Tell whether a value stands for nothing."""
    return value in _EMPTY
