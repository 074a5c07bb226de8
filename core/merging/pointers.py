"""Rows that point to records: going along to the record that stays, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from core.contracts import RecordPointer
from core.db import db, sql
from core.registry import registry

# What went along, and what was dropped, by the key of the pointer. Of the moved rows
# `[row ID, record ID before]`, of the dropped ones the whole row.
Moved = dict[str, list[list[int]]]
Dropped = dict[str, list[dict[str, Any]]]


def move(record_ids: Sequence[int], main_id: int) -> tuple[Moved, Dropped]:
    """Let all rows that point to some records point to the main one; return what was done."""
    db.session.flush()
    moved: Moved = {}
    dropped: Dropped = {}
    for pointer in registry().record_pointers.values():
        values = {"ids": list(record_ids), "main": main_id}
        if pointer.unique:
            rows = sql(_drop(pointer), **values).scalars().all()
            if rows:
                dropped[pointer.key] = list(rows)
        pairs = [[row.id, row.before] for row in sql(_move(pointer), **values)]
        if pairs:
            moved[pointer.key] = pairs
    return moved, dropped


def _drop(pointer: RecordPointer) -> str:
    """Delete each row that the main record, or an earlier row, has already in all that counts."""
    table, column = pointer.table, pointer.column
    agrees = " and ".join(f"o.{name} is not distinct from t.{name}" for name in pointer.unique)
    both = pointer.condition.replace("t.", "o.")
    return f"""
        delete from {table} t where t.account_id = :account and t.{column} = any(:ids)
          and ({pointer.condition}) and exists (
            select from {table} o where o.account_id = :account and ({both}) and {agrees}
              and (o.{column} = :main or (o.{column} = any(:ids) and o.id < t.id)))
        returning to_jsonb(t)
    """


def _move(pointer: RecordPointer) -> str:
    table, column = pointer.table, pointer.column
    return f"""
        with gone as (
          select t.id, t.{column} as before from {table} t
          where t.account_id = :account and t.{column} = any(:ids) and ({pointer.condition})
          for update)
        update {table} m set {column} = :main from gone
        where m.account_id = :account and m.id = gone.id returning m.id, gone.before
    """


def move_back(moved: Moved, dropped: Dropped, main_id: int, record_ids: Sequence[int]) -> None:
    """Let rows that went along point to these records again, as far as they still go to the main.

    Rows that were dropped come back, unless there is such a one by now.
    """
    db.session.flush()
    pointers = registry().record_pointers
    for key, pairs in moved.items():
        if key in pointers:
            _back(pointers[key], [each for each in pairs if each[1] in record_ids], main_id)
    for key, rows in dropped.items():
        pointer = pointers.get(key)
        if pointer is None:
            continue
        kept = [each for each in rows if each[pointer.column] in record_ids]
        sql(
            f"insert into {pointer.table} overriding system value"
            f" select t.* from jsonb_populate_recordset(cast(null as {pointer.table}),"
            " cast(:rows as jsonb)) t where t.account_id = :account on conflict do nothing",
            rows=json.dumps(kept),
        )


def _back(pointer: RecordPointer, pairs: Sequence[Sequence[int]], main_id: int) -> None:
    sql(
        f"update {pointer.table} t set {pointer.column} = s.before"
        " from unnest(cast(:ids as bigint[]), cast(:befores as bigint[])) as s(id, before)"
        f" where t.account_id = :account and t.id = s.id and t.{pointer.column} = :main",
        ids=[each[0] for each in pairs],
        befores=[each[1] for each in pairs],
        main=main_id,
    )
