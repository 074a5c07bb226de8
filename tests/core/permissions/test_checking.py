"""Check access: why another user may or may not, by administrators and managers."""

from __future__ import annotations

import pytest

from core.db import db
from core.users.models import REMOVED
from tests.makers import make_account, make_record, make_team, make_user, sign_in

CHECK = "/settings/account/permissions/check"


@pytest.fixture
def north(own, ada):
    return make_team("North")


def test_acc_x2_an_administrator_asks_about_anybody_and_hidden_records_too(browser, own, north):
    ula, anna = make_user("Ula", own), make_user("Anna", north)
    record = make_record(anna, visibility="hidden", last_name="Skryty")
    page = browser.get(f"{CHECK}?user={ula.id}&record=person.{record.id}").text
    assert "Skryty" in page
    assert "Ula Test may not: View" in page
    page = browser.get(f"{CHECK}?user={anna.id}&record=person.{record.id}").text
    assert "Anna Test may: View" in page


@pytest.mark.parametrize("query", [
    "record=x", "record=person.x", "record=person.99999999", "record=dragon.1", "record=person.",
    "record=person." + "9" * 40,
])  # fmt: skip
def test_acc_x2_a_record_that_is_not_there_is_said_beside_the_field(browser, query):
    page = browser.get(f"{CHECK}?user=1&{query}")
    assert page.status_code == 404
    assert "There is no such record." in page.text


def test_acc_x2_a_user_that_is_not_there_is_404(browser, own, ada):
    record = make_record(make_user("Ula", own))
    gone = make_user("Gone", own)
    gone.status = REMOVED
    db.session.flush()
    for user in ("x", "99999999", "9" * 40, gone.id):
        assert browser.get(f"{CHECK}?user={user}&record=person.{record.id}").status_code == 404
        assert browser.get(f"/people/{record.id}/access?user={user}").status_code == 404
    assert browser.get(CHECK).status_code == 200
    assert browser.get(f"{CHECK}?record=person.{record.id}").status_code == 200


def test_acc_x2_a_manager_asks_about_those_he_manages_and_what_he_may_open(another, own, north):
    marek = make_user("Marek", north, "manager")
    anna, ula = make_user("Anna", north), make_user("Ula", own)
    theirs = make_record(anna, visibility="hidden")
    private, hidden = (make_record(ula, visibility=each) for each in ("private", "hidden"))
    his = another(marek)
    page = his.get(f"/people/{theirs.id}/access?user={anna.id}").text
    assert "Anna Test may: View" in page
    assert "Ula Test" not in page
    assert his.get(f"/people/{theirs.id}/access?user={ula.id}").status_code == 404
    assert his.get(f"/people/{private.id}/access?user={anna.id}").status_code == 403
    assert his.get(f"/people/{hidden.id}/access?user={anna.id}").status_code == 404
    assert his.get(CHECK).status_code == 403
    assert f"/people/{theirs.id}/access" in his.get(f"/people/{theirs.id}").text


def test_acc_x2_a_user_who_manages_nobody_may_not_ask(another, own, ada):
    ula = make_user("Ula", own)
    record = make_record(ula)
    assert another(ula).get(f"/people/{record.id}/access").status_code == 403
    assert f"/people/{record.id}/access" not in another(ula).get(f"/people/{record.id}").text


def test_gen_1_another_account_s_records_and_users_do_not_exist(browser, ada, own):
    make_account("Other")
    stranger = make_user("Stranger")
    foreign = make_record(stranger)
    sign_in(browser, ada)
    mine = make_record(ada)
    missing = browser.get(f"{CHECK}?user={ada.id}&record=person.{foreign.id}")
    assert missing.status_code == 404
    assert browser.get(f"{CHECK}?user={stranger.id}&record=person.{mine.id}").status_code == 404
    assert browser.get(f"/people/{mine.id}/access?user={stranger.id}").status_code == 404
