"""Imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "imports_0001"
down_revision = None
branch_labels = ("imports",)


def upgrade() -> None:
    op.create_table(
        "imports_import",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("done_count", sa.BigInteger(), nullable=False),
        sa.Column("assignment", postgresql.JSONB(), nullable=False),
        sa.Column("recognised", postgresql.JSONB(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_from", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "job_id"],
            ["core_job.account_id", "core_job.id"],
            name=op.f("fk_imports_import_account_id_job_id"),
            ondelete="SET NULL (job_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_imports_import_account_id_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_imports_import_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_imports_import")),
    )
    op.create_index(
        "ix_imports_import_user", "imports_import", ["account_id", "user_id", "id"], unique=False
    )
    op.create_table(
        "imports_chunk",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("results", sa.Text(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("change_set_id", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "change_set_id"],
            ["core_change_set.account_id", "core_change_set.id"],
            name=op.f("fk_imports_chunk_account_id_change_set_id"),
            ondelete="SET NULL (change_set_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "import_id"],
            ["imports_import.account_id", "imports_import.id"],
            name=op.f("fk_imports_chunk_account_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "import_id", "number", name=op.f("pk_imports_chunk")),
    )
    op.create_table(
        "imports_piece",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "import_id"],
            ["imports_import.account_id", "imports_import.id"],
            name=op.f("fk_imports_piece_account_id_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "import_id", "number", name=op.f("pk_imports_piece")),
    )
