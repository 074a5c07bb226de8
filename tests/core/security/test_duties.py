"""What a user has to do before anything else (AUTH-7, USER-5)."""

from __future__ import annotations

import pytest

from core.accounts.models import SecurityEntry
from core.accounts.queries import setting
from core.db import db
from core.security.events import EVENTS
from core.users import passwords
from core.users.second_factors import SETTING
from core.users.signing_in import login_of
from tests.core.security.test_two_factor_login import set_up_by_page
from tests.makers import PASSWORD, make_user, set_up, sign_in

GENERAL = "/settings/account/general"
FIRST, REPLACE = "/sign-in/second-factor", "/sign-in/new-password"
NEW = "zielony-rower-77"


@pytest.fixture
def ada(anna):
    return make_user("Ada2", role="administrator", email="ada2@example.com")


@pytest.fixture
def temporary(anna):
    login_of(anna.id).must_change_password = True
    db.session.flush()
    return anna


def rule(who):
    set_up(signing_in__second_factor=who)


def test_auth_7_an_administrator_requires_it_on_the_page(client, ada):
    sign_in(client, ada)
    page = client.get(GENERAL).text
    assert "2 users have not set it up yet." in page
    answer = client.post(GENERAL, data={"second_factor": "administrators"})
    assert (answer.status_code, answer.location) == (302, GENERAL)
    assert setting(SETTING) == "administrators"
    assert client.get(GENERAL).location == FIRST
    entry = db.session.execute(db.select(SecurityEntry)).scalars().all()[-1]
    assert (entry.event, entry.details, entry.user_id) == (
        "second_factor_rule", {"who": "administrators"}, ada.id)  # fmt: skip


@pytest.mark.parametrize("wrong", ["", "everybody", "nobody "])
def test_auth_7_other_rules_are_refused(client, ada, wrong):
    sign_in(client, ada)
    answer = client.post(GENERAL, data={"second_factor": wrong})
    assert answer.status_code == 422
    assert 'id="second_factor-error"' in answer.text
    assert setting(SETTING) == "nobody"


def test_gen_2_users_may_not_change_the_rule(client, anna):
    sign_in(client, anna)
    assert client.get(GENERAL).status_code == 403
    assert client.post(GENERAL, data={"second_factor": "all"}).status_code == 403


@pytest.mark.parametrize(
    ("who", "role", "is_bound"),
    [
        ("nobody", "administrator", False),
        ("administrators", "administrator", True),
        ("administrators", "manager", False),
        ("all", "administrator", True),
        ("all", "user", True),
    ],
)
def test_auth_7_whom_the_rule_concerns(client, anna, who, role, is_bound):
    user = make_user(role=role)
    rule(who)
    sign_in(client, user)
    assert (client.get("/companies").location == FIRST) == is_bound


def test_auth_7_affected_users_can_do_nothing_else(client, anna, at):
    sign_in(client, anna)
    rule("all")
    for path in ("/", "/companies", "/settings/profile/security", "/search?q=x", "/users/1/photo"):
        assert client.get(path).location == FIRST
    part = client.get("/search/box?q=x", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, FIRST)
    answer = client.post("/people/new", data={"last_name": "Nowak"})
    assert (answer.status_code, answer.location) == (303, FIRST)
    assert client.post("/theme", data={"theme": "dark"}).location == FIRST
    assert client.get(FIRST).status_code == 200
    answer, _secret = set_up_by_page(client, FIRST)
    assert 'class="sz-codes' in answer.text
    assert client.get("/companies").status_code == 200
    assert client.get(FIRST).location == "/"


def test_auth_7_they_may_sign_out(client, anna):
    sign_in(client, anna)
    rule("all")
    assert client.post("/sign-out").location == "/sign-in"


def test_auth_7_who_is_bound_cannot_switch_it_off(client, anna, factor):
    sign_in(client, anna)
    rule("all")
    page = client.get("/settings/profile/security").text
    assert "/second-factor/off" not in page
    answer = client.post(
        "/settings/profile/security/second-factor/off",
        data={"current": PASSWORD, "code": factor.code()},
    )
    assert answer.status_code == 403


def test_user_5_a_temporary_password_must_be_replaced_first(client, temporary, enter):
    assert enter().status_code == 302
    assert client.get("/companies").location == REPLACE
    assert client.post("/people/new", data={"last_name": "Nowak"}).location == REPLACE
    assert client.get(REPLACE).status_code == 200
    answer = client.post(REPLACE, data={"password": NEW})
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/companies").status_code == 200
    assert passwords.verify(login_of(temporary.id).password_hash, NEW)
    assert client.get(REPLACE).location == "/"


@pytest.mark.parametrize("wrong", ["", "short", PASSWORD, "Password123!"])
def test_user_5_the_new_one_must_be_good_and_another(client, temporary, enter, wrong):
    enter()
    answer = client.post(REPLACE, data={"password": wrong})
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert client.get("/companies").location == REPLACE


def test_user_5_whoever_has_no_temporary_password_cannot_do_without_the_old_one(client, anna):
    sign_in(client, anna)
    assert client.post(REPLACE, data={"password": NEW}).location == "/"
    assert passwords.verify(login_of(anna.id).password_hash, PASSWORD)


def test_user_5_the_password_comes_before_the_second_factor(client, temporary, enter):
    rule("all")
    enter()
    assert client.get("/companies").location == REPLACE
    client.post(REPLACE, data={"password": NEW})
    assert client.get("/companies").location == FIRST


def test_auth_10_every_event_has_its_sentence(app):
    details = {"count": 2, "left": 3, "name": "Ada", "who": "all", "to": "a@b.pl", "from": "c@d.pl"}
    assert all(each.text(details).endswith(".") for each in EVENTS)
    assert all(str(each.label) for each in EVENTS)
