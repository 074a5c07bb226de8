"""Two-factor login, links in mails, photos and phones of users."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("core_user", sa.Column("phone", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "core_login",
        sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default="false"),
    )
    keys = ["account_id", "user_id"]
    op.create_index("ix_core_login_account_id_user_id", "core_login", keys, unique=True)
    op.create_index("ix_core_session_account_id_user_id", "core_session", keys)
    _of_users(
        "core_user_photo",
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    _of_users(
        "core_second_factor",
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    _of_users(
        "core_recovery_code", sa.Column("code_hash", sa.Text(), nullable=False), also="code_hash"
    )
    _shared()


def _of_users(name: str, *columns: sa.Column, also: str = "") -> None:
    keys = ["account_id", "user_id", *([also] if also else [])]
    op.create_table(
        name,
        sa.Column("account_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False, autoincrement=False),
        *columns,
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["core_account.id"], name=f"fk_{name}_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=f"fk_{name}_account_id_user_id",
            ondelete="CASCADE",
        ),
    )


def _shared() -> None:
    op.create_table(
        "core_ticket",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("try_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_core_ticket"),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name="fk_core_ticket_account_id_user_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_core_ticket_account_id_user_id", "core_ticket", ["account_id", "user_id"])
    op.create_table(
        "core_reset_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_core_reset_request"),
    )
