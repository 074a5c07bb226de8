"""Account settings > Permissions > Visibility."""

from __future__ import annotations

import re

import pytest

from core.accounts.queries import setting
from tests.core.permissions.pages import VISIBILITY, entries
from tests.makers import make_record, make_user, set_up

CONTACTS = f"{VISIBILITY}/contacts"
ALL = ["public", "private", "hidden"]


def stored():
    return setting("visibility.contacts.offered"), setting("visibility.contacts.default")


def test_vis_12_and_13_the_page_leads_to_its_first_tab(browser):
    assert browser.get(VISIBILITY).location == CONTACTS
    page = browser.get(CONTACTS).text
    assert "Contacts" in page
    assert "People" in page
    assert "Companies" in page


@pytest.mark.parametrize("who", ["manager", "user"])
def test_vis_17_others_get_403(another, own, ada, who):
    browser = another(make_user("Ula", own, who))
    for path in (VISIBILITY, CONTACTS):
        assert browser.get(path).status_code == 403
    sent = {"offered": ["hidden"], "default": "hidden"}
    assert browser.post(CONTACTS, data=sent).status_code == 403
    assert stored() == (ALL, "public")


def test_vis_14_and_15_as_shipped_all_are_on_and_public_is_the_default(browser):
    page = browser.get(CONTACTS).text
    assert page.count('name="offered"') == 3
    assert len(re.findall(r'name="offered" value="\w+"[^>]*checked', page)) == 3
    assert re.search(r'name="default" value="public"[^>]*checked', page)


def test_vis_14_at_least_one_stays_on(browser):
    refused = browser.post(CONTACTS, data={"default": "public"})
    assert refused.status_code == 422
    assert "Leave at least one visibility on." in refused.text
    assert stored() == (ALL, "public")


@pytest.mark.parametrize("default", ["hidden", "", "purple"])
def test_vis_15_a_switched_off_default_is_refused(browser, default):
    refused = browser.post(CONTACTS, data={"offered": ["public", "private"], "default": default})
    assert refused.status_code == 422
    assert "Default: choose a visibility that is on." in refused.text
    assert not re.search(r'name="offered" value="hidden"[^>]*checked', refused.text)
    assert stored() == (ALL, "public")


def test_vis_16_the_add_form_offers_what_is_on_with_the_next_request(browser, another, own):
    hers = another(make_user("Ula", own))
    sent = {"offered": ["private", "hidden"], "default": "hidden"}
    assert browser.post(CONTACTS, data=sent).status_code == 303
    page = hers.get("/people/new").text
    assert 'name="visibility" value="public"' not in page
    assert re.search(r'name="visibility" value="hidden"[^>]*checked', page)


def test_vis_17_existing_records_keep_theirs(browser, own):
    record = make_record(make_user("Ula", own), visibility="public")
    browser.post(CONTACTS, data={"offered": ["hidden"], "default": "hidden"})
    assert record.visibility == "public"
    assert browser.get(f"/people/{record.id}/edit").text.count('value="public"') >= 1


def test_gen_8_two_administrators_switching_different_variants_undo_nothing(browser):
    opened = {"opened": ALL, "opened_default": "public"}
    browser.post(CONTACTS, data={**opened, "offered": ["public", "private"], "default": "public"})
    browser.post(CONTACTS, data={**opened, "offered": ALL, "default": "private"})
    assert stored() == (["public", "private"], "private")
    browser.post(CONTACTS, data={**opened, "offered": ["public", "hidden"], "default": "public"})
    assert stored() == (["public", "private"], "private")  # refused: the default went off


def test_auth_10_the_change_stands_in_the_log(browser, ada):
    browser.post(CONTACTS, data={"offered": ALL, "default": "private"})
    entry = entries("permissions_changed")[0]
    assert entry.details["about"] == "visibility"
    assert entry.user_id == ada.id
    browser.post(CONTACTS, data={"offered": ALL, "default": "private"})
    assert len(entries("permissions_changed")) == 1


@pytest.mark.parametrize("area", ["deals", "x", "contacts.x", "person"])
def test_vis_13_what_the_account_has_not_has_no_tab(browser, area):
    assert browser.get(f"{VISIBILITY}/{area}").status_code == 404
    sent = {"offered": ALL, "default": "public"}
    assert browser.post(f"{VISIBILITY}/{area}", data=sent).status_code == 404


def test_vis_15_a_stale_form_cannot_leave_a_default_that_is_off(browser):
    set_up(visibility__contacts__offered=["private"], visibility__contacts__default="private")
    sent = {"opened": ALL, "opened_default": "public", "offered": ["public"], "default": "public"}
    answer = browser.post(CONTACTS, data=sent)
    offered, default = stored()
    assert default in offered
    assert answer.status_code == 422
