"""Adding a file, assigning its columns, and importing its rows chunk by chunk."""

from __future__ import annotations

import gc
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from psycopg.errors import DataError, IntegrityError
from sqlalchemy import exc

from core import clock
from core.access import Actor
from core.changes.capture import change_set, open_set
from core.db import copy_rows, db, sql
from core.errors import Conflict, Forbidden, Invalid, InvalidForm
from core.i18n import _
from core.jobs.runner import Stopped, checkpoint
from core.jobs.services import enqueue, stop as stop_job
from core.notifications.services import notify
from plugins.imports import queries
from plugins.imports.ahead import Ahead
from plugins.imports.aims import importable, targets, twice
from plugins.imports.batches import Batch, Plan, Result, counted
from plugins.imports.cells import Row, encoded
from plugins.imports.limits import MEGABYTE, Limits, Options
from plugins.imports.models import (
    ASSIGNING,
    BROKEN,
    DONE,
    FAILED,
    READING,
    REFUSED,
    RUNNING,
    STOPPED,
    WAITING,
    Chunk,
    Import,
    Piece,
)
from plugins.imports.options import ImportOptions
from plugins.imports.reading import ReadResult, read_file
from plugins.imports.recognising import letter, recognise, twice_assigned
from plugins.imports.refusals import Refused
from plugins.imports.row_reading import Draft
from plugins.imports.sniffing import recognise_file

READ, RUN = "imports.read", "imports.run"
FINISHED = "imports.finished"
ROWS_A_CHUNK = 2_000
CHARACTERS_A_CHUNK = 4_000_000
OBJECTS_A_CHUNK = 200_000
PIECE_BYTES = MEGABYTE
# Smaller files are read while the browser waits.
READ_AT_ONCE_BYTES = 2 * MEGABYTE
LOCK = 5_374_617  # the space of the locks that let one account's imports write one by one


def add_file(actor: Actor, kind_key: str, path: Path, name: str, most_bytes: int) -> Import:
    """Return a new import of the file at `path`, which the user calls `name`, still unread.

    Raises Refused with its reason, and Forbidden without the right to import this kind.
    """
    if kind_key not in {kind.key for kind in importable(actor)}:
        raise Forbidden(_("You may not import this. An administrator can give you the right."))
    recognise_file(path, name, Limits(file_bytes=most_bytes))
    import_ = Import(
        user_id=actor.user_id,
        kind=kind_key,
        file_name=name[-255:],
        file_bytes=path.stat().st_size,
    )
    db.session.add(import_)
    db.session.flush()
    with path.open("rb") as file:
        pieces = iter(partial(file.read, PIECE_BYTES), b"")
        copy_rows(
            "imports_piece",
            ("import_id", "number", "content"),
            ((import_.id, number, piece) for number, piece in enumerate(pieces)),
        )
    return import_


def read_soon(import_: Import, path: Path) -> None:
    """Read a small file at once, and let a job read a large one; raises Refused."""
    if import_.file_bytes <= READ_AT_ONCE_BYTES:
        take_in(import_, read_at(path, import_))
    else:
        read_later(import_)


def read_later(import_: Import) -> None:
    """Let a job read the file."""
    import_.state = READING
    db.session.flush()
    import_.job_id = enqueue(READ, {"import_id": import_.id}, import_.user_id).id


def read_again(import_: Import, asked: Mapping[str, str | None]) -> None:
    """Read the file with another encoding, separator or sheet; raises Refused, then all stays."""
    _require(import_, ASSIGNING, REFUSED)
    import_.asked = {**import_.asked, **asked}
    if import_.file_bytes <= READ_AT_ONCE_BYTES:
        read(import_)
    else:
        read_later(import_)


