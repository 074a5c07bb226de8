"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "core_0001"
down_revision = None
branch_labels = ("core",)


# The order of names by the rules of Polish, for a column compared byte by byte: a Polish letter
# is its base letter and U+007F, which follows every letter and digit of ASCII; the marks of other
# languages are passed over, punctuation counts as a blank.
SORT_KEY = """
create function core_sort_key(value text) returns text language sql immutable parallel safe as $$
select left(btrim(regexp_replace(
  replace(replace(replace(replace(replace(replace(replace(replace(replace(translate(lower(value collate "C"), 'ĄĆĘŁŃÓŚŹŻàáâãäåāăÀÁÂÃÄÅĀĂçčĉÇČĈďđĎĐèéêëēěėÈÉÊËĒĚĖğĝĞĜìíîïīıİÌÍÎÏĪňñŇÑòôõöøōőÒÔÕÖØŌŐřŘšşșßŠŞȘťțţŤȚŢùúûüūůűÙÚÛÜŪŮŰýÿÝŸžŽľĺļĽĹĻæÆßðÐþÞģĢķĶņŅŕŔ-._,;:/\\"„”«»()''’‘`', 'ąćęłńóśźżaaaaaaaaaaaaaaaaccccccddddeeeeeeeeeeeeeeggggiiiiiiiiiiiinnnnoooooooooooooorrsssssssttttttuuuuuuuuuuuuuuyyyyzzllllllaasddttggkknnrr               '), 'ą', 'a' || chr(127)), 'ć', 'c' || chr(127)), 'ę', 'e' || chr(127)), 'ł', 'l' || chr(127)), 'ń', 'n' || chr(127)), 'ó', 'o' || chr(127)), 'ś', 's' || chr(127)), 'ź', 'z' || chr(127)), 'ż', 'z' || chr(127) || chr(127)), ' +', ' ', 'g')
), 200)
$$
"""


