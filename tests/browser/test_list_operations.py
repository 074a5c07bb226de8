"""List operations in a browser: ticking with mouse and keys, the bar, and the whole way (LIST-9)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def rows(site):
    return [site.add(last_name=f"Hurtowy{number}", participants=[]) for number in range(6)]


def test_list_9_rows_are_ticked_one_by_one_in_ranges_and_as_a_page(browse, rows):
    page = browse("Anna")
    page.goto("/people?q=hurtowy")
    expect(page.locator("[data-tick]")).to_have_count(0)
    page.get_by_role("link", name="List operations").click()
    boxes, count = page.locator("[data-tick]"), page.locator("[data-tick-count]")
    expect(count).to_have_text("0")
    expect(page.locator("[data-tick-act]").first).to_be_disabled()
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(count).to_have_text("3")
    expect(page.locator("tr.on")).to_have_count(3)
    page.locator("[data-tick-page]").check()
    expect(count).to_have_text(str(boxes.count()))
    page.locator("body").press("Escape")
    expect(count).to_have_text("0")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(count).to_have_text("1")
    page.locator("[data-tick-all]").check()
    expect(page.locator("[data-tick-act]").first).to_be_enabled()


def test_acc_36_the_whole_way_from_the_ticks_to_the_result(browse, site, rows):
    page = browse("Anna")
    page.goto("/people?q=hurtowy&operations=1")
    for number in range(2):
        page.locator("[data-tick]").nth(number).check()
    page.get_by_role("button", name="Change user").click()
    page.select_option("[name=role]", "participant")
    page.select_option("[name=mode]", "add")
    page.locator("#principals + .ts-wrapper input").fill("Celina")
    page.locator(".ts-dropdown .option", has_text="Celina").click()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#effects")).to_contain_text("Celina Test")
    page.get_by_role("button", name="Change 2 records").click()
    expect(page.locator("[data-state=changed]")).to_have_attribute("data-count", "2")
    page.get_by_role("link", name="Back to the list").click()
    page.wait_for_url("**/people?q=hurtowy")


def test_list_9_everything_works_without_script(browse, rows):
    page = browse("Anna", java_script_enabled=False)
    page.goto("/people?q=hurtowy&operations=1")
    page.locator("[name=row]").first.check()
    page.get_by_role("button", name="Change visibility").click()
    page.locator("[name=visibility][value=public]").check()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 1 record").click()
    expect(page.locator("[data-state=changed]")).to_have_attribute("data-count", "1")
