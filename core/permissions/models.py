"""The table of those who asked for access."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, TenantRow, link

OPEN, GRANTED, DECLINED = "open", "granted", "declined"


class AccessRequest(TenantRow, Base):
    """Somebody's asking for access to a private record, and the answer."""

    __tablename__ = "core_access_request"
    __table_args__ = (
        link("record_id", "core_record"),
        link("user_id", "core_user"),
        link("answered_by_id", "core_user", ondelete="SET NULL"),
        CheckConstraint("state in ('open', 'granted', 'declined')", name="state"),
        Index(
            "uq_core_access_request_open",
            "account_id",
            "record_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_core_access_request_user", "account_id", "user_id", "record_id"),
    )

    record_id: Mapped[int]
    user_id: Mapped[int]
    state: Mapped[str] = mapped_column(default=OPEN)
    reason: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None]
