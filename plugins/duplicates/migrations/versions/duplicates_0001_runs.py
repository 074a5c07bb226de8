"""Searches for duplicates, and what is known to be different."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "duplicates_0001"
down_revision = None
branch_labels = ("duplicates",)

TIME = sa.DateTime(timezone=True)


def _number(name: str, *, is_nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger, autoincrement=False, nullable=is_nullable)


def _own() -> list[sa.Column]:
    return [_number("account_id"), sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False)]


def _link(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["account_id", column],
        [f"{target}.account_id", f"{target}.id"],
        name=f"fk_{table}_account_id_{column}",
        ondelete=f"SET NULL ({column})" if ondelete == "SET NULL" else ondelete,
    )


def _keys(table: str, *columns: str) -> list[sa.Constraint]:
    return [sa.PrimaryKeyConstraint("account_id", *columns, name=f"pk_{table}")]


def _account(table: str) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["core_account.id"], ondelete="CASCADE", name=f"fk_{table}_account_id"
    )


def upgrade() -> None:
    run, pair, group, different = (
        f"duplicates_{name}" for name in ("run", "pair", "group", "different")
    )
    op.create_table(
        run,
        *_own(),
        _number("user_id", is_nullable=True),
        _number("job_id", is_nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        _number("row_count"),
        _number("done_count"),
        _number("cursor"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        *_keys(run, "id"),
        _account(run),
        _link(run, "user_id", "core_user", "SET NULL"),
        _link(run, "job_id", "core_job", "SET NULL"),
    )
    op.create_index("ix_duplicates_run_kind", run, ["account_id", "kind", "id"])
    op.create_table(
        pair,
        *map(_number, ("account_id", "run_id", "record_id", "other_id")),
        *_keys(pair, "run_id", "record_id", "other_id"),
        _link(pair, "run_id", run),
        _link(pair, "record_id", "core_record"),
        _link(pair, "other_id", "core_record"),
    )
    op.create_index("ix_duplicates_pair_record", pair, ["account_id", "record_id"])
    op.create_index("ix_duplicates_pair_other", pair, ["account_id", "other_id"])
    op.create_table(
        group,
        *_own(),
        _number("run_id"),
        sa.Column("record_ids", postgresql.ARRAY(sa.BigInteger), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *_keys(group, "id"),
        _account(group),
        _link(group, "run_id", run),
    )
    op.create_index("ix_duplicates_group_run", group, ["account_id", "run_id", "state", "id"])
    op.create_table(
        different,
        *map(_number, ("account_id", "record_id", "other_id")),
        _number("said_by_id", is_nullable=True),
        sa.Column("said_at", TIME, nullable=False),
        *_keys(different, "record_id", "other_id"),
        _link(different, "record_id", "core_record"),
        _link(different, "other_id", "core_record"),
        _link(different, "said_by_id", "core_user", "SET NULL"),
    )
    op.create_index("ix_duplicates_different_other", different, ["account_id", "other_id"])
