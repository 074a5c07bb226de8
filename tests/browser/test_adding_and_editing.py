"""Adding, editing and deleting as a user does it, in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def test_a_person_is_added_edited_deleted_and_brought_back(browse, site):
    site.add(kind="company", name="Młyn Zawiślański sp. z o.o.")
    page = browse("Anna")
    page.goto("/people")
    page.click("a[data-add]")
    page.fill("#first_name", "Żaneta")
    page.fill("#last_name", "Ćwik")
    _pick(page, "company", "mlyn zawi", "Młyn Zawiślański sp. z o.o.")
    page.fill("[name=emails]", "z.cwik@mlyn.example")
    page.locator("fieldset", has=page.locator("#emails")).locator("[data-repeat-add]").click()
    page.locator("[name=emails]").nth(1).fill("zaneta@dom.example")
    page.fill("[name=phones]", "+48 601 774 290")
    page.click(".btn-primary")
    expect(page.locator("h1")).to_have_text("Żaneta Ćwik")
    expect(page.locator(".sz-toast")).to_contain_text("Żaneta Ćwik")
    expect(page.locator("[data-field=emails] dd")).to_have_count(2)
    profile = page.url

    page.click("a[data-edit]")
    page.fill("#position", "Kierowniczka zakupów")
    page.click(".btn-primary")
    page.wait_for_url(profile)
    expect(page.locator(".sz-rec-head")).to_contain_text(
        "Kierowniczka zakupów, Młyn Zawiślański sp. z o.o."
    )

    page.click(".sz-rec-actions summary")
    page.click(".sz-rec-actions a.bad")
    page.locator(".sz-empty").get_by_role("button").click()
    page.wait_for_url("**/people")
    expect(page.get_by_role("link", name="Żaneta Ćwik")).to_have_count(0)
    page.locator(".sz-toast").get_by_role("button", name="Undo").click()
    page.wait_for_url(profile)
    expect(page.locator("h1")).to_have_text("Żaneta Ćwik")


def _pick(page, key, typed, name):
    """Choose a record in a picker by typing a part of its name."""
    control = page.locator(f"#{key} + .ts-wrapper")
    control.locator("input").click()
    control.locator("input").press_sequentially(typed)
    control.locator(".option", has_text=name).click()
    expect(control.locator(".item")).to_have_text(re.compile(re.escape(name)))


def test_a_refused_form_keeps_what_was_typed_and_focuses_the_first_wrong_field(browse):
    page = browse("Anna")
    page.goto("/people/new")
    page.fill("#first_name", "Olgierd")
    page.fill("#position", "Prezes „Łąki”")
    page.fill("[name=emails]", "olgierd at laka")
    page.fill("#note", "pierwszy wiersz\ndrugi wiersz")
    page.click(".btn-primary")
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#emails")).to_be_focused()
    expect(page.locator("#emails")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#emails-error")).to_be_visible()
    assert page.input_value("#first_name") == "Olgierd"
    assert page.input_value("#position") == "Prezes „Łąki”"
    assert page.input_value("#emails") == "olgierd at laka"
    assert page.input_value("#note") == "pierwszy wiersz\ndrugi wiersz"
    page.fill("#emails", "olgierd@laka.example")
    page.click(".btn-primary")
    expect(page.locator("h1")).to_have_text("Olgierd")


def test_save_pressed_twice_makes_one_record(browse):
    page = browse("Anna")
    page.goto("/people/new")
    page.fill("#last_name", "Podwójny")
    page.dblclick(".btn-primary")
    expect(page.locator("h1")).to_have_text("Podwójny")
    page.goto("/people?q=podwojny")
    expect(page.locator("tr[data-record-id]")).to_have_count(1)


def test_two_browsers_that_change_one_field_must_choose(browse, site):
    address = site.add(first_name="Jan", last_name="Sporny", position="Kupiec", city="Radom")
    anna, marek = browse("Anna"), browse("Marek")
    anna.goto(f"{address}/edit")
    marek.goto(f"{address}/edit")
    marek.fill("#position", "Dyrektor")
    marek.fill("#city", "Kielce")
    marek.click(".btn-primary")
    expect(marek.locator("h1")).to_have_text("Jan Sporny")

    anna.fill("#position", "Prezes")
    anna.click(".btn-primary")
    conflict = anna.locator("#conflict")
    expect(conflict).to_contain_text("Marek Test")
    expect(conflict.locator("tbody tr")).to_have_count(1)
    expect(conflict.locator("tbody tr")).to_contain_text("Kupiec")
    expect(conflict.locator(":checked")).to_have_count(0)
    expect(anna.locator("#city")).to_have_value("Kielce")
    anna.check("[name=keep_position][value=mine]")
    anna.click(".btn-primary")
    expect(anna.locator("h1")).to_have_text("Jan Sporny")
    expect(anna.locator(".sz-rec-head")).to_contain_text("Prezes")
    expect(anna.locator("[data-field=city]")).to_contain_text("Kielce")


def test_the_dialog_of_participants_adds_and_removes(browse, site):
    address = site.add(last_name="Uczestnicki")
    page = browse("Anna")
    page.goto(address)
    page.click("#participants a[data-dialog]")
    dialog = page.locator("dialog#holders")
    expect(dialog).to_be_visible()
    field = dialog.locator("select[name=add] + .ts-wrapper")
    field.locator("input").click()
    field.locator("input").press_sequentially("Beata")
    field.locator(".option", has_text="Beata Test").click()
    dialog.locator(".btn-primary").click()
    expect(page.locator("#participants li", has_text="Beata Test")).to_have_count(1)
    beata = browse("Beata")
    assert beata.goto(address).status == 200

    page.click("#participants a[data-dialog]")
    dialog.get_by_role("button", name="Remove Beata Test").click()
    expect(page.locator("#participants li", has_text="Beata Test")).to_have_count(0)
    assert beata.goto(address).status == 404


def test_a_form_left_with_changes_asks_first(browse):
    page = browse("Anna")
    page.goto("/people/new")
    page.fill("#last_name", "Niezapisany")
    with page.expect_event("dialog") as asked:
        page.evaluate("location.assign('/people')")
    assert asked.value.type == "beforeunload"
