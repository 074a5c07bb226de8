"""Account settings > Users > Roles."""

from __future__ import annotations

import pytest

from core.accounts.models import Account
from core.accounts.services import assign_package, switch_plugins
from core.db import db
from core.errors import Conflict
from core.permissions import roles
from core.permissions.facts import PermissionChange
from core.permissions.matrix import active_rights, wire
from core.permissions.queries import ticks
from core.roles.models import Role, RoleTick
from core.users.models import REMOVED
from tests.core.permissions.pages import (
    ROLES,
    TEAMS,
    confirmed,
    digest_of,
    entries,
    opened_of,
    saved,
)
from tests.makers import actor, make_account, make_record, make_team, make_user, role, sign_in

ALWAYS = "The rights of Administrator cannot be changed."


def ticked(key_or_id):
    number = role(key_or_id).id if isinstance(key_or_id, str) else key_or_id
    return {f"{fact[2]}.{fact[3]}" for fact in ticks(number)}


def page_of(key):
    return f"{ROLES}/{role(key).id}"


def form(browser, key, *, also=(), without=()):
    """Return what a browser sends after these ticks were set and taken away."""
    opened = opened_of(browser.get(page_of(key)).text)
    sent = [each for each in opened if each not in without]
    return {"opened": ["", *opened], "tick": [*sent, *also]}


def make_role(name="Auditor", *, has_reach=False, ticked=()):
    made = Role(key=None, name=name, has_reach=has_reach)
    db.session.add(made)
    db.session.flush()
    for each in ticked:
        kind, _dot, right = each.partition(".")
        db.session.add(RoleTick(role_id=made.id, kind=kind, right=right))
    db.session.flush()
    return made


def give(user, own_role):
    """Let a user have a role of the account's own in his main team."""
    from_ = next(iter(roles.memberships(user.main_team_id, user.id)))
    new = frozenset({(*from_[:3], own_role.id)})
    roles.services.apply(PermissionChange(frozenset({from_}), new))


# ---------------------------------------------------------------- the pages


def test_team_8_exactly_three_roles_exist_as_shipped(browser):
    page = browser.get(ROLES).text
    assert page.count("data-role=") == 3
    assert [page.index(name) for name in ("Administrator</b>", "Manager</b>", "User</b>")]
    assert f"{ROLES}/new" not in page


@pytest.mark.parametrize("key", ["administrator", "manager", "user"])
def test_team_8_shipped_roles_can_be_neither_deleted_nor_renamed(browser, key):
    path = f"{page_of(key)}/delete"
    assert browser.get(path).status_code == 404
    assert browser.post(path, data={"instead": role("user").id}).status_code == 404
    browser.post(page_of(key), data={"name": "Tsar", "opened_name": role(key).name})
    assert role(key).name != "Tsar"
    with pytest.raises(Conflict):
        roles.delete(role(key), PermissionChange())


@pytest.mark.parametrize("who", ["manager", "user"])
def test_team_9_others_get_403(another, own, ada, who):
    browser = another(make_user("Ula", own, who))
    number = role("user").id
    for path in (ROLES, f"{ROLES}/{number}", f"{ROLES}/{number}/delete"):
        assert browser.get(path).status_code == 403
    before = ticked("user")
    sent = {"opened": sorted(before), "tick": ["person.delete"]}
    assert browser.post(f"{ROLES}/{number}", data=sent).status_code == 403
    assert ticked("user") == before


def test_team_10_administrator_is_shown_ticked_and_locked(browser):
    page = browser.get(page_of("administrator")).text
    assert 'name="tick"' not in page
    assert page.count("always given") >= len(active_rights())
    assert "sz-savebar" not in page


@pytest.mark.parametrize("sent", [
    {}, {"tick": "person.delete"}, {"opened": "person.edit"}, {"reach": ""}, {"confirmed": "x"},
])  # fmt: skip
def test_team_10_no_request_changes_administrator(browser, ada, sent):
    refused = browser.post(page_of("administrator"), data=sent)
    assert refused.status_code == 422
    assert ALWAYS in refused.text
    assert actor(ada).has("person", "edit")
    assert not ticked("administrator") - set(map(wire, active_rights()))


@pytest.mark.parametrize(("key", "reaches"), [("manager", True), ("user", False)])
def test_team_11_and_12_ticks_change_and_reach_does_not(browser, key, reaches):
    change = {"without": ["person.edit"]} if key == "manager" else {"also": ["person.edit"]}
    make_user("Ula", role=key)
    make_record(make_user("Piotr"))
    sent = form(browser, key, **change)
    assert confirmed(browser, page_of(key), {**sent, "reach": "1"}).status_code == 303
    assert ("person.edit" in ticked(key)) == (key == "user")
    assert role(key).has_reach is reaches


