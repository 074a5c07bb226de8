"""Rows that hang on a record know their account through it."""

from __future__ import annotations

from alembic import op

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None

PARTS = ("core_holder", "core_record_label", "core_search", "core_match", "core_change")


def upgrade() -> None:
    for table in PARTS:
        op.drop_constraint(f"fk_{table}_account_id", table)
