"""Signing in, as the pages do it (AUTH-1, AUTH-3) and what keeps a session safe."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from core import clock
from core.accounts.models import SecurityEntry
from core.app import create_app
from core.db import account_scope, across_accounts, db, installation_sql
from core.users import throttle
from core.users.models import REMOVED, SUSPENDED, Login
from core.users.paths import own_path
from tests.makers import PASSWORD, make_account, make_user, sign_in

WRONG = "E-mail or password is wrong"


@pytest.fixture
def anna(client):
    make_account()
    user = make_user("Anna", email="anna@example.com")
    db.session.flush()
    return user


@pytest.fixture
def at(monkeypatch):
    """Move the clock: `at(minutes=3)` is three minutes after the test began."""
    began = clock.now()

    def move(**since):
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(**since))

    return move


def send(client, email, password=PASSWORD, **values):
    return client.post("/sign-in", data={"email": email, "password": password, **values})


def fail(client, times, email="anna@example.com", address="127.0.0.1"):
    for _number in range(times):
        answer = client.post(
            "/sign-in",
            data={"email": email, "password": "wrong"},
            environ_base={"REMOTE_ADDR": address},
        )
        assert answer.status_code == 422


def test_auth_1_case_of_the_login_does_not_matter(client, anna):
    answer = send(client, "  ANNA@Example.COM ")
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("status", [SUSPENDED, REMOVED])
def test_auth_1_suspended_and_removed_users_get_the_message_of_a_wrong_pair(client, anna, status):
    anna.status = status
    db.session.flush()
    answer = send(client, "anna@example.com")
    assert answer.status_code == 422
    assert WRONG in answer.text


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("anna@example.com", "not-her-password"),
        ("nobody@example.com", PASSWORD),
        ("no address at all", PASSWORD),
        ("", ""),
        ("a\x00b@example.com", "\x00"),
        ("x" * 5_000 + "@example.com", "y" * 100_000),
    ],
)
def test_auth_1_wrong_pair_gives_one_message_and_stores_no_session(client, anna, email, password):
    answer = send(client, email, password)
    assert answer.status_code == 422
    assert answer.text.count(WRONG) == 1
    assert installation_sql("select count(*) from core_session").scalar_one() == 0


def test_auth_1_email_stays_filled_in_and_password_does_not(client, anna):
    answer = send(client, '"><b>Anna</b>', "secret-typed-here")
    assert "&#34;&gt;&lt;b&gt;Anna&lt;/b&gt;" in answer.text
    assert "secret-typed-here" not in answer.text


def test_auth_1_pages_of_known_and_unknown_logins_are_the_same(client, anna):
    known, unknown = (
        re.sub('name="csrf_token" value="[^"]+"', "", send(client, email, "wrong").text)
        for email in ("anna@example.com", "anka@example.com")
    )
    assert known.replace("anna@", "anka@") == unknown


def test_auth_1_known_and_unknown_logins_ask_the_database_the_same(client, anna, count_statements):
    asked = []
    for email in ("anna@example.com", "anka@example.com"):
        count_statements.clear()
        send(client, email, "wrong")
        asked.append([each for each in count_statements if "SAVEPOINT" not in each])
    assert asked[0] == asked[1]


def test_auth_3_ten_failures_for_one_login_make_it_wait(client, anna, at):
    at(minutes=0)
    fail(client, 9)
    at(minutes=5)
    fail(client, 1)
    answer = send(client, "anna@example.com")
    assert answer.status_code == 429
    assert "Try again in 15 minutes." in answer.text
    assert answer.headers["Retry-After"] == "900"
    at(minutes=19, seconds=30)
    assert "Try again in 30 seconds." in send(client, "Anna@example.com").text
    at(minutes=20)
    assert send(client, "anna@example.com").status_code == 302


def test_auth_3_failures_older_than_the_window_do_not_count(client, anna, at):
    at(minutes=0)
    fail(client, 9)
    at(minutes=15)
    fail(client, 9)
    assert send(client, "anna@example.com").status_code == 302


def test_auth_3_tries_while_waiting_do_not_prolong_it(client, anna, at):
    at(minutes=0)
    fail(client, 10)
    at(minutes=14)
    assert send(client, "anna@example.com", "wrong").status_code == 429
    at(minutes=15)
    fail(client, 1)
    assert send(client, "anna@example.com").status_code == 302


def test_auth_3_hundred_failures_from_one_address_make_it_wait(client, anna, at):
    at(minutes=0)
    installation_sql(
        "insert into core_sign_in_failure (email, address, at)"
        " select 'user' || n, '192.0.2.7', :now from generate_series(1, 99) n",
        now=clock.now(),
    )
    fail(client, 1, "another@example.com", "192.0.2.7")
    here = {"REMOTE_ADDR": "192.0.2.7"}
    data = {"email": "anna@example.com", "password": PASSWORD}
    assert client.post("/sign-in", data=data, environ_base=here).status_code == 429
    assert client.post("/sign-in", data=data).status_code == 302


def test_auth_3_a_login_that_does_not_exist_waits_alike(client, anna):
    fail(client, 10, "nobody@example.com")
    assert send(client, "nobody@example.com").status_code == 429


def test_auth_3_however_many_come_at_once_only_ten_learn_whether_they_were_right(whole_app):
    def attempt(_number):
        with whole_app.app_context():
            try:
                throttle.settle("many@example.com", "192.0.2.8", fits=False)
            except throttle.TooManyTries:
                return "waits"
            return "refused"

    try:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(attempt, range(40)))
    finally:
        with whole_app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("delete from core_sign_in_failure")
    assert answers.count("refused") == 10


def test_auth_10_success_is_in_the_security_log_and_failures_follow(client, anna, at):
    at(minutes=0)
    fail(client, 1)
    fail(client, 1, "nobody@example.com")
    send(client, "anna@example.com")
    at(minutes=31)
    throttle.forget_old_failures()
    with account_scope(anna.account_id):
        entries = db.session.execute(db.select(SecurityEntry).order_by(SecurityEntry.created_at))
        found = [(each.event, each.user_id, each.address) for each in entries.scalars()]
    assert found == [
        ("sign_in_failed", anna.id, "127.0.0.1"),
        ("signed_in", anna.id, "127.0.0.1"),
    ]
    assert installation_sql("select count(*) from core_sign_in_failure").scalar_one() == 0


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "people",
     "javascript:alert(1)", "/%0d\r\nSet-Cookie: a=b", "///evil.example", "/\x00", "", "/a b"],
)  # fmt: skip
def test_only_own_paths_are_followed_after_signing_in(client, anna, address):
    assert own_path(address) == ""
    assert send(client, "anna@example.com", next=address).location == "/"


@pytest.mark.parametrize("address", ["/people?q=a%20b&sort=-name", "/", "/companies/7#wall"])
def test_own_paths_are_followed_after_signing_in(client, anna, address):
    assert send(client, "anna@example.com", next=address).location == address


def test_a_page_asks_to_sign_in_and_leads_back(client, anna):
    asked = client.get("/people?q=x")
    assert asked.location.startswith("/sign-in?next=")
    form = client.get(asked.location)
    assert 'name="next" value="/people?q=x"' in form.text


def cookie_of(client):
    with client.session_transaction() as cookie:
        return dict(cookie)


def test_signing_in_begins_a_new_session_and_ends_the_old_one(client, anna):
    other = make_user("Other")
    sign_in(client, other)
    before = cookie_of(client)["_user_id"]
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    send(client, "anna@example.com")
    after = cookie_of(client)
    assert after["_user_id"] != before
    assert "planted" not in after
    assert installation_sql("select user_id from core_session").scalars().all() == [anna.id]


def test_the_cookie_is_kept_from_scripts_and_other_sites(client, anna):
    cookie = send(client, "anna@example.com").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie


def test_the_token_is_stored_hashed(client, anna):
    send(client, "anna@example.com")
    token = cookie_of(client)["_user_id"]
    stored = installation_sql("select token_hash from core_session").scalar_one()
    assert token not in stored


def test_signing_out_makes_the_cookie_worthless(client, anna):
    send(client, "anna@example.com")
    stolen = cookie_of(client)
    assert client.post("/sign-out").location == "/sign-in"
    with client.session_transaction() as cookie:
        cookie.update(stolen)
    assert client.get("/").location == "/sign-in"


def test_a_session_survives_a_restart(client, anna, settings, connection):
    send(client, "anna@example.com")
    kept = cookie_of(client)
    restarted = create_app(settings)
    with restarted.app_context():
        engines = db._app_engines[restarted]
        engine, engines[None] = engines[None], connection
        browser = restarted.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(kept)
        assert browser.get("/").location == "/companies"
        db.session.remove()
        engines[None] = engine
        engine.dispose()


def test_signed_out_browser_may_sign_out_again(client):
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/sign-out").status_code == 405


def test_user_6_suspension_ends_the_session_with_the_next_request(client, anna):
    send(client, "anna@example.com")
    anna.status = SUSPENDED
    db.session.flush()
    assert client.get("/").location == "/sign-in"


def test_signing_in_without_the_page_s_token_is_refused(app, client, anna):
    app.config["WTF_CSRF_ENABLED"] = True
    assert send(client, "anna@example.com").status_code == 400


def test_the_language_of_the_sign_in_page_can_be_chosen(client):
    page = client.get("/sign-in", headers={"Accept-Language": "pl"})
    assert '<html lang="pl"' in page.text
    client.get("/sign-in?lang=en")
    assert '<html lang="en"' in client.get("/sign-in", headers={"Accept-Language": "pl"}).text


def test_signed_in_user_is_led_past_the_sign_in_page(client, anna):
    sign_in(client, anna)
    assert client.get("/sign-in?next=/people").location == "/people"


def test_a_hash_with_old_parameters_is_renewed(client, anna):
    old = "$argon2id$v=19$m=8,t=1,p=1$"
    with across_accounts("a test"):
        login = db.session.get(Login, "anna@example.com")
        login.password_hash = PasswordHasher(1, 8, 1).hash(PASSWORD)
        db.session.flush()
        assert login.password_hash.startswith(old)
    send(client, "anna@example.com")
    with across_accounts("a test"):
        assert not db.session.get(Login, "anna@example.com").password_hash.startswith(old)
