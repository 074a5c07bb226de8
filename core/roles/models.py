"""Tables of roles and of the rights they tick."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Tenant, TenantRow, link

ADMINISTRATOR = "administrator"


class Role(TenantRow, Base):
    """A team role; `key` is empty for roles that the account added itself."""

    __tablename__ = "core_role"
    __table_args__ = (Index("uq_core_role_name", "account_id", "name", unique=True),)
    raises_epoch = True

    key: Mapped[str | None]
    name: Mapped[str]
    has_reach: Mapped[bool] = mapped_column(default=False)


class KnownRight(Tenant, Base):
    """A right of which the account has been told, with the ticks that it had as shipped."""

    __tablename__ = "core_known_right"

    kind: Mapped[str] = mapped_column(primary_key=True)
    right: Mapped[str] = mapped_column(primary_key=True)


class RoleTick(Tenant, Base):
    """A right that a team role has on a kind, or in general."""

    __tablename__ = "core_role_tick"
    __table_args__ = (link("role_id", "core_role"),)
    raises_epoch = True

    role_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(primary_key=True)
    right: Mapped[str] = mapped_column(primary_key=True)


class AccessTick(Tenant, Base):
    """A right that an access role (owner, participant …) has on a kind."""

    __tablename__ = "core_access_tick"
    raises_epoch = True

    access_role: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    right: Mapped[str] = mapped_column(primary_key=True)
