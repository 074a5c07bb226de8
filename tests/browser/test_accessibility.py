"""Every screen by axe-core, light and dark, wide and narrow, in both languages (GEN-13)."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from flask import render_template
from playwright.sync_api import Page, expect

from core import clock, samples
from core.access import actor_of, fetch
from core.db import account_scope, db
from core.merging import planning, services
from core.permissions import asking
from core.permissions.models import AccessRequest
from core.records.services import trash
from core.registry import registry
from core.shown import NavEntry, Toast, UserFace
from core.staff.models import Invitation, InvitationLink
from core.users.sessions import hash_of
from tests.makers import make_record, role

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
FILE = Path(__file__).resolve().parents[1] / "fixtures/imports/people-utf8.csv"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
async (tags) => {
  const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations"]});
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")}: ${node.any.concat(node.all).map((each) => each.message)[0]}`));
}
"""
SIDEWAYS = """
() => [document.scrollingElement, document.getElementById("main")]
  .filter((each) => each && each.scrollWidth > each.clientWidth)
  .map((each) => `${each.tagName} ${each.scrollWidth} > ${each.clientWidth}: ` +
    [...each.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map((one) => one.outerHTML.slice(0, 90)).join(" | "))
"""
# Each pair of language, look and width comes together at least once.
LOOKS = [("en", "light", 1440), ("en", "dark", 390), ("pl", "dark", 1440), ("pl", "light", 390)]

VISIBILITIES = cycle(("public", "private", "hidden"))  # so that each time something changes


def _search_box(page: Page) -> None:
    page.locator("form[data-search] input").press_sequentially("dostep")
    expect(page.locator("#search-box a").first).to_be_visible()


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("dostep")
    expect(page.locator("#palette [data-access=basic]").first).to_be_visible()


def _wrongly_exported(page: Page) -> None:
    page.locator("[name=format]").first.evaluate("each => each.value = 'exe'")
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator("#errors")).to_be_visible()


def _exported(page: Page) -> None:
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator("[data-export-state=done]")).to_be_visible()


def _refused(page: Page) -> None:
    page.fill("[name=emails]", "no address")
    page.locator(".sz-form .btn-primary").click()
    expect(page.locator("#errors")).to_be_visible()


def _picker(page: Page) -> None:
    page.locator("#company + .ts-wrapper input").click()
    expect(page.locator(".ts-dropdown .option").first).to_be_visible()


def _read_file(page: Page) -> None:
    page.set_input_files("#file", FILE)
    page.get_by_role("main").locator("form .btn-primary").click()
    expect(page.locator(".sz-map")).to_be_visible()


def _to_options(page: Page) -> None:
    _read_file(page)
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator(".sz-imp-options")).to_be_visible()


def _to_result(page: Page) -> None:
    _to_options(page)
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator("[data-imported]")).to_be_visible(timeout=60_000)


def _to_operation(page: Page) -> None:
    page.locator("[data-tick-all]").check()
    page.locator("[data-tick-act]").first.click()
    page.wait_for_url("**/operations/*")


def _to_preview(page: Page) -> None:
    page.locator("[data-tick-all]").check()
    page.locator("[data-tick-act][formaction*='operations/visibility']").click()
    page.check(f"[name=visibility][value={next(VISIBILITIES)}]")
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator(".sz-tally")).to_be_visible()


def _to_outcome(page: Page) -> None:
    _to_preview(page)
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator("#rows")).to_be_visible()


def _ticked(page: Page) -> None:
    page.locator("[data-matrix] input:not(:checked)").first.check()
    expect(page.locator("#live .sz-panel")).to_be_visible()


def _previewed(page: Page) -> None:
    page.locator("[data-matrix] input[value='person.delete']").check()
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator("#effect")).to_be_visible()


def _listed(page: Page) -> None:
    _previewed(page)
    page.locator("button[name=show]").first.click()
    expect(page.locator(".sz-names")).to_be_visible()


