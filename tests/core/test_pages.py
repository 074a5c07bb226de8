"""Pages: each can be read, keeps to the security policy, and shows any state without a gap."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from core import samples
from core.shown import NavEntry, Toast, UserFace

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "core" / "pages", *sorted(ROOT.glob("plugins/*/pages"))]
PAGES = [page for folder in FOLDERS for page in sorted(folder.rglob("*.html"))]
NAMES = {
    page: str(page.relative_to(folder)) for folder in FOLDERS for page in folder.rglob("*.html")
}
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
BLOCKED = re.compile(r"\sstyle=|\son\w+=|<style|javascript:|<script(?![^>]*\ssrc=)")
ICON = re.compile(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']")


@pytest.fixture(scope="module")
def pages() -> Environment:
    """Pages as the application draws them, without the application."""
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in FOLDERS]),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(asset=lambda name: f"/static/{name}", csrf_token=lambda: "token")
    return env


def frame(**changed: Any) -> dict[str, Any]:
    contacts = NavEntry("Contacts", "/companies", "users", children=[NavEntry("People", "/people")])
    return {
        "user": UserFace("Ewa Król", "EK", 6),
        "lang": "en",
        "theme": "",
        "flashes": [Toast("Saved", undo_url="/undo")],
        "nav": [contacts],
        "add_menu": [],
        "unread_count": 3,
        "viewing_as": None,
        "profile_settings_url": None,
        "account_settings_url": None,
        **changed,
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: NAMES[page])
def test_page_can_be_read(pages, page):
    pages.get_template(NAMES[page])


# Mail programs know no style sheets: the look of mails stands on the elements of these two.
LOOK_OF_MAILS = {"mail/_frame.html", "mail/_parts.html"}


@pytest.mark.parametrize(
    "page", [each for each in PAGES if NAMES[each] not in LOOK_OF_MAILS], ids=NAMES.get
)
def test_page_holds_nothing_that_the_security_policy_blocks(page):
    assert BLOCKED.findall(JINJA.sub("", page.read_text())) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: NAMES[page])
def test_page_never_switches_escaping_off(page):
    assert not re.search(r"\|\s*safe\b|autoescape false", page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: NAMES[page])
def test_every_icon_is_in_the_sprite(page):
    known = set(samples.ICONS.read_text().split())
    assert set(ICON.findall(page.read_text())) <= known


def test_style_guide_draws_every_part(pages):
    text = pages.get_template("styleguide.html").render(**frame(), **samples.values())
    assert 'id="emails-error"' in text
    assert 'data-access="basic"' in text


def test_row_without_access_shows_name_kind_and_owner_alone(pages):
    text = pages.get_template("_list.html").module.table(samples.values()["page"])
    (locked,) = re.findall(r'<tr class="locked".*?</tr>', str(text), re.DOTALL)
    shown = [part for part in re.sub(r"<[^>]+>", "\n", locked).split("\n") if part]
    assert shown == ["Gołąb, Zdzisław", "Person", "Private, you have no access", "PŻ", "Piotr Żyła"]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503])
@pytest.mark.parametrize(
    "user", [None, UserFace("Ewa Król", "EK")], ids=["signed-out", "signed-in"]
)
def test_error_page_is_a_sentence_and_a_way_on(pages, code, user):
    text = pages.get_template(f"errors/{code}.html").render(**frame(user=user), reference="7F3A")
    assert 'href="/"' in text
    assert ("7F3A" in text) == (code == 500)


def test_markup_in_a_value_is_shown_as_typed(pages):
    form = samples.values()["form"]
    text = pages.get_template("records/form.html").render(**frame(), form=form)
    assert "“jan(at)firma.pl”" in text
    field = pages.get_template("_form.html").module.field
    part = form.sections[0].fields[0]
    drawn = field(type(part)("last_name", "<b>Name</b>", value='"><script>'))
    assert "&lt;b&gt;Name&lt;/b&gt;" in drawn
    assert "<script>" not in drawn
