"""Working with keys alone (GEN-13)."""

from __future__ import annotations

from playwright.sync_api import expect


def test_shortcuts_lead_to_search_contacts_adding_and_their_own_list(browse):
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("/")
    expect(page.locator("form[data-search] input")).to_be_focused()
    page.keyboard.type("gn?[")
    expect(page.locator("form[data-search] input")).to_have_value("gn?[")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/companies")
    page.keyboard.press("n")
    page.wait_for_url("**/companies/new")


def test_the_menu_folds_and_stays_folded(browse):
    page = browse("Anna")
    page.goto("/people")
    wide = page.locator(".sz-side").bounding_box()["width"]
    page.keyboard.press("[")
    assert page.locator(".sz-side").bounding_box()["width"] < wide / 2
    page.reload()
    assert page.locator(".sz-side").bounding_box()["width"] < wide / 2
    page.keyboard.press("[")
    assert page.locator(".sz-side").bounding_box()["width"] == wide


def test_keys_walk_a_list_and_open_a_row(browse, site):
    for name in ("Klawiszowy1", "Klawiszowy2", "Klawiszowy3"):
        site.add(last_name=name)
    page = browse("Anna")
    page.goto("/people?q=klawiszowy")
    for key in "jjjjk":
        page.keyboard.press(key)
    expect(page.locator("tr.cursor")).to_have_count(1)
    expect(page.locator("tr").nth(2).locator("a.name")).to_be_focused()
    name = page.locator("tr.cursor a.name").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)


def test_a_person_is_added_by_keys_alone(browse, site):
    for name in ("Agawa", "Klawiatura S.A.", "Zenit"):
        site.add(kind="company", name=name)
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("n")
    page.wait_for_url("**/people/new")
    _tab_to(page, "first_name")
    page.keyboard.type("Bez")
    _tab_to(page, "last_name")
    page.keyboard.type("Myszy")
    _tab_to(page, "company-ts-control")
    page.keyboard.type("klawiatura")
    expect(page.locator(".option.active", has_text="Klawiatura S.A.")).to_be_visible()
    page.keyboard.press("Enter")
    _tab_to(page, "emails")
    page.keyboard.type("bez@myszy.example")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Bez Myszy")
    expect(page.locator(".sz-rec-head")).to_contain_text("Klawiatura S.A.")


def _tab_to(page, key):
    """Press Tab until that control has the focus."""
    for _press in range(40):
        if page.evaluate("document.activeElement.id") == key:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {key}")


def test_every_place_that_tab_leads_to_shows_that_it_has_the_focus(browse, site):
    page = browse("Anna")
    page.goto(site.add(last_name="Widoczny"))
    unseen = []
    for _press in range(30):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
              const at = document.activeElement, look = getComputedStyle(at);
              const shows = (one) => one && (getComputedStyle(one).outlineStyle !== "none"
                || getComputedStyle(one).boxShadow !== "none");
              return [at.outerHTML.slice(0, 120), at === document.body || shows(at) || shows(at.parentElement)];
            }"""
        )
        if not here[1]:
            unseen.append(here[0])
    assert unseen == []


def test_the_first_tab_skips_to_the_content(browse):
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("Tab")
    expect(page.locator(".sz-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_keys_can_be_switched_off(browse):
    page = browse("Anna")
    page.goto("/people")
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("People")
    page.keyboard.press("/")
    expect(page.locator("form[data-search] input")).not_to_be_focused()
