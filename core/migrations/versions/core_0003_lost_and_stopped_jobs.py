"""Lost and stopped jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None


def upgrade() -> None:
    op.add_column(
        "core_job", sa.Column("lost_count", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "core_job",
        sa.Column("is_stop_wanted", sa.Boolean(), nullable=False, server_default="false"),
    )
