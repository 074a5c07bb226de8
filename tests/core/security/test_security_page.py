"""Profile settings > Security: password, login, sessions (AUTH-8, AUTH-9)."""

from __future__ import annotations

import re

import pytest

from core.accounts.models import SecurityEntry
from core.db import account_scope, db, installation_sql
from core.mail.services import MailNotSetUp
from core.security import services
from core.users import passwords, sessions, tickets
from core.users.models import SUSPENDED, Login
from core.users.services import user
from core.users.signing_in import login_of
from tests.mailbox import text_of
from tests.makers import PASSWORD, make_account, make_user, sign_in

PAGE = "/settings/profile/security"
NEW = "zielony-rower-77"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def events(user):
    with account_scope(user.account_id):
        found = db.session.execute(db.select(SecurityEntry).order_by(SecurityEntry.id)).scalars()
        return [each.event for each in found]


def begin(user, address="192.0.2.1", agent=FIREFOX):
    token = sessions.begin(user.account_id, user.id, address, agent)
    db.session.commit()
    return token


def key_of(token):
    return sessions.hash_of(token)[:16]


def there():
    return set(installation_sql("select token_hash from core_session").scalars())


# ---------------------------------------------------------------- sessions


def test_auth_8_the_page_lists_sessions_with_device_address_and_last_use(client, anna):
    begin(anna)
    sign_in(client, anna)
    page = client.get(PAGE).text
    assert "Firefox, Linux" in page
    assert "192.0.2.1 · last used " in page
    assert page.count("this session") == 1
    assert len(re.findall(r'name="session" value="[0-9a-f]{16}"', page)) == 1


def test_auth_8_one_session_is_ended(client, anna):
    first, second = begin(anna), begin(anna)
    sign_in(client, anna)
    answer = client.post(f"{PAGE}/sessions/end", data={"session": key_of(first)})
    assert answer.location == PAGE
    assert sessions.hash_of(first) not in there()
    assert sessions.hash_of(second) in there()
    assert events(anna)[-1] == "sessions_ended"


def test_auth_8_all_others_are_ended_and_this_one_stays(client, anna):
    begin(anna)
    begin(anna)
    other = make_user("Other")
    kept = begin(other)
    sign_in(client, anna)
    client.post(f"{PAGE}/sessions/end-others")
    assert client.get(PAGE).status_code == 200
    assert sessions.hash_of(kept) in there()
    assert len(there()) == 2


@pytest.mark.parametrize("key", ["", "%", "0000000000000000", "' or 1=1 --", "x" * 500])
def test_auth_8_a_key_that_means_nothing_ends_nothing(client, anna, key):
    begin(anna)
    sign_in(client, anna)
    before = there()
    client.post(f"{PAGE}/sessions/end", data={"session": key})
    assert there() == before
    assert events(anna) == []


def test_gen_1_sessions_of_others_cannot_be_ended(client, anna):
    colleague = begin(make_user("Colleague"))
    account_id = anna.account_id
    make_account()
    stranger = begin(make_user("Stranger"))
    with account_scope(account_id):
        sign_in(client, anna)
    for token in (colleague, stranger):
        client.post(f"{PAGE}/sessions/end", data={"session": key_of(token)})
        assert sessions.hash_of(token) in there()


def test_auth_8_sessions_end_after_14_days_without_use(client, anna, at):
    sign_in(client, anna)
    at(days=13, hours=23)
    assert client.get(PAGE).status_code == 200
    at(days=28)
    assert client.get(PAGE).location.startswith("/sign-in")


def test_auth_5_a_trusted_device_is_forgotten(client, anna):
    device = tickets.issue(tickets.DEVICE, anna.id, agent=FIREFOX)
    sign_in(client, anna)
    page = client.get(PAGE).text
    assert "trusted until" in page
    client.post(f"{PAGE}/devices/forget", data={"device": key_of(device)})
    assert not tickets.is_trusted(anna.id, device)
    assert events(anna)[-1] == "device_forgotten"


def test_user_6_whatever_lets_a_user_in_can_be_ended_at_once(client, anna):
    token, link = begin(anna), tickets.issue(tickets.RESET, anna.id)
    services.end_all(anna.id)
    assert there() == set()
    assert sessions.load(token) is None
    assert tickets.find(tickets.RESET, link) is None


def test_user_6_suspension_alone_makes_links_and_devices_worthless(client, anna):
    link = tickets.issue(tickets.RESET, anna.id)
    device = tickets.issue(tickets.DEVICE, anna.id)
    anna.status = SUSPENDED
    db.session.flush()
    assert tickets.find(tickets.RESET, link) is None
    assert not tickets.is_trusted(anna.id, device)


# ---------------------------------------------------------------- the password


def change(client, current=PASSWORD, password=NEW):
    return client.post(f"{PAGE}/password", data={"current": current, "password": password})


def test_a_user_changes_his_password_and_keeps_his_session_alone(client, post, anna, enter):
    begin(anna)
    device = tickets.issue(tickets.DEVICE, anna.id)
    sign_in(client, anna)
    assert change(client).location == PAGE
    assert client.get(PAGE).status_code == 200
    assert len(there()) == 1
    assert not tickets.is_trusted(anna.id, device)
    assert events(anna) == ["password_changed"]
    assert [each["Subject"] for each in post.fetch()] == ["Your password was changed"]
    assert enter(password=PASSWORD).status_code == 422