def upgrade() -> None:
    op.execute(SORT_KEY)
    op.create_table(
        "core_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_core_account_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_account")),
    )
    op.create_table(
        "core_sign_in_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_sign_in_failure")),
    )
    op.create_index(
        "ix_core_sign_in_failure_address_at",
        "core_sign_in_failure",
        ["address", "at"],
        unique=False,
    )
    op.create_index(
        "ix_core_sign_in_failure_email_at", "core_sign_in_failure", ["email", "at"], unique=False
    )
    op.create_table(
        "core_access_tick",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("access_role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_access_tick_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "access_role", "kind", "right", name=op.f("pk_core_access_tick")
        ),
    )
    op.create_table(
        "core_form_token",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_form_token_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "token", name=op.f("pk_core_form_token")),
    )
    op.create_table(
        "core_label",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_label_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_label")),
        sa.UniqueConstraint(
            "account_id",
            "family",
            "name_key",
            name=op.f("uq_core_label_account_id_family_name_key"),
        ),
    )
    op.create_table(
        "core_plugin_switch",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_plugin_switch_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "plugin", name=op.f("pk_core_plugin_switch")),
    )
    op.create_table(
        "core_principal",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_principal_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_principal")),
    )
    op.create_table(
        "core_role",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("has_reach", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_role_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_role")),
    )
    op.create_index("uq_core_role_name", "core_role", ["account_id", "name"], unique=True)
    op.create_table(
        "core_setting",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_setting_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_core_setting")),
    )
    op.create_table(
        "core_role_tick",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "role_id"],
            ["core_role.account_id", "core_role.id"],
            name=op.f("fk_core_role_tick_account_id_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_role_tick_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "role_id", "kind", "right", name=op.f("pk_core_role_tick")
        ),
    )
    op.create_table(
        "core_team",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "id"],
            ["core_principal.account_id", "core_principal.id"],
            name=op.f("fk_core_team_account_id_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "parent_id"],
            ["core_team.account_id", "core_team.id"],
            name=op.f("fk_core_team_account_id_parent_id"),
            ondelete="SET NULL (parent_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_team_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_team")),
    )
    op.create_index(
        "uq_core_team_name",
        "core_team",
        ["account_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "core_user",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("main_team_id", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("date_format", sa.Text(), nullable=False),
        sa.Column("number_format", sa.Text(), nullable=False),
        sa.Column("is_clock_24", sa.Boolean(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "id"],
            ["core_principal.account_id", "core_principal.id"],
            name=op.f("fk_core_user_account_id_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "main_team_id"],
            ["core_team.account_id", "core_team.id"],
            name=op.f("fk_core_user_account_id_main_team_id"),
            ondelete="SET NULL (main_team_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_user_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_user")),
    )
    op.create_table(
        "core_change_set",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_of_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "undo_of_id"],
            ["core_change_set.account_id", "core_change_set.id"],
            name=op.f("fk_core_change_set_account_id_undo_of_id"),
            ondelete="SET NULL (undo_of_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_change_set_account_id_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_change_set_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_change_set")),
    )
    op.create_table(
        "core_job",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_job_account_id_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_job_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_job")),
    )
    op.create_index(
        "ix_core_job_open",
        "core_job",
        ["account_id", "run_at"],
        unique=False,
        postgresql_where=sa.text("state in ('waiting', 'running')"),
    )
    op.create_table(
        "core_login",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_login_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_core_login")),
    )
    op.create_table(
        "core_membership",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "role_id"],
            ["core_role.account_id", "core_role.id"],
            name=op.f("fk_core_membership_account_id_role_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "team_id"],
            ["core_team.account_id", "core_team.id"],
            name=op.f("fk_core_membership_account_id_team_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_membership_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_membership_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "user_id", "team_id", "role_id", name=op.f("pk_core_membership")
        ),
    )
    op.create_index(
        "ix_core_membership_team", "core_membership", ["account_id", "team_id"], unique=False
    )
    op.create_table(
        "core_preference",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_preference_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_preference_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "user_id", "key", name=op.f("pk_core_preference")),
    )
    op.create_table(
        "core_record",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column(
            "sort_key",
            sa.Text(collation="C"),
            sa.Computed("core_sort_key(sort_name)", persisted=True),
            nullable=False,
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "visibility in ('public', 'private', 'hidden')", name=op.f("ck_core_record_visibility")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "created_by_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_record_account_id_created_by_id"),
            ondelete="SET NULL (created_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "deleted_by_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_record_account_id_deleted_by_id"),
            ondelete="SET NULL (deleted_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "owner_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_record_account_id_owner_id"),
            ondelete="SET NULL (owner_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "updated_by_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_record_account_id_updated_by_id"),
            ondelete="SET NULL (updated_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_record_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_record")),
    )
    op.create_index(
        "ix_core_record_created",
        "core_record",
        ["account_id", "kind", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "ix_core_record_name",
        "core_record",
        ["account_id", "kind", "sort_key", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "ix_core_record_owner",
        "core_record",
        ["account_id", "kind", "owner_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "ix_core_record_updated",
        "core_record",
        ["account_id", "kind", "updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_index(
        "ix_core_record_visibility",
        "core_record",
        ["account_id", "kind", "visibility", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_table(
        "core_security_entry",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_security_entry_account_id_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_security_entry_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_security_entry")),
    )
    op.create_table(
        "core_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_session_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_core_session")),
    )
    op.create_table(
        "core_change",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("change_set_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("diff", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "change_set_id"],
            ["core_change_set.account_id", "core_change_set.id"],
            name=op.f("fk_core_change_account_id_change_set_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_core_change_account_id_record_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_change_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "change_set_id", "record_id", name=op.f("pk_core_change")
        ),
    )
    op.create_index(
        "ix_core_change_record", "core_change", ["account_id", "record_id", "version"], unique=False
    )
    op.create_table(
        "core_holder",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("principal_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("role in ('owner', 'participant')", name=op.f("ck_core_holder_role")),
        sa.ForeignKeyConstraint(
            ["account_id", "added_by_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_holder_account_id_added_by_id"),
            ondelete="SET NULL (added_by_id)",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "principal_id"],
            ["core_principal.account_id", "core_principal.id"],
            name=op.f("fk_core_holder_account_id_principal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_core_holder_account_id_record_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_holder_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_holder")),
        sa.UniqueConstraint(
            "account_id",
            "record_id",
            "principal_id",
            "role",
            name=op.f("uq_core_holder_account_id_record_id_principal_id_role"),
        ),
    )
    op.create_index(
        "ix_core_holder_owner",
        "core_holder",
        ["account_id", "principal_id", "record_id"],
        unique=False,
        postgresql_where=sa.text("role = 'owner'"),
    )
    op.create_index(
        "ix_core_holder_principal",
        "core_holder",
        ["account_id", "principal_id", "record_id"],
        unique=False,
    )
    op.create_table(
        "core_notification",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_core_notification_account_id_record_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "user_id"],
            ["core_user.account_id", "core_user.id"],
            name=op.f("fk_core_notification_account_id_user_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_notification_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_notification")),
    )
    op.create_index(
        "ix_core_notification_unread",
        "core_notification",
        ["account_id", "user_id"],
        unique=False,
        postgresql_where=sa.text("read_at is null"),
    )
    op.create_index(
        "ix_core_notification_user",
        "core_notification",
        ["account_id", "user_id", "id"],
        unique=False,
    )
    op.create_table(
        "core_record_label",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "label_id"],
            ["core_label.account_id", "core_label.id"],
            name=op.f("fk_core_record_label_account_id_label_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_core_record_label_account_id_record_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_record_label_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "record_id", "label_id", name=op.f("pk_core_record_label")
        ),
    )
    op.create_index(
        "ix_core_record_label_label",
        "core_record_label",
        ["account_id", "label_id", "record_id"],
        unique=False,
    )
    op.create_table(
        "core_search",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "record_id"],
            ["core_record.account_id", "core_record.id"],
            name=op.f("fk_core_search_account_id_record_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["core_account.id"],
            name=op.f("fk_core_search_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "record_id", name=op.f("pk_core_search")),
    )
    op.create_index(
        "ix_core_search_document", "core_search", ["document"], unique=False, postgresql_using="gin"
    )
