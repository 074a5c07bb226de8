"""Persons and companies through the pages."""

from __future__ import annotations

import pytest

from core.db import sql
from tests.makers import make_account, make_record, make_user, sign_in, tick
from tests.reading import page

PERSON = {
    "first_name": "Małgorzata",
    "last_name": "Święcicka-Żak",
    "position": "Dyrektorka zakupów",
    "emails": ["m.swiecicka@polnoc.pl", "zakupy@polnoc.pl"],
    "phones": ["+48 601 774 290", "61 845 77 12 w. 204", "(61) 845-77.13"],
    "phones_kind": ["mobile", "phone", "fax"],
    "web": "www.polnoc.pl/kontakt?a=1",
    "street": "Żeglarska 18/4",
    "postcode": "61-023",
    "city": "Poznań",
    "country": "Polska",
    "groups": ["", "Energetyka"],
    "tags": ["", "przetarg", "OZE"],
    "note": "Two\nlines",
    "visibility": "private",
}


@pytest.fixture
def ada(app, client):
    make_account()
    user = make_user("Ada")
    sign_in(client, user)
    return user


def test_contact_1_a_person_has_all_its_fields(ada, client):
    company = make_record(ada, "company", name="Północ Energia")
    answer = client.post("/people/new", data={**PERSON, "company": company.id})
    assert answer.status_code == 303
    shown = page(client.get(answer.location))
    text = shown.texts["main"]
    for key, value in PERSON.items():
        if key in {"phones_kind", "visibility"}:
            continue
        for each in value if isinstance(value, list) else [value]:
            assert each in text, key
    for kind in ("mobile phone", "phone", "fax", "private", "Północ Energia"):
        assert kind in text
    again = page(client.get(f"{answer.location}/edit")).record_form()
    for key in ("first_name", "last_name", "position", "web", "street", "postcode", "note"):
        assert again[key] == [PERSON[key]]
    assert again["emails"] == [*PERSON["emails"], ""]
    assert again["phones"] == [*PERSON["phones"], ""]
    assert again["phones_kind"][:3] == PERSON["phones_kind"]
    assert again["company"] == [str(company.id)]
    unchanged = client.post(f"{answer.location}/edit", data=again)
    assert unchanged.status_code == 303
    assert sql("select max(version) from core_record where account_id = :account").scalar() == 1


def test_contact_1_one_of_both_names_is_needed(ada, client):
    refused = client.post("/people/new", data={"position": "Boss", "first_name": "  "})
    assert refused.status_code == 422
    assert page(refused).invalid == {"first_name"}
    assert client.post("/people/new", data={"first_name": "Jan"}).status_code == 303
    assert client.post("/people/new", data={"last_name": "Nowak"}).status_code == 303


def test_contact_1_at_most_20_addresses(ada, client):
    emails = [f"a{each}@b.pl" for each in range(21)]
    refused = client.post("/people/new", data={"last_name": "Nowak", "emails": emails})
    assert refused.status_code == 422
    assert "21" in page(refused).texts["emails-error"]
    fits = client.post("/people/new", data={"last_name": "Nowak", "emails": emails[:20]})
    assert fits.status_code == 303


def test_contact_2_a_company_has_all_its_fields(ada, client):
    typed = {
        "name": "Północ Energia S.A.",
        "nip": "526-025-02-74",
        "regon": "012 100 784",
        "emails": "biuro@polnoc.pl",
        "phones": "61 845 77 12",
        "phones_kind": "phone",
        "web": "https://polnoc.pl",
        "city": "Poznań",
        "tags": ["", "OZE"],
        "note": "note",
    }
    answer = client.post("/companies/new", data=typed)
    assert answer.status_code == 303
    text = page(client.get(answer.location)).texts["main"]
    for each in ("Północ Energia S.A.", "5260250274", "012100784", "biuro@polnoc.pl", "OZE"):
        assert each in text
    refused = client.post("/companies/new", data={**typed, "name": " "})
    assert page(refused).invalid == {"name"}
    assert client.post("/companies/new", data={"name": "x" * 256}).status_code == 422
    assert client.post("/companies/new", data={"name": "x" * 255}).status_code == 303


def test_contact_2_the_people_of_a_company_are_on_its_profile(ada, client):
    boss = make_user("Boss")
    company = make_record(boss, "company", name="Firm")
    public, private, _hidden = (
        make_record(
            boss, last_name=f"Nowak {each}", position=f"Post {each}", company=company.id,
            visibility=each,
        )
        for each in ("public", "private", "hidden")
    )  # fmt: skip
    gone = make_record(ada, last_name="Gone", company=company.id)
    client.post(f"/people/{gone.id}/delete")
    shown = page(client.get(f"/companies/{company.id}"))
    assert shown.rows == {company.id: "full", public.id: "full", private.id: "basic"}
    panel = shown.texts["panel-people"]
    for text in ("Nowak public", "Post public", "Nowak private", "Person, owner: Boss Test"):
        assert text in panel
    for text in ("Post private", "Nowak hidden", "Gone"):
        assert text not in panel
    assert f"/people/{public.id}" in shown.links
    assert f"/people/{private.id}" not in shown.links


