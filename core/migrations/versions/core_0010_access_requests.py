"""Who asked for access to a private record, and the answer; the security log in its order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0010"
down_revision = "core_0009"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "core_access_request",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("record_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answered_by_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_core_access_request"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            ondelete="CASCADE",
            name="fk_core_access_request_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            ondelete="CASCADE",
            name="fk_core_access_request_account_id_record_id",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="CASCADE",
            name="fk_core_access_request_account_id_user_id",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "answered_by_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="SET NULL (answered_by_id)",
            name="fk_core_access_request_account_id_answered_by_id",
        ),
        sa.CheckConstraint(
            "state in ('open', 'granted', 'declined')", name="ck_core_access_request_state"
        ),
    )
    op.create_index(
        "uq_core_access_request_open",
        "core_access_request",
        ["account_id", "record_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_core_access_request_user",
        "core_access_request",
        ["account_id", "user_id", "record_id"],
    )
