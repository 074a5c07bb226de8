"""One user: his page, adding him directly, suspending and activating."""

from __future__ import annotations

import pytest

from core.accounts.models import SecurityEntry
from core.accounts.queries import account_facts
from core.db import db, enter_account, sql
from core.registry import registry
from core.staff.services import standing
from core.teams.services import role_named
from core.users import second_factors
from core.users.models import Login, SecondFactor, User
from core.users.signing_in import Visit, begin_session
from tests.makers import PASSWORD, make_account, make_team, make_user, put, sign_in
from tests.reading import Page

USERS = "/settings/account/users/users"


def page_of(answer):
    return Page(answer.get_data(as_text=True))


def form_of(browser, user, **changed):
    """Return what the form on a user's page sends, some of it changed."""
    url = f"{USERS}/{user.id}"
    return {**page_of(browser.get(url)).forms[url], **changed}


def entries():
    statement = db.select(SecurityEntry).order_by(SecurityEntry.id)
    return list(db.session.execute(statement).scalars())


def sentence(entry):
    return registry().security_events[entry.event].text(entry.details)


@pytest.fixture
def ada(team, boss):
    return make_user("Ada", team, email="ada@example.com")


def test_user_1_administrator_changes_names_position_phone_and_initials(browser, ada):
    sent = form_of(browser, ada, first_name=" Adela ", last_name="Żuk", position="Boss of all",
                   phone="+48 600 100 200", initials="AŻ")  # fmt: skip
    assert browser.post(f"{USERS}/{ada.id}", data=sent).status_code == 303
    user = db.session.get(User, (ada.account_id, ada.id))
    assert (user.name, user.position, user.initials) == ("Adela Żuk", "Boss of all", "AŻ")
    assert (user.phone, user.email) == ("+48 600 100 200", "ada@example.com")
    assert sentence(entries()[-1]) == (
        "Adela Żuk was changed: First name, Last name, Position, Phone, Initials."
    )


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", ""),
        ("last_name", "x" * 101),
        ("position", "x" * 151),
        ("phone", "1" * 51),
        ("initials", "ABCDE"),
        ("initials", "A1"),
        ("main_team", "999999"),
        ("main_team", "x"),
    ],
)
def test_user_1_wrong_values_are_named_and_nothing_is_lost(browser, ada, field, typed):
    put(ada, make_team("Other"))
    sent = form_of(browser, ada, **{"position": "Typed", field: typed})
    answer = browser.post(f"{USERS}/{ada.id}", data=sent)
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.texts[f"{field}-error"]
    if field != "position":
        assert page.forms[f"{USERS}/{ada.id}"]["position"] == ["Typed"]
    assert db.session.get(User, (ada.account_id, ada.id)).position == ""


def test_user_1_initials_left_empty_are_made_from_the_names(browser, ada):
    sent = form_of(browser, ada, first_name="Łucja", initials="")
    assert browser.post(f"{USERS}/{ada.id}", data=sent).status_code == 303
    assert db.session.get(User, (ada.account_id, ada.id)).initials == "ŁT"


def test_gen_8_two_administrators_overwrite_each_other_only_knowingly(browser, ada):
    first = form_of(browser, ada, position="Mine", first_name="Adela")
    second = form_of(browser, ada, position="Theirs")
    browser.post(f"{USERS}/{ada.id}", data=second)
    refused = browser.post(f"{USERS}/{ada.id}", data=first)
    page = page_of(refused)
    assert refused.status_code == 409
    assert "Theirs" in page.texts["position-error"]
    user = db.session.get(User, (ada.account_id, ada.id))
    assert (user.position, user.first_name) == ("Theirs", "Ada")
    again = page.forms[f"{USERS}/{ada.id}"]
    assert again["position"] == ["Mine"]
    browser.post(f"{USERS}/{ada.id}", data=again)
    user = db.session.get(User, (ada.account_id, ada.id))
    assert (user.position, user.first_name) == ("Mine", "Adela")


def test_gen_8_what_the_other_administrator_changed_elsewhere_stays(browser, ada):
    mine = form_of(browser, ada, position="Mine")
    browser.post(f"{USERS}/{ada.id}", data=form_of(browser, ada, first_name="Adela"))
    assert browser.post(f"{USERS}/{ada.id}", data=mine).status_code == 303
    user = db.session.get(User, (ada.account_id, ada.id))
    assert (user.position, user.first_name) == ("Mine", "Adela")


