"""Reading the rows of exports: the fields of a kind, as the list shows them, by the access rule."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core import face
from core.access import Actor, rule_for
from core.db import sql
from core.exports.queries import RIGHT
from core.i18n import _
from core.records.bulk import allowed, stored
from core.records.cells import Cells
from core.records.fields import (
    RECORD,
    ROW,
    Field,
    FieldType,
    LabelChoice,
    Labels,
    LongText,
    Moment,
    Principals,
    RecordLink,
    ShortText,
    UserChoice,
    VisibilityChoice,
)
from core.records.gathering import Condition
from core.records.kinds import Kind
from core.records.lists import BY_NAME, Wanted, listed
from core.records.queries import is_active
from core.shown import Cell as ShownCell
from core.tables.cells import Cell

ID = "id"
BETWEEN = "; "  # between several values of one cell, as imports read them
EMPTY: tuple[Any, ...] = (None, "", [])
SHARED = (RecordLink, UserChoice, Principals, VisibilityChoice, LabelChoice, Labels)
SHOWING = ("shown", "entries", "exact")
ROWS_AT_ONCE = 2_000
ORDERED_AT_ONCE = 5_000

Convert = Callable[[Any, Cells], Cell]


def all_columns(kind: Kind) -> list[str]:
    """Return the keys of all that can be exported of a kind: number, name and every field."""
    fields = [each.key for each in kind.fields if each.key != BY_NAME and is_active(each)]
    return [ID, BY_NAME, *fields]


def _as_it_is(value: Any, _cells: Cells) -> Cell:
    return value  # type: ignore[no-any-return]


@dataclass
class Reader:
    """Reads records of a kind for one user; `read_ids` are those that were read so far."""

    kind: Kind
    actor: Actor
    columns: Sequence[str]
    read_ids: array[int] = field(default_factory=lambda: array("q"))

    def __post_init__(self) -> None:
        known = [key for key in self.columns if key in {ID, BY_NAME} or key in self.kind.by_key]
        self.fields = [self.kind.by_key[key] for key in known if key not in {ID, BY_NAME}]
        self.zone = ZoneInfo(face.formats().zone)
        made = {each.key: self._converter(each) for each in self.fields}
        self.converters = [(key, made.get(key, _as_it_is)) for key in known]

    def header(self) -> list[str]:
        """Return the names of the columns."""
        heads = {ID: _("ID"), BY_NAME: str(self.kind.name_label)}
        heads |= {each.key: str(each.label) for each in self.fields}
        return [heads[key] for key, _convert in self.converters]

    def in_order(self, record_ids: list[int], sort: str, *, is_descending: bool) -> Iterator[int]:
        """Return those of the records that the user sees in full, in the order of a list."""
        among = Condition("{full} and r.id = any(:exported)", {"exported": record_ids})
        wanted = Wanted(sort, is_descending, size=ORDERED_AT_ONCE, conditions=(among,))
        while True:
            found = listed(self.kind, self.actor, wanted)
            yield from (row.id for row in found.rows)
            if not found.has_after or not found.rows:
                return
            wanted = replace(wanted, cursor=found.rows[-1].cursor)

    def rows(self, record_ids: Sequence[int]) -> Iterator[list[Cell]]:
        """Return the rows of those records on which the user has the right, in the given order."""
        held = allowed(self.kind, record_ids, self.actor, RIGHT)
        now = stored(self.kind, held)
        fixed = self._fixed(held)
        values = {each: {**now[each].values, **fixed[each]} for each in record_ids if each in now}
        cells = Cells(self.kind, self.actor, *values.values())
        for record_id, each in values.items():
            self.read_ids.append(record_id)
            each[ID], each[BY_NAME] = record_id, each["sort_name"]
            yield [convert(each.get(key), cells) for key, convert in self.converters]

    def _fixed(self, record_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Return what the program alone writes: the sorted name, moments and the like."""
        homes = {RECORD: "r", ROW: "k"}
        fields = [each for each in self.fields if not each.is_editable and each.home in homes]
        columns = "".join(f", {homes[each.home]}.{each.column} as v_{each.key}" for each in fields)
        rule = rule_for(self.actor, (self.kind.key,))
        rows = sql(
            f"select r.id, r.sort_name{columns} from core_record r"
            f" join {self.kind.table} k on k.account_id = r.account_id and k.id = r.id"
            f" where r.account_id = :account and r.id = any(:ids) and {rule.full}",
            ids=list(record_ids),
            **rule.values,
        )
        keys = ["sort_name", *(each.key for each in fields)]
        return {row.id: dict(zip(keys, tuple(row)[1:], strict=True)) for row in rows}

    def _converter(self, field: Field) -> Convert:
        """Return what makes the cell of a field, as quick as its type allows."""
        kind = field.type
        if _is_text(field):
            return lambda value, _cells: value or None
        if isinstance(kind, Moment):
            return lambda value, _cells: self._local(value)
        known: dict[Any, Cell] = {}  # what many rows share is put into words once

        def convert(value: Any, cells: Cells) -> Cell:
            if value in EMPTY:
                return None
            exact = kind.exact(value)
            if exact is not None:
                return self._local(exact) if isinstance(exact, datetime) else exact
            if not isinstance(kind, SHARED):
                return _joined(cells.of(field, value))
            key = tuple(value) if isinstance(value, list) else value
            if key not in known:
                known[key] = _joined(cells.of(field, value))
            return known[key]

        return convert

    def _local(self, moment: datetime | None) -> datetime | None:
        """Return a moment as the clock of the reader shows it."""
        return moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0) if moment else None


def _is_text(field: Field) -> bool:
    """Tell whether the values of a field are texts, shown as they are."""
    kind = type(field.type)
    is_plain = all(getattr(kind, each) is getattr(FieldType, each) for each in SHOWING)
    return is_plain and issubclass(kind, ShortText | LongText) and not field.type.is_multiple


def _joined(shown: list[ShownCell]) -> str | None:
    return BETWEEN.join(text for cell in shown for text in cell.items or [cell.text]) or None
