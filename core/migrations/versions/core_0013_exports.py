"""Exports: what was asked for, its rows, and the file in pieces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "core_0013"
down_revision = "core_0012"
branch_labels = None


def _part(table: str, *columns: sa.Column[object], key: tuple[str, ...]) -> None:
    op.create_table(
        table,
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("export_id", sa.BigInteger, nullable=False),
        *columns,
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "export_id", *key, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["account_id", "export_id"],
            ["core_export.account_id", "core_export.id"],
            ondelete="CASCADE",
            name=f"fk_{table}_account_id_export_id",
        ),
    )


def upgrade() -> None:
    op.create_table(
        "core_export",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("job_id", sa.BigInteger),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("kind", "format", "file_name", "state", "reason")
        ),
        sa.Column("choices", JSONB, nullable=False),
        *(
            sa.Column(f"{name}_count", sa.BigInteger, nullable=False)
            for name in ("row", "done", "written", "shortened")
        ),
        sa.Column("file_bytes", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_core_export"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            ondelete="CASCADE",
            name="fk_core_export_account_id",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            ondelete="CASCADE",
            name="fk_core_export_account_id_user_id",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "job_id"],
            ["core_job.account_id", "core_job.id"],
            ondelete="SET NULL (job_id)",
            name="fk_core_export_account_id_job_id",
        ),
    )
    op.create_index("ix_core_export_user", "core_export", ["account_id", "user_id", "id"])
    _part(
        "core_export_rows", sa.Column("record_ids", sa.ARRAY(sa.BigInteger), nullable=False), key=()
    )
    _part(
        "core_export_piece",
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        key=("number",),
    )
