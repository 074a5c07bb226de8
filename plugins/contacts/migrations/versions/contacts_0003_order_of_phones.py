"""Lists sorted by phone need not read all rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "contacts_0003"
down_revision = "contacts_0002"
branch_labels = None


def upgrade() -> None:
    for table in ("contacts_company", "contacts_person"):
        op.create_index(
            f"ix_{table}_phone",
            table,
            ["account_id", sa.literal_column('core_sort_key(phones -> 0 ->> 0) COLLATE "C"'), "id"],
            postgresql_where=sa.text("(phones -> 0 ->> 0) IS NOT NULL"),
        )
