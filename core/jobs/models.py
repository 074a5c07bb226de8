"""The outbox: jobs are stored with what caused them, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, TenantRow, link


class Job(TenantRow, Base):
    """One piece of work: waiting, running, done, stopped or failed, as the database knows it.

    `attempts` counts failures, `lost_count` the workers it lost since its last checkpoint.
    """

    __tablename__ = "core_job"
    __table_args__ = (
        link("user_id", "core_user", ondelete="SET NULL"),
        Index(
            "ix_core_job_open",
            "account_id",
            "run_at",
            postgresql_where=text("state in ('waiting', 'running')"),
        ),
    )

    name: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    user_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    lost_count: Mapped[int] = mapped_column(default=0, server_default="0")
    is_stop_wanted: Mapped[bool] = mapped_column(default=False, server_default="false")
    error: Mapped[str] = mapped_column(default="")
    run_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
