"""View as: read-only, with the other's rights, logged, told, and over when it has to be."""

from __future__ import annotations

import pytest

from core.accounts.viewing import LONGEST
from core.db import db
from core.housekeeping import end_overdue_viewings
from core.notifications.models import Notification
from core.users.models import REMOVED, SUSPENDED
from tests.core.access.addresses import BY_PLUGIN, EVERYBODY
from tests.core.permissions.pages import LOG, TEAMS, entries
from tests.makers import (
    make_account,
    make_record,
    make_team,
    make_user,
    put,
    role,
    sign_in,
    tick,
)

ENDED = "view_as_ended"


@pytest.fixture
def ula(own):
    return make_user("Ula", make_team("North"))


def start(browser, user):
    return browser.post(f"/settings/account/users/users/{user.id}/view-as")


def banner(name):
    return f"Ada Test views as {name} Test. Nothing can be changed."


def test_acc_x5_shows_the_account_with_the_other_s_rights_under_a_banner(browser, ula, own):
    hidden = make_record(make_user("Piotr", own), visibility="hidden")
    public = make_record(make_user("Piotr", own), visibility="public")
    assert browser.get(f"/people/{hidden.id}").status_code == 200
    assert start(browser, ula).status_code == 303
    assert browser.get(f"/people/{hidden.id}").status_code == 404
    page = browser.get(f"/people/{public.id}")
    assert page.status_code == 200
    assert banner("Ula") in page.text
    assert browser.get(TEAMS).status_code == 403
    assert banner("Ula") in browser.get(TEAMS).text
    assert "/settings/account" not in page.text
    assert "/notifications/bell" not in page.text


def test_acc_x5_start_and_end_are_logged_and_the_user_is_told(browser, ula, ada):
    start(browser, ula)
    told = db.session.execute(db.select(Notification)).scalars().all()
    assert [(each.user_id, each.cause) for each in told] == [(ula.id, "core.viewed_as")]
    browser.post("/view-as/end")
    began, ended = entries("view_as_started")[0], entries(ENDED)[0]
    assert (began.user_id, began.details, began.address) == (ada.id, {"user": ula.id}, "127.0.0.1")
    assert (ended.user_id, ended.details["user"], ended.address) == (ada.id, ula.id, "127.0.0.1")
    page = browser.get(LOG).text
    assert "Began to view as Ula Test." in page
    assert "Ended viewing as Ula Test." in page
    assert banner("Ula") not in page


def test_acc_x5_the_user_reads_who_viewed(browser, another, ula):
    start(browser, ula)
    assert "Ada Test viewed the account as you." in another(ula).get("/notifications").text


def posts():
    return [each for group in BY_PLUGIN.values() for each in group if each.is_post]


def rows():
    """Return the number of rows of every table that a form could change, and their epochs."""
    tables = ("core_record", "core_holder", "core_user", "core_team", "core_role", "core_membership",
              "core_role_tick", "core_access_tick", "core_setting", "core_plugin_switch",
              "core_preference", "core_notification", "core_label", "core_change", "core_session",
              "core_security_entry", "core_access_request")  # fmt: skip
    return {
        table: db.session.connection()
        .exec_driver_sql(f"select count(*), sum(hashtextextended(x::text, 0)) from {table} x")
        .one()
        for table in tables
    }


@pytest.mark.parametrize("as_whom", ["user", "administrator"])
def test_acc_x5_every_form_of_the_product_is_refused(browser, own, as_whom):
    seen = make_user("Seen", own, as_whom)
    record = make_record(seen)
    start(browser, seen)
    before, wrong = rows(), []
    for each in posts():
        if each.opens not in {EVERYBODY, "administrator", "importer", "operator", "manager"}:
            continue
        if each.rule in {"/view-as/end", "/sign-out"}:
            continue
        path = each.at(dict.fromkeys(each.path.values(), record.id))
        answer = browser.post(path, data={"name": "x", "last_name": "x", "confirmed": "x"})
        if answer.status_code not in {403, 404}:
            wrong.append(f"{each}: {answer.status_code}")
        if answer.status_code == 403 and "Nothing can be changed." not in answer.text:
            wrong.append(f"{each}: says not why")
    assert not wrong, "\n" + "\n".join(wrong)
    assert rows() == before


@pytest.mark.parametrize(
    "path", ["/notifications", "/notifications/bell", "/settings/profile/import"]
)
def test_acc_x5_what_is_the_user_s_alone_stays_closed(browser, ula, path):
    tick("user", "person", "import")
    start(browser, ula)
    answer = browser.get(path)
    assert answer.status_code == 403
    assert "This is for Ula Test alone." in answer.text


def test_acc_x5_every_page_below_profile_settings_is_personal(whole_app):
    own = [
        rule
        for rule in whole_app.url_map.iter_rules()
        if rule.rule.startswith("/settings/profile") and "GET" in rule.methods
    ]
    assert own
    open_ones = [
        rule.rule for rule in own if not whole_app.view_functions[rule.endpoint].is_personal
    ]
    assert not open_ones


