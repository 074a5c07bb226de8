"""Account settings > Security log: reading, filtering, exporting, undoing."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from core.accounts.models import SecurityEntry
from core.accounts.queries import setting
from core.accounts.services import log_security, switch_plugins
from core.db import db
from core.permissions import services
from core.permissions.facts import (
    ACCESS,
    MEMBER,
    PARENT,
    TICK,
    PermissionChange,
    setting as setting_change,
)
from core.permissions.queries import access_ticks, memberships, parents, ticks
from core.teams.services import delete_team, move_team, team
from core.users.models import REMOVED
from tests.core.permissions.pages import LOG, digest_of, entries, saved
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    opens,
    put,
    role,
    set_up,
    sign_in,
)  # fmt: skip


def change(gone=(), new=()):
    return PermissionChange(frozenset(gone), frozenset(new))


def save(gone=(), new=(), about="roles"):
    """Store a change and return the number of its entry."""
    services.save(change(gone, new), about)
    db.session.flush()
    return entries("permissions_changed")[-1].id


def save_setting(key, before, after):
    services.save(setting_change(key, before, after), "access")
    db.session.flush()
    return entries("permissions_changed")[-1].id


def undo(browser, number):
    return saved(browser, f"{LOG}/{number}/undo", {})


def everything():
    return ticks() | access_ticks() | memberships() | parents()


DELETE = "person", "delete"


# ---------------------------------------------------------------- reading


def test_auth_10_lists_who_did_what_when_and_from_where(browser, ada):
    log_security("team_added", {"name": "North"}, ada.id, "192.0.2.7")
    log_security("sign_in_failed", {"email": "x"}, None, None)
    db.session.flush()
    page = browser.get(LOG).text
    for text in ("Ada Test", "The team “North” was added.", "192.0.2.7"):
        assert text in page
    assert page.index("data-entry") < page.index("“North”")


def test_gen_2_others_get_403(another, own, ada):
    browser = another(make_user("Ula", own, "manager"))
    assert browser.get(LOG).status_code == 403
    assert browser.post(f"{LOG}/export").status_code == 403
    number = save(new={(TICK, role("user").id, *DELETE)})
    assert browser.post(f"{LOG}/{number}/undo").status_code == 403
    assert (TICK, role("user").id, *DELETE) in ticks()


def test_gen_1_another_account_s_entries_are_neither_shown_nor_undone(browser, ada):
    make_account("Other")
    log_security("team_added", {"name": "Theirs"}, None, None)
    number = save(new={(TICK, role("user").id, *DELETE)})
    sign_in(browser, ada)
    assert "Theirs" not in browser.get(LOG).text
    assert "Theirs" not in browser.post(f"{LOG}/export").text
    assert browser.post(f"{LOG}/{number}/undo").status_code == 404


def test_auth_10_no_address_changes_or_removes_an_entry(browser, whole_app):
    below = {(rule.rule, method) for rule in whole_app.url_map.iter_rules()
             for method in rule.methods - {"HEAD", "OPTIONS", "GET"} if rule.rule.startswith(LOG)}  # fmt: skip
    assert below == {(f"{LOG}/<int:entry_id>/undo", "POST"), (f"{LOG}/export", "POST")}
    log_security("team_added", {"name": "North"})
    db.session.flush()
    before = [(each.id, each.event, each.details) for each in entries()]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (LOG, f"{LOG}/{before[0][0]}"):
            assert browser.open(path, method=method).status_code in {404, 405}
    assert [(each.id, each.event, each.details) for each in entries()] == before


def test_auth_10_pages_through_everything_once(browser):
    for number in range(120):
        log_security("team_added", {"name": f"T{number:03}"})
        db.session.flush()
    seen, path = [], LOG
    while path:
        page = browser.get(path).text
        seen += [number for number in range(120) if f"“T{number:03}”" in page]
        older = page.partition("before=")[2].partition('"')[0]
        path = f"{LOG}?before={older}" if older and older.isdecimal() else ""
    assert sorted(seen) == list(range(120))


def test_auth_10_filters_by_event_user_and_days_in_the_reader_s_zone(browser, ada, own):
    ula = make_user("Ula", own)
    for user, event, name, day in (
        (ada, "team_added", "One", datetime(2026, 3, 1, 22, 59, tzinfo=UTC)),
        (ada, "team_deleted", "Two", datetime(2026, 3, 1, 23, 1, tzinfo=UTC)),
        (ula, "team_added", "Three", datetime(2026, 3, 2, 22, 59, tzinfo=UTC)),
    ):
        db.session.add(SecurityEntry(user_id=user.id, event=event, details={"name": name},
                                     created_at=day))  # fmt: skip
    db.session.flush()

    def shown(query):
        page = browser.get(f"{LOG}?{query}").text
        export = browser.post(f"{LOG}/export?{query}").text
        found = {name for name in ("One", "Two", "Three") if f"“{name}”" in page}
        assert found == {name for name in ("One", "Two", "Three") if f"“{name}”" in export}
        return found

    assert shown("event=team_added") == {"One", "Three"}
    assert shown(f"user={ula.id}") == {"Three"}
    assert shown("since=2026-03-02&until=2026-03-02") == {"Two", "Three"}
    assert shown("until=2026-03-01") == {"One"}
    assert shown(f"user={ada.id}&event=team_deleted&since=2026-03-01") == {"Two"}


@pytest.mark.parametrize("query", [
    "event=x", "user=x", f"user={'9' * 40}", "since=x", "until=9999-12-31", "since=0001-01-01",
    "before=x", f"before={'9' * 18}", "since=2026-02-30", "until=2026-W01-1", "user=%00",
])  # fmt: skip
def test_auth_10_filters_that_mean_nothing_break_nothing(browser, query):
    assert browser.get(f"{LOG}?{query}").status_code == 200
    assert browser.post(f"{LOG}/export?{query}").status_code == 200


def test_auth_10_the_export_is_in_the_log_itself(browser):
    browser.post(f"{LOG}/export")
    assert [each.event for each in entries()] == ["security_log_exported"]


def test_gen_11_a_saved_change_offers_undo(browser, own):
    user = role("user")
    answer = browser.post(f"/settings/account/users/roles/{user.id}",
                          data={"tick": "person.delete"}, follow_redirects=True)  # fmt: skip
    number = entries()[-1].id
    assert f'action="{LOG}/{number}/undo"' in answer.text


def test_auth_10_nothing_in_the_export_becomes_a_formula(browser, own):
    for name in ("=1+1", "+1", "-1", "@a", "\t=1", "\r=1"):
        log_security("team_added", {"name": name}, None, "=cmd")
    make_user("=HYPERLINK", own)
    answer = browser.post(f"{LOG}/export")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(
        csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")), delimiter=";")
    )
    assert len(rows) == 7
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]


def test_auth_10_text_of_users_is_shown_as_text(browser):
    log_security("team_added", {"name": "<b>x</b>"})
    db.session.flush()
    assert "&lt;b&gt;x&lt;/b&gt;" in browser.get(LOG).text


def test_auth_10_an_entry_of_a_plugin_that_is_gone_is_still_shown(browser):
    db.session.add(SecurityEntry(user_id=None, event="submarine_sunk", details={}))
    db.session.flush()
    assert "submarine_sunk" in browser.get(LOG).text


# ---------------------------------------------------------------- undoing


def test_acc_x4_undoing_is_previewed_and_restores_exactly(browser, own):
    ula, north = make_user("Ula", own), make_team("North")
    put(ula, north)
    record = make_record(make_user("Piotr", own), participants=[north], visibility="hidden")
    before = everything()
    number = save(
        {(MEMBER, ula.id, north.id, role("user").id), (ACCESS, "participant", "person", "edit")},
        {(TICK, role("user").id, *DELETE), (PARENT, north.id, own.id)},
    )
    assert opens(ula, record) == "nothing"
    previewed = browser.post(f"{LOG}/{number}/undo")
    assert "1 user gains “View”" in previewed.text
    assert opens(ula, record) == "nothing"
    answer = browser.post(f"{LOG}/{number}/undo", data={"confirmed": digest_of(previewed)})
    assert answer.status_code == 303
    assert everything() == before
    assert opens(ula, record) == "full"
    assert "undone" in browser.get(LOG).text


def test_acc_x4_an_undoing_can_itself_be_undone(browser, own):
    before = everything()
    number = save(new={(TICK, role("user").id, *DELETE)})
    after = everything()
    undo(browser, number)
    assert everything() == before
    undo(browser, entries("permissions_undone")[0].id)
    assert everything() == after
    undo(browser, entries("permissions_undone")[1].id)
    assert everything() == before


def test_acc_x4_nothing_is_undone_twice(browser):
    number = save(new={(TICK, role("user").id, *DELETE)})
    assert undo(browser, number).status_code == 303
    save(new={(TICK, role("user").id, *DELETE)})
    again = undo(browser, number)
    assert again.status_code == 404
    assert "There is nothing to undo." in again.text
    assert (TICK, role("user").id, *DELETE) in ticks()


def test_acc_x4_what_holds_no_more_is_said_and_nothing_is_logged(browser):
    number = save(new={(TICK, role("user").id, *DELETE)})
    save(gone={(TICK, role("user").id, *DELETE)})
    refused = undo(browser, number)
    assert refused.status_code == 409
    assert "Nothing of it holds any more." in refused.text
    assert not entries("permissions_undone")


def test_acc_x4_only_what_still_holds_is_taken_back(browser, own):
    make_record(make_user("Piotr", own), kind="company")
    make_user("Ula", own)
    number = save(
        new={(TICK, role("user").id, *DELETE), (TICK, role("user").id, "company", "delete")}
    )
    save(gone={(TICK, role("user").id, *DELETE)})
    previewed = browser.post(f"{LOG}/{number}/undo")
    assert "1 part of it was changed again since then and stays as it is." in previewed.text
    undo(browser, number)
    assert not {each for each in ticks(role("user").id) if each[3] == "delete"}


def test_acc_x4_a_setting_changed_again_stays(browser, own):
    ula, ola = make_user("Ula", own), make_user("Ola", own)
    number = save_setting("access.person.owner", "signed_in_user", ula.id)
    set_up(access__person__owner=ola.id)
    assert undo(browser, number).status_code == 409
    assert setting("access.person.owner") == ola.id


def test_acc_x4_a_setting_is_undone(browser, own):
    number = save_setting("access.person.invited", ["main_team"], [own.id])
    assert undo(browser, number).status_code == 303
    assert setting("access.person.invited") == ["main_team"]


def test_acc_x4_a_team_moved_again_stays(browser, own):
    north, east, low = make_team("North"), make_team("East"), make_team("Low")
    number = save(new={(PARENT, low.id, north.id)})
    other = save({(PARENT, low.id, north.id)}, {(PARENT, low.id, east.id)})
    assert undo(browser, number).status_code == 409
    assert team(low.id).parent_id == east.id
    undo(browser, other)
    assert team(low.id).parent_id == north.id


def test_acc_x4_a_team_taken_out_is_put_back_unless_it_stands_elsewhere(browser, own):
    north, low = make_team("North"), make_team("Low")
    move_team(low.id, north.id)
    number = save(gone={(PARENT, low.id, north.id)})
    move_team(low.id, own.id)
    assert undo(browser, number).status_code == 409
    move_team(low.id, None)
    assert undo(browser, number).status_code == 303
    assert team(low.id).parent_id == north.id


def test_acc_x4_a_role_given_again_stays(browser, own):
    ula = make_user("Ula", own)
    user, manager, chief = (role(key).id for key in ("user", "manager", "administrator"))
    number = save({(MEMBER, ula.id, own.id, user)}, {(MEMBER, ula.id, own.id, manager)})
    save({(MEMBER, ula.id, own.id, manager)}, {(MEMBER, ula.id, own.id, chief)})
    assert undo(browser, number).status_code == 409
    assert memberships(own.id, ula.id) == {(MEMBER, ula.id, own.id, chief)}


def test_acc_x4_who_was_moved_again_stays_where_he_is(browser, own):
    north, east = make_team("North"), make_team("East")
    ula = make_user("Ula", own)
    user = role("user").id
    number = save({(MEMBER, ula.id, own.id, user)}, {(MEMBER, ula.id, north.id, user)})
    save({(MEMBER, ula.id, north.id, user)}, {(MEMBER, ula.id, east.id, user)})
    assert undo(browser, number).status_code == 409
    assert memberships(user_id=ula.id) == {(MEMBER, ula.id, east.id, user)}


def test_acc_x4_what_is_about_something_gone_is_passed_over(browser, own):
    north, ula = make_team("North"), make_user("Ula", own)
    user = role("user").id
    put(ula, north)
    number = save({(MEMBER, ula.id, north.id, user), (TICK, user, "person", "add")})
    delete_team(north.id)
    assert undo(browser, number).status_code == 303
    assert (TICK, user, "person", "add") in ticks()
    assert memberships(user_id=ula.id) == {(MEMBER, ula.id, own.id, user)}


def test_acc_x4_a_removed_user_is_not_brought_back(browser, own):
    ula, north = make_user("Ula", own), make_team("North")
    put(ula, north)
    number = save({(MEMBER, ula.id, north.id, role("user").id)})
    ula.status = REMOVED
    db.session.flush()
    assert undo(browser, number).status_code == 409


def test_acc_x4_an_undoing_that_would_take_the_last_administrator_is_refused(browser, own, ada):
    ola = make_user("Ola", own)
    chief, user = role("administrator").id, role("user").id
    number = save({(MEMBER, ola.id, own.id, user)}, {(MEMBER, ola.id, own.id, chief)})
    save({(MEMBER, ada.id, own.id, chief)}, {(MEMBER, ada.id, own.id, user)})
    sign_in(browser, ola)
    refused = undo(browser, number)
    assert refused.status_code == 409
    assert "The account must keep at least one administrator." in refused.text
    assert actor(ola).is_administrator
    assert not entries("permissions_undone")


def test_acc_x4_with_the_plugin_off_a_second_role_does_not_come_back(browser, own, own_roles):
    ula = make_user("Ula", own)
    save(new={(MEMBER, ula.id, own.id, role("manager").id)})
    number = save(gone={(MEMBER, ula.id, own.id, role("manager").id)})
    switch_plugins({own_roles: False})
    assert undo(browser, number).status_code == 409
    assert len(memberships(own.id, ula.id)) == 1


@pytest.mark.parametrize("event", ["team_added", "signed_in"])
def test_acc_x4_other_entries_have_nothing_to_undo(browser, event):
    log_security(event, {"name": "North"})
    db.session.flush()
    assert browser.post(f"{LOG}/{entries(event)[-1].id}/undo").status_code == 404
    assert browser.post(f"{LOG}/99999999/undo").status_code == 404


# ---------------------------------------------------------------- sentences


def test_auth_10_a_change_is_told_fact_by_fact(browser, own):
    ula, north = make_user("Ula", own), make_team("North")
    services.save(
        change(
            {(ACCESS, "participant", "person", "edit")},
            {(TICK, role("user").id, *DELETE), (PARENT, north.id, own.id),
             (MEMBER, ula.id, north.id, role("user").id)},
        )
        | setting_change("access.person.invited", ["main_team"], [ula.id, north.id])
        | setting_change("visibility.contacts.offered", ["public", "private", "hidden"], ["hidden"])
        | setting_change("visibility.contacts.default", "public", "hidden")
        | setting_change("access.contacts.inactive_days", 0, 30)
        | setting_change("access.contacts.take_over", before=False, after=True)
        | setting_change("access.person.owner", "signed_in_user", None)
        | setting_change("access.person.owner_required", before=True, after=False),
        "access",
    )  # fmt: skip
    db.session.flush()
    page = browser.get(LOG).text
    for text in (
        "Role User: Delete", "Access role Participant: Edit", "The team North stands below Own",
        "Ula Test: User in the team North", "default invited: Ula Test, North",
        "default visibility: ", "inactive owners are removed after days: 30",
        "users may take ownerless objects", "owner of new records: none", "an owner is not required",
    ):  # fmt: skip
        assert text in page


def test_auth_10_what_is_gone_is_told_by_its_number(browser, own):
    db.session.add(SecurityEntry(event="permissions_changed", user_id=None, details={
        "about": "x", "change": change(new={
            (TICK, 99999999, "dragon", "fly"), (MEMBER, 99999998, 99999997, 99999999),
            ("reach", 99999999), (PARENT, 99999996, own.id), (ACCESS, "emperor", "person", "x"),
            ("setting", "a.b.c", "1"), ("setting", "x", '"y"')}).as_json()}))  # fmt: skip
    db.session.flush()
    page = browser.get(LOG)
    assert page.status_code == 200
    assert "#99999999" in page.text
    assert "Permissions were changed." in page.text