def test_team_6_main_team_is_chosen_among_his_own_and_logged(browser, ada, team):
    other = make_team("Service")
    put(ada, other)
    stranger = make_team("Stranger")
    refused = browser.post(f"{USERS}/{ada.id}", data=form_of(browser, ada, main_team=stranger.id))
    assert refused.status_code == 422
    browser.post(f"{USERS}/{ada.id}", data=form_of(browser, ada, main_team=other.id))
    assert account_facts().users[ada.id].main_team_id == other.id
    assert entries()[-1].details["changed"] == {"main_team": [team.id, other.id]}


def new(in_team, **changed):
    return {"first_name": "Eve", "last_name": "Nowak", "email": "eve@example.com",
            "password": "a-temporary-7-word", "team": in_team.id, "role": role_named("user").id,
            **changed}  # fmt: skip


def test_user_5_added_user_must_replace_the_temporary_password(browser, team):
    answer = browser.post(f"{USERS}/new", data=new(team))
    login = db.session.get(Login, "eve@example.com")
    assert answer.headers["Location"] == f"{USERS}/{login.user_id}"
    assert login.must_change_password
    assert "Sales: User" in browser.get(USERS).get_data(as_text=True)
    assert sentence(entries()[-1]) == "Eve Nowak was added to the team Sales."
    assert "a-temporary-7-word" not in str([each.details for each in entries()])


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", "boss@example.com"),
        ("email", "BOSS@example.com "),
        ("email", "no-address"),
        ("email", "eve@example.com\r\nBcc: x@example.com"),
        ("email", "e" * 250 + "@example.com"),
        ("password", "short"),
        ("password", "eve@example.com1"),
        ("first_name", ""),
        ("team", "999999"),
        ("role", "999999"),
        ("role", ""),
    ],
)
def test_user_5_wrong_values_are_named_and_nobody_is_added(browser, team, field, typed):
    before = len(account_facts().users)
    answer = browser.post(f"{USERS}/new", data=new(team, **{field: typed}))
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.texts[f"{field}-error"]
    sent = page.forms[f"{USERS}/new"]
    assert sent.get("last_name") == ["Nowak"]
    assert "password" not in str(sent.get("password"))
    assert len(account_facts().users) == before


def test_gen_3_every_wrong_field_is_named_at_once(browser, team):
    sent = new(team, first_name="", email="x", password="short")
    page = page_of(browser.post(f"{USERS}/new", data=sent))
    assert all(page.texts[f"{key}-error"] for key in ("first_name", "email", "password"))


def test_user_5_teams_and_roles_of_other_accounts_cannot_be_given(browser, boss, team):
    make_account("Other")
    theirs = {"team": make_team("Theirs").id, "role": role_named("administrator").id}
    enter_account(boss.account_id)
    for key, number in theirs.items():
        answer = browser.post(f"{USERS}/new", data=new(team, **{key: number}))
        assert (answer.status_code, "choose one" in answer.get_data(as_text=True)) == (422, True)
    assert db.session.get(Login, "eve@example.com") is None


