"""Rows that are read while those before them are written mean what they meant in their turn."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, replace

import pytest

from core.accounts.queries import account_facts
from core.db import sql
from core.records.fields import ShortText
from core.registry import registry
from plugins.imports import services
from plugins.imports.row_reading import RowReader
from tests.makers import make_account, make_record, make_team, make_user, tick
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
    """Return which threads have read each row, by its number in the file."""
    seen, read = defaultdict(list), RowReader.read

    def noted(self, row):
        seen[row.number].append(threading.current_thread().name.partition("_")[0])
        return read(self, row)

    monkeypatch.setattr(RowReader, "read", noted)
    return seen


def between_chunks(monkeypatch, *acts):
    """Let each of the acts happen after one more chunk."""
    left = [lambda: None, *acts]  # the first checkpoint comes before any chunk

    def checkpoint():
        if left:
            left.pop(0)()

    monkeypatch.setattr(services, "checkpoint", checkpoint)


def persons(count, **more):
    """Return a file of persons; what is said by keywords is the same for all of them."""
    heads = ["First name", "Last name", "E-mail", *more]
    return csv_of(
        heads, *(["Jan", f"Nowak{n}", f"{n}@example.com", *more.values()] for n in range(count))
    )


def test_all_chunks_but_the_first_are_read_ahead(anna, readers):
    import_ = run_import(anna, persons(5))
    assert states(import_) == ["created"] * 5
    here, ahead = [threading.current_thread().name], ["reading"]
    assert readers == {2: here, 3: here, 4: ahead, 5: ahead, 6: ahead}


def test_a_label_made_by_a_row_serves_the_rows_that_were_read_before_it_was_made(anna):
    boss = make_user("Beata", make_team("South"), "administrator")
    import_ = run_import(boss, persons(6, Source="Fair", Tags="new, hot"), on_unknown="add")
    assert states(import_) == ["created"] * 6
    names = sql("select name from core_label where account_id = :account order by name")
    assert names.scalars().all() == ["Fair", "hot", "new"]
    worn = sql("select count(*) from core_record_label where account_id = :account")
    assert worn.scalar_one() == 12


def test_rows_match_records_that_the_chunk_before_them_made(anna):
    content = csv_of(
        ["First name", "Last name", "E-mail", "Position"],
        *[["Jan", "Nowak", "jan@example.com", job] for job in ("", "", "Head", "", "Boss")],
    )
    import_ = run_import(anna, content)
    assert states(import_) == ["created", "unchanged", "updated", "unchanged", "updated"]
    assert len({each.record_id for each in results(import_)}) == 1


def test_rows_that_name_records_wait_for_those_before_them(anna, readers):
    heads = ["First name", "Last name", "E-mail", "Company"]
    rows = [["Jan", f"Nowak{n}", f"{n}@example.com", "Acme"] for n in range(4)]
    acme = make_record(anna, "company", name="Acme")
    import_ = run_import(anna, csv_of(heads, *rows), assign={"Company": "person.company"})
    assert states(import_) == ["created"] * 4
    employed = sql("select count(*) from contacts_person where account_id = :account"
                   " and company_id = :acme", acme=acme.id)  # fmt: skip
    assert employed.scalar_one() == 4
    assert "reading" not in {name for names in readers.values() for name in names}


def test_rows_are_read_anew_when_rights_changed_since(anna, readers, monkeypatch):
    between_chunks(monkeypatch, lambda: tick("user", "person", "delete"))
    import_ = make_import(anna, persons(6))
    services.start(import_)
    services.run(import_)
    assert states(import_) == ["created"] * 6
    assert [len(readers[number]) for number in range(2, 8)] == [1, 1, 2, 2, 1, 1]


def test_a_row_that_the_database_refuses_fails_alone_though_it_was_read_ahead(anna, monkeypatch):
    kind = registry().kinds["person"]
    fields = tuple(
        replace(each, type=Zeros()) if each is kind.field("position") else each
        for each in kind.fields
    )
    monkeypatch.setitem(registry().kinds._kinds, "person", replace(kind, fields=fields))
    content = csv_of(
        ["First name", "Last name", "E-mail", "Position"],
        *[["Jan", f"Nowak{n}", f"{n}@example.com", "zero" if n == 3 else ""] for n in range(6)],
    )
    import_ = run_import(anna, content)
    assert states(import_) == ["created"] * 3 + ["failed"] + ["created"] * 2


@dataclass(frozen=True)
class Zeros(ShortText):
    """Gives text that no database takes."""

    def parse(self, typed):
        return "\x00"


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
