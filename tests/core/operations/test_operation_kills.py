"""Workers are killed in the middle of a list operation: each row is changed, and none twice."""

from __future__ import annotations

import random
import signal
import time

import pytest

from core import db as wall
from core.app import create_app
from core.changes.capture import change_set
from core.db import account_scope, db, sql
from core.operations import queries, services
from core.records import bulk
from core.registry import registry
from tests.installation import await_that, children_of, installation, kill
from tests.makers import actor, make_account, make_team, make_user

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]

ROWS, BATCH = 2_000, 25
ROLE = ("-m", "tests.core.jobs.roles")
KILLS = 5


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    with installation(tmp_path_factory.mktemp("operations")) as ours:
        yield ours


@pytest.fixture(scope="module")
def own_app(ours):
    app = create_app(ours.settings())
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def operation_id(ours, own_app, monkeypatch):
    monkeypatch.setattr(services, "ROWS_A_BATCH", BATCH)
    for role in ("worker", "cron"):
        if role not in ours.running:
            ours.start(role, *ROLE, role)
    with own_app.app_context():
        account_id = make_account().id
        boss, eve = make_user("Boss", make_team(), "administrator"), make_user("Eve")
        kind, who = registry().kinds["person"], actor(boss)
        empty = {each.key: each.type.empty for each in kind.fields if each.is_editable}
        people = [
            {**empty, "last_name": f"Nowak{number}", "owner": boss.id, "visibility": "public"}
            for number in range(ROWS)
        ]
        with change_set("form", boss.id):
            ids = bulk.create_many(kind, people, who)
        spec = registry().list_operations["user"]
        operation = services.begin(kind, spec, who, ids, "")
        chosen = {"role": "participant", "mode": "add", "principals": [eve.id]}
        services.choose(operation, chosen)
        services.start(operation, ())
        wall.leave_account()
        db.session.commit()
        with account_scope(account_id):
            yield operation.id


def now(operation_id):
    try:
        found = queries.find_operation(operation_id)
        db.session.refresh(found)
        return found.state, found.done_count
    finally:
        db.session.rollback()


def in_the_middle(operation_id, least=BATCH):
    await_that(lambda: now(operation_id)[1] >= least, 120)


def count(statement):
    try:
        return sql(statement).scalar_one()
    finally:
        db.session.rollback()


def assert_done_once(operation_id, rows=ROWS, state="done"):
    await_that(lambda: now(operation_id)[0] == state, 300)
    assert count("select count(*) from core_holder where account_id = :account") == rows
    changed = "select count(*) from core_record where account_id = :account and version = {}"
    assert count(changed.format(2)) == rows
    assert count(changed.format(1)) == ROWS - rows
    operation = queries.find_operation(operation_id)
    db.session.refresh(operation)
    assert operation.counts == {"changed": rows, "unchanged": 0, "refused": 0}
    told = "select count(*) from core_notification where account_id = :account and cause = '{}'"
    assert count(told.format("core.became_participant")) == 1
    assert count(told.format(services.FINISHED)) == (state == "done")


def test_gen_12_operation_ends_once_although_its_process_is_killed_again_and_again(
    ours, operation_id
):
    random_points = random.Random(7)
    for _each in range(KILLS):
        before = now(operation_id)[1]
        if before > ROWS - 200:
            break
        in_the_middle(operation_id, before + BATCH)
        time.sleep(random_points.random() * 0.1)
        kill(children_of(ours.running["worker"].pid)[0])
    assert_done_once(operation_id)


def test_gen_12_operation_ends_once_although_its_worker_is_killed(ours, operation_id):
    in_the_middle(operation_id)
    ours.end("worker", signal.SIGKILL)
    ours.start("worker", *ROLE, "worker")
    assert_done_once(operation_id)


def test_list_13_a_stopped_operation_keeps_what_is_done(ours, operation_id):
    in_the_middle(operation_id)
    services.stop(queries.find_operation(operation_id))
    db.session.commit()
    await_that(lambda: now(operation_id)[0] == "stopped", 60)
    done = now(operation_id)[1]
    assert 0 < done < ROWS
    assert done % BATCH == 0
    assert_done_once(operation_id, done, "stopped")