@pytest.mark.parametrize("who", ["manager", "user"])
def test_acc_x5_only_administrators_view_as_others(another, own, ada, who):
    browser = another(make_user("Marek", own, who))
    assert start(browser, make_user("Ula", own)).status_code == 403
    assert not entries("view_as_started")


@pytest.mark.parametrize("whom", ["himself", "suspended", "removed", "nobody", "a stranger"])
def test_acc_x5_not_as_oneself_nor_as_who_may_not_sign_in(browser, own, ada, whom):
    user = ada if whom == "himself" else make_user("Ula", own)
    if whom in {"suspended", "removed"}:
        user.status = {"suspended": SUSPENDED, "removed": REMOVED}[whom]
        db.session.flush()
    number = 99999999 if whom == "nobody" else user.id
    if whom == "a stranger":
        make_account("Other")
        number = make_user("Stranger").id
        sign_in(browser, ada)
    answer = browser.post(f"/settings/account/users/users/{number}/view-as")
    assert answer.status_code == 404
    assert not entries("view_as_started")
    assert browser.get(TEAMS).status_code == 200


@pytest.mark.parametrize("status", [SUSPENDED, REMOVED])
def test_acc_x5_it_ends_and_is_logged_when_the_user_may_not_sign_in_any_more(
    browser, ula, ada, status
):
    start(browser, ula)
    ula.status = status
    db.session.flush()
    page = browser.get(TEAMS)
    assert page.status_code == 200
    assert banner("Ula") not in page.text
    assert [(each.user_id, each.details["user"]) for each in entries(ENDED)] == [(ada.id, ula.id)]
    ula.status = "active"
    db.session.flush()
    assert banner("Ula") not in browser.get(TEAMS).text


def test_acc_x5_it_ends_and_is_logged_when_the_administrator_loses_his_role(browser, ula, own, ada):
    make_user("Ola", own, "administrator")
    start(browser, ula)
    put(ada, own, "user")
    page = browser.get("/people")
    assert "views as" not in page.text
    assert browser.get(TEAMS).status_code == 403
    assert [each.user_id for each in entries(ENDED)] == [ada.id]


def test_acc_x5_rights_the_user_gains_or_loses_meanwhile_hold_at_once(browser, ula, own):
    start(browser, ula)
    record = make_record(make_user("Piotr", own), visibility="hidden", participants=[own])
    assert browser.get(f"/people/{record.id}").status_code == 404
    put(ula, own)
    assert browser.get(f"/people/{record.id}").status_code == 200


def test_acc_x5_signing_out_ends_it_and_the_log_says_so(browser, ula, ada):
    start(browser, ula)
    assert browser.post("/sign-out").status_code == 302
    assert [(each.user_id, each.details["user"]) for each in entries(ENDED)] == [(ada.id, ula.id)]
    assert browser.get(TEAMS).status_code == 302


def test_acc_x5_an_old_cookie_opens_nothing_once_it_was_ended(browser, ula):
    start(browser, ula)
    kept = browser.get_cookie("szansa").value
    browser.post("/view-as/end")
    browser.set_cookie("szansa", kept)
    page = browser.get(TEAMS)
    assert page.status_code == 200
    assert banner("Ula") not in page.text
    assert len(entries(ENDED)) == 1


def test_acc_x5_another_administrator_s_cookie_value_means_nothing(browser, another, ula, own):
    start(browser, ula)
    number = entries("view_as_started")[0].id
    other = another(make_user("Ola", own, "administrator"))
    with other.session_transaction() as cookie:
        cookie["view_as"] = number
    page = other.get(TEAMS)
    assert page.status_code == 200
    assert "views as" not in page.text


def test_acc_x5_ending_what_was_not_begun_logs_nothing(browser):
    assert browser.post("/view-as/end").status_code == 303
    assert not entries(ENDED)


def test_acc_x5_nobody_views_further_from_there(browser, own, ula):
    chief = make_user("Chief", own, "administrator")
    start(browser, chief)
    assert start(browser, ula).status_code == 403
    assert banner("Chief") in browser.get(TEAMS).text
    assert role("user")


def test_acc_x5_it_ends_by_itself_after_twelve_hours_and_the_log_says_so(browser, ula, ada):
    start(browser, ula)
    began = entries("view_as_started")[0]
    end_overdue_viewings()
    assert not entries(ENDED)
    began.created_at -= LONGEST
    db.session.flush()
    assert banner("Ula") not in browser.get(TEAMS).text
    for _each in range(2):  # whoever comes first, browser or clock: it is logged once
        end_overdue_viewings()
    assert [(each.user_id, each.details["user"]) for each in entries(ENDED)] == [(ada.id, ula.id)]
    assert "Ended viewing as Ula Test." in browser.get(LOG).text


def test_acc_x5_the_clock_ends_what_a_closed_browser_left(browser, ula):
    start(browser, ula)
    entries("view_as_started")[0].created_at -= LONGEST
    db.session.flush()
    end_overdue_viewings()
    assert entries(ENDED)[0].details["user"] == ula.id