def test_team_13_all_ticks_are_stored_at_once_and_each_can_be_set(browser):
    everything = [wire(each) for each in active_rights()]
    sent = {"opened": ["", *ticked("user")], "tick": everything}
    saved(browser, page_of("user"), sent)
    assert ticked("user") == set(everything)
    saved(browser, page_of("user"), {"opened": ["", *everything]})
    assert ticked("user") == set()


def test_team_14_and_17_each_kind_and_general_with_an_explanation_of_each_right(browser):
    page = browser.get(page_of("user")).text
    for text in ("Person", "Company", "General", "Manage groups", "Add, rename and delete groups."):
        assert text in page
    for right in active_rights():
        assert f'value="{wire(right)}"' in page
        assert str(right.explanation)


def test_team_19_a_tick_holds_with_the_next_request_of_everybody(browser, another, own):
    ula = make_user("Ula", own)
    record = make_record(make_user("Piotr", own))
    hers = another(ula)
    assert hers.get(f"/people/{record.id}/delete").status_code == 403
    confirmed(browser, page_of("user"), form(browser, "user", also=["person.delete"]))
    assert hers.get(f"/people/{record.id}/delete").status_code == 200
    change = entries("permissions_changed")[0].details["change"]
    assert change == {"gone": [], "new": [["tick", role("user").id, "person", "delete"]]}


def test_acc_x3_the_counts_of_the_preview_are_the_real_ones(browser, own):
    ula, ola = make_user("Ula", own), make_user("Ola", own)
    for owner in (ula, ula, ola):
        make_record(owner)
    make_record(ula, visibility="hidden")
    sent = form(browser, "user", also=["person.delete"])
    page = browser.post(page_of("user"), data=sent).text
    assert "2 users gain “Delete and restore”" in page or "2 users gain “Delete”" in page
    assert "People: 3" in page
    assert "Ula Test" in page
    assert "person.delete" not in ticked("user")


# ---------------------------------------------------------------- wrong and stale ticks


@pytest.mark.parametrize("value", [
    "person.fly", "dragon.view", "person", ".", "person.view.x", "x" * 5_000, "product.view",
    "person.\N{ZERO WIDTH SPACE}view",
])  # fmt: skip
def test_team_13_ticks_for_rights_that_do_not_exist_are_refused(browser, value):
    before = ticked("user")
    sent = form(browser, "user", also=[value])
    refused = browser.post(page_of("user"), data=sent)
    assert refused.status_code == 422
    assert "There is no such right." in refused.text
    assert ticked("user") == before


def test_gen_8_two_administrators_with_different_ticks_undo_nothing(browser):
    first = form(browser, "user", also=["person.delete"])
    second = form(browser, "user", also=["company.delete"], without=["person.add"])
    for sent in (first, second):
        answer = browser.post(page_of("user"), data=sent)
        if digest_of(answer):
            browser.post(page_of("user"), data={**sent, "confirmed": digest_of(answer)})
    assert {"person.delete", "company.delete"} <= ticked("user")
    assert "person.add" not in ticked("user")


def test_gen_10_the_same_form_sent_twice_changes_once(browser, own):
    make_user("Ula", own)
    make_record(make_user("Piotr", own))
    sent = form(browser, "user", also=["person.delete"])
    sent["confirmed"] = digest_of(browser.post(page_of("user"), data=sent))
    assert [browser.post(page_of("user"), data=sent).status_code for _ in "ab"] == [303, 303]
    assert len(entries("permissions_changed")) == 1


def test_gen_1_roles_of_another_account_do_not_exist(browser, ada):
    make_account("Other")
    theirs = make_role("Theirs").id
    sign_in(browser, ada)
    for path in (f"{ROLES}/{theirs}", f"{ROLES}/{theirs}/delete"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, data={"tick": "person.delete"}).status_code == 404


def test_a_role_deleted_while_its_form_was_open_is_gone(browser):
    assert browser.post(f"{ROLES}/99999999", data={"tick": "person.view"}).status_code == 404


# ---------------------------------------------------------------- roles of the account's own


def test_team_8_an_own_role_is_renamed_ticked_and_given_reach(browser, own):
    made = make_role(ticked=["person.view"])
    sent = {"name": " Audit ", "reach": "1", "opened": "person.view",
            "tick": ["person.view", "person.edit"]}  # fmt: skip
    assert browser.post(f"{ROLES}/{made.id}", data=sent).status_code == 303
    assert (made.name, made.has_reach) == ("Audit", True)
    assert ticked(made.id) == {"person.view", "person.edit"}
    assert entries("role_renamed")[0].details == {"before": "Auditor", "name": "Audit"}


