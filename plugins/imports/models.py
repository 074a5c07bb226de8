"""Tables of imports: each with its file, its rows in chunks, and what became of every row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, TenantRow, link

READING, REFUSED, ASSIGNING = "reading", "refused", "assigning"
WAITING, RUNNING, STOPPED, FAILED, DONE = "waiting", "running", "stopped", "failed", "done"

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
SKIPPED, BROKEN = "skipped", "failed"
ROW_STATES = (CREATED, UPDATED, UNCHANGED, SKIPPED, BROKEN)


class Import(TenantRow, Base):
    """One import: the file as it was read, what its columns mean, and how far it is.

    `asked` holds what the user chose about the file (encoding, separator, sheet), `facts` what
    was found in it. `assignment` names the target of each column or None, `recognised` by what it
    was proposed. `counts` are those of the rows by state, `run_at` and `run_from` the moment and
    the number of rows done at the start of the present run.
    """

    __tablename__ = "imports_import"
    __table_args__ = (
        link("user_id", "core_user", ondelete="SET NULL"),
        link("job_id", "core_job", ondelete="SET NULL"),
        Index("ix_imports_import_user", "account_id", "user_id", "id"),
    )

    user_id: Mapped[int | None]
    job_id: Mapped[int | None]
    kind: Mapped[str]
    file_name: Mapped[str]
    file_bytes: Mapped[int]
    state: Mapped[str] = mapped_column(default=READING)
    reason: Mapped[str] = mapped_column(default="")
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    row_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    assignment: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    recognised: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    run_at: Mapped[datetime | None]
    run_from: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class Piece(Part, Base):
    """A piece of the file as it was added; kept until the import starts."""

    __tablename__ = "imports_piece"
    __table_args__ = (link("import_id", "imports_import"),)

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Chunk(Part, Base):
    """Some rows of the file, which are imported in one transaction.

    `rows` are stored lines as `cells` describes them. Once done, `results` holds a JSON array
    `[row number, state, record ID, reasons]` for each of them, `counts` how many there are of each
    state, and `change_set_id` leads to the records made and changed.
    """

    __tablename__ = "imports_chunk"
    __table_args__ = (
        link("import_id", "imports_import"),
        link("change_set_id", "core_change_set", ondelete="SET NULL"),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    row_count: Mapped[int]
    rows: Mapped[str]
    results: Mapped[str | None]
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    change_set_id: Mapped[int | None]
    done_at: Mapped[datetime | None]
