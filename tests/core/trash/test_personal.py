"""Anonymising, and clearing personal data on deletion: asterisks everywhere, and no way back."""

from __future__ import annotations

import json

import pytest

from core.access import fetch
from core.changes.capture import change_set
from core.db import sql
from core.merging.planning import plan
from core.merging.queries import merged_into
from core.merging.services import merge
from core.records import services
from core.records.queries import values_of
from core.records.search import search
from core.registry import registry
from core.trash import personal
from tests.core.trash.test_trash import changes, purge, trash
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    set_up,
    sign_in,
    tick,
)

PERSONAL = {
    "first_name": "Zofia",
    "last_name": "Quillon",
    "position": "Agentka",
    "emails": ["zofia@quillon.pl"],
    "phones": [["+48 600 100 200", "mobile"]],
    "web": "quillon.pl",
    "street": "Tajna 7",
    "city": "Radom",
    "postcode": "26-600",
    "country": "Polska",
    "note": "lubi sekrety",
}
SECRETS = ("Zofia", "Quillon", "quillon", "Agentka", "600 100", "Tajna", "Radom", "26-6", "Polska",
           "sekrety")  # fmt: skip


@pytest.fixture
def zofia(boss):
    return make_record(boss, **PERSONAL, tags=["vip"])


def anonymise(client, record, name):
    return client.post(f"/people/{record.id}/anonymise", data={"name": name})


def stored(record_id: int) -> str:
    """Return everything that the database says of a record, its history included."""
    tables = ("contacts_person", "contacts_company", "core_record")
    parts = [
        sql(f"select to_jsonb(t)::text from {each} t where account_id = :account and id = :id",
            id=record_id).scalar()
        for each in tables
    ]  # fmt: skip
    for each in ("core_search", "core_change", "core_match"):
        parts += sql(
            f"select to_jsonb(t)::text from {each} t"
            " where account_id = :account and record_id = :id",
            id=record_id,
        ).scalars()
    return "\n".join(each for each in parts if each)


def test_contact_11_asks_twice_the_second_time_for_the_name(boss, zofia, client):
    first = client.get(f"/people/{zofia.id}/anonymise")
    assert "First name" in first.text
    assert 'name="name"' not in first.text
    second = client.get(f"/people/{zofia.id}/anonymise?sure=1")
    assert 'name="name"' in second.text
    for wrong in ("", "Zofia", "zofia quillon"):
        assert anonymise(client, zofia, wrong).status_code == 422
    assert "Zofia" in stored(zofia.id)


def test_contact_11_asterisks_take_the_place_of_all_personal_data(boss, zofia, client):
    record_id = zofia.id
    assert anonymise(client, zofia, "Zofia Quillon").status_code == 303
    left = stored(record_id)
    assert not [each for each in SECRETS if each in left]
    values = values_of(registry().kinds["person"], fetch("person", record_id, actor(boss)))
    assert values["emails"] == ["***"]
    assert values["phones"] == [["***", "phone"]]
    assert values["tags"] == []
    page = client.get(f"/people/{record_id}").text
    assert "***" in page
    assert "mailto:" not in page


def test_contact_11_nothing_finds_it_any_more(boss, zofia, client):
    anonymise(client, zofia, "Zofia Quillon")
    for typed in ("Quillon", "zofia@quillon.pl", "600100200", "sekrety", "vip"):
        assert not search(actor(boss), typed)
    keys = "select count(*) from core_match where account_id = :account and record_id = :id"
    assert sql(keys, id=zofia.id).scalar() == 0


def test_contact_11_a_company_loses_its_numbers_too(boss, client):
    company = make_record(boss, "company", name="Quillon", nip="5260250995", regon="012100784")
    answer = client.post(f"/companies/{company.id}/anonymise", data={"name": "Quillon"})
    assert answer.status_code == 303
    left = stored(company.id)
    assert "5260250995" not in left
    assert "012100784" not in left
    assert client.get("/companies").text.count("***") >= 1


def test_hist_12_earlier_values_are_masked_and_the_entry_names_the_fields(boss, zofia, client):
    with change_set("form", boss.id):
        services.change(fetch("person", zofia.id, actor(boss)), {"city": "Kielce"})
    anonymise(client, zofia, "Zofia Quillon")
    rows = changes(zofia.id)
    assert [row.act for row in rows] == ["created", "changed", "anonymised"]
    assert rows[1].diff["city"] == ["***", "***"]
    assert rows[0].diff["last_name"] == [None, "***"]
    assert rows[0].diff["visibility"] == [None, "public"]
    erased = rows[2].diff["erased"][1]
    assert {"last_name", "emails", "note"} <= set(erased)
    assert "Kielce" not in json.dumps([row.diff for row in rows])


def test_contact_11_is_for_administrators_and_whoever_has_the_right(boss, zofia, client):
    ada = make_user("Ada")
    sign_in(client, ada)
    assert "anonymise" not in client.get(f"/people/{zofia.id}").text
    assert client.get(f"/people/{zofia.id}/anonymise").status_code == 403
    assert anonymise(client, zofia, "Zofia Quillon").status_code == 403
    tick("user", "person", "anonymise")
    assert f"/people/{zofia.id}/anonymise" in client.get(f"/people/{zofia.id}").text
    assert anonymise(client, zofia, "Zofia Quillon").status_code == 303


def test_contact_11_a_stranger_cannot_tell_that_the_contact_exists(boss, client):
    hidden = make_record(boss, last_name="Quillon", visibility="hidden")
    tick("user", "person", "anonymise")
    sign_in(client, make_user("Ada"))
    assert client.get(f"/people/{hidden.id}/anonymise").status_code == 404
    assert anonymise(client, hidden, "Quillon").status_code == 404


