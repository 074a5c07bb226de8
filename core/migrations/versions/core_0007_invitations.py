"""Invitations of users, and the last sign-in of each user found quickly in the security log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0007"
down_revision = "core_0006"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "core_invitation",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("role_id", sa.BigInteger(), nullable=True),
        sa.Column("invited_by_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        *(_link(column, target) for column, target in LINKS),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_invitation_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_invitation")),
    )
    op.create_table(
        "core_invitation_link",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "invitation_id"],
            ["core_invitation.account_id", "core_invitation.id"],
            name=op.f("fk_core_invitation_link_account_id_invitation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_core_invitation_link")),
    )
    op.create_index(
        "ix_core_invitation_link_invitation",
        "core_invitation_link",
        ["account_id", "invitation_id"],
        unique=False,
    )
    op.create_index(
        "uq_core_invitation_open",
        "core_invitation",
        ["account_id", "email"],
        unique=True,
        postgresql_where=sa.text("accepted_at is null and withdrawn_at is null"),
    )
    op.create_index(
        "ix_core_security_entry_signed_in",
        "core_security_entry",
        ["account_id", "user_id", "id"],
        unique=False,
        postgresql_where=sa.text("event = 'signed_in'"),
    )


LINKS = (
    ("team_id", "core_team"),
    ("role_id", "core_role"),
    ("invited_by_id", "core_user"),
    ("user_id", "core_user"),
)


def _link(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", column],
        [f"{target}.account_id", f"{target}.id"],
        name=op.f(f"fk_core_invitation_account_id_{column}"),
        ondelete=f"SET NULL ({column})",
    )
