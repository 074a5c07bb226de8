"""The schema: keyed by account, so that the database holds the wall and could be sharded by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Index, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint

from core import migrate
from core.accounts.models import Account
from core.db import Base, Tenant

# Tables of the installation, where an account is an answer and not a part of the key.
SHARED = {
    "core_account",
    "core_invitation_link",
    "core_login",
    "core_reset_request",
    "core_session",
    "core_sign_in_failure",
    "core_ticket",
}


@pytest.fixture(scope="module")
def metadata(whole_app) -> MetaData:
    """The tables of core and of every plugin."""
    return Base.metadata


def tenant_tables(metadata: MetaData) -> list[Table]:
    return [table for name, table in metadata.tables.items() if name not in SHARED]


def columns(key) -> list[str]:
    return [getattr(each, "name", str(each)) for each in getattr(key, "expressions", key.columns)]


def keys(table: Table) -> Iterator[PrimaryKeyConstraint | UniqueConstraint | Index]:
    """Everything by which rows are told apart."""
    yield table.primary_key
    yield from (each for each in table.constraints if isinstance(each, UniqueConstraint))
    yield from (each for each in table.indexes if each.unique)


def test_shared_tables_are_the_listed_ones(metadata):
    models = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
    assert {name for name, model in models.items() if not issubclass(model, Tenant)} == SHARED
    assert set(metadata.tables) == set(models)


def test_rows_are_told_apart_within_their_account(metadata):
    wrong = [
        f"{table.name}: {columns(key)}"
        for table in tenant_tables(metadata)
        for key in keys(table)
        if columns(key)[0] != "account_id"
    ]
    assert wrong == []


def test_rows_with_a_number_of_their_own_have_it_in_the_key(metadata):
    wrong = [
        table.name
        for table in tenant_tables(metadata)
        if "id" in table.columns and columns(table.primary_key) != ["account_id", "id"]
    ]
    assert wrong == []


def test_links_carry_the_account(metadata):
    wrong = []
    for table in tenant_tables(metadata):
        for key in table.foreign_key_constraints:
            if key.referred_table is Account.__table__:
                continue
            here = [each.name for each in key.columns]
            there = [each.column.name for each in key.elements]
            if here[0] != "account_id" or there[0] != "account_id":
                wrong.append(f"{table.name}: {here} -> {there}")
    assert wrong == []


def test_link_that_is_emptied_keeps_its_account(metadata):
    wrong = [
        f"{table.name}: {key.ondelete}"
        for table in tenant_tables(metadata)
        for key in table.foreign_key_constraints
        if key.ondelete and key.ondelete.startswith("SET NULL")
        and (key.ondelete == "SET NULL" or "account_id" in key.ondelete)
    ]  # fmt: skip
    assert wrong == []


def test_indexes_of_rows_begin_with_the_account(metadata):
    wrong = [
        f"{index.name}: {columns(index)}"
        for table in tenant_tables(metadata)
        for index in table.indexes
        if columns(index)[0] != "account_id"
        and index.dialect_options["postgresql"]["using"] != "gin"
    ]
    assert wrong == []


def test_models_and_migrations_agree(metadata, connection):
    assert migrate.differences(connection, metadata) == []


def test_database_has_no_other_tables(metadata, connection):
    rows = connection.exec_driver_sql(
        "select table_name from information_schema.tables where table_schema = 'public'"
    )
    assert {row[0] for row in rows} == {*metadata.tables, "alembic_version"}
