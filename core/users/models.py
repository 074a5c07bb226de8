"""Tables of users, their logins and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Tenant, TenantRow, link

ACTIVE, SUSPENDED, REMOVED = "active", "suspended", "removed"


class Principal(TenantRow, Base):
    """Who can hold a record: a user or a team, numbered in one row of numbers."""

    __tablename__ = "core_principal"

    sort: Mapped[str]


class User(Tenant, Base):
    """A person who signs in; belongs to exactly one account."""

    __tablename__ = "core_user"
    __table_args__ = (
        link("id", "core_principal"),
        link("main_team_id", "core_team", ondelete="SET NULL"),
    )
    raises_epoch = True

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    email: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    initials: Mapped[str]
    status: Mapped[str] = mapped_column(default=ACTIVE)
    main_team_id: Mapped[int | None]
    language: Mapped[str] = mapped_column(default="pl")
    zone: Mapped[str] = mapped_column(default="Europe/Warsaw")
    date_format: Mapped[str] = mapped_column(default="dd.mm.yyyy")
    number_format: Mapped[str] = mapped_column(default="1 234,56")
    is_clock_24: Mapped[bool] = mapped_column(default=True)
    theme: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def name(self) -> str:
        """First and last name, as shown everywhere."""
        return f"{self.first_name} {self.last_name}"


class Login(Base):
    """The address and password of a user; the address is unique in the installation."""

    __tablename__ = "core_login"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="CASCADE",
        ),
    )

    email: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    user_id: Mapped[int]
    password_hash: Mapped[str]


class UserSession(Base):
    """A signed-in browser, known by the hash of its token."""

    __tablename__ = "core_session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="CASCADE",
        ),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    user_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")


class SignInFailure(Base):
    """A refused sign-in, counted per login and per network address."""

    __tablename__ = "core_sign_in_failure"
    __table_args__ = (
        Index("ix_core_sign_in_failure_email_at", "email", "at"),
        Index("ix_core_sign_in_failure_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Preference(Tenant, Base):
    """What a user chose for himself: columns of a list, rows on a page."""

    __tablename__ = "core_preference"
    __table_args__ = (link("user_id", "core_user"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
