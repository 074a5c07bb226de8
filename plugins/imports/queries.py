"""Questions about imports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from core import clock
from core.access import Actor, actor_of
from core.db import db, sql
from core.errors import NotFound
from core.i18n import _
from core.records.kinds import Kind
from core.records.services import defaults
from core.registry import registry
from core.tables.cells import Cell
from plugins.imports.aims import Aim, aims_of
from plugins.imports.batches import Plan
from plugins.imports.cells import Row, decoded, rows_of
from plugins.imports.models import BROKEN, ROW_STATES, RUNNING, Chunk, Import
from plugins.imports.options import ImportOptions, options_of

ROWS_A_PAGE = 100
MOST_LISTED = 200
MOST_COUNTED = 20_000


def imports_of(actor: Actor) -> list[Import]:
    """Return the actor's imports, an administrator's all of the account, the newest first."""
    statement = db.select(Import).order_by(Import.id.desc()).limit(MOST_LISTED)
    if not actor.is_administrator:
        statement = statement.where(Import.user_id == actor.user_id)
    return list(db.session.execute(statement).scalars())


def import_of(import_id: int, actor: Actor, *, lock: bool = False) -> Import:
    """Return one of the actor's imports, an administrator any; NotFound for all others."""
    statement = db.select(Import).where(Import.id == import_id)
    if lock:
        statement = statement.with_for_update()
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None or not (actor.is_administrator or found.user_id == actor.user_id):
        raise NotFound(_("There is no such import."))
    return cast(Import, found)


def find_import(import_id: int) -> Import | None:
    """Return an import of the account, for work that the import itself asked for."""
    return db.session.execute(db.select(Import).where(Import.id == import_id)).scalar_one_or_none()


def importer_of(import_: Import) -> Actor:
    """Return the user with whose rights the import works."""
    return actor_of(import_.user_id or 0)


def kind_of(import_: Import) -> Kind:
    """Return the kind of record that the file is about."""
    return registry().kinds[import_.kind]


def aims_for(import_: Import) -> list[Aim]:
    """Return what the columns may be assigned to."""
    return aims_of(kind_of(import_), importer_of(import_))


def options_for(import_: Import) -> ImportOptions:
    """Return the options of an import; what was not chosen is as for any new record."""
    return options_of(import_.options, defaults(kind_of(import_), importer_of(import_)))


def plan_of(import_: Import) -> Plan:
    """Return what the import does with any row."""
    known = {aim.key: aim for aim in aims_for(import_)}
    aims = [known.get(key) for key in import_.assignment]
    return Plan(import_.id, kind_of(import_), aims, options_for(import_))


def next_chunk(import_: Import, after: int = -1) -> Chunk | None:
    """Return the first chunk that is not done, of those behind a number; None when all are."""
    statement = (
        db.select(Chunk)
        .where(Chunk.import_id == import_.id, Chunk.done_at.is_(None), Chunk.number > after)
        .order_by(Chunk.number)
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


@dataclass(frozen=True)
class Progress:
    """How far a run is: rows done of all, rows a second, time left; None where not known yet."""

    done: int
    total: int
    speed: float | None
    left: timedelta | None


def progress_of(import_: Import) -> Progress:
    """Return how far the import is, as it is stored."""
    done, total = import_.done_count, import_.row_count
    end = clock.now() if import_.state == RUNNING else import_.ended_at
    if import_.run_at is None or end is None or done <= import_.run_from:
        return Progress(done, total, None, None)
    seconds = max((end - import_.run_at).total_seconds(), 0.001)
    speed = (done - import_.run_from) / seconds
    left = timedelta(seconds=(total - done) / speed) if import_.state == RUNNING else None
    return Progress(done, total, speed, left)


def written_counts(import_: Import) -> dict[tuple[str, str], int]:
    """Return how many records the import made and changed, by kind and act.

    They are counted from what is stored: once when the import ends; before that whenever it is
    asked, for imports small enough to be counted while a page waits.
    """
    if "written" in import_.facts:
        return {(kind, act): number for kind, act, number in import_.facts["written"]}
    return count_written(import_) if import_.done_count <= MOST_COUNTED else {}


def count_written(import_: Import) -> dict[tuple[str, str], int]:
    """Count the records that the import made and changed, in its change sets."""
    rows = sql(
        "select r.kind, c.act, count(*) as number from imports_chunk k"
        " join core_change c on c.account_id = k.account_id and c.change_set_id = k.change_set_id"
        " join core_record r on r.account_id = c.account_id and r.id = c.record_id"
        " where k.account_id = :account and k.import_id = :id group by r.kind, c.act",
        id=import_.id,
    )
    return {(row.kind, row.act): row.number for row in rows}


def row_counts(import_: Import) -> dict[str, int]:
    """Return how many rows of each state there are, as their results are stored."""
    rows = sql(
        "select e.key, sum(cast(e.value as bigint)) as number from imports_chunk k,"
        " jsonb_each_text(k.counts) e where k.account_id = :account and k.import_id = :id"
        " group by e.key",
        id=import_.id,
    )
    found = {row.key: int(row.number) for row in rows}
    return {state: found.get(state, 0) for state in ROW_STATES}


@dataclass(frozen=True)
class RowResult:
    """A row of the file with what became of it."""

    number: int
    state: str
    record_id: int | None
    reasons: list[str]
    cells: list[Cell]


def results_of(import_: Import, state: str, page: int) -> list[RowResult]:
    """Return one page of the rows that have a result, those of one state alone if it is given."""
    first = (page - 1) * ROWS_A_PAGE
    found: list[RowResult] = []
    before = 0
    for number, count in _chunk_counts(import_, state):
        if before + count > first:
            found += _results_in(import_, [number], state)[max(first - before, 0) :]
        before += count
        if len(found) >= ROWS_A_PAGE:
            break
    return found[:ROWS_A_PAGE]


def _chunk_counts(import_: Import, state: str) -> Sequence[tuple[int, int]]:
    rows = sql(
        "select number, case when :state = '' then row_count"
        " else coalesce(cast(counts ->> :state as bigint), 0) end as of_state"
        " from imports_chunk where account_id = :account and import_id = :id"
        " and done_at is not null order by number",
        id=import_.id,
        state=state,
    )
    return [(row.number, row.of_state) for row in rows]


def _results_in(import_: Import, numbers: list[int], state: str) -> list[RowResult]:
    chunks = sql(
        "select rows, results from imports_chunk where account_id = :account"
        " and import_id = :id and number = any(:numbers) and results is not null order by number",
        id=import_.id,
        numbers=numbers,
    )
    return [
        RowResult(row.number, found, record_id, reasons, row.cells)
        for chunk in chunks
        for row, (_number, found, record_id, reasons) in zip(
            rows_of(chunk.rows), json.loads(chunk.results), strict=True
        )
        if state in {"", found}
    ]


def failed_rows(import_: Import) -> Iterator[RowResult]:
    """Yield the rows that failed, a chunk at a time."""
    for number, count in _chunk_counts(import_, BROKEN):
        if count:
            yield from _results_in(import_, [number], BROKEN)


def sample_of(import_: Import) -> list[Row]:
    """Return the first rows of the file, long texts shortened."""
    return [Row(number, decoded(cells)) for number, cells in import_.facts.get("sample", ())]
