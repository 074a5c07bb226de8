"""Account settings > Permissions > Access, and the defaults of new records beside it."""

from __future__ import annotations

import json
import re

import pytest

from core.accounts.queries import account_facts, setting
from core.db import db
from core.permissions.matrix import active_rights, wire
from core.permissions.queries import access_ticks
from core.roles.rights import fits_access_role
from core.users.models import REMOVED
from tests.core.permissions.pages import ACCESS, confirmed, digest_of, entries, opened_of, saved
from tests.makers import make_account, make_record, make_team, make_user, set_up, sign_in

OWNER, PARTICIPANT = f"{ACCESS}/owner", f"{ACCESS}/participant"


def ticked(role):
    return {f"{fact[2]}.{fact[3]}" for fact in access_ticks() if fact[1] == role}


def form(browser, path, *, also=(), without=(), **controls):
    """Return what a browser sends after these ticks and controls were set."""
    page = browser.get(path).text
    opened = opened_of(page)
    hidden = {name: value.replace("&#34;", '"')
              for name, value in re.findall(r'name="(opened\.[^"]+)" value="([^"]*)"', page)}  # fmt: skip
    shown = {}
    for name, value in hidden.items():
        present = json.loads(value)
        control = name.removeprefix("opened.")
        if present not in (None, False, 0):
            shown[control] = "1" if present is True else present
    ticks = [each for each in opened if each not in without]
    return {"opened": ["", *opened], "tick": [*ticks, *also], **hidden, **shown, **controls}


def test_acc_11_lists_the_four_access_roles_with_edit(browser):
    page = browser.get(ACCESS).text
    assert page.count("data-access-role=") == 4
    for name in ("Author", "Responsible", "Owner", "Participant", "Actions"):
        assert name in page
    for key in ("owner", "participant"):
        assert f'href="{ACCESS}/{key}"' in page


@pytest.mark.parametrize("path", [ACCESS, OWNER, PARTICIPANT])
@pytest.mark.parametrize("who", ["manager", "user"])
def test_gen_2_others_get_403(another, own, ada, who, path):
    browser = another(make_user("Ula", own, who))
    assert browser.get(path).status_code == 403
    if path != ACCESS:
        before = access_ticks()
        assert browser.post(path, data={"opened": sorted(ticked("owner"))}).status_code == 403
        assert access_ticks() == before


@pytest.mark.parametrize("role", ["author", "responsible", "emperor", "..", "x" * 200])
def test_acc_16_roles_that_apply_to_nothing_here_have_no_page(browser, role):
    assert browser.get(f"{ACCESS}/{role}").status_code in {404, 302, 308}
    assert browser.post(f"{ACCESS}/{role}", data={"tick": "person.edit"}).status_code in {404, 405}


def test_acc_17_a_tick_holds_with_the_next_request_of_everybody(browser, another, own):
    ula = make_user("Ula", own)
    record = make_record(make_user("Piotr", own), participants=[ula])
    hers = another(ula)
    assert hers.get(f"/people/{record.id}/delete").status_code == 403
    sent = form(browser, PARTICIPANT, also=["person.delete"])
    assert confirmed(browser, PARTICIPANT, sent).status_code == 303
    assert hers.get(f"/people/{record.id}/delete").status_code == 200
    change = entries("permissions_changed")[0].details["change"]
    assert change == {"gone": [], "new": [["access", "participant", "person", "delete"]]}


def test_acc_18_and_19_ticks_are_separate_for_kinds_and_roles(browser):
    saved(browser, PARTICIPANT, form(browser, PARTICIPANT, without=["person.edit"]))
    assert "person.edit" not in ticked("participant")
    assert "company.edit" in ticked("participant")
    assert "person.edit" in ticked("owner")


@pytest.mark.parametrize("path", [OWNER, PARTICIPANT])
def test_acc_20_view_is_locked_and_team_rights_are_not_offered(browser, path):
    page = browser.get(path).text
    for right in active_rights():
        offered = f'value="{wire(right)}" id=' in page
        assert offered == (fits_access_role(right) and right.key != "view")
    before = access_ticks()
    refused = browser.post(path, data={"opened": ["person.view"]})
    assert refused.status_code == 422
    assert "The right “View” is always given." in refused.text
    assert access_ticks() == before


