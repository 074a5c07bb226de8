"""Merging and splitting in a browser, in both languages; likely duplicates beside the form."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

WORDS = {
    "en": {"merge": "Merge contacts", "compare": "Compare", "preview": "Preview",
           "do": "Merge 1 contact into this one", "split": "Split", "same": "the same company"},
    "pl": {"merge": "Połącz kontakty", "compare": "Porównaj", "preview": "Podgląd",
           "do": "Połącz z nim 1 kontakt", "split": "Rozdziel", "same": "ta sama firma"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "pl"])
def test_dup_x1_merging_and_splitting(browse, site, language):
    words, last = WORDS[language], f"Scalony{language}"
    site.set_user("Anna", language=language)
    company = site.add(kind="company", name=f"Zakład {language}").rpartition("/")[2]
    named = {"first_name": "Jan", "last_name": last, "company": int(company)}
    main = site.add(**named, city="Radom", emails=["jan@radom.example"])
    other = site.add(**named, city="Gdynia", emails=["jan@gdynia.example"])
    try:
        page = browse("Anna")
        page.goto(main)
        page.locator(".sz-rec-actions summary, .sz-rec-actions [popovertarget]").first.click()
        page.get_by_role("link", name=words["merge"]).click()
        expect(page.locator("#proposals")).to_contain_text(words["same"])
        page.get_by_role("button", name=words["compare"]).click()
        page.locator("[data-field=city] label", has_text="Gdynia").click()
        page.get_by_role("button", name=words["preview"]).last.click()
        expect(page.locator("#result")).to_contain_text("jan@gdynia.example")
        page.get_by_role("button", name=words["do"]).click()
        page.wait_for_url(f"**{main}")
        expect(page.locator("#panel-merged")).to_contain_text(f"Jan {last}")
        expect(page.locator(".sz-rec-info")).to_contain_text("Gdynia")
        page.goto(other)
        page.wait_for_url(f"**{main}")
        page.locator("#panel-merged").get_by_role("link", name=words["split"]).click()
        expect(page.locator("#fields")).to_contain_text("Radom")
        page.get_by_role("button", name=words["split"]).click()
        page.wait_for_url(f"**{main}")
        expect(page.locator(".sz-rec-info")).to_contain_text("Radom")
        page.goto(other)
        expect(page.locator(".sz-rec-info")).to_contain_text("jan@gdynia.example")
    finally:
        site.set_user("Anna")


def test_contact_5_likely_duplicates_stand_beside_the_form_while_it_is_typed(browse, site):
    site.add(kind="company", name="Kowal i Syn Sp. z o.o.")
    page = browse("Anna")
    page.goto("/companies/new")
    expect(page.locator("#similar section")).to_have_count(0)
    page.fill("[name=name]", "KOWAL I SYN")
    expect(page.locator("#similar")).to_contain_text("Kowal i Syn Sp. z o.o.")
    page.fill("[name=name]", "Kowal i Córka")
    expect(page.locator("#similar section")).to_have_count(0)
    page.fill("[name=name]", "Kowal i Syn")
    expect(page.locator("#similar section")).to_have_count(1)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/companies/*")
    expect(page.locator("h1")).to_have_text("Kowal i Syn")
