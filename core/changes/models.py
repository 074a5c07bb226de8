"""Tables of change sets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, TenantRow, link


class ChangeSet(TenantRow, Base):
    """One recorded write: who, when, from where, and what it takes back."""

    __tablename__ = "core_change_set"
    __table_args__ = (
        link("user_id", "core_user", ondelete="SET NULL"),
        link("undo_of_id", "core_change_set", ondelete="SET NULL"),
    )

    user_id: Mapped[int | None]
    origin: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undo_of_id: Mapped[int | None]


class Change(Part, Base):
    """What a change set did to one record: `{field key: [before, after]}`.

    `version` is the record's version after it; `act` is created, changed, trashed or restored.
    """

    __tablename__ = "core_change"
    __table_args__ = (
        link("change_set_id", "core_change_set"),
        link("record_id", "core_record"),
        Index("ix_core_change_record", "account_id", "record_id", "version"),
    )

    change_set_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    act: Mapped[str]
    version: Mapped[int]
    diff: Mapped[dict[str, Any]] = mapped_column(JSONB)
