"""An export is made of one moment's rows, whatever others store meanwhile."""

from __future__ import annotations

import csv
import io

import pytest
from flask import g

from core.access import actor_of
from core.changes.capture import change_set
from core.db import account_scope, db
from core.exports import queries, reading, services
from core.exports.models import Export
from core.formats import Formats
from core.jobs import runner
from core.records.services import create
from core.registry import registry
from core.tables.cells import FileKind
from tests import together

NAMES = ["Adamska", "Bąk", "Cis"]


stored = together.stored


@pytest.fixture
def asked(stored):
    """An export of three persons that is really stored, and asked for by an administrator."""
    account_id, _team, user_id = stored.config["STORED"]
    with stored.app_context(), stored.test_request_context(), account_scope(account_id):
        g.formats = Formats()
        person, who = registry().kinds["person"], actor_of(user_id)
        with change_set("form", user_id):
            ids = [
                create(
                    person, {"last_name": name, "owner": user_id, "visibility": "public"}, who
                ).id
                for name in NAMES
            ]
            choices = services.Choices(["name", "city"])
            export = services.begin(person, who, ids, FileKind.CSV, choices)
        db.session.commit()
        found = account_id, user_id, export.id, export.job_id
    with stored.app_context():
        yield found


def rows_of(account_id, export_id):
    with account_scope(account_id):
        export = db.session.execute(db.select(Export).where(Export.id == export_id)).scalar_one()
        assert export.state == "done", export.reason
        text = b"".join(queries.pieces_of(export)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


def test_list_15_rows_are_those_of_one_moment(asked, monkeypatch):
    account_id, _user_id, export_id, job_id = asked
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 1)
    read = reading.Reader.rows

    def read_while_others_write(reader, record_ids):
        yield from read(reader, record_ids)
        with db.engine.begin() as connection:
            connection.exec_driver_sql("update contacts_person set city = 'elsewhere'")
            connection.exec_driver_sql("update core_record set deleted_at = now()"
                                       " where name = 'Cis'")  # fmt: skip

    monkeypatch.setattr(reading.Reader, "rows", read_while_others_write)
    runner.run(account_id, job_id)
    assert rows_of(account_id, export_id) == [[name, ""] for name in NAMES]


def test_gen_12_an_export_asked_to_stop_while_it_runs_keeps_no_file(asked, monkeypatch):
    account_id, _user_id, export_id, job_id = asked
    monkeypatch.setattr(services, "ROWS_AT_ONCE", 1)
    read = reading.Reader.rows

    def read_and_stop(reader, record_ids):
        yield from read(reader, record_ids)
        with db.engine.begin() as connection:
            connection.exec_driver_sql("update core_job set is_stop_wanted = true")

    monkeypatch.setattr(reading.Reader, "rows", read_and_stop)
    runner.run(account_id, job_id)
    with account_scope(account_id):
        export = db.session.execute(db.select(Export).where(Export.id == export_id)).scalar_one()
        assert (export.state, export.done_count) == ("stopped", 1)
        assert list(queries.pieces_of(export)) == []


def test_gen_12_a_killed_export_begins_anew_and_ends_once(asked, monkeypatch):
    account_id, _user_id, export_id, job_id = asked

    class Killed(BaseException):
        pass

    def die(*_arguments):
        raise Killed

    with monkeypatch.context() as first:
        first.setattr(services, "_keep", die)
        with pytest.raises(Killed):
            runner.run(account_id, job_id)
    runner.run(account_id, job_id)
    assert [row[0] for row in rows_of(account_id, export_id)] == NAMES