def read(import_: Import) -> None:
    """Read the stored file and propose what its columns mean; raises Refused."""
    with tempfile.TemporaryDirectory(prefix="szansa-import-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            for piece in _pieces(import_):
                file.write(piece)
        take_in(import_, read_at(path, import_))


def _pieces(import_: Import) -> Iterator[bytes]:
    numbers = sql(
        "select number from imports_piece where account_id = :account and import_id = :id"
        " order by number",
        id=import_.id,
    )
    for number in numbers.scalars().all():
        statement = db.select(Piece.content).where(
            Piece.import_id == import_.id, Piece.number == number
        )
        yield db.session.execute(statement).scalar_one()


def read_at(path: Path, import_: Import) -> ReadResult:
    """Return what the file at `path` holds, with its rows stored beside it."""
    return read_file(
        path,
        import_.file_name,
        path.with_name(f"{path.name}.rows"),
        Options(**import_.asked),
        Limits(file_bytes=max(import_.file_bytes, 1)),
    )


def take_in(import_: Import, result: ReadResult) -> None:
    """Store the rows that were read, and propose what the columns mean."""
    sql(
        "delete from imports_chunk where account_id = :account and import_id = :id",
        id=import_.id,
    )
    copy_rows(
        "imports_chunk",
        ("import_id", "number", "row_count", "rows", "counts"),
        (
            (import_.id, number, len(lines), "".join(lines), "{}")
            for number, lines in enumerate(_chunks(result.rows_path))
        ),
    )
    result.rows_path.unlink()
    import_.row_count = result.row_count
    import_.facts = {
        "format": result.kind,
        "columns": list(result.columns),
        "long_rows": result.long_rows,
        "sample": [[row.number, encoded(row.cells)] for row in result.sample],
        "sheets": list(result.sheets),
        "sheet": result.sheet,
        "encoding": result.encoding,
        "separator": result.separator,
    }
    _propose(import_, result)
    import_.state, import_.reason = ASSIGNING, ""
    db.session.flush()


def _chunks(path: Path) -> Iterator[list[str]]:
    lines: list[str] = []
    length = 0
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            if lines and (len(lines) >= ROWS_A_CHUNK or length + len(line) > CHARACTERS_A_CHUNK):
                yield lines
                lines, length = [], 0
            lines.append(line)
            length += len(line)
    if lines:
        yield lines


def _propose(import_: Import, result: ReadResult) -> None:
    proposed = recognise(
        result.columns,
        [row.cells for row in result.sample],
        targets(queries.aims_for(import_)),
    )
    import_.assignment = [each.target for each in proposed]
    import_.recognised = [each.how for each in proposed]


def assign(import_: Import, assignment: Sequence[str | None]) -> None:
    """Store what each column means; raises InvalidForm naming the columns."""
    _require(import_, ASSIGNING)
    known = {aim.key: aim for aim in queries.aims_for(import_)}
    columns = import_.facts["columns"]
    errors: dict[str, list[Any]] = {}
    for at, key in enumerate(assignment):
        if key and key not in known:
            errors[f"target_{at}"] = [_("choose one from the list")]
    if len(assignment) != len(columns):
        errors["target_0"] = [_("The file has other columns by now. Assign them again.")]
    elif not any(assignment):
        errors["target_0"] = [_("Assign at least one column.")]
    for key, places in twice_assigned(assignment, targets(list(known.values()))).items():
        letters = _(" and ").join(letter(at) for at in places)
        errors[f"target_{places[-1]}"] = [twice(known[key], letters)]
    if errors:
        raise InvalidForm(errors)
    import_.recognised = [
        how if key == before else None
        for key, before, how in zip(assignment, import_.assignment, import_.recognised, strict=True)
    ]
    import_.assignment = list(assignment)
    db.session.flush()


def choose(import_: Import, options: ImportOptions) -> None:
    """Store the options, which were checked by the form."""
    _require(import_, ASSIGNING)
    import_.options = options.stored()
    db.session.flush()


def start(import_: Import) -> None:
    """Let the import run in a job."""
    prepare(import_)
    _enqueue_run(import_)


def prepare(import_: Import) -> None:
    """Make an import ready to run; the rows are stored, so the file itself is let go."""
    _require(import_, ASSIGNING)
    if not any(import_.assignment):
        raise Invalid(_("Assign at least one column."))
    import_.options = queries.options_for(import_).stored()
    sql(
        "delete from imports_piece where account_id = :account and import_id = :id",
        id=import_.id,
    )
    db.session.flush()


def go_on(import_: Import) -> None:
    """Let a stopped or broken import go on with the rows that are not done."""
    _require(import_, STOPPED, FAILED)
    _enqueue_run(import_)


def _enqueue_run(import_: Import) -> None:
    import_.state, import_.reason, import_.ended_at = WAITING, "", None
    import_.job_id = enqueue(RUN, {"import_id": import_.id}, import_.user_id).id
    db.session.flush()


def stop(import_: Import) -> None:
    """Ask a run to stop after the chunk it is at; what is done stays."""
    _require(import_, WAITING, RUNNING)
    if import_.job_id is None or stop_job(import_.job_id):
        _end(import_, STOPPED)


def _require(import_: Import, *states: str) -> None:
    if import_.state not in states:
        raise Conflict(_("The import is no longer in that state. Open it again."))


def run(import_: Import) -> None:
    """Import every chunk that is not done, each in a transaction of its own.

    A run that was killed is run again and goes on behind the last chunk that was stored.
    """
    import_.state, import_.run_at, import_.run_from = RUNNING, clock.now(), import_.done_count
    db.session.flush()
    try:
        checkpoint()
        with seldom_collecting(), Ahead() as ahead:
            while chunk := queries.next_chunk(import_):
                run_chunk(import_, chunk, ahead)
                db.session.expunge(chunk)
                checkpoint()
    except Stopped:
        _end(import_, STOPPED)
        raise
    import_.counts = queries.row_counts(import_)
    written = queries.count_written(import_)
    import_.facts = {
        **import_.facts,
        "written": [[kind, act, number] for (kind, act), number in written.items()],
    }
    _end(import_, DONE)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python look for circles of objects once a chunk: rows are many objects and no circles."""
    first, *others = gc.get_threshold()
    gc.set_threshold(OBJECTS_A_CHUNK, *others)
    try:
        yield
    finally:
        gc.set_threshold(first, *others)


def run_chunk(import_: Import, chunk: Chunk, ahead: Ahead) -> None:
    """Import the rows of one chunk and store what became of each; meanwhile the next is read."""
    actor = queries.importer_of(import_)
    if import_.kind not in {kind.key for kind in importable(actor)}:
        raise Forbidden(_("The right to import was taken away."))
    # Two imports of one account that match the same new record must not both make it.
    sql("select pg_advisory_xact_lock(:space, cast(:account % 2147483647 as int))", space=LOCK)
    with change_set("import", actor.user_id):
        plan, read = queries.plan_of(import_), ahead.rows_of(chunk, actor)
        if following := queries.next_chunk(import_, after=chunk.number):
            ahead.begin(plan, actor, following)
            db.session.expunge(following)
        opened = open_set(db.session())
        results = run_rows(plan, actor, read.rows, read.drafts)
        if opened.diffs:
            chunk.change_set_id = opened.set_id
        db.session.flush()
    chunk.results = json.dumps(
        [[each.number, each.state, each.record_id, each.reasons] for each in results],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    chunk.counts = counted(results)
    chunk.done_at = clock.now()
    import_.done_count += chunk.row_count
    counts = import_.counts
    import_.counts = {
        state: counts.get(state, 0) + chunk.counts.get(state, 0)
        for state in counts.keys() | chunk.counts.keys()
    }
    db.session.flush()


def run_rows(
    plan: Plan, actor: Actor, rows: Sequence[Row], drafts: Sequence[Draft] | None = None
) -> list[Result]:
    """Import rows, of which `drafts` say what was read ahead.

    One that the database itself refuses fails alone, the others are read again and go on.
    """
    opened = open_set(db.session())
    before = dict(opened.diffs), dict(opened.acts)
    try:
        with db.session.begin_nested():
            batch = Batch(plan, actor)
            return batch.run(batch.read(rows) if drafts is None else drafts)
    except exc.DBAPIError as error:
        if not isinstance(error.orig, DataError | IntegrityError):
            raise
    except (DataError, IntegrityError):
        pass
    opened.diffs, opened.acts = before
    if len(rows) == 1:
        reason = _("The database refuses a value of this row.")
        return [Result(rows[0].number, BROKEN, None, [reason])]
    half = len(rows) // 2
    return run_rows(plan, actor, rows[:half]) + run_rows(plan, actor, rows[half:])


def give_up(import_: Import) -> None:
    """Say that a run or a reading broke for good; what is done stays, and it can go on."""
    if import_.state == READING:
        import_.reason = _("The file could not be read.")
        _end(import_, REFUSED)
    else:
        import_.reason = _("The import broke. Continue goes on with the rows that are not done.")
        _end(import_, FAILED)


def refuse(import_: Import, refused: Refused) -> None:
    """Say why the file was not read."""
    import_.reason = refused.message
    _end(import_, REFUSED)


def _end(import_: Import, state: str) -> None:
    """End a run, and tell the importing user unless he sees it himself."""
    import_.state, import_.ended_at = state, clock.now()
    db.session.flush()
    if state in {DONE, FAILED, REFUSED} and import_.user_id:
        notify(
            [import_.user_id],
            FINISHED,
            parameters={
                "import": import_.id,
                "file": import_.file_name,
                "state": state,
                "rows": import_.row_count,
                "counts": dict(import_.counts),
            },
            url=f"/imports/{import_.id}",
        )


def remove(import_: Import) -> None:
    """Remove an import that never ran, with its file."""
    _require(import_, READING, REFUSED, ASSIGNING)
    db.session.delete(import_)
    db.session.flush()
