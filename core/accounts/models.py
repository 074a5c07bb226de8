"""Tables of the account and of what it has switched on and set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Tenant, TenantRow, link


class Account(Base):
    """One organisation's closed data set.

    The `epoch` rises in the transaction of every change of users, teams, roles, ticks, switches
    and settings, so what is derived from them may be cached under it.
    """

    __tablename__ = "core_account"
    __table_args__ = (CheckConstraint("name <> ''", name="name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str]
    package: Mapped[str] = mapped_column(default="enterprise")
    language: Mapped[str] = mapped_column(default="pl")
    zone: Mapped[str] = mapped_column(default="Europe/Warsaw")
    epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class PluginSwitch(Tenant, Base):
    """An administrator's choice to have a plugin on or off."""

    __tablename__ = "core_plugin_switch"
    raises_epoch = True

    plugin: Mapped[str] = mapped_column(primary_key=True)
    is_on: Mapped[bool]


class AccountSetting(Tenant, Base):
    """An account-wide setting that differs from its start value."""

    __tablename__ = "core_setting"
    raises_epoch = True

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)


class SecurityEntry(TenantRow, Base):
    """A line of the security log; written, never changed."""

    __tablename__ = "core_security_entry"
    __table_args__ = (
        link("user_id", "core_user", ondelete="SET NULL"),
        Index(
            "ix_core_security_entry_signed_in",
            "account_id",
            "user_id",
            "id",
            postgresql_where=text("event = 'signed_in'"),
        ),
    )

    user_id: Mapped[int | None]
    event: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    address: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
