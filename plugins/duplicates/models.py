"""Tables of the search for duplicates: a run, what it found, and what is known to be different."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, TenantRow, link

WAITING, RUNNING, STOPPED, FAILED, DONE = "waiting", "running", "stopped", "failed", "done"
MOVING = (WAITING, RUNNING)
OPEN, LATER = "open", "later"


class Run(TenantRow, Base):
    """One search over all records of a kind, and how far it is.

    `cursor` is the last record that was looked at, so that a run that was killed goes on there.
    """

    __tablename__ = "duplicates_run"
    __table_args__ = (
        link("user_id", "core_user", ondelete="SET NULL"),
        link("job_id", "core_job", ondelete="SET NULL"),
        Index("ix_duplicates_run_kind", "account_id", "kind", "id"),
    )

    user_id: Mapped[int | None]
    job_id: Mapped[int | None]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=WAITING)
    row_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class Pair(Part, Base):
    """Two records that a run found to be alike, the one found under the keys of the other."""

    __tablename__ = "duplicates_pair"
    __table_args__ = (
        link("run_id", "duplicates_run"),
        link("record_id", "core_record"),
        link("other_id", "core_record"),
        Index("ix_duplicates_pair_record", "account_id", "record_id"),
        Index("ix_duplicates_pair_other", "account_id", "other_id"),
    )

    run_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Group(TenantRow, Base):
    """Records that are likely the same, as a run found them; `state` is open or later."""

    __tablename__ = "duplicates_group"
    __table_args__ = (
        link("run_id", "duplicates_run"),
        Index("ix_duplicates_group_run", "account_id", "run_id", "state", "id"),
    )

    run_id: Mapped[int]
    record_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    state: Mapped[str] = mapped_column(default=OPEN)


class Different(Part, Base):
    """Two records, the older one first, of which somebody said that they are not the same."""

    __tablename__ = "duplicates_different"
    __table_args__ = (
        link("record_id", "core_record"),
        link("other_id", "core_record"),
        link("said_by_id", "core_user", ondelete="SET NULL"),
        Index("ix_duplicates_different_other", "account_id", "other_id"),
    )

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    said_by_id: Mapped[int | None]
    said_at: Mapped[datetime] = mapped_column(default=clock.now)
