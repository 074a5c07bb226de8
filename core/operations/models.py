"""Tables of list operations: the rows ticked at the start, in batches, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, TenantRow, link

CHOOSING, CHECKED = "choosing", "checked"
WAITING, RUNNING, STOPPED, FAILED, DONE = "waiting", "running", "stopped", "failed", "done"
OVER = frozenset({STOPPED, FAILED, DONE})

CHANGED, UNCHANGED, REFUSED = "changed", "unchanged", "refused"
ROW_STATES = (CHANGED, UNCHANGED, REFUSED)


class Operation(TenantRow, Base):
    """One operation on many records, from the ticks to the result.

    `arguments` are what its form asked for; `confirmed` holds what its user agreed to lose.
    `query` is the list's filter, to lead back to it. `counts` are those of the rows by state.
    """

    __tablename__ = "core_operation"
    __table_args__ = (
        link("user_id", "core_user"),
        link("job_id", "core_job", ondelete="SET NULL"),
        Index("ix_core_operation_user", "account_id", "user_id", "id"),
    )

    user_id: Mapped[int]
    job_id: Mapped[int | None]
    kind: Mapped[str]
    key: Mapped[str]
    state: Mapped[str] = mapped_column(default=CHOOSING)
    reason: Mapped[str] = mapped_column(default="")
    query: Mapped[str] = mapped_column(default="")
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    confirmed: Mapped[list[str]] = mapped_column(JSONB, default=list)
    row_count: Mapped[int] = mapped_column(default=0)
    done_count: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    run_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Batch(Part, Base):
    """Some of the rows, which are changed in one transaction.

    Once done, `change_set_id` leads to the records that were changed, `refused` holds
    `[record ID, reason]` for those that were left alone, `counts` how many there are of each state.
    """

    __tablename__ = "core_operation_batch"
    __table_args__ = (
        link("operation_id", "core_operation"),
        link("change_set_id", "core_change_set", ondelete="SET NULL"),
    )

    operation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    refused: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    change_set_id: Mapped[int | None]
    done_at: Mapped[datetime | None]
