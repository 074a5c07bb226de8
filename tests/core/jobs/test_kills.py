"""Workers and servers are killed in the middle of a job, which ends exactly once all the same."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest
from redis import Redis

from core import db as wall
from core.db import account_scope, db, sql
from core.jobs import schedule, services, workers
from core.jobs.models import Job
from tests.installation import await_that, children_of, kill
from tests.makers import make_account

pytestmark = pytest.mark.process

UNTIL = 60
ROLE = ("-m", "tests.core.jobs.roles")


@pytest.fixture(scope="module", autouse=True)
def no_roles_left(ours):
    yield
    for role in ("worker", "cron"):
        ours.end(role, signal.SIGKILL)


@pytest.fixture
def account(ours, own_app):
    for role in ("worker", "cron"):
        if role not in ours.running:
            ours.start(role, *ROLE, role)
    with own_app.app_context():
        account_id = make_account().id
        wall.leave_account()
        db.session.commit()
        with account_scope(account_id):
            yield account_id


def begin(name="test.count", **arguments):
    job_id = services.enqueue(name, arguments).id
    db.session.commit()
    return job_id


def count():
    return begin(until=UNTIL, seconds=0.02)


def written(event="number"):
    try:
        return sql(
            "select count(*) from core_security_entry"
            " where account_id = :account and event = :event",
            event=event,
        ).scalar_one()
    finally:
        db.session.rollback()


def state(job_id):
    found = db.session.execute(db.select(Job).where(Job.id == job_id)).scalar_one()
    db.session.refresh(found)
    db.session.rollback()
    return found.state


def in_the_middle():
    await_that(lambda: 10 <= written() < UNTIL, 120)


def assert_done_once(job_id):
    await_that(lambda: state(job_id) == "done", 120)
    numbers = sql(
        "select (details->>'number')::int from core_security_entry"
        " where account_id = :account and event = 'number'"
    ).scalars()
    assert sorted(numbers) == list(range(UNTIL))
    assert written("end") == 1


def horse(ours):
    return children_of(ours.running["worker"].pid)[0]


def test_job_goes_on_after_its_process_was_killed(ours, account):
    job_id = count()
    in_the_middle()
    kill(horse(ours))
    assert_done_once(job_id)


def test_job_goes_on_after_its_worker_was_killed(ours, account):
    job_id = count()
    in_the_middle()
    ours.end("worker", signal.SIGKILL)
    await_that(lambda: state(job_id) == "waiting")
    ours.start("worker", *ROLE, "worker")
    assert_done_once(job_id)


def test_job_goes_on_after_its_worker_was_ended_politely(ours, account):
    job_id = count()
    in_the_middle()
    assert ours.end("worker") == 0
    assert state(job_id) == "waiting"
    assert written() % 5 == 0
    ours.start("worker", *ROLE, "worker")
    assert_done_once(job_id)


def test_emptied_redis_loses_neither_running_nor_waiting_jobs(ours, account):
    first = count()
    second = begin("test.speak")
    in_the_middle()
    ours.stop_redis()
    third = begin("test.speak")
    ours.start_redis()
    assert_done_once(first)
    await_that(lambda: state(second) == state(third) == "done")
    assert written("language") == 2


def test_job_goes_on_after_the_database_was_restarted(ours, own_app, account):
    job_id = count()
    in_the_middle()
    ours.stop_postgres()
    ours.start_postgres()
    assert_done_once(job_id)


def test_job_stops_at_its_next_checkpoint_when_asked(ours, account):
    job_id = count()
    in_the_middle()
    assert services.stop(job_id) is False
    db.session.commit()
    await_that(lambda: state(job_id) == "stopped")
    assert written() < UNTIL
    assert written("stopped") == 1
    assert written("end") == 0


def test_roles_say_that_they_live(ours, account):
    redis = Redis.from_url(ours.settings().redis_url)
    await_that(lambda: redis.exists(workers.ALIVE_KEY) and redis.exists(schedule.ALIVE_KEY))


def test_several_workers_work_at_once_and_are_replaced(ours, own_app, account):
    ours.end("worker")
    kept = ours.settings
    ours.settings = lambda: replace(kept(), job_workers=2)
    try:
        pool = ours.start("worker", *ROLE, "worker")
    finally:
        ours.settings = kept
    await_that(lambda: len(children_of(pool.pid)) == 2)
    kill(children_of(pool.pid)[0])
    await_that(lambda: len(children_of(pool.pid)) == 2)
    job_id = count()
    in_the_middle()
    assert ours.end("worker") == 0
    assert state(job_id) == "waiting"
    ours.start("worker", *ROLE, "worker")
    assert_done_once(job_id)
