"""Importing a file of each format in a real browser, and who sees what came in."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.db import sql
from tests.browser.site import OTHER, SHOP

FILES = Path(__file__).resolve().parents[1] / "fixtures" / "imports"


@pytest.fixture(autouse=True)
def empty_accounts(site):
    """Each file meets accounts without records, so none of its rows is known already."""
    for account in (SHOP, OTHER):
        with site.writing(account):
            sql("delete from core_record where account_id = :account")


def _drop(page, path):
    """Let a file fall onto the page, as from a window of files."""
    content = base64.b64encode(path.read_bytes()).decode()
    transfer = page.evaluate_handle(
        """([name, content]) => {
          const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name));
          return transfer;
        }""",
        [path.name, content],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event("[data-file-drop]", event, {"dataTransfer": transfer})


def _import(page, path, green, *, dropped=False):
    """Import a file as the wizard proposes; return how many rows it said it has."""
    page.goto("/imports")
    page.get_by_role("link", name="Import new file").click()
    page.select_option("#kind", "person")
    if dropped:
        _drop(page, path)
    else:
        page.set_input_files("#file", path)
    expect(page.locator("[data-file-name]")).to_contain_text(path.name)
    page.get_by_role("button", name="Read the file").click()
    expect(page.locator(".sz-map")).to_be_visible()
    recognised = page.locator("tr.hit").evaluate_all(
        "(rows) => rows.map((one) => one.dataset.column)"
    )
    assert set(green) <= set(recognised)
    rows = int(page.get_attribute("[data-rows]", "data-rows") or "")
    page.get_by_role("button", name="Next: options").click()
    expect(page.locator(".sz-imp-options")).to_be_visible()
    page.get_by_role("button", name="Start import").click()
    expect(page.locator("[data-imported]")).to_be_visible(timeout=60_000)
    said = page.locator("[data-imported]").inner_text()
    assert f"Imported {rows} of {rows} rows" in said, page.locator("#rows").inner_text()
    return rows


@pytest.mark.parametrize(
    ("name", "green"),
    [
        ("people.xlsx", ["A", "B", "C", "D", "E", "F"]),
        ("people.xls", ["A", "B", "C", "D", "E", "F"]),
        ("people.ods", ["A", "B", "C", "D", "E", "F"]),
        ("google.csv", ["A", "C", "K", "L", "S", "W"]),
        ("outlook.csv", ["B", "D", "F", "H"]),
    ],
)
def test_imp_5_imp_8_imp_9_imp_10_imp_26_list_8_a_file_is_imported_and_its_people_are_found(
    browse, site, name, green
):
    page = browse("Anna")
    rows = _import(page, FILES / name, green, dropped=name.endswith((".ods", ".xlsx")))
    result = page.url
    page.goto(f"{result}?state=created")
    expect(page.locator("#rows tbody tr")).to_have_count(rows)
    page.goto(result)
    page.locator("[data-imported] a[href*='/people']").click()
    expect(page.locator("tr[data-record-id]")).to_have_count(rows)
    expect(page.get_by_role("link", name="Gżegżółka, Łucja")).to_be_visible()

    page.goto("/search?q=gzegzolka")
    page.locator(".sz-hits a", has_text="Łucja Gżegżółka").click()
    expect(page.locator("h1")).to_have_text("Łucja Gżegżółka")
    expect(page.locator("[data-field=emails]")).to_contain_text("l.gzegzolka@laka.example")
    expect(page.locator("[data-field=phones]")).to_contain_text("601 774 290")
    expect(page.locator(".sz-rec-head")).to_contain_text("Łąka Foods")
    profile = page.url.removeprefix(site.url)
    assert _finds(browse("Marek"), profile)
    assert not _finds(browse("Beata"), profile)
    assert not _finds(browse("Olga"), profile)


def _finds(page, profile):
    """Tell whether a user finds the imported person everywhere, or nowhere."""
    record = f"[data-record-id='{profile.rsplit('/', 1)[1]}']"
    found = {page.goto(profile).status == 200}
    for address in ("/people", "/people?q=gzegzolka", "/search?q=gzegzolka"):
        page.goto(address)
        found.add(page.locator(record).count() == 1)
    assert len(found) == 1
    return found.pop()


def test_recognised_columns_are_green_and_may_be_changed(browse, site):
    page = browse("Anna")
    page.goto("/imports/new")
    page.select_option("#kind", "person")
    page.set_input_files("#file", FILES / "people-windows1250.csv")
    page.get_by_role("button", name="Read the file").click()
    first = page.locator("tr.hit[data-column=A]")
    expect(first).to_contain_text("Łucja")
    expect(first.locator("select")).to_have_value("person.first_name")
    expect(first.locator("td").last).to_contain_text("by name")
    ground = first.locator("td").first.evaluate("(cell) => getComputedStyle(cell).boxShadow")
    assert ground != "none"
    expect(page.locator("tr.miss[data-column=K]")).to_be_visible()
    page.locator("tr[data-column=B] select").select_option("person.first_name")
    page.get_by_role("button", name="Next: options").click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("tr[data-column=B] select")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("tr[data-column=B] select")).to_have_value("person.first_name")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#imports tr", has_text="people-windows1250.csv")).to_have_count(0)


def test_a_file_that_is_none_is_refused_with_its_reason(browse, tmp_path):
    wrong = tmp_path / "lista.xlsx"
    wrong.write_bytes(b"%PDF-1.7 no workbook")
    page = browse("Anna")
    page.goto("/imports/new")
    page.set_input_files("#file", wrong)
    page.get_by_role("button", name="Read the file").click()
    expect(page.locator("#file-error")).to_be_visible()
    expect(page.locator("#file")).to_have_attribute("aria-invalid", "true")
    page.set_input_files("#file", FILES / "locked.xlsx")
    page.get_by_role("button", name="Read the file").click()
    expect(page.locator("#file-error")).to_contain_text("password")
