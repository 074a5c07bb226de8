"""Records whose fields lead to other records, as the persons of a company do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field as default

from core.db import sql
from core.records.bulk import EVERYWHERE, Stored, stored
from core.records.fields import ROW, Field, RecordLink
from core.records.kinds import Kind
from core.registry import registry


@dataclass
class Linked:
    """The records of a kind of which some fields lead to one of some records, by ID."""

    kind: Kind
    records: dict[int, Stored] = default(default_factory=dict)
    fields: dict[int, list[str]] = default(default_factory=dict)


def link_fields(of: Kind, to: Kind) -> list[Field]:
    """Return the fields of a kind that lead to records of another."""
    return [
        each
        for each in of.fields
        if isinstance(each.type, RecordLink) and each.type.kind == to.key and each.home == ROW
    ]


def linked_to(
    to: Kind, record_ids: Collection[int], but: Collection[int], *, lock: bool = False
) -> list[Linked]:
    """Return what leads to some records of a kind, kind by kind, the trash included.

    Who may see it is not asked. The records of `but` are left out.
    """
    found = []
    for kind in registry().kinds:
        linked = Linked(kind)
        for field in link_fields(kind, to):
            for record_id in _leading(kind, field, record_ids, but):
                linked.fields.setdefault(record_id, []).append(field.key)
        if linked.fields:
            linked.records = stored(kind, linked.fields, lock=lock, where=EVERYWHERE)
            found.append(linked)
    return found


def _leading(
    kind: Kind, field: Field, record_ids: Collection[int], but: Collection[int]
) -> Sequence[int]:
    rows = sql(
        f"select k.id from {kind.table} k where k.account_id = :account"
        f" and k.{field.column} = any(:ids) and k.id <> all(:but) order by k.id",
        ids=list(record_ids),
        but=list(but),
    )
    return rows.scalars().all()
