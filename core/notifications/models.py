"""The table of notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, TenantRow, link

BY = "by_id"  # the parameter that holds who did it


class Notification(TenantRow, Base):
    """One entry behind a user's bell; its sentence is made when it is read."""

    __tablename__ = "core_notification"
    __table_args__ = (
        link("user_id", "core_user"),
        link("record_id", "core_record"),
        Index("ix_core_notification_user", "account_id", "user_id", "id"),
        Index(
            "ix_core_notification_unread",
            "account_id",
            "user_id",
            postgresql_where=text("read_at is null"),
        ),
    )

    user_id: Mapped[int]
    cause: Mapped[str]
    record_id: Mapped[int | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    url: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
