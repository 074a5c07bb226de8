"""Tables of users, their logins and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, LargeBinary
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
    phone: Mapped[str] = mapped_column(default="", server_default="")
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


class UserPhoto(Tenant, Base):
    """The photo of a user who has one, as made by `core.users.photos`."""

    __tablename__ = "core_user_photo"
    __table_args__ = (link("user_id", "core_user"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class Login(Base):
    """The address and password of a user; the address is unique in the installation.

    A password that somebody else chose must be replaced at the next sign-in before anything else.
    """

    __tablename__ = "core_login"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="CASCADE",
        ),
        Index("ix_core_login_account_id_user_id", "account_id", "user_id", unique=True),
    )

    email: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    user_id: Mapped[int]
    password_hash: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="false")


class UserSession(Base):
    """A signed-in browser, known by the hash of its token."""

    __tablename__ = "core_session"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="CASCADE",
        ),
        Index("ix_core_session_account_id_user_id", "account_id", "user_id"),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    user_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime] = mapped_column(default=clock.now)
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")


class Ticket(Base):
    """What a mail or a browser holds for a while and a purpose, known by the hash of its token.

    `try_count` counts what was tried with it, `email` is the new login that it stands for,
    `agent` the browser that holds it.
    """

    __tablename__ = "core_ticket"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="CASCADE",
        ),
        Index("ix_core_ticket_account_id_user_id", "account_id", "user_id"),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    user_id: Mapped[int]
    purpose: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")
    try_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ends_at: Mapped[datetime]


class ResetRequest(Base):
    """Somebody forgot the password of this address, which may be nobody's."""

    __tablename__ = "core_reset_request"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str]
    address: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)


class SecondFactor(Tenant, Base):
    """A user's two-factor login: the sealed secret, and the last step whose code was accepted."""

    __tablename__ = "core_second_factor"
    __table_args__ = (link("user_id", "core_user"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sealed_secret: Mapped[str]
    last_step: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class RecoveryCode(Tenant, Base):
    """A recovery code that was not used yet, by its hash."""

    __tablename__ = "core_recovery_code"
    __table_args__ = (link("user_id", "core_user"),)

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(primary_key=True)


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