@pytest.mark.parametrize("value", ["person.add", "general.create_tags", "person.fly", "x", "a.b.c"])
def test_acc_21_rights_that_an_access_role_cannot_have_are_refused(browser, value):
    before = access_ticks()
    refused = browser.post(OWNER, data=form(browser, OWNER, also=[value]))
    assert refused.status_code == 422
    assert "There is no such right." in refused.text
    assert access_ticks() == before


def test_gen_8_two_administrators_with_different_ticks_and_settings_undo_nothing(browser, own):
    ula = make_user("Ula", own)
    first = form(browser, OWNER, without=["person.delete"], **{"owner.person": str(ula.id)})
    second = form(browser, OWNER, without=["company.delete"], **{"inactive.contacts": "30"})
    for sent in (first, second):
        assert saved(browser, OWNER, sent).status_code == 303
    assert not {"person.delete", "company.delete"} & ticked("owner")
    assert setting("access.person.owner") == ula.id
    assert setting("access.contacts.inactive_days") == 30


def test_gen_8_both_changing_one_setting_is_said_and_a_second_save_decides(browser, own):
    ula, ola = make_user("Ula", own), make_user("Ola", own)
    first = form(browser, OWNER, **{"owner.person": str(ula.id)})
    second = form(browser, OWNER, **{"owner.person": str(ola.id)})
    saved(browser, OWNER, first)
    refused = browser.post(OWNER, data=second)
    assert refused.status_code == 422
    assert "somebody changed this meanwhile" in refused.text
    assert setting("access.person.owner") == ula.id
    second["opened.owner.person"] = str(ula.id)
    assert f'name="opened.owner.person" value="{ula.id}"' in refused.text
    assert saved(browser, OWNER, second).status_code == 303
    assert setting("access.person.owner") == ola.id


# ---------------------------------------------------------------- defaults of new records


def test_acc_23_acc_31_each_kind_has_its_own_list_which_is_the_main_team_as_shipped(browser):
    page = browser.get(PARTICIPANT).text
    assert page.count('value="main_team" selected') == 2
    saved(browser, PARTICIPANT, form(browser, PARTICIPANT, **{"invited.person": []}))
    assert setting("access.person.invited") == []
    assert setting("access.company.invited") == ["main_team"]


def test_acc_24_acc_25_acc_26_users_teams_and_relative_values_are_combined(browser, own):
    north, ula, ola = make_team("North"), make_user("Ula", own), make_user("Ola", make_team())
    chosen = [str(each) for each in ("signed_in_user", "main_team", north.id, ula.id, ola.id)]
    saved(browser, PARTICIPANT, form(browser, PARTICIPANT, **{"invited.person": chosen}))
    assert [str(each) for each in setting("access.person.invited")] == chosen
    page = browser.get("/people/new").text
    for each in (north.id, ula.id, ola.id, own.id):
        assert re.search(rf'<option value="{each}" selected', page)
    # The order in which a browser sends them is no change.
    before = len(entries())
    again = form(browser, PARTICIPANT, **{"invited.person": chosen[::-1]})
    saved(browser, PARTICIPANT, again)
    assert len(entries()) == before


def test_acc_26_who_was_removed_drops_out(browser, own):
    ula = make_user("Ula", own)
    set_up(access__person__invited=[ula.id, "main_team"])
    ula.status = REMOVED
    db.session.flush()
    page = browser.get(PARTICIPANT).text
    assert f'value="{ula.id}"' not in page
    sent = form(browser, PARTICIPANT, **{"invited.person": ["main_team", "signed_in_user"]})
    saved(browser, PARTICIPANT, sent)
    assert setting("access.person.invited") == ["main_team", "signed_in_user"]


