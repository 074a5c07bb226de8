"""Tables of invitations and of the links that lead to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, TenantRow, link

SENT, ACCEPTED, EXPIRED, WITHDRAWN = "sent", "accepted", "expired", "withdrawn"


class Invitation(TenantRow, Base):
    """Somebody who may become a user.

    Team and role are those that he gets; one that was deleted since then leaves its place empty.
    At most one invitation of an address is open in an account.
    """

    __tablename__ = "core_invitation"
    __table_args__ = (
        link("team_id", "core_team", ondelete="SET NULL"),
        link("role_id", "core_role", ondelete="SET NULL"),
        link("invited_by_id", "core_user", ondelete="SET NULL"),
        link("user_id", "core_user", ondelete="SET NULL"),
        Index(
            "uq_core_invitation_open",
            "account_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at is null and withdrawn_at is null"),
        ),
    )

    email: Mapped[str]
    team_id: Mapped[int | None]
    role_id: Mapped[int | None]
    invited_by_id: Mapped[int | None]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    user_id: Mapped[int | None]

    @property
    def state(self) -> str:
        """Sent, accepted, expired or withdrawn, as of now."""
        if self.accepted_at is not None:
            return ACCEPTED
        if self.withdrawn_at is not None:
            return WITHDRAWN
        return EXPIRED if self.expires_at <= clock.now() else SENT

    @property
    def is_open(self) -> bool:
        """Whether it may still be sent again or withdrawn."""
        return self.state in {SENT, EXPIRED}


class InvitationLink(Base):
    """The link of an invitation, known by the hash of its token; an older one is gone."""

    __tablename__ = "core_invitation_link"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "invitation_id"],
            ["core_invitation.account_id", "core_invitation.id"],
            ondelete="CASCADE",
        ),
        Index("ix_core_invitation_link_invitation", "account_id", "invitation_id"),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    invitation_id: Mapped[int]