@pytest.mark.parametrize(
    ("current", "password", "field"),
    [("wrong", NEW, "current"), ("", NEW, "current"), (PASSWORD, "short", "password"),
     (PASSWORD, "anna@example.com-1", "password")],
)  # fmt: skip
def test_a_refused_change_of_password_says_why(client, anna, current, password, field):
    sign_in(client, anna)
    answer = change(client, current, password)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'value="{password}"' not in answer.text
    assert passwords.verify(login_of(anna.id).password_hash, PASSWORD)


def test_guessing_the_password_in_an_open_session_is_throttled(own_client):
    own_client.post("/sign-in", data={"email": "anna@example.com", "password": PASSWORD})
    answers = [change(own_client, "wrong").status_code for _number in range(11)]
    assert answers == [422] * 10 + [429]
    assert change(own_client).status_code == 429


def test_without_a_mail_server_the_password_is_changed_all_the_same(client, anna, caplog):
    sign_in(client, anna)
    assert change(client).status_code == 302
    assert "the mail password_changed was not sent" in caplog.text


# ---------------------------------------------------------------- the login


def ask(client, email="new@example.com", current=PASSWORD):
    return client.post(f"{PAGE}/login", data={"email": email, "current": current})


def token_of(mail):
    return re.search(r"/sign-in/new-login/(\S+)", text_of(mail))[1]


def test_auth_9_the_link_to_the_new_address_changes_the_login(client, post, anna, enter):
    sign_in(client, anna)
    assert ask(client, " New@Example.com ").location == PAGE
    (mail,) = post.fetch()
    assert mail["To"] == "new@example.com"
    assert login_of(anna.id).email == "anna@example.com"
    assert client.get(f"/sign-in/new-login/{token_of(mail)}").location == "/sign-in/new-login"
    assert "new@example.com" in client.get("/sign-in/new-login").text
    assert login_of(anna.id).email == "anna@example.com"
    client.post("/sign-in/new-login", data={"token": token_of(mail)})
    assert login_of(anna.id).email == user(anna.id).email == "new@example.com"
    (notice,) = post.fetch()
    assert (notice["To"], notice["Subject"]) == ("anna@example.com", "Your login was changed")
    assert events(anna) == ["login_change_asked", "login_changed"]
    client.post("/sign-out")
    assert enter("new@example.com").status_code == 302


def test_auth_9_it_asks_for_the_password(client, post, anna):
    sign_in(client, anna)
    answer = ask(client, current="wrong")
    assert answer.status_code == 422
    assert 'value="new@example.com"' in answer.text
    assert post.fetch() == []


@pytest.mark.parametrize(
    "email",
    ["", "new", "anna@example.com", "new@example.com\r\nBcc: eve@evil.example", "a@b.pl,c@d.pl"],
)
def test_auth_9_wrong_addresses_are_refused(client, post, anna, email):
    sign_in(client, anna)
    answer = ask(client, email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert post.fetch() == []


def test_auth_9_a_link_works_once_and_for_a_day(client, post, anna, at):
    sign_in(client, anna)
    ask(client)
    token = token_of(post.fetch()[0])
    at(hours=24)
    assert client.post("/sign-in/new-login", data={"token": token}).status_code == 404
    at(hours=23)
    assert client.post("/sign-in/new-login", data={"token": token}).status_code == 302
    assert client.post("/sign-in/new-login", data={"token": token}).status_code == 404


def test_auth_9_the_last_link_alone_counts(client, post, anna):
    sign_in(client, anna)
    ask(client, "first@example.com")
    first = token_of(post.fetch()[0])
    ask(client, "second@example.com")
    assert client.post("/sign-in/new-login", data={"token": first}).status_code == 404


def test_auth_9_whether_an_address_is_taken_is_told_to_its_reader_alone(client, post, anna):
    make_user("Bob", email="bob@example.com")
    sign_in(client, anna)
    free, taken = ask(client, "free@example.com"), ask(client, "bob@example.com")
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    token = token_of(post.fetch()[-1])
    answer = client.post("/sign-in/new-login", data={"token": token})
    assert answer.status_code == 409
    assert "is in use already" in answer.text
    with account_scope(anna.account_id):
        assert login_of(anna.id).email == "anna@example.com"


def test_auth_9_a_link_for_a_password_changes_no_login_and_the_other_way_round(client, post, anna):
    reset = tickets.issue(tickets.RESET, anna.id)
    login = tickets.issue(tickets.NEW_LOGIN, anna.id, email="new@example.com")
    db.session.commit()
    assert client.post("/sign-in/new-login", data={"token": reset}).status_code == 404
    answer = client.post("/sign-in/reset", data={"token": login, "password": NEW})
    assert answer.status_code == 404


def test_auth_9_a_new_password_ends_a_change_of_login_under_way(client, post, anna):
    sign_in(client, anna)
    ask(client)
    token = token_of(post.fetch()[0])
    change(client)
    assert client.post("/sign-in/new-login", data={"token": token}).status_code == 404


def test_ops_3_without_a_mail_server_the_login_cannot_be_changed(client, anna):
    sign_in(client, anna)
    page = client.get(PAGE).text
    assert "this installation cannot send mail" in page
    assert f'href="{PAGE}/login"' not in page
    assert client.get(f"{PAGE}/login").status_code == 409
    assert ask(client).status_code == 409
    with pytest.raises(MailNotSetUp):
        services.ask_login_change(anna.id, PASSWORD, "new@example.com", "")
    assert db.session.get(Login, "new@example.com") is None
