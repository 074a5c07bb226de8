"""The command palette and the pages of results, by keys alone (SEARCH-5, SEARCH-6, GEN-13)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("keys", ["Control+k", "Meta+k"])
def test_search_6_a_record_is_opened_by_keys_alone(browse, site, keys):
    site.add(first_name="Zdzisław", last_name=f"Paletowski-{keys[:4]}")
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press(keys)
    expect(page.locator("dialog#palette input")).to_be_focused()
    page.keyboard.type(f"zdzislaw palet {keys[:4]}")
    expect(page.locator("dialog#palette [data-kind=person]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(f"Zdzisław Paletowski-{keys[:4]}")


def test_search_6_enter_waits_for_what_was_just_typed(browse):
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("Control+k")
    page.keyboard.type("add comp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/companies/new")


def test_search_6_arrows_walk_and_escape_closes(browse):
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("/")
    page.keyboard.press("Control+k")  # while typing elsewhere too
    options = page.locator("dialog#palette [role=option]")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).get_attribute("id")
    expect(page.locator("dialog#palette input")).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("dialog#palette")).to_be_hidden()


def test_search_6_shift_enter_shows_all_results(browse, site):
    for number in range(23):
        site.add(last_name=f"Wielokrotny{number:02}")
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("Control+k")
    page.keyboard.type("wielokrotny")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url(re.compile("/search.q=wielokrotny$"))
    rows = page.locator(".sz-results [data-record-id]")
    expect(rows).to_have_count(20)
    page.get_by_role("link", name=re.compile("Show more")).click()
    expect(rows).to_have_count(23)
    expect(page).to_have_url(f"{site.url}/search?q=wielokrotny")


def test_vis_9_greyed_records_are_passed_over(browse, site):
    site.add(owner="Beata", last_name="Niedostępny", visibility="private")
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("Control+k")
    page.keyboard.type("niedostepny")
    greyed = page.locator("dialog#palette [aria-disabled]")
    expect(greyed).to_have_count(1)
    expect(greyed).to_contain_text("Beata")
    expect(page.locator("dialog#palette [aria-selected=true]")).to_have_attribute(
        "data-command", "all"
    )
