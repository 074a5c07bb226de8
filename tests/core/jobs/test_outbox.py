"""Asking for jobs and asking them to stop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.contracts import JobType
from core.db import db
from core.jobs import queue, services
from core.registry import registry
from tests.makers import make_account


@pytest.fixture(autouse=True)
def known_job(app):
    registry().jobs["test.nothing"] = JobType("test.nothing", lambda: None)
    yield
    registry().jobs.pop("test.nothing")


@pytest.fixture
def sent(monkeypatch):
    ids = []
    monkeypatch.setattr(queue, "send", lambda _account_id, job_id: ids.append(job_id))
    return ids


def test_job_is_sent_when_its_transaction_is_stored(app, sent):
    make_account()
    with db.session.begin_nested():
        job = services.enqueue("test.nothing")
    assert sent == []
    db.session.commit()
    assert sent == [job.id]
    db.session.commit()
    assert sent == [job.id]


def test_job_of_a_transaction_that_is_undone_is_never_sent(app, sent):
    make_account()
    db.session.commit()
    services.enqueue("test.nothing")
    db.session.rollback()
    db.session.commit()
    assert sent == []


def test_job_for_later_waits_for_the_clock(app, sent):
    make_account()
    services.enqueue("test.nothing", run_at=clock.now() + timedelta(hours=1))
    db.session.commit()
    assert sent == []


def test_job_nobody_registered_is_refused(app):
    make_account()
    with pytest.raises(KeyError):
        services.enqueue("test.unknown")


def test_waiting_job_is_stopped_at_once_and_a_running_one_is_asked(app, sent):
    make_account()
    job = services.enqueue("test.nothing")
    assert services.stop(job.id) is True
    db.session.refresh(job)
    assert (job.state, job.ended_at is None) == ("stopped", False)
    job.state = "running"
    db.session.flush()
    assert services.stop(job.id) is False
    db.session.refresh(job)
    assert (job.state, job.is_stop_wanted) == ("running", True)


def test_redis_away_is_no_error(app, settings):
    make_account()
    services.enqueue("test.nothing")
    kept = app.config["SZANSA"]
    app.config["SZANSA"] = type(kept)(**{**vars(kept), "redis_url": "unix:///nowhere/redis.sock"})
    try:
        db.session.commit()
    finally:
        app.config["SZANSA"] = kept
