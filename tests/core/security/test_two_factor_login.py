"""Signing in with two factors (AUTH-5, AUTH-6) and switching them (AUTH-5, AUTH-7)."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from core import clock
from core.accounts.models import SecurityEntry
from core.db import account_scope, db, installation_sql, sql
from core.errors import Conflict, NotFound
from core.security import factors
from core.users import codes, second_factors, tickets
from core.users.models import SUSPENDED, Ticket, User
from tests.core.security.conftest import Factor, ticket_of
from tests.mailbox import set_up
from tests.makers import PASSWORD, make_account, make_user, sign_in

SETUP = "/settings/profile/security/second-factor"
OFF = f"{SETUP}/off"
RENEW = "/settings/profile/security/recovery-codes"
AGAIN = "Sign in again."


def events(user):
    with account_scope(user.account_id):
        found = db.session.execute(db.select(SecurityEntry).order_by(SecurityEntry.id)).scalars()
        return [each.event for each in found]


def set_up_by_page(client, path=SETUP):
    """Return the answer to the form as the page gives it, filled in rightly."""
    page = client.get(path).text
    proposal = re.search(r'name="proposal" value="([^"]+)"', page)[1]
    secret = re.search(r'class="sz-key">([^<]+)<', page)[1].replace(" ", "")
    code = pyotp.TOTP(secret).generate_otp(codes.step_at(clock.now()))
    return client.post(path, data={"proposal": html.unescape(proposal), "code": code}), secret


def test_auth_5_a_user_scans_confirms_and_gets_ten_codes_once(client, post, anna, at):
    sign_in(client, anna)
    page = client.get(SETUP).text
    assert 'src="data:image/svg+xml' in page
    answer, secret = set_up_by_page(client)
    assert answer.status_code == 200
    shown = re.findall(r"<li>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</li>", answer.text)
    assert len(set(shown)) == 10
    stored = sql("select string_agg(code_hash, ' ') from core_recovery_code"
                 " where account_id = :account").scalar_one()  # fmt: skip
    assert not any(each in stored for each in shown)
    sealed = sql("select sealed_secret from core_second_factor where account_id = :account")
    assert secret not in sealed.scalar_one()
    assert client.get(SETUP).location == "/settings/profile/security"
    assert not any(each in client.get("/settings/profile/security").text for each in shown)
    assert [each["Subject"] for each in post.fetch()] == ["Two-factor login was switched on"]
    assert events(anna)[-1] == "second_factor_on"


@pytest.mark.parametrize("code", ["", "000000", "abcdef"])
def test_auth_5_a_wrong_first_code_switches_nothing_on(client, anna, at, code):
    sign_in(client, anna)
    page = client.get(SETUP).text
    proposal = html.unescape(re.search(r'name="proposal" value="([^"]+)"', page)[1])
    answer = client.post(SETUP, data={"proposal": proposal, "code": code})
    assert answer.status_code == 422
    assert re.search(r'class="sz-key">([^<]+)<', answer.text)[1] in page
    assert not second_factors.is_on(anna.id)


def test_auth_5_a_secret_proposed_to_somebody_else_is_refused(client, anna, at):
    sign_in(client, anna)
    for proposal in (factors.proposed(anna.id + 1), "forged", ""):
        assert client.post(SETUP, data={"proposal": proposal, "code": "1"}).status_code == 409


def test_auth_5_signing_in_then_takes_a_code(client, anna, factor, enter, give):
    answer = enter(next="/people")
    assert answer.location == "/sign-in/code?next=/people"
    assert installation_sql("select count(*) from core_session").scalar_one() == 0
    assert client.get("/companies").location.startswith("/sign-in?")
    page = client.get(answer.location).text
    assert 'autocomplete="one-time-code"' in page
    assert 'name="next" value="/people"' in page
    assert give(factor.code(), next="/people").location == "/people"
    assert client.get("/people").status_code == 200
    assert events(anna)[-1] == "signed_in"


def test_auth_5_a_ticket_is_no_session(client, anna, factor, enter):
    enter()
    with client.session_transaction() as cookie:
        ticket = cookie["ticket"]
        cookie["_user_id"], cookie["_fresh"] = ticket, True
    assert client.get("/companies").location.startswith("/sign-in")


def test_auth_5_a_wrong_password_never_asks_for_a_code(client, anna, factor, enter):
    assert enter(password="wrong").status_code == 422
    assert db.session.execute(db.select(Ticket)).first() is None


@pytest.mark.parametrize("steps", [0, 1])
def test_auth_6_one_step_is_allowed(client, anna, factor, enter, give, steps):
    enter()
    assert give(factor.code(steps)).status_code == 302


@pytest.mark.parametrize("steps", [-2, 2])
def test_auth_6_two_steps_are_not(client, anna, factor, enter, give, steps):
    enter()
    assert give(factor.code(steps)).status_code == 422


def test_auth_6_a_code_is_accepted_once(client, anna, factor, enter, give, other_browser):
    enter()
    code = factor.code()
    assert give(code).status_code == 302
    enter(browser=other_browser)
    answer = give(code, other_browser)
    assert answer.status_code == 422
    assert "wrong or was used already" in answer.text


def test_auth_6_the_code_that_switched_it_on_is_used_up(client, anna, factor, enter, give):
    enter()
    assert give(factor.code(-1)).status_code == 422


@pytest.fixture
def own_factor(whole_app, own_client, at):
    """The second factor of the user of `own_client`."""
    with whole_app.app_context(), account_scope(own_client.account_id):
        made = Factor(db.session.execute(db.select(User)).scalar_one())
        db.session.commit()
        return made


def own_ticket(client):
    answer = client.post("/sign-in", data={"email": "anna@example.com", "password": PASSWORD})
    return ticket_of(client) if answer.status_code == 302 else str(answer.status_code)


def tried(client, ticket, code="000000"):
    return client.post("/sign-in/code", data={"code": code, "ticket": ticket})


def test_auth_6_five_wrong_codes_restart_the_sign_in(whole_app, own_client, own_factor):
    ticket = own_ticket(own_client)
    assert [AGAIN in tried(own_client, ticket).text for _number in range(5)] == [False] * 4 + [True]
    assert AGAIN in tried(own_client, ticket, own_factor.code()).text
    assert own_client.get("/sign-in/code").location == "/sign-in"
    with whole_app.app_context():
        assert installation_sql("select count(*) from core_session").scalar_one() == 0


def test_auth_6_wrong_codes_count_like_wrong_passwords(own_client, own_factor):
    for _round in range(2):
        ticket = own_ticket(own_client)
        for _number in range(5):
            tried(own_client, ticket)
    assert own_ticket(own_client) == "429"


def test_auth_6_a_throttled_login_is_told_so_at_the_code_too(client, anna, factor, enter, give):
    enter()
    for _number in range(10):
        enter(password="wrong")
    answer = give(factor.code())
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


def test_auth_6_however_many_come_at_once_five_learn_whether_they_were_right(whole_app):
    with whole_app.app_context():
        account_id = make_account().id
        user = make_user()
        token = tickets.issue(tickets.CODE, user.id)
        db.session.commit()

    def attempt(_number):
        with whole_app.app_context():
            return tickets.count_try(token)

    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(attempt, range(40))).count(True) == 5
    finally:
        with whole_app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("delete from core_account where id = %s", (account_id,))


def test_a_ticket_is_worthless_after_ten_minutes(client, anna, factor, enter, give, at):
    enter()
    at(minutes=10)
    assert AGAIN in give(factor.code()).text


@pytest.mark.parametrize("ticket", ["", "forged", "\x00", "x" * 4_000])
def test_forged_tickets_lead_back_to_the_password(client, anna, factor, ticket):
    answer = client.post("/sign-in/code", data={"code": factor.code(), "ticket": ticket})
    assert answer.status_code == 422
    assert AGAIN in answer.text


def test_a_ticket_is_spent_by_its_use(client, anna, factor, enter, give, at):
    enter()
    ticket = ticket_of(client)
    give(factor.code())
    at(minutes=1)
    answer = client.post("/sign-in/code", data={"code": factor.code(), "ticket": ticket})
    assert answer.status_code == 422


def test_user_6_a_user_suspended_between_password_and_code_stays_out(
    client, anna, factor, enter, give
):
    enter()
    anna.status = SUSPENDED
    db.session.flush()
    assert AGAIN in give(factor.code()).text


def test_auth_5_a_recovery_code_works_once_and_is_logged(
    client, anna, factor, enter, give, other_browser
):
    enter()
    code = factor.recovery_codes[3]
    assert give(f" {code.upper()} ").status_code == 302
    assert second_factors.recovery_code_count(anna.id) == 9
    assert events(anna)[-2:] == ["recovery_code_used", "signed_in"]
    enter(browser=other_browser)
    assert give(code, other_browser).status_code == 422


def test_auth_5_recovery_codes_of_another_user_are_worthless(client, anna, factor, enter, give):
    other = make_user("Other", email="other@example.com")
    second_factors.switch_on(other.id, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(
        clock.now()))  # fmt: skip
    enter("other@example.com")
    assert give(factor.recovery_codes[0]).status_code == 422


def test_auth_5_a_trusted_device_gives_no_code_for_30_days(
    client, anna, factor, enter, give, other_browser, at
):
    enter()
    answer = give(factor.code(), trust="1")
    cookie = next(
        each for each in answer.headers.getlist("Set-Cookie") if each.startswith("szansa_device")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=2592000" in cookie
    client.post("/sign-out")
    assert enter().location == "/"
    assert enter(browser=other_browser).location == "/sign-in/code"
    at(days=30)
    client.post("/sign-out")
    assert enter().location == "/sign-in/code"


def test_auth_5_a_trusted_device_is_its_user_s_alone(client, anna, factor, enter, give):
    enter()
    give(factor.code(), trust="1")
    client.post("/sign-out")
    other = make_user("Other", email="other@example.com")
    second_factors.switch_on(other.id, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(
        clock.now()))  # fmt: skip
    assert enter("other@example.com").location == "/sign-in/code"


def test_auth_5_switching_off_takes_password_and_code(client, post, anna, factor):
    sign_in(client, anna)
    for wrong in ({"current": "wrong", "code": factor.code()}, {"current": PASSWORD, "code": "1"}):
        assert client.post(OFF, data=wrong).status_code == 422
    assert second_factors.is_on(anna.id)
    assert client.post(OFF, data={"current": PASSWORD, "code": factor.code()}).status_code == 302
    assert not second_factors.is_on(anna.id)
    assert second_factors.recovery_code_count(anna.id) == 0
    assert events(anna)[-1] == "second_factor_off"
    assert [each["Subject"] for each in post.fetch()] == ["Two-factor login was switched off"]


def test_auth_5_new_recovery_codes_take_the_password_and_end_the_old_ones(
    client, anna, factor, enter, give
):
    sign_in(client, anna)
    assert client.post(RENEW, data={"current": "wrong"}).status_code == 422
    answer = client.post(RENEW, data={"current": PASSWORD})
    made = re.findall(r"<li>((?:[a-z2-7]{4}-){3}[a-z2-7]{4})</li>", answer.text)
    assert len(made) == 10
    assert not set(made) & set(factor.recovery_codes)
    client.post("/sign-out")
    enter()
    assert give(factor.recovery_codes[0]).status_code == 422
    assert give(made[0]).status_code == 302


# ---------------------------------------------------------------- administrators


def test_auth_7_an_administrator_resets_a_user_s_second_factor(
    client, post, anna, factor, enter, give
):
    enter()
    give(factor.code(), trust="1")
    factors.reset_second_factor(anna.id)
    db.session.commit()
    (mail,) = post.fetch()
    assert (mail["To"], mail["Subject"]) == ("anna@example.com", "Your two-factor login was reset")
    assert events(anna)[-1] == "second_factor_reset"
    assert tickets.devices_of(anna.id) == []
    client.post("/sign-out")
    assert enter().location == "/"


def test_auth_7_a_user_without_second_factor_or_of_another_account_cannot_be_reset(anna):
    with pytest.raises(Conflict):
        factors.reset_second_factor(anna.id)
    make_account()
    with pytest.raises(NotFound):
        factors.reset_second_factor(anna.id)


def test_secrets_are_sealed_anew_under_a_new_key(app, anna, factor):
    before = app.config["SZANSA"]
    try:
        set_up(app, secret_key="a-wholly-new-key-1", old_secret_keys=(before.secret_key,))
        second_factors.reseal()
        set_up(app, old_secret_keys=())
        with account_scope(anna.account_id):
            assert second_factors.use(anna.id, factor.code()) == "code"
    finally:
        app.config["SZANSA"] = before


def test_a_lost_key_leaves_the_recovery_codes(app, anna, factor, caplog):
    before = set_up(app, secret_key="a-wholly-new-key-1", old_secret_keys=())
    try:
        second_factors.reseal()
        with pytest.raises(second_factors.WrongCode):
            second_factors.use(anna.id, factor.code())
        assert "a key that is gone" in caplog.text
        assert second_factors.use(anna.id, factor.recovery_codes[0]) == "recovery"
    finally:
        app.config["SZANSA"] = before
