"""Choosing a new password by mail (AUTH-4)."""

from __future__ import annotations

import re

import pytest

from core.accounts.models import SecurityEntry
from core.db import account_scope, db, installation_sql
from core.housekeeping import delete_old_rows
from core.jobs.models import Job
from core.registry import registry
from core.security.services import send_asked_resets
from core.users import passwords, tickets
from core.users.models import REMOVED, SUSPENDED, User
from core.users.signing_in import login_of
from tests.mailbox import set_up, text_of
from tests.makers import PASSWORD, make_account, make_user, sign_in

NEW = "zielony-rower-77"
ASKED = "If the address is known, a mail is on its way."
GONE = "This link is not valid."


def ask(client, email="anna@example.com", **headers):
    return client.post("/sign-in/forgotten", data={"email": email}, headers=headers)


def link_of(post):
    send_asked_resets()
    (mail,) = post.fetch()
    return re.search(r"http\S+/sign-in/reset/\S+", text_of(mail))[0]


def token_of(post):
    return link_of(post).rpartition("/")[2]


def store(client, token, password=NEW):
    return client.post("/sign-in/reset", data={"token": token, "password": password})


def events(user):
    with account_scope(user.account_id):
        found = db.session.execute(db.select(SecurityEntry).order_by(SecurityEntry.id)).scalars()
        return [(each.event, each.user_id) for each in found]


def test_auth_4_a_link_by_mail_lets_a_user_choose_a_new_password(client, post, anna, enter):
    assert 'href="/sign-in/forgotten"' in client.get("/sign-in").text
    assert ASKED in ask(client, " Anna@Example.com ").text
    link = link_of(post)
    assert link.startswith("http://localhost:8000/sign-in/reset/")
    followed = client.get(link.removeprefix("http://localhost:8000"))
    assert (followed.status_code, followed.location) == (302, "/sign-in/reset")
    page = client.get("/sign-in/reset").text
    assert "anna@example.com" in page
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    answer = store(client, token)
    assert (answer.status_code, answer.location) == (302, "/sign-in?done=password")
    assert "Your new password is stored" in client.get(answer.location).text
    assert enter(password=PASSWORD).status_code == 422
    assert enter(password=NEW).status_code == 302


@pytest.mark.parametrize("status", [SUSPENDED, REMOVED])
def test_auth_4_nobody_learns_who_exists(client, post, anna, status, count_statements):
    left = make_user("Left", email="left@example.com")
    left.status = status
    db.session.flush()
    answers, asked = [], []
    for email in ("anna@example.com", "nobody@example.com", "left@example.com"):
        count_statements.clear()
        answer = ask(client, email)
        answers.append((answer.status_code, re.sub(r'"[\w.-]{60,}"', "", answer.text)))
        asked.append([each for each in count_statements if "SAVEPOINT" not in each])
    assert answers[0] == answers[1] == answers[2]
    assert asked[0] == asked[1] == asked[2]
    send_asked_resets()
    assert [each["To"] for each in post.fetch()] == ["anna@example.com"]


def test_auth_4_a_link_works_once(client, post, anna, enter):
    ask(client)
    token = token_of(post)
    assert store(client, token).status_code == 302
    again = store(client, token, "another-rower-88")
    assert again.status_code == 404
    assert GONE in again.text
    assert enter(password=NEW).status_code == 302


def test_auth_4_a_link_works_within_60_minutes(client, post, anna, at):
    ask(client)
    token = token_of(post)
    at(minutes=60)
    assert store(client, token).status_code == 404
    at(minutes=59)
    assert store(client, token).status_code == 302


def test_auth_4_what_was_asked_long_ago_is_not_sent_any_more(client, post, anna, at):
    ask(client)
    at(hours=1)
    send_asked_resets()
    assert post.fetch() == []
    assert installation_sql("select count(*) from core_reset_request").scalar_one() == 0


def test_the_clock_sends_links_and_deletes_old_tickets(client, post, anna, at):
    assert "core.send_asked_resets" in [each.name for each in registry().cron]
    ask(client)
    token = token_of(post)
    at(minutes=30)
    delete_old_rows()
    assert tickets.find(tickets.RESET, token)
    at(minutes=61)
    delete_old_rows()
    assert installation_sql("select count(*) from core_ticket").scalar_one() == 0


def test_auth_4_of_several_links_the_first_use_ends_all(client, post, anna):
    tokens = []
    for _number in range(3):
        ask(client)
        tokens.append(token_of(post))
    assert store(client, tokens[1]).status_code == 302
    assert [store(client, each).status_code for each in tokens] == [404, 404, 404]


@pytest.mark.parametrize(
    "alter",
    [
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.swapcase(),
        lambda token: token[1:] + token[0],
        lambda _token: "",
        lambda _token: "\x00",
        lambda _token: "x" * 5_000,
        lambda _token: "../../etc/passwd",
    ],
)
def test_auth_4_altered_links_are_refused_plainly(client, post, anna, enter, alter):
    ask(client)
    token = token_of(post)
    answer = store(client, alter(token))
    assert answer.status_code == 404
    assert GONE in answer.text
    assert token not in answer.text
    assert enter().status_code == 302


