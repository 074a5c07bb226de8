"""Pages while the database or Redis is away, and after it came back."""

from __future__ import annotations

import json
import time

import pytest
from flask import abort
from sqlalchemy import text

from core import db as wall
from core.app import create_app
from core.db import db, installation_sql, sql
from core.web import SIGNED_IN, opens
from tests.makers import make_account, make_user, sign_in

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def faulty_app(ours):
    app = create_app(ours.settings())
    app.config.update(WTF_CSRF_ENABLED=False)

    @opens(SIGNED_IN)
    def cut():
        number = installation_sql("select pg_backend_pid()").scalar_one()
        with db.engine.connect() as other:
            other.execute(text("select pg_terminate_backend(:id)"), {"id": number})
        time.sleep(0.1)
        if cut.when == "before a statement":
            sql("select 1 from core_account where id = :account")
        return "ok"

    @opens(SIGNED_IN)
    def write():
        sql("insert into core_security_entry (account_id, event, details, created_at)"
            " values (:account, 'written', '{}', now())")  # fmt: skip
        cut()
        return "ok"

    @opens(SIGNED_IN)
    def broken():
        raise ValueError("secret@example.com")

    @opens(SIGNED_IN)
    def refused():
        abort(418)

    for view in (cut, write, broken, refused):
        app.add_url_rule(f"/{view.__name__}", view_func=view, methods=["GET", "POST"])
    app.cut = cut
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def browser(faulty_app):
    with faulty_app.app_context():
        make_account()
        user = make_user()
        browser = sign_in(faulty_app.test_client(), user)
        wall.leave_account()
        db.session.commit()
    assert browser.get("/notifications").status_code == 200
    return browser


def health(browser):
    answer = browser.get("/healthz")
    return answer.status_code, json.loads(answer.text)


def test_restarted_database_signs_nobody_out(ours, browser):
    ours.stop_postgres()
    try:
        answer = browser.get("/notifications")
        assert answer.status_code == 503
        assert "Szansa is not available" in answer.text
        assert answer.headers["Content-Security-Policy"]
        assert browser.post("/notifications/read-all").status_code == 503
        assert browser.get("/nowhere").status_code == 503
        status, facts = health(browser)
        assert (status, facts["status"], facts["database"]) == (503, "down", False)
    finally:
        ours.start_postgres()
    assert browser.get("/notifications").status_code == 200


def test_database_restarted_between_two_requests_is_not_noticed(ours, browser):
    ours.stop_postgres()
    ours.start_postgres()
    assert browser.get("/notifications").status_code == 200
    assert browser.post("/notifications/read-all").status_code == 303


@pytest.mark.parametrize("when", ["before a statement", "before the end"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_connection_cut_in_a_request_harms_only_that_one(faulty_app, browser, when, method):
    faulty_app.cut.when = when
    answer = getattr(browser, method)("/cut")
    stored_nothing = when == "before the end" and method == "get"
    assert answer.status_code == (200 if stored_nothing else 503)
    assert browser.get("/notifications").status_code == 200


def test_nothing_is_stored_when_the_connection_is_cut_before_the_end(faulty_app, browser):
    faulty_app.cut.when = "before the end"
    assert browser.post("/write").status_code == 503
    with faulty_app.app_context():
        count = "select count(*) from core_security_entry where event = 'written'"
        assert installation_sql(count).scalar_one() == 0


def test_gen_14_bug_is_shown_by_a_reference_and_its_message_is_not_logged(browser, caplog):
    answer = browser.get("/broken")
    assert answer.status_code == 500
    assert "secret@example.com" not in answer.text
    assert "ValueError" in caplog.text
    assert "error" in caplog.text


def test_odd_refusal_of_the_server_is_a_plain_page(browser):
    assert browser.get("/refused").status_code == 400


def test_pages_work_without_redis(ours, browser):
    assert health(browser)[1]["redis"] is True
    ours.stop_redis()
    try:
        assert browser.get("/notifications").status_code == 200
        assert browser.post("/notifications/read-all").status_code == 303
        status, facts = health(browser)
    finally:
        ours.start_redis()
    assert (status, facts["status"]) == (200, "degraded")
    assert facts == {
        "status": "degraded",
        "database": True,
        "redis": False,
        "worker": False,
        "cron": False,
    }
