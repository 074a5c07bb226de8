"""Keys by which records are matched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "core_match",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_core_match_account_id_record_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_match_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "key", "record_id", name=op.f("pk_core_match")),
    )
    op.create_index("ix_core_match_record", "core_match", ["account_id", "record_id"], unique=False)