def test_gen_10_form_sent_twice_adds_one_user(browser, team):
    sent = {**new(team), "form_token": "once"}
    first, second = (browser.post(f"{USERS}/new", data=sent) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(account_facts().users) == 2


def test_user_6_suspended_user_is_out_at_once_and_keeps_what_he_has(browser, client, ada):
    session = begin_session(ada.id, Visit("", ""))
    other = client.application.test_client()
    sign_in(other, ada)
    assert other.get("/notifications").status_code == 200
    assert "all sessions" in browser.get(f"{USERS}/{ada.id}/suspend").get_data(as_text=True).lower()
    assert browser.post(f"{USERS}/{ada.id}/suspend").status_code == 303
    assert other.get("/notifications").headers["Location"].startswith("/sign-in")
    refused = other.post("/sign-in", data={"email": ada.email, "password": PASSWORD})
    assert refused.status_code == 422
    assert not account_facts().users[ada.id].is_active
    left = sql("select count(*) from core_session s where :account = s.account_id"
               " and s.user_id = :user", user=ada.id)  # fmt: skip
    assert session
    assert left.scalar_one() == 0
    assert sentence(entries()[-1]) == "Ada Test was suspended."


def test_user_9_activated_user_has_everything_as_before(browser, client, ada):
    standing.suspend(ada.id)
    db.session.commit()
    assert browser.post(f"{USERS}/{ada.id}/activate").status_code == 303
    other = client.application.test_client()
    answer = other.post("/sign-in", data={"email": ada.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert "Sales: User" in browser.get(USERS).get_data(as_text=True)


def test_acts_that_do_not_fit_the_status_are_refused(browser, ada):
    assert browser.post(f"{USERS}/{ada.id}/activate").status_code == 409
    standing.suspend(ada.id)
    db.session.commit()
    assert browser.post(f"{USERS}/{ada.id}/suspend").status_code == 409
    assert browser.get(f"{USERS}/{ada.id}/suspend").status_code == 302
    standing.remove(ada.id)
    db.session.commit()
    for act in ("suspend", "activate", "remove", ""):
        url = f"{USERS}/{ada.id}/{act}".rstrip("/")
        assert browser.post(url, data={"position": "x"}).status_code == 409
    assert browser.get(f"{USERS}/{ada.id}").status_code == 200


def test_user_8_last_active_administrator_stays(browser, boss, ada, team):
    second = make_user("Second", team, "administrator")
    standing.suspend(second.id)
    db.session.commit()
    for act in ("suspend", "remove"):
        answer = browser.post(f"{USERS}/{boss.id}/{act}")
        assert answer.status_code == 409
        assert "must keep at least one administrator" in answer.get_data(as_text=True)
    assert browser.get(USERS).status_code == 200


def test_an_administrator_suspends_himself_after_being_told(browser, boss, team):
    make_user("Second", team, "administrator")
    assert "signed out" in browser.get(f"{USERS}/{boss.id}/suspend").get_data(as_text=True)
    assert browser.post(f"{USERS}/{boss.id}/suspend").status_code == 303
    assert browser.get(USERS).headers["Location"].startswith("/sign-in")


def test_page_of_a_user_shows_teams_and_last_sign_ins(browser, ada):
    begin_session(ada.id, Visit("10.9.8.7", ""))
    text = browser.get(f"{USERS}/{ada.id}").get_data(as_text=True)
    for shown in ("Sales", "10.9.8.7", "ada@example.com", "Ada Test"):
        assert shown in text


def test_user_5_added_user_is_led_to_choose_a_password_of_his_own(browser, client, team):
    browser.post(f"{USERS}/new", data=new(team))
    eve = client.application.test_client()
    eve.post("/sign-in", data={"email": "eve@example.com", "password": "a-temporary-7-word"})
    led = eve.get("/notifications")
    assert (led.status_code, "password" in led.headers["Location"]) == (302, True)


def with_second_factor(user):
    db.session.add(SecondFactor(user_id=user.id, sealed_secret="", last_step=0))
    db.session.commit()


def test_auth_7_second_factor_is_reset_and_the_user_is_told(post, browser, ada):
    with_second_factor(ada)
    url = f"{USERS}/{ada.id}/reset-second-factor"
    assert url in browser.get(f"{USERS}/{ada.id}").get_data(as_text=True)
    assert "Reset the two-factor login of Ada Test?" in browser.get(url).get_data(as_text=True)
    assert browser.post(url).status_code == 303
    assert [mail["To"] for mail in post.fetch()] == ["ada@example.com"]
    assert url not in browser.get(f"{USERS}/{ada.id}").get_data(as_text=True)
    assert browser.get(url).status_code == 302
    assert browser.post(url).status_code == 409


def test_user_10_list_shows_who_has_two_factor_login(browser, ada):
    with_second_factor(ada)
    rise = browser.get(f"{USERS}?sort=two_factor&q=ada").get_data(as_text=True)
    assert '<span class="bdg ok">on</span>' in rise


def test_a_removed_user_keeps_nothing_that_lets_him_in(browser, ada):
    with_second_factor(ada)
    browser.post(f"{USERS}/{ada.id}/remove")
    assert not second_factors.is_on(ada.id)
    assert db.session.get(Login, ada.email) is None
    user = db.session.get(User, (ada.account_id, ada.id))
    assert (user.status, user.name, user.email) == ("removed", "Ada Test", "ada@example.com")