@pytest.mark.parametrize("name", ["", "x" * 61, "Manager", "użytkownik", "other"])
def test_team_8_an_own_role_s_name_is_checked_before_anything(browser, name):
    made = make_role()
    make_role("Other")
    refused = browser.post(f"{ROLES}/{made.id}", data={"name": name, "tick": "person.view"})
    assert refused.status_code == 422
    assert 'aria-describedby="name-error"' in refused.text
    assert made.name == "Auditor"
    assert not ticked(made.id)


def test_gen_8_reach_and_name_that_were_not_touched_stay_as_somebody_set_them(browser):
    made = make_role()
    sent = {"name": "Auditor", "opened_name": "Auditor", "tick": "person.view"}
    made.name, made.has_reach = "Audit", True
    db.session.flush()
    browser.post(f"{ROLES}/{made.id}", data=sent)
    assert (made.name, made.has_reach) == ("Audit", True)
    assert ticked(made.id) == {"person.view"}


def test_team_8_a_role_in_use_is_deleted_after_its_members_get_another(browser, own, own_roles):
    made = make_role(ticked=["person.view", "person.delete"])
    ula = make_user("Ula", own)
    give(ula, made)
    make_record(make_user("Piotr", own))
    assert "Ula Test" in browser.get(f"{ROLES}/{made.id}/delete").text
    for wrong in ("", "x", "99999999", str(made.id)):
        refused = browser.post(f"{ROLES}/{made.id}/delete", data={"instead": wrong})
        assert refused.status_code == 422
        assert "New role: choose one for the members." in refused.text
    number = made.id
    confirmed(browser, f"{ROLES}/{number}/delete", {"instead": role("user").id})
    assert db.session.get(Role, (ula.account_id, number)) is None
    assert not actor(ula).has("person", "delete")
    assert entries("role_deleted")[0].details["name"] == "Auditor"


def test_team_8_a_role_that_only_removed_users_have_can_be_deleted(browser, own, own_roles):
    made = make_role()
    ula = make_user("Ula", own)
    give(ula, made)
    ula.status = REMOVED
    db.session.flush()
    number = made.id
    assert (
        browser.post(f"{ROLES}/{number}/delete", data={"instead": role("user").id}).status_code
        == 303
    )
    assert db.session.get(Role, (ula.account_id, number)) is None


def test_pkg_5_with_the_plugin_off_an_own_role_works_and_is_only_taken_away(
    browser, own, own_roles
):
    made = make_role(ticked=["person.view", "person.delete"])
    ula, ola = make_user("Ula", own), make_user("Ola", own)
    give(ula, made)
    switch_plugins({own_roles: False})
    assert actor(ula).has("person", "delete")
    assert browser.get(f"{ROLES}/{made.id}").status_code == 200
    assert browser.post(f"{ROLES}/{made.id}", data={"opened": "person.delete"}).status_code == 303
    assert not actor(ula).has("person", "delete")
    north = make_team("North")
    sent = {"name": "North", "member": f"{ola.id}.{made.id}"}
    refused = browser.post(f"{TEAMS}/{north.id}", data=sent)
    assert refused.status_code == 422
    assert "can be taken away only" in refused.text
    number = made.id
    saved(browser, f"{ROLES}/{number}/delete", {"instead": role("user").id})
    assert db.session.get(Role, (ula.account_id, number)) is None


def test_pkg_5_with_the_plugin_off_several_roles_stay_until_they_are_taken_away(
    browser, own, own_roles
):
    ula = make_user("Ula", own)
    both = {f"{ula.id}.{role(key).id}" for key in ("user", "manager")}
    page = browser.get(f"{TEAMS}/{own.id}").text
    opened = opened_of(page)
    sent = {"name": "Own", "opened": ["", *opened], "member": [*(set(opened) | both)]}
    saved(browser, f"{TEAMS}/{own.id}", sent)
    switch_plugins({own_roles: False})
    page = browser.get(f"{TEAMS}/{own.id}").text
    assert both <= set(opened_of(page))
    assert page.count(f'value="{ula.id}.{role("manager").id}" selected') == 1
    assert 'aria-label="Role of Ula Test" multiple' in page
    opened = opened_of(page)
    kept = [each for each in opened if each != f"{ula.id}.{role('user').id}"]
    saved(browser, f"{TEAMS}/{own.id}", {"name": "Own", "opened": ["", *opened], "member": kept})
    assert {fact[3] for fact in roles.memberships(own.id, ula.id)} == {role("manager").id}


def test_pkg_3_a_lower_package_works_as_switching_off(browser, own, own_roles):
    assign_package(db.session.get(Account, own.account_id), "basic")
    assert f"{ROLES}/new" not in browser.get(ROLES).text
    assert browser.get(f"{ROLES}/new").status_code == 404
    assert browser.post(f"{ROLES}/new", data={"name": "Auditor"}).status_code == 404
