"""Persons and companies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "contacts_0001"
down_revision = None
branch_labels = ("contacts",)


def upgrade() -> None:
    op.create_table(
        "contacts_company",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("nip", sa.Text(), nullable=True),
        sa.Column("regon", sa.Text(), nullable=True),
        sa.Column("emails", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("phones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_contacts_company_account_id_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "source_id"],
            ["core_label.account_id", "core_label.id"],
            name=op.f("fk_contacts_company_account_id_source_id"),
            ondelete="SET NULL (source_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_contacts_company_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_contacts_company")),
    )
    op.create_index(
        "ix_contacts_company_city",
        "contacts_company",
        ["account_id", sa.literal_column('core_sort_key(city) COLLATE "C"'), "id"],
        unique=False,
        postgresql_where=sa.text("city IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_company_email",
        "contacts_company",
        ["account_id", sa.literal_column('core_sort_key(emails[1]) COLLATE "C"'), "id"],
        unique=False,
        postgresql_where=sa.text("emails[1] IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_company_nip",
        "contacts_company",
        ["account_id", sa.literal_column('core_sort_key(nip) COLLATE "C"'), "id"],
        unique=False,
        postgresql_where=sa.text("nip IS NOT NULL"),
    )
    op.create_table(
        "contacts_person",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("emails", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("phones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("web", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "company_id"],
            ["contacts_company.account_id", "contacts_company.id"],
            name=op.f("fk_contacts_person_account_id_company_id"),
            ondelete="SET NULL (company_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_contacts_person_account_id_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "source_id"],
            ["core_label.account_id", "core_label.id"],
            name=op.f("fk_contacts_person_account_id_source_id"),
            ondelete="SET NULL (source_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_contacts_person_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_contacts_person")),
    )
    op.create_index(
        "ix_contacts_person_city",
        "contacts_person",
        ["account_id", sa.literal_column('core_sort_key(city) COLLATE "C"'), "id"],
        unique=False,
        postgresql_where=sa.text("city IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_person_company",
        "contacts_person",
        ["account_id", "company_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_contacts_person_email",
        "contacts_person",
        ["account_id", sa.literal_column('core_sort_key(emails[1]) COLLATE "C"'), "id"],
        unique=False,
        postgresql_where=sa.text("emails[1] IS NOT NULL"),
    )
    op.create_index(
        "ix_contacts_person_position",
        "contacts_person",
        ["account_id", sa.literal_column('core_sort_key(position) COLLATE "C"'), "id"],
        unique=False,
        postgresql_where=sa.text("position IS NOT NULL"),
    )
