"""Which records in the trash administrators were told of before they go for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Part, link


class TrashNotice(Part, Base):
    """A record that will be deleted for good at `due_at`, if it still lies in the trash since
    `deleted_at`.
    """

    __tablename__ = "core_trash_notice"
    __table_args__ = (
        link("record_id", "core_record"),
        Index("ix_core_trash_notice_due", "account_id", "due_at", "record_id"),
    )

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    deleted_at: Mapped[datetime]
    due_at: Mapped[datetime]
