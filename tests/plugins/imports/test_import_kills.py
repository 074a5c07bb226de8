"""Workers and servers are killed in the middle of an import: no row is lost, none comes twice."""

from __future__ import annotations

import random
import signal
import time

import pytest

from core import db as wall
from core.app import create_app
from core.db import account_scope, db, sql
from core.jobs import runner
from plugins.imports import queries, services
from tests.installation import await_that, children_of, installation, kill
from tests.makers import make_account, make_team, make_user
from tests.plugins.imports.makers import csv_of, make_import

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]

ROWS, FIRMS = 5_000, 41
ROLE = ("-m", "tests.core.jobs.roles")
KILLS = 6


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    with installation(tmp_path_factory.mktemp("imports")) as ours:
        yield ours


@pytest.fixture(scope="module")
def own_app(ours):
    app = create_app(ours.settings())
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def import_id(ours, own_app, monkeypatch):
    monkeypatch.setattr(services, "ROWS_A_CHUNK", 50)
    for role in ("worker", "cron"):
        if role not in ours.running:
            ours.start(role, *ROLE, role)
    with own_app.app_context():
        account_id = make_account().id
        rows = [
            [f"Imię{n % 97}", f"Nazwisko{n}", f"osoba{n}@example.com", f"Firma {n % FIRMS}", "a; b"]
            if n % 10
            else ["", f"Nazwisko{n}", "zły", "", ""]
            for n in range(ROWS)
        ]
        content = csv_of(["Imię", "Nazwisko", "E-mail", "Firma", "Tagi"], *rows)
        import_ = make_import(make_user("Anna", make_team(), "manager"), content)
        services.start(import_)
        wall.leave_account()
        db.session.commit()
        with account_scope(account_id):
            yield import_.id


def now(import_id):
    try:
        found = queries.find_import(import_id)
        db.session.refresh(found)
        return found.state, found.done_count
    finally:
        db.session.rollback()


def in_the_middle(import_id, least=50):
    await_that(lambda: now(import_id)[1] >= least, 120)


def count(statement):
    try:
        return sql(statement).scalar_one()
    finally:
        db.session.rollback()


def assert_done_once(import_id):
    await_that(lambda: now(import_id)[0] == "done", 300)
    made = count("select count(*) from core_record where account_id = :account and kind = 'person'")
    names = count(
        "select count(distinct name) from core_record"
        " where account_id = :account and kind = 'person'"
    )
    assert made == names == ROWS * 9 // 10
    assert (
        count("select count(*) from core_record where account_id = :account and kind = 'company'")
        == FIRMS
    )
    versions = count("select count(*) from core_record where account_id = :account and version > 1")
    assert versions == 0
    import_ = queries.find_import(import_id)
    db.session.refresh(import_)
    assert import_.counts["created"] == made
    assert import_.counts["failed"] == ROWS // 10
    assert queries.row_counts(import_) == import_.counts
    assert queries.written_counts(import_)["person", "created"] == made
    numbers = [
        each.number for page in range(1, ROWS // 100 + 2)
        for each in queries.results_of(import_, "", page)
    ]  # fmt: skip
    assert numbers == list(range(2, ROWS + 2))
    told = count("select count(*) from core_notification where account_id = :account")
    assert told == 1


def test_import_ends_once_although_its_process_is_killed_again_and_again(ours, import_id):
    random_points = random.Random(7)
    for _each in range(KILLS):
        before = now(import_id)[1]
        if before > ROWS - 200:
            break
        in_the_middle(import_id, before + 50)
        time.sleep(random_points.random() * 0.3)
        kill(children_of(ours.running["worker"].pid)[0])
    assert_done_once(import_id)


def test_import_ends_once_although_its_worker_is_killed(ours, import_id):
    in_the_middle(import_id)
    ours.end("worker", signal.SIGKILL)
    ours.start("worker", *ROLE, "worker")
    assert_done_once(import_id)


def test_import_ends_once_although_the_database_is_restarted(ours, own_app, import_id):
    in_the_middle(import_id)
    ours.stop_postgres()
    ours.start_postgres()
    assert_done_once(import_id)


def test_import_ends_once_although_redis_is_emptied(ours, import_id):
    in_the_middle(import_id)
    ours.stop_redis()
    ours.start_redis()
    assert_done_once(import_id)


def test_imp_33_a_stopped_import_keeps_what_is_done_and_goes_on(ours, import_id):
    in_the_middle(import_id)
    services.stop(queries.find_import(import_id))
    db.session.commit()
    await_that(lambda: now(import_id)[0] == "stopped", 60)
    done = now(import_id)[1]
    assert 0 < done < ROWS
    rows = count("select count(*) from core_record where account_id = :account and kind = 'person'")
    assert rows == done * 9 // 10
    services.go_on(queries.find_import(import_id))
    db.session.commit()
    assert_done_once(import_id)


def test_one_transaction_holds_one_chunk(ours, import_id):
    assert runner.checkpoint is services.checkpoint
    in_the_middle(import_id)
    _state, done = now(import_id)
    assert done % 50 == 0
    assert_done_once(import_id)
