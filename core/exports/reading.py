"""Reading the rows of exports: the fields of a kind, as the list shows them, by the access rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from core.records.fields import RECORD, ROW, Field, LongText
from core.records.kinds import Kind
from core.records.lists import BY_NAME, Condition, Wanted, listed
from core.records.queries import is_active
from core.tables.cells import Cell

ID = "id"
BETWEEN = "; "  # between several values of one cell, as imports read them
ROWS_AT_ONCE = 2_000
ORDERED_AT_ONCE = 20_000


def all_columns(kind: Kind) -> list[str]:
    """Return the keys of all that can be exported of a kind: number, name and every field."""
    fields = [each.key for each in kind.fields if each.key != BY_NAME and is_active(each)]
    return [ID, BY_NAME, *fields]


@dataclass
class Reader:
    """Reads records of a kind for one user; `read_ids` are those that were read so far."""

    kind: Kind
    actor: Actor
    columns: Sequence[str]
    read_ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = [self.kind.by_key[key] for key in self.columns if key in self.kind.by_key]
        self.fields = [each for each in found if each.key != BY_NAME]
        self.zone = ZoneInfo(face.formats().zone)

    def header(self) -> list[str]:
        """Return the names of the columns."""
        heads = {ID: _("ID"), BY_NAME: str(self.kind.name_label)}
        heads |= {each.key: str(each.label) for each in self.fields}
        return [heads[key] for key in self.columns if key in heads]

    def in_order(self, record_ids: list[int], sort: str, *, is_descending: bool) -> Iterator[int]:
        """Return those of the records that the user sees in full, in the order of a list."""
        among = Condition("r.id = any(:exported)", {"exported": record_ids})
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
            known: dict[str, Cell] = {ID: record_id, BY_NAME: each["sort_name"]}
            known |= {one.key: self._cell(one, each[one.key], cells) for one in self.fields}
            yield [known[key] for key in self.columns if key in known]

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

    def _cell(self, field: Field, value: Any, cells: Cells) -> Cell:
        if value in (None, "", []):
            return None
        exact = field.type.exact(value)
        if isinstance(exact, datetime):
            return exact.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        if exact is not None:
            return exact
        if isinstance(field.type, LongText):
            return str(value)
        shown = [cell.items or [cell.text] for cell in cells.of(field, value)]
        return BETWEEN.join(text for texts in shown for text in texts) or None
