"""Tables of merges: which records became which, and what went along with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, TenantRow, link

MERGED, MERGED_INTO = "merged", "merged_into"  # what change sets note beside the fields


class Merge(TenantRow, Base):
    """Records that were merged into the main one by one change set.

    `moved` holds by pointer which rows went along, `dropped` those that the main record had
    already; see `core.merging.pointers`.
    """

    __tablename__ = "core_merge"
    __table_args__ = (
        link("main_id", "core_record"),
        link("change_set_id", "core_change_set"),
        link("user_id", "core_user", ondelete="SET NULL"),
        link("split_by_id", "core_user", ondelete="SET NULL"),
        Index("ix_core_merge_main", "account_id", "main_id", "id"),
    )

    main_id: Mapped[int]
    change_set_id: Mapped[int]
    user_id: Mapped[int | None]
    merged_at: Mapped[datetime] = mapped_column(default=clock.now)
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    dropped: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    split_at: Mapped[datetime | None]
    split_by_id: Mapped[int | None]


class Merged(Part, Base):
    """The mark of a record in the trash: merged into the main record of a merge.

    It counts as long as the record lies there since that moment.
    """

    __tablename__ = "core_merged"
    __table_args__ = (
        link("merge_id", "core_merge"),
        link("record_id", "core_record"),
        Index("ix_core_merged_record", "account_id", "record_id"),
    )

    merge_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    deleted_at: Mapped[datetime]
