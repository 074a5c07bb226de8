"""Tables of teams and their members."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Tenant, link


class Team(Tenant, Base):
    """A named set of users; teams form a tree."""

    __tablename__ = "core_team"
    __table_args__ = (
        link("id", "core_principal"),
        link("parent_id", "core_team", ondelete="SET NULL"),
    )
    raises_epoch = True

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-10)
    name: Mapped[str]
    parent_id: Mapped[int | None]


Index("uq_core_team_name", Team.account_id, func.lower(Team.name), unique=True)


class Membership(Tenant, Base):
    """A user's role in a team."""

    __tablename__ = "core_membership"
    __table_args__ = (
        link("user_id", "core_user"),
        link("team_id", "core_team"),
        link("role_id", "core_role"),
        Index("ix_core_membership_team", "account_id", "team_id"),
    )
    raises_epoch = True

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    role_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