def test_acc_26_naming_somebody_removed_meanwhile_is_refused_beside_the_field(browser, own):
    ula = make_user("Ula", own)
    sent = form(browser, PARTICIPANT, also=["person.delete"],
                **{"invited.person": ["main_team", str(ula.id)]})  # fmt: skip
    ula.status = REMOVED
    db.session.flush()
    refused = browser.post(PARTICIPANT, data=sent)
    assert refused.status_code == 422
    assert "choose users and teams from the list" in refused.text
    assert 'id="tick-person.delete" aria-label="Delete' in refused.text
    assert "person.delete" not in ticked("participant")


@pytest.mark.parametrize("value", ["x", "99999999", "-1", "9" * 40, "main_teams", "١٢"])
@pytest.mark.parametrize("control", ["invited.person", "owner.person"])
def test_acc_24_and_27_what_is_nobody_is_refused(browser, control, value):
    path = PARTICIPANT if control.startswith("invited") else OWNER
    refused = browser.post(path, data=form(browser, path, **{control: value}))
    assert refused.status_code == 422
    assert setting("access.person.invited") == ["main_team"]
    assert setting("access.person.owner") == "signed_in_user"


def test_gen_1_holders_of_another_account_are_refused(browser, ada):
    make_account("Other")
    stranger, theirs = make_user("Stranger"), make_team("Theirs")
    sign_in(browser, ada)
    for path, control, number in (
        (PARTICIPANT, "invited.person", stranger.id),
        (PARTICIPANT, "invited.person", theirs.id),
        (OWNER, "owner.person", stranger.id),
    ):
        refused = browser.post(path, data=form(browser, path, **{control: str(number)}))
        assert refused.status_code == 422
    assert account_facts().settings["access.person.owner"] == "signed_in_user"


@pytest.mark.parametrize(("value", "stored"), [("", None), ("signed_in_user", "signed_in_user")])
def test_acc_27_the_default_owner_is_nobody_or_who_is_signed_in(browser, value, stored):
    sent = form(browser, OWNER, **{"owner.person": value})
    sent.pop("required.person", None)
    saved(browser, OWNER, sent)
    assert setting("access.person.owner") == stored
    assert setting("access.person.owner_required") is False
    assert setting("access.company.owner_required") is True


def test_acc_27_a_named_user_owns_new_records(browser, own):
    ula = make_user("Ula", own)
    saved(browser, OWNER, form(browser, OWNER, **{"owner.person": str(ula.id)}))
    assert re.search(rf'<option value="{ula.id}" selected', browser.get("/people/new").text)


@pytest.mark.parametrize("days", ["0", "1", "3650"])
def test_acc_28_days_are_kept(browser, days):
    saved(browser, OWNER, form(browser, OWNER, **{"inactive.contacts": days}))
    assert setting("access.contacts.inactive_days") == int(days)


@pytest.mark.parametrize("days", ["-1", "3651", "1.5", "x", "١", "9" * 30])
def test_acc_28_other_days_are_refused_and_shown_again(browser, days):
    refused = browser.post(OWNER, data=form(browser, OWNER, **{"inactive.contacts": days}))
    assert refused.status_code == 422
    assert "type a whole number from 1 to 3650" in refused.text
    assert f'value="{days}"' in refused.text
    assert setting("access.contacts.inactive_days") == 0


@pytest.mark.parametrize("opened", ["{", "[" * 50_000, '"x"', "NaN", "1e999", "null"])
def test_what_a_form_claims_it_opened_with_breaks_nothing(browser, opened):
    answer = browser.post(OWNER, data={"opened.owner.person": opened, "owner.person": ""})
    assert answer.status_code in {303, 422}


def test_acc_x3_the_digest_belongs_to_this_very_change(browser, own):
    ula = make_user("Ula", own)
    make_record(make_user("Piotr", own), participants=[ula])
    first = form(browser, PARTICIPANT, also=["person.delete"])
    other = form(browser, PARTICIPANT, also=["person.delete", "person.merge"],
                 **{"invited.person": []})  # fmt: skip
    other["tick"].remove("person.merge")
    digest = digest_of(browser.post(PARTICIPANT, data=first))
    again = browser.post(PARTICIPANT, data={**other, "confirmed": digest})
    assert digest_of(again) not in ("", digest)
    assert "person.delete" not in ticked("participant")
    assert setting("access.person.invited") == ["main_team"]