def test_contact_2_many_people_lead_on_to_the_list(ada, client):
    company = make_record(ada, "company")
    people = {make_record(ada, company=company.id).id for _each in range(23)}
    make_record(ada, last_name="Elsewhere")
    shown = page(client.get(f"/companies/{company.id}"))
    assert len(shown.rows) == 21
    assert "20+" in shown.texts["panel-people"]
    address = f"/people?filter=company:is:{company.id}"
    assert address in shown.links
    assert set(page(client.get(address)).rows) == people


@pytest.mark.parametrize(
    ("control", "value"),
    [("emails", "jan"), ("emails", "jan@firma"), ("emails", "@firma.pl"), ("emails", "a b@firma.pl"),
     ("phones", "six hundred"), ("phones", "600<b>"), ("phones", "-"), ("web", "javascript:alert(1)"),
     ("web", "nonsense")],
)  # fmt: skip
def test_contact_3_a_wrong_address_is_refused(ada, client, control, value):
    answer = client.post("/people/new", data={"last_name": "Nowak", control: value})
    assert answer.status_code == 422
    shown = page(answer)
    assert shown.invalid == {control}
    assert value in shown.texts[f"{control}-error"]
    assert shown.record_form()[control][0] == value


def test_contact_3_the_refusal_names_the_entry(ada, client):
    typed = {"last_name": "Nowak", "emails": ["a@b.pl", "", "wrong", "c@d.pl"]}
    shown = page(client.post("/people/new", data=typed))
    assert "entry 2" in shown.texts["emails-error"]
    wrong = [
        values["value"]
        for _tag, values in shown.tags
        if values.get("name") == "emails" and values.get("aria-invalid") == "true"
    ]
    assert wrong == ["wrong"]


def test_contact_3_phones_are_kept_as_typed_and_found_by_digits(ada, client):
    answer = client.post(
        "/people/new",
        data={"last_name": "Nowak", "phones": ["(+48) 601/774-290", " 22 123.45.67 ext. 12 "]},
    )
    text = client.get(answer.location).text
    assert "(+48) 601/774-290" in text
    assert "22 123.45.67 ext. 12" in text
    assert 'href="tel:+48601774290"' in text
    assert 'href="tel:221234567;ext=12"' in text
    assert page(client.get("/search?q=601774290")).rows


@pytest.mark.parametrize(
    ("key", "number", "wrong"),
    [("nip", "5260250275", "526-025"), ("regon", "012100785", "12")],
)
def test_contact_4_a_failing_check_digit_is_confirmed(ada, client, key, number, wrong):
    refused = client.post("/companies/new", data={"name": "Firm", key: wrong})
    assert refused.status_code == 422
    assert page(refused).invalid == {key}
    warned = client.post("/companies/new", data={"name": "Firm", key: number})
    assert warned.status_code == 422
    shown = page(warned)
    assert number in shown.texts["warnings"]
    assert shown.record_form()[key] == [number]
    boxes = [values["value"] for _tag, values in shown.tags if values.get("name") == "confirm"]
    assert boxes
    saved = client.post("/companies/new", data=shown.record_form() | {"confirm": boxes})
    assert saved.status_code == 303
    assert number in client.get(saved.location).text
    again = page(client.get(f"{saved.location}/edit")).record_form()
    assert client.post(f"{saved.location}/edit", data=again | {"city": "X"}).status_code == 303


def test_contact_4_foreign_vat_numbers_are_accepted(ada, client):
    answer = client.post("/companies/new", data={"name": "Firm", "nip": "de 136-695-976"})
    assert answer.status_code == 303
    assert "DE136695976" in client.get(answer.location).text


def test_contact_8_tags_are_one_regardless_of_case(ada, client):
    for name in ("VIP", "vip", "Vip "):
        client.post("/people/new", data={"last_name": "Nowak", "tags": ["", name]})
    assert sql("select name from core_label where account_id = :account").scalars().all() == ["VIP"]


def test_contact_12_a_profile_offers_what_its_rights_allow(ada, client):
    record = make_record(make_user("Boss"), emails=["jan@firma.pl"])
    shown = page(client.get(f"/people/{record.id}"))
    assert "mailto:jan@firma.pl" in shown.links
    assert f"/people/{record.id}/delete" not in shown.links
    tick("user", "person", "delete")
    assert f"/people/{record.id}/delete" in page(client.get(f"/people/{record.id}")).links


def test_contact_12_a_company_offers_to_add_its_people(ada, client):
    company = make_record(ada, "company", name="Firm")
    address = f"/people/new?company={company.id}"
    assert address in page(client.get(f"/companies/{company.id}")).links
    opened = page(client.get(address))
    assert opened.record_form()["company"] == [str(company.id)]
    assert (str(company.id), "Firm") in opened.options["company"]
    tick("user", "person", "add", on=False)
    assert address not in page(client.get(f"/companies/{company.id}")).links


def test_contact_8_a_tag_may_be_a_number(ada, client):
    answer = client.post("/people/new", data={"last_name": "Nowak", "tags": ["", '"2024"']})
    assert "2024" in page(client.get(answer.location)).texts["main"]
    assert sql("select name from core_label where account_id = :account").scalars().all() == [
        "2024"
    ]
