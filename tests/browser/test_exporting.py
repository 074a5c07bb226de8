"""A list is exported in a real browser, and LibreOffice opens the file (LIST-15, IMP-34)."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from playwright.sync_api import expect


def test_list_15_ticked_rows_are_exported_and_open_in_libreoffice(browse, site, tmp_path):
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice (soffice) is not here")
    for name in ("Eksportowa1", "Eksportowa2", "Eksportowa3"):
        site.add(owner="Marek", last_name=name, position="=1+1")
    page = browse("Marek")
    page.goto("/people?q=eksportowa&operations=1")
    ticks = page.locator("[data-tick]")
    ticks.nth(0).check()
    ticks.nth(2).check()
    page.locator("#ticks").get_by_role("button", name="Export").click()
    expect(page.get_by_text("2 ticked rows are exported")).to_be_visible()
    page.get_by_role("button", name="Export").click()
    page.wait_for_url(re.compile("/exports/[0-9]+$"))
    expect(page.locator("[data-export-state=done]")).to_be_visible()
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download").click()
    path = tmp_path / waited.value.suggested_filename
    waited.value.save_as(path)
    assert re.fullmatch(r"People \d{4}-\d\d-\d\d\.xlsx", path.name)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'user').as_uri()}",
         "--convert-to", "fods:OpenDocument Spreadsheet Flat XML", "--outdir",
         str(tmp_path / "out"), str(path)],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    opened = next((tmp_path / "out").iterdir()).read_text()
    assert "Eksportowa1" in opened
    assert "Eksportowa2" not in opened
    assert "Eksportowa3" in opened
    assert "=1+1" in opened
    assert "table:formula" not in opened


def test_imp_34_the_tab_lists_the_export_and_leads_to_whole_lists(browse):
    page = browse("Marek")
    page.goto("/settings/profile/export")
    expect(page.get_by_role("link", name="Import and export")).to_have_count(1)
    page.get_by_role("main").get_by_role("link", name="Companies").click()
    expect(page.get_by_role("heading", name="Export: Companies")).to_be_visible()
    page.get_by_label("Text (.csv)").check()
    page.get_by_label("Separator of .csv").select_option("tab")
