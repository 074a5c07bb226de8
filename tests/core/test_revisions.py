"""Migrations: the database is at one version or another, and never used by code that does not fit."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from config.settings import Settings
from core import migrate, revisions
from core.db import Base


@pytest.fixture
def database_url(settings: Settings) -> Iterator[str]:
    """A database of its own, still empty."""
    name = f"scratch_{secrets.token_hex(4)}"
    server = str(settings.database_url).replace("+psycopg", "", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield str(settings.database_url).replace("/szansa?", f"/{name}?")
        connection.execute(f"drop database {name} with (force)")


def test_an_empty_database_waits_and_then_does_not(database_url: str) -> None:
    assert revisions.waiting(database_url) == revisions.newest()
    with pytest.raises(revisions.OlderDatabase):
        revisions.check(database_url)
    applied = migrate.upgrade(database_url)
    assert applied[0] == "core_0001"
    revisions.check(database_url)
    assert migrate.upgrade(database_url) == []


def test_the_models_are_what_the_migrations_make(database_url: str, whole_app: Flask) -> None:
    migrate.upgrade(database_url)
    with migrate.connection(database_url) as connection:
        assert migrate.differences(connection, Base.metadata) == []


def test_a_newer_database_is_refused(database_url: str) -> None:
    migrate.upgrade(database_url)
    _set_revision(database_url, "core_9999", "core")
    with pytest.raises(revisions.NewerDatabase, match="core_9999"):
        revisions.check(database_url)
    with pytest.raises(revisions.NewerDatabase, match="core_9999"):
        migrate.upgrade(database_url)


def test_a_plugin_that_is_gone_stays_in_the_database_and_hurts_nobody(database_url: str) -> None:
    migrate.upgrade(database_url)
    _set_revision(database_url, "a_gone_plugin_0007", "contacts")
    assert "a_gone_plugin_0007" not in revisions.stored(database_url)
    with pytest.raises(revisions.OlderDatabase):
        revisions.check(database_url)


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_step: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
    with pytest.raises(RuntimeError):
        migrate.upgrade(database_url)
    assert revisions.stored(database_url) == []
    monkeypatch.undo()
    assert migrate.upgrade(database_url)


@pytest.mark.parametrize(
    "file",
    [file for folder in revisions.owners().values() for file in folder.glob("*.py")],
    ids=lambda file: file.stem,
)
def test_a_revision_is_named_like_its_file_and_depends_on_no_other_line(file: Path) -> None:
    text = file.read_text()
    named = [
        each for each in revisions.revisions_of(_owner(file)) if file.stem.startswith(f"{each}_")
    ]
    assert len(named) == 1
    assert f'revision = "{named[0]}"' in text
    assert "depends_on" not in text


def _owner(file: Path) -> str:
    return file.parents[2].name


def _set_revision(database_url: str, revision: str, owner: str) -> None:
    address = database_url.replace("+psycopg", "", 1)
    with psycopg.connect(address) as connection:
        connection.execute(
            "update alembic_version set version_num = %s where version_num like %s",
            [revision, f"{owner}%"],
        )