def _refused_team(page: Page) -> None:
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator("#errors")).to_be_visible()


def _clicked(selector: str):
    def click(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_timeout(250)

    return click


def _invited_wrongly(page: Page) -> None:
    page.fill("[name=addresses]", "no address")
    page.locator("[name=row_email]").first.fill("neither this")
    page.locator(".sz-savebar .btn-primary").click()
    expect(page.locator("#errors, main h1").first).to_be_visible()


def _accepted_wrongly(page: Page) -> None:
    page.locator("main .btn-primary").click()
    expect(page.locator("#errors")).to_be_visible()


def _viewing_as(page: Page) -> None:
    page.locator("form[action$='/view-as'] button").click()
    expect(page.locator("form[action$='/view-as/end']")).to_be_visible()


def _asked_for(site, record: str) -> str:
    """Return the address of Beata's request for access to a record."""
    person = site.people["Beata"]
    with site.writing():
        actor = actor_of(person.id)
        asking.ask("person", int(record.rsplit("/", 1)[1]), actor)
        found = db.session.execute(db.select(AccessRequest)).scalars().all()
    return f"/access-requests/{found[-1].id}"


def _of_users(site):
    """The screens of users and invitations, with an invitation in each state."""
    users, invitations = "/settings/account/users/users", "/settings/account/users/invitations"
    ada, beata = site.people["Ada"], f"{users}/{site.people['Beata'].id}"
    with site.app.app_context(), account_scope(ada.account_id):
        for at, days in enumerate((7, -7)):
            made = Invitation(email=f"invited{at}@example.com", invited_by_id=ada.id,
                              expires_at=clock.now() + timedelta(days=days))  # fmt: skip
            db.session.add(made)
            db.session.flush()
            link = InvitationLink(token_hash=hash_of(f"seen-{days}"), account_id=made.account_id,
                                  invitation_id=made.id)  # fmt: skip
            db.session.add(link)
        db.session.commit()
    return [
        ("Ada", users, None),
        ("Ada", f"{users}?status=removed", None),
        ("Ada", f"{users}/new", None),
        ("Ada", beata, None),
        ("Ada", f"{beata}/suspend", None),
        ("Ada", f"{beata}/remove", None),
        ("Ada", invitations, None),
        ("Ada", f"{invitations}/new", _invited_wrongly),
        ("", "/invitation/seen-7", None),
        ("", "/invitation/seen-7", _accepted_wrongly),
        ("", "/invitation/seen--7", None),
        ("", "/invitation/nothing", None),
    ]


def _typed_again(page: Page) -> None:
    page.fill("[name=name]", "Scalona")
    expect(page.locator("#similar section")).to_be_visible()


def _searched(page: Page) -> None:
    form = page.locator("form[action$='/duplicates/search']")
    if form.count():
        form.locator("button").click()
    expect(page.locator("[data-group]").first).to_be_visible(timeout=30_000)


def _of_merging(site):
    """The screens of duplicates, merging and splitting, with a merge that had something since."""
    with site.writing():
        boss = site.people["Ada"]
        made = [
            make_record(boss, "company", name="Scalona", city=city, visibility=visibility,
                        nip="5260250274", participants=[]).id
            for city, visibility in (("Radom", "public"), ("Gdynia", "hidden"), ("Sopot", "public"))
        ]  # fmt: skip
        kind, who = registry().kinds["company"], actor_of(boss.id)
        merge = services.merge(planning.plan(kind, made[:2], made[0], {}, who)).id
        make_record(boss, company=made[0])
    rows = f"row={made[0]}&row={made[2]}"
    return [
        ("Ada", f"/companies/{made[0]}", None),
        ("Ada", f"/companies/{made[0]}/merge", None),
        ("Ada", f"/companies/merge?row={made[0]}", None),
        ("Ada", f"/companies/merge?{rows}", None),
        ("Ada", f"/companies/merge/preview?{rows}&main={made[0]}", None),
        ("Ada", f"/companies/{made[0]}/split/{merge}", None),
        ("Ada", "/companies/new", _typed_again),
        ("Ada", "/settings/account/contacts/duplicates?kind=person", None),
        ("Ada", "/settings/account/contacts/duplicates?kind=company", _searched),
    ]


@pytest.fixture(scope="module")
def screens(site):
    """What is looked at: who looks, the address, and what is done there first."""
    company = site.add(kind="company", name="Dostępna S.A.", city="Radom", visibility="public")
    beata = [site.people["Beata"]]
    person = site.add(first_name="Ewa", last_name="Dostępna", position="Prezeska", note="Notatka",
                      company=int(company.rsplit("/", 1)[1]), emails=["ewa@dostepna.example"],
                      phones=[["+48 601 774 290", "mobile"]], participants=beata,
                      visibility="private")  # fmt: skip
    for number in range(len(LOOKS)):
        site.add(last_name=f"Ticked{number}", participants=beata, visibility="hidden")
    locked = site.add("Celina", last_name="Dostępny Zamknięty", visibility="private")
    asked = site.add("Celina", last_name="Dostępny Proszony", visibility="private")
    north, number = site.teams["North"], person.rsplit("/", 1)[1]
    gone = site.add(last_name="Dostępny Usunięty", visibility="public")
    with site.writing():
        roles = {key: role(key).id for key in ("administrator", "user")}
        admin = actor_of(site.people["Ada"].id)
        trash(fetch("person", int(gone.rsplit("/", 1)[1]), admin, lock=True))
    return [
        ("", "/sign-in", None),
        ("", "/sign-in/forgotten", None),
        ("", "/sign-in/reset/nothing", None),
        ("Ada", "/companies", None),
        ("Beata", "/people?q=dostepn", None),
        ("Ada", "/people?q=zzzzz", None),
        ("Ada", "/people/columns", None),
        ("Beata", "/people?q=dostepn&operations=1", _clicked("[data-tick]")),
        ("Ada", "/people?q=ticked&operations=1", _to_operation),
        ("Ada", "/people?q=ticked&operations=1", _to_preview),
        ("Ada", "/people?q=ticked&operations=1", _to_outcome),
        ("Ada", "/people", _clicked(".sz-me")),
        # What the open box covers in part is no target then; below it lies nothing here.
        ("Ada", "/people?q=zzzzz", _search_box),
        ("Beata", "/people", _palette),
        ("Ada", "/people/export", None),
        ("Ada", "/people/export", _wrongly_exported),
        ("Ada", "/companies/export", _exported),
        ("Ada", "/settings/profile/export", None),
        ("Beata", "/people", _clicked("[data-pop=bell]")),
        ("Ada", person, None),
        ("Ada", person, _clicked("#participants a[data-dialog]")),
        ("Ada", company, _clicked(".sz-rec-actions summary")),
        ("Ada", f"{person}/edit", _picker),
        ("Ada", "/people/new", _refused),
        ("Ada", f"{person}/delete", None),
        ("Ada", _asked_for(site, asked), None),
        ("Beata", locked, None),
        ("Ada", "/people/trash", None),
        ("Ada", "/companies/trash", None),
        ("Ada", gone, None),
        ("Ada", f"/people/trash/delete?row={gone.rsplit('/', 1)[1]}", None),
        ("Ada", f"{person}/anonymise", None),
        ("Ada", "/settings/account/contacts/general", None),
        ("Ada", "/settings/account/general/trash", None),
        ("Ada", "/search?q=dostepn", None),
        ("Ada", "/search?q=zzzzz", None),
        ("Beata", "/notifications", None),
        ("Beata", "/settings/profile/profile", None),
        ("Beata", "/settings/profile/security", None),
        ("Beata", "/settings/profile/security/password", None),
        ("Beata", "/settings/profile/security/second-factor", None),
        ("Ada", "/settings/account/general", None),
        ("Ada", "/settings/account/package/plugins", None),
        ("Ada", "/settings/account/contacts/sources", None),
        ("Beata", "/settings/account/package/plugins", None),
        *_of_users(site),
        *_of_merging(site),
        ("Ada", "/people/999999", None),
        ("Ada", "/settings/account/users/teams", None),
        ("Ada", "/settings/account/users/teams/new", _refused_team),
        ("Ada", f"/settings/account/users/teams/{north}", None),
        ("Ada", f"/settings/account/users/teams/{north}/delete", None),
        ("Ada", "/settings/account/users/roles", None),
        ("Ada", f"/settings/account/users/roles/{roles['administrator']}", None),
        ("Ada", f"/settings/account/users/roles/{roles['user']}", _ticked),
        ("Ada", f"/settings/account/users/roles/{roles['user']}", _previewed),
        ("Ada", f"/settings/account/users/roles/{roles['user']}", _listed),
        ("Ada", "/settings/account/permissions/access", None),
        ("Ada", "/settings/account/permissions/access/owner", None),
        ("Ada", "/settings/account/permissions/access/participant", _ticked),
        ("Ada", "/settings/account/permissions/visibility/contacts", None),
        ("Ada", "/settings/account/permissions/check", None),
        (
            "Ada",
            f"/settings/account/permissions/check?user={beata[0].id}&record=person.{number}",
            None,
        ),
        ("Ada", f"{person}/access?user={beata[0].id}", None),
        ("Ada", "/settings/account/security/log", None),
        ("Ada", "/imports", None),
        ("Ada", "/imports/new", _read_file),
        ("Ada", "/imports/new", None),
        ("Ada", "/imports/new", _to_options),
        ("Ada", "/imports/new", _to_result),
        ("Ada", "/styleguide", None),
        ("Ada", f"/settings/account/users/users/{beata[0].id}", _viewing_as),
    ]


@pytest.mark.parametrize(("language", "look", "width"), LOOKS)
def test_screens_have_no_violation_and_do_not_scroll_sideways(
    browse, site, screens, language, look, width
):
    found = []
    size = {"width": width, "height": 2400}  # so that nothing lies under a bar that sticks
    for name in ("", "Ada", "Beata"):
        if name:
            site.set_user(name, language=language, theme=look)
        page = browse(name, viewport=size, color_scheme=look, locale=language,
                      reduced_motion="reduce")  # fmt: skip
        page.add_init_script(AXE.read_text())
        _offer_style_guide(page, site, language, look)
        for _name, address, act in (each for each in screens if each[0] == name):
            page.set_viewport_size(size)
            page.goto(address)
            expect(page.locator("html")).to_have_attribute("lang", language)
            if act:
                act(page)
            what = f"{address} {act.__name__ if act else ''}"
            found += [f"{what}: {each}" for each in page.evaluate(RUN, RULES)]
            if width < 768:
                page.set_viewport_size({"width": 360, "height": 740})
                found += [f"{what}: {each}" for each in page.evaluate(SIDEWAYS)]
    for name in ("Ada", "Beata"):
        site.set_user(name)
    assert not found, "\n" + "\n".join(found)


def _offer_style_guide(page, site, language, look):
    """Let /styleguide answer with every part in every state, drawn from made-up values."""
    frame = {
        "user": UserFace("Ewa Król", "EK", 6),
        "lang": language,
        "theme": look,
        "flashes": [Toast("Saved", undo_url="/undo")],
        "nav": [NavEntry("Contacts", "/companies", "users")],
        "add_menu": [],
        "unread_count": 3,
        "profile_settings_url": None,
        "account_settings_url": None,
    }
    with site.app.test_request_context():
        markup = render_template("styleguide.html", **{**frame, **samples.values()})
    page.route("**/styleguide", lambda route: route.fulfill(body=markup, content_type="text/html"))
