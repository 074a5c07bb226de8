"""Lists filtered by source or postcode need not read all rows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "contacts_0004"
down_revision = "contacts_0003"
branch_labels = None


def upgrade() -> None:
    for table in ("contacts_company", "contacts_person"):
        op.create_index(
            f"ix_{table}_source",
            table,
            ["account_id", "source_id", "id"],
            postgresql_where=sa.text("source_id IS NOT NULL"),
        )
        op.create_index(
            f"ix_{table}_postcode",
            table,
            ["account_id", sa.literal_column('core_sort_key(postcode) COLLATE "C"'), "id"],
            postgresql_where=sa.text("postcode IS NOT NULL"),
        )
