"""Contacts know their account through their record."""

from __future__ import annotations

from alembic import op

revision = "contacts_0002"
down_revision = "contacts_0001"
branch_labels = None


def upgrade() -> None:
    for table in ("contacts_company", "contacts_person"):
        op.drop_constraint(f"fk_{table}_account_id", table)
