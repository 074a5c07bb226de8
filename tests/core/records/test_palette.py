"""The command palette, further pages of results, and what is typed to break them."""

from __future__ import annotations

import re

import pytest

from core.db import db
from core.records.marking import marked
from core.users.models import User
from tests.makers import make_account, make_record, make_team, make_user, sign_in, tick
from tests.reading import page

HOSTILE = ["%", "'", "\\", "_%_", "🎉🎉", "a" * 10_000, "   ", "\x01\x02\x7f", "\x00", "no\x00wak",
           "' or 1=1 --", "$$", ":q", "{{7*7}}", "\ud7ff\u202e", "<script>", "AND & | !", "\n\t"]  # fmt: skip
ADDRESSES = ["/search", "/search/box", "/search/person", "/palette", "/pick/person", "/pick/any",
             "/people", "/companies/export"]  # fmt: skip


@pytest.fixture
def ada(app, client):
    make_account()
    user = make_user("Ada", make_team("North"), role="manager")
    sign_in(client, user)
    return user


def commands(client, typed=""):
    found = client.get("/palette", query_string={"q": typed}).text
    return re.findall(r'href="([^"]+)" data-command="(?:add|page|setting)"', found)


def places(client, typed, **more):
    return list(page(client.get("/palette", query_string={"q": typed, **more})).rows)


def test_search_6_opens_pages_settings_and_adding(ada, client):
    assert {"/people", "/companies", "/people/new", "/companies/new"} <= set(commands(client))
    assert commands(client, "people")[0] == "/people"
    assert commands(client, "add per") == ["/people/new"]
    assert "/settings/profile/security" in commands(client, "secur")
    assert "/settings/profile/export" in commands(client, "export")


@pytest.mark.parametrize(
    ("typed", "url"),
    [("osoby", "/people"), ("dodaj osobę", "/people/new"), ("dodaj osobe", "/people/new"),
     ("ustawienia profilu bezp", "/settings/profile/security"), ("FIRMY", "/companies"),
     ("people", "/people"), ("companies", "/companies")],
)  # fmt: skip
@pytest.mark.parametrize("language", ["pl", "en"])
def test_search_6_in_polish_and_english_with_and_without_diacritics(
    ada, client, app, typed, url, language
):
    db.session.get_one(User, (ada.account_id, ada.id)).language = language
    db.session.flush()
    assert url in commands(client, typed)


def test_search_6_only_what_the_user_may_do(ada, client):
    admin = make_user("Root", role="administrator")
    assert not [each for each in commands(client, "roles") if "account" in each]
    tick("manager", "person", "add", on=False)
    assert commands(client, "add") == ["/companies/new"]
    assert "/settings/profile/import" in commands(client, "import")
    sign_in(client, make_user("Uma"))
    assert commands(client, "import") == []
    assert commands(client, "export") == []
    sign_in(client, admin)
    assert "/settings/account/users/roles" in commands(client, "roles")


def test_search_6_every_command_opens(ada, client):
    sign_in(client, make_user("Root", role="administrator"))
    for letter in "abcdefghijklmnoprstuvwz":
        for url in commands(client, letter):
            assert client.get(url, follow_redirects=True).status_code == 200, url


def test_search_6_opens_records_by_the_rule(ada, client):
    other = make_user("Eve", make_team("East"))
    public = make_record(other, first_name="Jan", last_name="Łęgiński")
    private = make_record(other, last_name="Łęgi", visibility="private", position="Prezes")
    make_record(other, last_name="Łęgowski", visibility="hidden")
    assert set(places(client, "legi")) == {public.id, private.id}
    text = client.get("/palette?q=legi").text
    assert "Jan <mark>Łęgi</mark>ński" in text
    assert 'aria-disabled="true" data-access="basic"' in text
    assert "Łęgowski" not in text
    assert places(client, "prezes") == []


def test_search_2_counts_in_the_palette_leave_hidden_out(ada, client):
    other = make_user("Eve", make_team("East"))
    make_record(other, last_name="Zeta1", visibility="hidden")
    make_record(other, last_name="Zeta2")
    assert '<span class="num">1</span>' in client.get("/palette?q=zeta").text


@pytest.mark.parametrize("address", ADDRESSES)
def test_search_gives_a_plain_answer_to_whatever_is_typed(ada, client, address):
    make_record(ada, last_name="Nowak")
    for typed in HOSTILE:
        answer = client.get(address, query_string={"q": typed})
        assert answer.status_code == 200, repr(typed[:20])
        assert "<script>" not in answer.text.replace("<script src", "").replace("<script nonce", "")
    assert client.get(f"{address}?q=%ff%fe%c0").status_code == 200
    assert client.get(f"{address}?q=nowak&from=-1").status_code == 200
    assert client.get(f"{address}?q=nowak&from=99999999999999999999").status_code == 200


def test_search_5_further_hits_come_page_by_page(ada, client):
    made = [make_record(ada, last_name=f"Nowak{number:02}").id for number in range(45)]
    first = page(client.get("/search?q=nowak"))
    assert list(first.rows) == made[:20]
    seen, url = list(first.rows), "/search/person?q=nowak&from=20"
    while url:
        assert url in client.get("/search?q=nowak").text.replace("&amp;", "&") or seen
        answer = client.get(url, headers={"HX-Request": "true"})
        assert "<html" not in answer.text
        seen += list(page(answer).rows)
        found = re.search(r'href="(/search/[^"]+)"', answer.text)
        url = found[1].replace("&amp;", "&") if found else ""
    assert seen == made
    assert list(page(client.get("/search/person?q=nowak&from=40")).rows) == made[40:]


def test_search_2_further_hits_obey_the_rule(ada, client):
    other = make_user("Eve", make_team("East"))
    hidden = [make_record(other, last_name=f"Nowak{number:02}", visibility="hidden")
              for number in range(25)]  # fmt: skip
    text = client.get("/search/person?q=nowak&from=0").text
    assert not [each for each in hidden if each.name in text]
    assert client.get("/search/nothing?q=nowak").status_code == 404


def test_search_7_pickers_of_all_kinds_offer_records_before_anything_is_typed(ada, client):
    other = make_user("Eve", make_team("East"))
    one = make_record(ada, last_name="Aaa")
    two = make_record(other, last_name="Bbb", visibility="private")
    make_record(other, last_name="Ccc", visibility="hidden")
    found = {each["id"]: each.get("disabled", False) for each in client.get("/pick/any").json}
    assert found == {f"person.{one.id}": False, f"person.{two.id}": True}
    typed = {each["id"]: each.get("note") for each in client.get("/pick/any?q=bbb").json}
    assert typed == {f"person.{two.id}": "no access, owner: Eve Test"}


@pytest.mark.parametrize(
    ("text", "words", "parts"),
    [("Łódź", ["lodz"], [("Łódź", True)]),
     ("Straße 1", ["strasse"], [("Straße", True), (" 1", False)]),
     ("Nowak", ["x"], [("Nowak", False)]),
     ("aaa", ["aa"], [("aaa", True)]),
     ("", ["a"], []),
     ("Jan Żak", ["zak", "ja"], [("Ja", True), ("n ", False), ("Żak", True)])],
)  # fmt: skip
def test_search_5_tells_which_part_of_a_name_was_looked_for(text, words, parts):
    assert marked(text, words) == parts
