"""One run of a job: whose it is, what is stored, what follows a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from core import clock, db as wall
from core.accounts.epoch import raise_epoch
from core.contracts import PluginSpec
from core.db import account_scope, db, sql
from core.jobs import queue, relay, runner, services
from core.jobs.models import Job
from core.registry import registry
from tests.makers import make_account, make_user

pytestmark = pytest.mark.process


@pytest.fixture
def account(own_app):
    with own_app.app_context():
        account_id = make_account().id
        wall.leave_account()
        db.session.commit()
        with account_scope(account_id):
            yield account_id
            db.session.rollback()
            sql("update core_job set state = 'done' where account_id = :account")
            db.session.commit()
        queue.queue_on(queue.redis()).empty()


def enqueue(name, user_id=None, **arguments):
    job_id = services.enqueue(name, arguments, user_id).id
    db.session.commit()
    db.session.remove()
    return job_id


def run(account_id, job_id):
    db.session.remove()
    runner.run(account_id, job_id)


def job(job_id):
    return db.session.execute(db.select(Job).where(Job.id == job_id)).scalar_one()


def due(job_id):
    sql(
        "update core_job set run_at = :now where account_id = :account and id = :id",
        id=job_id,
        now=clock.now(),
    )
    db.session.commit()
    db.session.remove()


def written(event):
    return sql(
        "select details from core_security_entry where account_id = :account and event = :event",
        event=event,
    ).all()


def test_done_job_is_stored_with_what_it_did_and_not_run_again(account):
    job_id = enqueue("test.speak")
    run(account, job_id)
    run(account, job_id)
    assert job(job_id).state == "done"
    assert len(written("language")) == 1


def test_job_that_another_process_holds_is_left_alone(account):
    job_id = enqueue("test.speak")
    with db.engine.connect() as other:
        other.execute(text(f"select pg_advisory_lock{runner.KEY}"), {"id": job_id})
        run(account, job_id)
        assert job(job_id).state == "waiting"
        other.invalidate()


def test_failed_job_is_undone_tried_again_later_and_then_given_up(account, caplog):
    job_id = enqueue("test.fail", message="")
    run(account, job_id)
    found = job(job_id)
    assert (found.state, found.attempts) == ("waiting", 1)
    assert found.run_at > clock.now() + timedelta(seconds=5)
    run(account, job_id)
    assert job(job_id).attempts == 1
    due(job_id)
    run(account, job_id)
    found = job(job_id)
    assert found.state == "failed"
    assert "reference" in found.error
    assert written("half done") == []
    assert len(written("failed")) == 1
    assert "ValueError" in caplog.text
    assert "secret@example.com" not in caplog.text + found.error


def test_refused_job_is_not_tried_again_and_keeps_the_sentence(account):
    job_id = enqueue("test.fail", message="The file is empty.")
    run(account, job_id)
    found = job(job_id)
    assert (found.state, found.error) == ("failed", "The file is empty.")


def test_job_of_a_version_that_is_gone_fails_with_a_sentence(account):
    job_id = enqueue("test.speak")
    sql("update core_job set name = 'gone' where account_id = :account and id = :id", id=job_id)
    db.session.commit()
    db.session.remove()
    run(account, job_id)
    assert (job(job_id).state, "gone" in job(job_id).error) == ("failed", True)


def test_job_without_a_worker_waits_again_and_at_last_fails(account):
    job_id = enqueue("test.speak")
    for lost in range(1, runner.MOST_LOST + 1):
        sql(
            "update core_job set state = 'running' where account_id = :account and id = :id",
            id=job_id,
        )
        db.session.commit()
        assert relay.recover() == ({job_id} if lost < runner.MOST_LOST else set())
    found = job(job_id)
    assert (found.state, found.lost_count) == ("failed", runner.MOST_LOST)
    assert str(runner.MOST_LOST) in found.error


def test_relay_sends_what_is_due_once(account):
    connection = queue.redis()
    ids = [enqueue("test.speak") for _ in range(3)]
    queue.queue_on(connection).empty()
    assert relay.relay() == 3
    assert relay.relay() == 0
    assert len(queue.queue_on(connection).job_ids) == len(ids)


def test_relay_leaves_a_job_that_a_worker_has_just_taken(account):
    enqueue("test.speak")
    taken = queue.queue_on(queue.redis())
    taken.connection.delete(taken.key)  # the delivery itself stays
    assert relay.relay() == 0


def test_texts_are_in_the_language_of_the_job_s_user(account):
    user = make_user()
    user.language = "en"
    user_id = user.id
    job_id = enqueue("test.speak", user_id)
    run(account, job_id)
    assert written("language")[0].details == {"words": "There is no such record."}


def test_pkg_4_the_jobs_of_a_plugin_that_is_off_wait_until_it_is_on(account, monkeypatch):
    jobs, plugins = registry().jobs, registry().plugins
    monkeypatch.setitem(jobs, "test.speak", replace(jobs["test.speak"], plugin="ferry"))
    job_id = enqueue("test.speak")
    run(account, job_id)
    assert (job(job_id).state, job(job_id).attempts) == ("waiting", 0)
    assert job(job_id).run_at > clock.now()
    monkeypatch.setitem(plugins, "ferry", PluginSpec("ferry", "", "", is_switchable=False))
    raise_epoch(db.session())
    due(job_id)
    run(account, job_id)
    assert job(job_id).state == "done"
