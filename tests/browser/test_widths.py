"""Drawing the columns of a list wider and narrower (LIST-1)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


@pytest.fixture
def people(browse, site):
    site.add(last_name="Szeroki")
    page = browse("Anna")
    page.goto("/people?q=szeroki")
    yield page
    page.goto("/people/columns")
    page.locator("button[name=shipped]").click()


def head(page, key="name"):
    return page.locator(f"th[data-column={key}]")


def edge(page, key="name"):
    return head(page, key).get_by_role("separator")


def width(page, key="name"):
    return round(head(page, key).bounding_box()["width"])


def drag(page, by, key="name"):
    box = edge(page, key).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by / 2, y)
    page.mouse.move(x + by, y)
    with page.expect_response("**/people/widths") as answer:
        page.mouse.up()
    assert answer.value.status == 204


def test_list_1_a_drawn_edge_makes_the_column_as_wide_and_stays_so(people):
    before = width(people)
    drag(people, 80)
    assert abs(width(people) - before - 80) <= 2
    drawn, told = width(people), edge(people).get_attribute("aria-valuenow")
    people.reload()
    assert width(people) == drawn
    expect(edge(people)).to_have_attribute("aria-valuenow", told)


def test_list_1_a_double_click_puts_a_column_back(people):
    before = width(people)
    drag(people, -60)
    assert width(people) < before
    with people.expect_response("**/people/widths"):
        edge(people).dblclick()
    assert width(people) == before
    people.reload()
    assert width(people) == before


def test_list_1_widths_are_changed_by_keys_alone_within_their_bounds(people):
    edge(people, "position").focus()
    before = width(people, "position")
    people.keyboard.press("ArrowRight")
    people.keyboard.press("ArrowRight")
    assert abs(width(people, "position") - before - 20) <= 2
    with people.expect_response("**/people/widths"):
        people.keyboard.press("Home")
    assert edge(people, "position").get_attribute("aria-valuenow") == "60"
    people.reload()
    assert width(people, "position") < before
    assert edge(people, "position").get_attribute("aria-valuenow") == "60"


def test_list_1_edges_come_back_with_rows_that_the_search_brings(people):
    people.locator("form[data-list-search] input[type=search]").fill("szerok")
    people.wait_for_url("**q=szerok")
    expect(people.get_by_role("separator")).to_have_count(people.locator("th[data-column]").count())
    drag(people, 30)
