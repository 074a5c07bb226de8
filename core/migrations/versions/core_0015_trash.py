"""Change sets outlive their records, the trash in its order, and what is due to leave it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0015"
down_revision = "core_0014"
branch_labels = None


def upgrade() -> None:
    op.drop_constraint("fk_core_change_account_id_record_id", "core_change", type_="foreignkey")
    op.create_index(
        "ix_core_change_act",
        "core_change",
        ["account_id", "act", "change_set_id", "record_id"],
        postgresql_where=sa.text("act not in ('created', 'changed')"),
    )
    op.create_index("ix_core_change_set_at", "core_change_set", ["account_id", "at", "id"])
    op.create_index("ix_core_change_set_user", "core_change_set", ["account_id", "user_id", "id"])
    op.create_index(
        "ix_core_record_trash",
        "core_record",
        ["account_id", "kind", "deleted_at", "id"],
        postgresql_where=sa.text("deleted_at is not null"),
    )
    op.create_table(
        "core_deleted_record",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("record_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "record_id", name="pk_core_deleted_record"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            ondelete="CASCADE",
            name="fk_core_deleted_record_account_id",
        ),
    )
    op.create_table(
        "core_trash_notice",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("record_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "record_id", name="pk_core_trash_notice"),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            ondelete="CASCADE",
            name="fk_core_trash_notice_account_id_record_id",
        ),
    )
    op.create_index(
        "ix_core_trash_notice_due", "core_trash_notice", ["account_id", "due_at", "record_id"]
    )
