"""What somebody typed never becomes a part of a page: it is shown as typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.records.labels import make
from core.teams.services import create_team
from tests.makers import make_user

SEND = "fetch('https://x.example')"
PAYLOADS = [
    "<script>alert(1)</script>",
    f"<script>{SEND}</script>",
    "</script><script>alert(1)</script>",
    "<script src=https://x.example/a.js></script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<ScRiPt/x>alert(1)</sCrIpT\t>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "<img src=https://x.example/a.png>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<math><mi xlink:href="javascript:alert(1)">x',
    '<a href="javascript:alert(1)">here</a>',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "<iframe src=javascript:alert(1)>",
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<object data=https://x.example>",
    "<embed src=https://x.example>",
    "<link rel=stylesheet href=https://x.example>",
    "<style>@import 'https://x.example';</style>",
    "<base href=https://x.example>",
    "<meta http-equiv=refresh content='0;url=https://x.example'>",
    "<form action=https://x.example><button>Save",
    "<input autofocus onfocus=alert(1)>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover=alert(1) x='",
    "` onmouseover=alert(1) x=`",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<body onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</option></select><img src=x onerror=alert(1)>",
    "<!--<img src=x onerror=alert(1)>-->",
    "{{ 7 * 7 }} ${7*7} <%= 7 * 7 %> #{7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#60;",
    "<template><img src=x onerror=alert(1)></template>",
    "%(name)s %s {0} {count}",
    '<p hx-get="https://x.example" hx-trigger="load">',
]
PLAIN = ("position", "street", "city", "country", "note")


def _typed(number):
    return PAYLOADS[number % len(PAYLOADS)]


@pytest.fixture(scope="module")
def typed(site):
    """People, companies, labels, a team and a user named by the payloads."""
    with site.writing():
        team = create_team(_typed(0))
        make_user(_typed(6), team, "user", "script@sales.example")
        groups = [make("group.contacts", each) for each in PAYLOADS[:12]]
        tags = [make("tag", each) for each in PAYLOADS[12:24]]
        sources = [make("source", each) for each in PAYLOADS[24:]]
    companies, people = [], []
    for number, text in enumerate(PAYLOADS):
        more = {key: _typed(number + at + 1) for at, key in enumerate(PLAIN)}
        more |= {"tags": [tags[number % 12]], "groups": [groups[number % 12]]}
        more |= {"source": sources[number % len(sources)]}
        if number < 12:
            position = more.pop("position")
            companies.append(site.add(kind="company", name=text, **more))
            more["position"] = position
        more["company"] = int(companies[number % 12].rsplit("/", 1)[1])
        people.append(site.add(first_name=text, last_name=_typed(number + 7), **more))
    return companies, people


def test_lists_and_search_show_what_was_typed(browse, typed):
    page = browse("Anna")
    page.goto("/people/columns")
    for box in page.locator("[name=columns]").all():
        box.check()
    page.locator("form:has([name=columns]) .btn-primary").click()
    for address, names in (
        ("/people?size=100", [f"{_typed(at + 7)}, {each}" for at, each in enumerate(PAYLOADS)]),
        ("/companies", PAYLOADS[:12]),
        ("/companies?q=script", [PAYLOADS[0]]),
        ("/search?q=alert", [PAYLOADS[0]]),
        ("/search?q=%3Cscript%3Ealert(1)%3C/script%3E", []),
    ):
        page.goto(address)
        shown = {_flat(each) for each in page.locator("[data-record-id] a").all_inner_texts()}
        shown |= {_flat(each) for each in page.locator(".sz-hits b").all_inner_texts()}
        assert {_flat(each) for each in names} - shown == set()
        assert page.locator("#main script, #main iframe, #main style, #main base").count() == 0
    page.goto("/people?size=100")
    assert page.locator("a.name").first.bounding_box()["width"] > 100
    page.goto("/people/columns")
    page.locator("[name=shipped]").click()
    page.wait_for_url("**/people")
    page.fill("form[data-search] input", "alert(1)")
    expect(page.locator("#search-box b").first).to_be_visible()
    expect(page.locator("#search-box img")).to_have_count(0)


def _flat(text):
    return " ".join(text.split())


def test_profiles_and_forms_show_what_was_typed(browse, site, typed):
    _companies, people = typed
    page = browse("Anna")
    for number in range(0, len(PAYLOADS), 6):
        page.goto(people[number])
        name = f"{_typed(number)} {_typed(number + 7)}"
        assert _flat(page.inner_text("h1")) == _flat(name)
        assert page.title() == f"{_flat(name)} · Szansa"
        for at, key in enumerate(PLAIN):
            shown = page.locator(f"[data-field={key}] dd")
            if shown.count():
                assert _flat(shown.inner_text()) == _flat(_typed(number + at + 1))
    page.goto(f"{people[3]}/edit")
    assert page.input_value("#first_name") == _typed(3)
    assert page.input_value("#note") == _typed(3 + 5)
    page.locator("#tags + .ts-wrapper input").click()
    page.locator("#participants + .ts-wrapper input").click()
    page.locator("#company + .ts-wrapper input").press_sequentially("alert")
    expect(page.locator(".ts-dropdown .option", has_text="alert(1)").first).to_be_visible()
    expect(page.locator(".ts-wrapper img, .ts-wrapper script, .ts-wrapper svg")).to_have_count(0)
    page.fill("#emails", '"><img src=x onerror=alert(1)>@x')
    page.click(".btn-primary")
    expect(page.locator("#emails-error")).to_be_visible()
    assert page.input_value("#emails") == '"><img src=x onerror=alert(1)>@x'
    doomed = site.add(kind="company", name=_typed(6))  # the lists show the others whole
    page.goto(f"{doomed}/delete")
    page.locator(".sz-empty").get_by_role("button").click()
    expect(page.locator(".sz-toast")).to_contain_text(_typed(6))
    page.goto(doomed)
    expect(page.locator("h1")).to_contain_text(_typed(6))


def test_pages_about_others_show_what_was_typed(browse, site, typed):
    hidden = site.add("Anna", last_name=_typed(7), visibility="private",
                      participants=[site.people["Marek"]])  # fmt: skip
    beata = browse("Beata")
    assert beata.goto(hidden).status == 403
    expect(beata.locator("#main")).to_contain_text(_typed(7))
    marek = browse("Marek")
    marek.goto(hidden)
    marek.click("#participants a[data-dialog]")
    marek.goto("/notifications")
    marek.goto("/people")
    marek.click("[data-pop=bell]")
    expect(marek.locator("#bell")).to_be_visible()
    ada = browse("Ada")
    ada.goto("/settings/account/contacts/sources")
    values = [each.input_value() for each in ada.locator(".sz-switches input.form-control").all()]
    assert {_flat(each) for each in PAYLOADS[24:]} <= {_flat(each) for each in values}