def test_contact_11_a_form_opened_before_does_not_bring_the_data_back(boss, zofia, client):
    version = zofia.version
    anonymise(client, zofia, "Zofia Quillon")
    form = {"last_name": "Quillon", "first_name": "Zofia", "version": version,
            "owner": boss.id, "visibility": "public"}  # fmt: skip
    answer = client.post(f"/people/{zofia.id}/edit", data=form)
    assert answer.status_code == 409
    assert "Zofia" not in stored(zofia.id)


def test_contact_11_a_record_changed_since_the_question_is_looked_at_again(boss, zofia, client):
    version = zofia.version
    with change_set("form", boss.id):
        services.change(fetch("person", zofia.id, actor(boss)), {"city": "Kielce"})
    answer = client.post(
        f"/people/{zofia.id}/anonymise", data={"name": "Zofia Quillon", "version": version}
    )
    assert answer.status_code == 409
    assert "Zofia" in stored(zofia.id)


def test_contact_11_an_anonymised_contact_can_still_be_edited(boss, zofia, client):
    anonymise(client, zofia, "Zofia Quillon")
    record = fetch("person", zofia.id, actor(boss)).record
    form = {"last_name": "***", "first_name": "***", "emails": "***", "phones": "***",
            "web": "***", "city": "Kielce", "version": record.version, "owner": boss.id,
            "visibility": "public"}  # fmt: skip
    answer = client.post(f"/people/{zofia.id}/edit", data=form)
    assert answer.status_code == 303, answer.text[answer.text.find("Nothing has") :][:600]
    assert "Kielce" in stored(zofia.id)


def test_contact_11_two_anonymised_companies_are_not_the_same(boss, client):
    kind = registry().kinds["company"]
    for number in ("5260250995", "7740001454"):
        company = make_record(boss, "company", name="Quillon", nip=number)
        client.post(f"/companies/{company.id}/anonymise", data={"name": "Quillon"})
    values = {"name": "***", "nip": "***", "regon": None}
    assert kind.matching.keys(values) == []


def test_contact_11_anonymised_twice_changes_nothing_more(boss, zofia, client):
    anonymise(client, zofia, "Zofia Quillon")
    assert anonymise(client, zofia, "*** ***").status_code == 303
    assert [row.act for row in changes(zofia.id)] == ["created", "anonymised"]


def test_trash_6_the_name_that_stays_is_masked_where_it_was_anonymised(boss, zofia, client):
    record_id = zofia.id
    anonymise(client, zofia, "Zofia Quillon")
    trash(fetch("person", record_id, actor(boss)).record, boss)
    purge(client, fetch("person", record_id, actor(boss), trashed=True).record)
    left = sql("select name from core_deleted_record where account_id = :account").scalar()
    assert left == "*** ***"
    assert "Zofia" not in stored(record_id)


def test_trash_7_personal_data_are_cleared_with_the_deletion_where_wanted(boss, zofia, client):
    set_up(trash__contacts__clear_personal=True)
    assert client.post(f"/people/{zofia.id}/delete").status_code == 303
    left = stored(zofia.id)
    assert not [each for each in SECRETS if each in left]
    assert [row.act for row in changes(zofia.id)] == ["created", "trashed"]
    client.post(f"/people/{zofia.id}/restore")
    access = fetch("person", zofia.id, actor(boss))
    assert access.record.name == "*** ***"
    assert values_of(registry().kinds["person"], access)["tags"]


def test_trash_7_as_shipped_nothing_is_cleared(boss, zofia, client):
    client.post(f"/people/{zofia.id}/delete")
    assert "Zofia" in stored(zofia.id)


def test_trash_7_what_a_merge_puts_into_the_trash_keeps_its_data(boss, zofia):
    set_up(trash__contacts__clear_personal=True)
    with change_set("merge", boss.id):
        services.trash(fetch("person", zofia.id, actor(boss), lock=True))
    assert "Zofia" in stored(zofia.id)


def test_trash_7_the_switch_is_in_account_settings(boss, client):
    page = "/settings/account/contacts/general"
    assert "Clear personal data on deletion" in client.get(page).text
    assert client.post(page, data={"clear_personal": "1"}).status_code == 303
    assert "checked" in client.get(page).text
    sign_in(client, make_user("Ada"))
    assert client.get(page).status_code == 403


def test_contact_11_what_was_merged_into_a_contact_is_anonymised_with_it(app):
    make_account()
    ada = make_user("Ada", make_team(), "administrator")
    kind, who = registry().kinds["person"], actor(ada)
    first, second, third = (make_record(ada, last_name=name) for name in ("Jeden", "Dwa", "Trzy"))
    for main, other in ((second, third), (first, second)):
        merge(plan(kind, [main.id, other.id], main.id, {}, who))
    assert merged_into(first.id) == sorted([second.id, third.id])
    with change_set("form", ada.id):
        personal.anonymise(fetch("person", first.id, who, lock=True))
    told = sql(
        "select string_agg(cast(diff as text), '') from core_change where account_id = :account"
    ).scalar_one()
    names = sql("select string_agg(name, '') from core_record where account_id = :account").scalar()
    for name in ("Jeden", "Dwa", "Trzy"):
        assert name not in told
        assert name not in names


def test_trash_7_what_was_merged_into_a_contact_is_cleared_with_its_deletion(boss):
    set_up(trash__contacts__clear_personal=True)
    kind, who = registry().kinds["person"], actor(boss)
    main, other = (make_record(boss, last_name=name) for name in ("Jeden", "Dwa"))
    merge(plan(kind, [main.id, other.id], main.id, {}, who))
    assert "Dwa" in stored(other.id)  # its data live on, and so may it
    trash(main, boss)
    for record in (main, other):
        assert "Jeden" not in stored(record.id)
        assert "Dwa" not in stored(record.id)
