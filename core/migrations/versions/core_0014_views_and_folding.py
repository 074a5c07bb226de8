"""Views of lists, saved by their users; text folded for filters.

Folded text is what `core.records.folding.fold` makes of the letters of Europe: small, without
diacritics. Texts of ASCII letters, and those with Polish ones, take the two quick ways.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0014"
down_revision = "core_0013"
branch_labels = None

POLISH, PLAIN = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzacelnoszz"
FROM = (
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïðñòôõöøùúûüýÿĀāĂăĈĉĊċČčĎďĐđĒēĔĕĖėĚěĜĝĞ"
    "ğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĴĵĶķĸĹĺĻļĽľŅņŇňŊŋŌōŎŏŐőŔŕŖŗŘřŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŽžſ"
    "ȘșȚțЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯҐ"
)
TO = (
    "aaaaaaceeeeiiiidnooooouuuuyaaaaaaceeeeiiiidnooooouuuuyyaaaaccccccddddeeeeeeeeggg"
    "ggggghhhhiiiiiiiiiijjkkkllllllnnnnnnoooooorrrrrrssssssttttttuuuuuuuuuuuuwwyyyzzs"
    "ssttѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюяґ"
)
SEVERAL = {"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}


def folding() -> str:
    """Return the function: one expression, so that the planner puts it into the statement."""
    plain = 'lower(value collate "C")'
    for letter, base in zip(POLISH, PLAIN, strict=True):
        plain = f"replace({plain}, '{letter}', '{base}')"
    rest = f"translate({plain}, '{FROM}', '{TO}')"
    for letter, bases in SEVERAL.items():
        rest = f"replace({rest}, '{letter}', '{bases}')"
    return f"""create function core_fold(value text) returns text
    language sql immutable parallel safe as $$
    select case when octet_length(value) = length(value) then lower(value collate "C")
      when octet_length({plain}) = length({plain}) then {plain}
      else {rest} end
    $$"""


def upgrade() -> None:
    op.execute(folding())
    op.create_table(
        "core_saved_view",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", postgresql.JSONB(), nullable=False),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("is_descending", sa.Boolean(), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_core_saved_view_name")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_saved_view_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_saved_view_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_saved_view")),
    )
    op.create_index("ix_core_saved_view_user", "core_saved_view", ["account_id", "user_id"])
    op.create_table(
        "core_view_reader",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("view_id", sa.BigInteger(), nullable=False),
        sa.Column("principal_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "view_id"],
            ["core_saved_view.account_id", "core_saved_view.id"],
            name=op.f("fk_core_view_reader_account_id_view_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "principal_id"],
            ["core_principal.account_id", "core_principal.id"],
            name=op.f("fk_core_view_reader_account_id_principal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "view_id", "principal_id", name=op.f("pk_core_view_reader")
        ),
    )
    op.create_index(
        "ix_core_view_reader_principal", "core_view_reader", ["account_id", "principal_id"]
    )