def test_auth_4_a_refused_password_can_be_mended(client, post, anna):
    ask(client)
    token = token_of(post)
    for wrong in ("short", "Password123!", "x-anna@example.com-x"):
        answer = store(client, token, wrong)
        assert answer.status_code == 422
        assert 'id="password-error"' in answer.text
        assert wrong not in answer.text
    assert store(client, token).status_code == 302


def test_auth_4_success_ends_every_session_and_keeps_the_second_factor(
    client, post, anna, factor, enter, other_browser
):
    sign_in(other_browser, anna)
    with account_scope(anna.account_id):
        device = tickets.issue(tickets.DEVICE, anna.id)
    ask(client)
    store(client, token_of(post))
    assert other_browser.get("/companies").location.startswith("/sign-in")
    assert tickets.find(tickets.DEVICE, device) is None
    assert enter(password=NEW).location == "/sign-in/code"


def test_auth_4_the_user_gets_a_notice(client, post, anna):
    ask(client)
    store(client, token_of(post))
    (notice,) = post.fetch()
    assert (notice["To"], notice["Subject"]) == ("anna@example.com", "Your password was changed")
    assert "/sign-in/reset/" not in text_of(notice)


def test_auth_4_link_host_is_szansa_url_whatever_host_was_sent(app, client, post, anna):
    before = set_up(app, url="https://crm.example")
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"}
    ask(client, **evil)
    link = link_of(post)
    (mail,) = post.box.mails
    app.config["SZANSA"] = before
    assert link.startswith("https://crm.example/sign-in/reset/")
    assert "evil" not in mail.as_string()


def test_auth_4_the_token_is_in_no_address_that_a_browser_tells(client, post, anna):
    ask(client)
    token = token_of(post)
    followed = client.get(f"/sign-in/reset/{token}")
    assert followed.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in followed.headers["Cache-Control"]
    assert token not in followed.location


def test_auth_4_tokens_lie_in_no_table_in_clear(client, post, anna):
    ask(client)
    send_asked_resets()
    stored = installation_sql(
        "select string_agg(t::text, ' ') from core_ticket t"
    ).scalar_one() + str([each.arguments for each in db.session.execute(db.select(Job)).scalars()])
    token = text_of(post.fetch()[0]).split("/sign-in/reset/")[1].split()[0]
    assert token not in stored


def test_auth_4_asking_is_throttled_and_locks_nobody_out(client, post, anna, enter):
    statuses = [ask(client).status_code for _number in range(11)]
    assert statuses == [200] * 10 + [429]
    assert [ask(client, "nobody@example.com").status_code for _number in range(11)] == statuses
    assert enter().status_code == 302


def test_auth_4_trying_links_is_throttled_by_network_address(whole_app, own_client):
    with whole_app.app_context(), account_scope(own_client.account_id):
        token = tickets.issue(tickets.RESET, db.session.execute(db.select(User)).scalar_one().id)
        db.session.commit()
    wrong = [store(own_client, f"wrong{number}").status_code for number in range(101)]
    assert wrong == [404] * 100 + [429]
    assert store(own_client, token).status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    data = {"token": token, "password": NEW}
    answer = own_client.post("/sign-in/reset", data=data, environ_base=elsewhere)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@example.com\r\nBcc: eve@evil.example", "a@b.pl,c@d.pl", "x" * 300]
)
def test_auth_4_what_is_no_address_is_refused_and_stays_typed(client, post, anna, email):
    answer = ask(client, email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    send_asked_resets()
    assert post.fetch() == []


def test_auth_4_both_steps_stand_in_the_security_log(client, post, anna):
    ask(client)
    store(client, token_of(post))
    assert events(anna) == [("password_reset_asked", anna.id), ("password_reset", anna.id)]


def test_user_6_a_suspended_user_s_link_is_dead(client, post, anna):
    ask(client)
    token = token_of(post)
    anna.status = SUSPENDED
    db.session.flush()
    assert store(client, token).status_code == 404


def test_gen_1_a_link_changes_its_own_user_alone(client, post, anna):
    make_account()
    other = make_user("Other", email="other@example.com")
    before = login_of(other.id).password_hash
    ask(client)
    store(client, token_of(post))
    with account_scope(other.account_id):
        assert login_of(other.id).password_hash == before
    with account_scope(anna.account_id):
        assert passwords.verify(login_of(anna.id).password_hash, NEW)


def test_ops_3_without_a_mail_server_the_page_says_so(client, anna):
    page = client.get("/sign-in/forgotten").text
    assert "This installation cannot send mail." in page
    assert 'name="email"' not in page
    assert ask(client).status_code == 409
    assert installation_sql("select count(*) from core_reset_request").scalar_one() == 0


def test_a_page_without_a_link_leads_to_asking_for_one(client, anna):
    assert client.get("/sign-in/reset").location == "/sign-in/forgotten"
    answer = client.get("/sign-in/reset/nonsense")
    assert answer.status_code == 404
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert 'href="/sign-in/forgotten"' in answer.text


def test_a_link_that_is_used_elsewhere_meanwhile_leads_nowhere(client, post, anna):
    ask(client)
    token = token_of(post)
    client.get(f"/sign-in/reset/{token}")
    store(client, token)
    client.get(f"/sign-in/reset/{token}")
    assert client.get("/sign-in/reset").location == "/sign-in/forgotten"
