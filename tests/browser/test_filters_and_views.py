"""Building a filter by keyboard, saving it as a view, sharing it, opening it as another user."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def people(site):
    for city, visibility in (("Radom", "public"), ("Radom", "hidden"), ("Gdynia", "public")):
        site.add("Marek", last_name=f"Filtrowy {visibility}", city=city, visibility=visibility)


def choose(page, control, label):
    """Choose an option of a select that has the focus, as a keyboard does; wait for the answer."""
    expect(page.locator(f'[id="{control}"]')).to_be_focused()
    with page.expect_response("**/people/filter*"):
        page.keyboard.type(label)
    expect(page.locator(f'[id="{control}"]')).to_be_focused()


def test_list_3_and_4_filter_is_built_by_keyboard_saved_shared_and_opened_by_another(
    browse, site, people
):
    page = browse("Marek")
    page.goto("/people?q=filtrowy")
    opener = page.get_by_role("link", name="Filter", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    choose(page, "f.0", "City")
    page.keyboard.press("Tab")
    expect(page.locator('[id="o.0"]')).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("rado")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"filter=city:contains:rado"))
    expect(page.locator("tr[data-record-id]")).to_have_count(2)

    page.locator(".sz-filter").get_by_role("link", name="Save view").click()
    dialog = page.get_by_role("dialog", name="Save view")
    expect(dialog.get_by_label("Name of the view")).to_be_focused()
    page.keyboard.type("Radom, all of us")
    dialog.get_by_label("Everybody in the account").check()
    dialog.get_by_role("button", name="Save view").click()
    page.wait_for_url("**/people?view=*")
    expect(page.get_by_role("link", name="Radom, all of us").first).to_have_attribute(
        "aria-current", "page"
    )

    other = browse("Celina")
    other.goto("/people")
    other.get_by_role("navigation", name="Views").wait_for()
    other.locator(".sz-views summary").click()
    other.locator(".sz-views .sz-menu").get_by_role("link", name="Radom, all of us").click()
    other.wait_for_url("**/people?view=*")
    names = other.locator("tr[data-record-id] .name").all_text_contents()
    assert "Filtrowy public" in names
    assert "Filtrowy hidden" not in names


def test_list_3_builder_closes_by_escape_and_gives_the_focus_back(browse, site):
    page = browse("Anna")
    page.goto("/people")
    opener = page.get_by_role("link", name="Filter", exact=True)
    opener.click()
    expect(page.locator('[id="f.0"]')).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#filter-form")).to_have_count(0)
    expect(opener).to_be_focused()


def test_list_3_filter_works_on_a_phone_without_scrolling_sideways(browse, site):
    page = browse("Anna", viewport={"width": 390, "height": 844})
    page.goto("/people?filter=city:filled,any(owner:is:me;my_teams,updated_at:last:30;days)")
    page.get_by_role("link", name="Filter", exact=True).click()
    page.locator("#filter-form").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Add a condition", exact=True).click()
    expect(page.locator('[id="f.2"]')).to_be_focused()


def test_list_3_filter_is_built_without_script(browse, site, people):
    page = browse("Marek", java_script_enabled=False)
    page.goto("/people/filter")
    page.select_option('[id="f.0"]', "city")
    page.get_by_role("button", name="Show conditions").click()
    page.fill('[id="v.0"]', "gdyn")
    page.locator("#filter-form .btn-primary").click()
    assert "filter=city:contains:gdyn" in page.url
    assert page.locator("tr[data-record-id]").count() >= 1
