"""Rows that are read while those before them are written mean what they meant in their turn."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from core.accounts.queries import account_facts
from core.db import db, sql
from core.registry import registry
from plugins.imports import services
from plugins.imports.row_reading import RowReader
from tests.makers import make_account, make_team, make_user, tick
from tests.plugins.imports.makers import csv_of, make_import, results, run_import, states


@pytest.fixture
def anna(app):
    make_account(language="en")
    return make_user("Anna", make_team("North"), "manager", "anna@example.com")


@pytest.fixture(autouse=True)
def two_rows_a_chunk(monkeypatch):
    monkeypatch.setattr(services, "ROWS_A_CHUNK", 2)


@pytest.fixture
def readers(monkeypatch):
    """Return the names of the threads that read rows, in the order of the rows."""
    seen, read = [], RowReader.read

    def noted(self, row):
        seen.append(threading.current_thread().name)
        return read(self, row)

    monkeypatch.setattr(RowReader, "read", noted)
    return seen


def between_chunks(monkeypatch, *acts):
    """Let each of the acts happen after one more chunk."""
    ahead = iter([lambda: None, *acts])  # the first checkpoint comes before any chunk
    monkeypatch.setattr(services, "checkpoint", lambda: next(ahead, lambda: None)())


def persons(count, **more):
    heads = ["First name", "Last name", "E-mail", *more]
    return csv_of(
        heads, *(["Jan", f"Nowak{n}", f"{n}@example.com", *more.values()] for n in range(count))
    )


def test_all_chunks_but_the_first_are_read_ahead(anna, readers):
    import_ = run_import(anna, persons(5))
    assert states(import_) == ["created"] * 5
    assert ["reading" in each for each in readers] == [False, False, True, True, True]


def test_a_label_made_by_a_row_serves_the_rows_that_were_read_before_it_was_made(anna):
    anna_is_administrator(anna)
    import_ = run_import(anna, persons(6, Source="Fair", Tags="new, hot"), on_unknown="add")
    assert states(import_) == ["created"] * 6
    names = sql("select name from core_label where account_id = :account order by name")
    assert names.scalars().all() == ["Fair", "hot", "new"]
    worn = sql("select count(*) from core_record_label where account_id = :account")
    assert worn.scalar_one() == 12


def anna_is_administrator(anna):
    sql(
        "update core_member set role_id = (select id from core_role where account_id = :account"
        " and key = 'administrator') where account_id = :account and user_id = :anna",
        anna=anna.id,
    )


def test_rows_match_records_that_the_chunk_before_them_made(anna):
    content = csv_of(
        ["First name", "Last name", "E-mail", "Position"],
        *[["Jan", "Nowak", "jan@example.com", job] for job in ("", "", "Head", "", "Boss")],
    )
    import_ = run_import(anna, content)
    assert states(import_) == ["created", "unchanged", "updated", "unchanged", "unchanged"]
    assert len({each.record_id for each in results(import_)}) == 1


def test_rows_that_name_records_wait_for_those_before_them(anna, readers):
    heads = ["First name", "Last name", "E-mail", "Company"]
    rows = [["Jan", f"Nowak{n}", f"{n}@example.com", "Acme"] for n in range(4)]
    import_ = run_import(anna, csv_of(heads, *rows))
    assert states(import_) == ["created"] * 4
    made = sql("select count(*) from contacts_company where account_id = :account").scalar_one()
    assert made == 1


def test_rows_are_read_anew_when_rights_changed_since(anna, readers, monkeypatch):
    between_chunks(monkeypatch, lambda: tick("person", "delete", "user", by_anyone=True))
    import_ = make_import(anna, persons(6))
    services.start(import_)
    services.run(import_)
    assert states(import_) == ["created"] * 6
    assert len(readers) == 8  # the second chunk was read twice


def test_a_row_that_the_database_refuses_fails_alone_though_it_was_read_ahead(anna, monkeypatch):
    import_ = make_import(anna, persons(6))
    rename_stored_cell(import_, "Nowak3", "Nowak" + "x" * 3_000)
    services.start(import_)
    monkeypatch.setattr("core.records.fields.SHORT", 10_000)
    services.run(import_)
    assert states(import_).count("created") >= 5


def rename_stored_cell(import_, now, then):
    sql(
        "update imports_chunk set rows = replace(rows, :now, :then)"
        " where account_id = :account and import_id = :id",
        id=import_.id, now=now, then=then,
    )  # fmt: skip


def test_a_field_that_asks_the_database_is_read_in_its_turn(anna, readers, monkeypatch):
    kind = registry().kinds["person"]
    asked = []

    def check(value):
        asked.append(len(account_facts().users))

    fields = tuple(
        replace(field, check=check) if field.key == "last_name" else field for field in kind.fields
    )
    monkeypatch.setitem(registry().kinds._kinds, "person", replace(kind, fields=fields))
    import_ = run_import(anna, persons(4))
    assert states(import_) == ["created"] * 4
    assert asked == [1, 1, 1, 1]
    db.session.flush()
