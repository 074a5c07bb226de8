"""Tables of exports: what was asked for, its rows, and the file in pieces."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, TenantRow, link

WAITING, RUNNING, STOPPED, FAILED, DONE = "waiting", "running", "stopped", "failed", "done"
OVER = frozenset({STOPPED, FAILED, DONE})


class Export(TenantRow, Base):
    """One export: rows of a kind as a file of a format.

    `choices` hold the keys of its columns, the order of its rows and the separator. `row_count`
    are the rows that were asked for, `done_count` those that were looked at, `written_count` those
    in the file; `shortened_count` the texts that the format has no room for.
    """

    __tablename__ = "core_export"
    __table_args__ = (
        link("user_id", "core_user"),
        link("job_id", "core_job", ondelete="SET NULL"),
        Index("ix_core_export_user", "account_id", "user_id", "id"),
    )

    user_id: Mapped[int]
    job_id: Mapped[int | None]
    kind: Mapped[str]
    format: Mapped[str]
    file_name: Mapped[str]
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(default=WAITING)
    reason: Mapped[str] = mapped_column(default="")
    row_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    written_count: Mapped[int] = mapped_column(default=0)
    shortened_count: Mapped[int] = mapped_column(default=0)
    file_bytes: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class ExportRows(Part, Base):
    """The records of an export: those that were asked for, afterwards those in the file."""

    __tablename__ = "core_export_rows"
    __table_args__ = (link("export_id", "core_export"),)

    export_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExportPiece(Part, Base):
    """A piece of the file of an export."""

    __tablename__ = "core_export_piece"
    __table_args__ = (link("export_id", "core_export"),)

    export_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
