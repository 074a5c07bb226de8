"""Merged records: which became which, and what went along."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None


def _link(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["account_id", column],
        [f"{target}.account_id", f"{target}.id"],
        name=f"fk_{table}_account_id_{column}",
        ondelete=f"SET NULL ({column})" if ondelete == "SET NULL" else ondelete,
    )


def upgrade() -> None:
    op.create_table(
        "core_merge",
        sa.Column("account_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("main_id", sa.BigInteger, nullable=False),
        sa.Column("change_set_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dropped", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("split_at", sa.DateTime(timezone=True)),
        sa.Column("split_by_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_core_merge"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["core_account.id"], ondelete="CASCADE", name="fk_core_merge_account_id"
        ),
        _link("core_merge", "main_id", "core_record"),
        _link("core_merge", "change_set_id", "core_change_set"),
        _link("core_merge", "user_id", "core_user", "SET NULL"),
        _link("core_merge", "split_by_id", "core_user", "SET NULL"),
    )
    op.create_index("ix_core_merge_main", "core_merge", ["account_id", "main_id", "id"])
    op.create_table(
        "core_merged",
        sa.Column("account_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("merge_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "merge_id", "record_id", name="pk_core_merged"),
        _link("core_merged", "merge_id", "core_merge"),
        _link("core_merged", "record_id", "core_record"),
    )
    op.create_index("ix_core_merged_record", "core_merged", ["account_id", "record_id"])
