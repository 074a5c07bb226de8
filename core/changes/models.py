"""Tables of change sets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, Tenant, TenantRow, link


class ChangeSet(TenantRow, Base):
    """One recorded write: who, when, from where, and what it takes back."""

    __tablename__ = "core_change_set"
    __table_args__ = (
        link("user_id", "core_user", ondelete="SET NULL"),
        link("undo_of_id", "core_change_set", ondelete="SET NULL"),
        Index("ix_core_change_set_at", "account_id", "at", "id"),
        Index("ix_core_change_set_user", "account_id", "user_id", "id"),
    )

    user_id: Mapped[int | None]
    origin: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undo_of_id: Mapped[int | None]


class Change(Part, Base):
    """What a change set did to one record: `{field key: [before, after]}`.

    `version` is the record's version after it; `act` is created, changed, trashed, restored,
    purged (deleted for good) or anonymised. It outlives its record, of which `DeletedRecord` then
    holds the name.
    """

    __tablename__ = "core_change"
    __table_args__ = (
        link("change_set_id", "core_change_set"),
        Index("ix_core_change_record", "account_id", "record_id", "version"),
        Index(
            "ix_core_change_act",
            "account_id",
            "act",
            "change_set_id",
            "record_id",
            postgresql_where=text("act not in ('created', 'changed')"),
        ),
    )

    change_set_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    act: Mapped[str]
    version: Mapped[int]
    diff: Mapped[dict[str, Any]] = mapped_column(JSONB)


class DeletedRecord(Tenant, Base):
    """A record that was deleted for good: what is left of it is its kind and its last name."""

    __tablename__ = "core_deleted_record"

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    name: Mapped[str]
