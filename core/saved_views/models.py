"""Tables of saved views and of those with whom they are shared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Part, TenantRow, link


class SavedView(TenantRow, Base):
    """A filter (JSON of `core.records.filters`), columns by key and an order, under a name.

    `user_id` is whose view it is. `is_for_all` shares it with the whole account; `sort` is empty
    for the order of names.
    """

    __tablename__ = "core_saved_view"
    __table_args__ = (
        link("user_id", "core_user"),
        CheckConstraint("name <> ''", name="name"),
        Index("ix_core_saved_view_user", "account_id", "user_id"),
    )

    kind: Mapped[str]
    user_id: Mapped[int]
    name: Mapped[str]
    filter: Mapped[dict[str, Any]] = mapped_column(JSONB)
    columns: Mapped[list[str]] = mapped_column(JSONB)
    sort: Mapped[str] = mapped_column(default="")
    is_descending: Mapped[bool] = mapped_column(default=False)
    is_for_all: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class ViewReader(Part, Base):
    """A user or team with whom a view is shared; it opens no records to them."""

    __tablename__ = "core_view_reader"
    __table_args__ = (
        link("view_id", "core_saved_view"),
        link("principal_id", "core_principal"),
        Index("ix_core_view_reader_principal", "account_id", "principal_id"),
    )

    view_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    principal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
