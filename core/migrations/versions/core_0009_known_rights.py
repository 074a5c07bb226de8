"""Accounts remember which rights they know, so that new ones bring their shipped ticks once.

Accounts that are there know what the versions before this one had; whatever they ticked or
unticked of it stays.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0009"
down_revision = "core_0008"
branch_labels = None

KNOWN = {
    "company": "add change_owner change_visibility delete edit import manage_participants view",
    "general": "create_tags manage_groups",
    "person": "add change_owner change_visibility delete edit import manage_participants view",
}


def upgrade() -> None:
    op.create_table(
        "core_known_right",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_known_right_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "right", name=op.f("pk_core_known_right")),
    )
    names = [(kind, right) for kind, rights in KNOWN.items() for right in rights.split()]
    values = ", ".join(f"('{kind}', '{right}')" for kind, right in names)
    op.execute(
        'insert into core_known_right (account_id, kind, "right")'
        f" select a.id, r.kind, r.name from core_account a cross join (values {values}) r(kind, name)"
    )
