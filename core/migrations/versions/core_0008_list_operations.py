"""Operations on the ticked rows of lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None


def upgrade() -> None:
    op.create_table(
        "core_operation",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("confirmed", postgresql.JSONB(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("done_count", sa.BigInteger(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "job_id"],
            ["core_job.account_id", "core_job.id"],
            name=op.f("fk_core_operation_account_id_job_id"),
            ondelete="SET NULL (job_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_operation_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_operation_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_operation")),
    )
    op.create_index(
        "ix_core_operation_user", "core_operation", ["account_id", "user_id", "id"], unique=False
    )
    op.create_table(
        "core_operation_batch",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("refused", postgresql.JSONB(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("change_set_id", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "change_set_id"],
            ["core_change_set.account_id", "core_change_set.id"],
            name=op.f("fk_core_operation_batch_account_id_change_set_id"),
            ondelete="SET NULL (change_set_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "operation_id"],
            ["core_operation.account_id", "core_operation.id"],
            name=op.f("fk_core_operation_batch_account_id_operation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "operation_id", "number", name=op.f("pk_core_operation_batch")
        ),
    )
    # Accounts that are there already get the new rights as they are shipped.
    op.execute(
        'insert into core_role_tick (account_id, role_id, kind, "right")'
        " select r.account_id, r.id, 'general', new from core_role r,"
        " unnest(array['list_operations', 'take_over']) new where r.key in ('manager', 'user')"
        " on conflict do nothing"
    )
