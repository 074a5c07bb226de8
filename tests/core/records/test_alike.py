"""Likely duplicates beside the form (CONTACT-5): what is shown, and what must not be."""

from __future__ import annotations

import pytest

from tests.makers import make_account, make_record, make_team, make_user, sign_in
from tests.reading import page

JAN = {"first_name": "Jan", "last_name": "Kowalski"}


@pytest.fixture
def ada(app, client):
    make_account()
    user = make_user("Ada", make_team())
    sign_in(client, user)
    return user


@pytest.fixture
def eve(ada):
    return make_user("Eve", make_team())


def similar(client, plural="people", **typed):
    return client.post(f"/{plural}/similar", data=typed)


def shown(answer) -> dict[int, str]:
    return page(answer).rows


def test_contact_5_what_is_typed_is_compared_by_the_rules_of_dup_2(ada, client):
    company = make_record(ada, "company", name="Acme Ltd", nip="5260250274")
    person = make_record(ada, **JAN, emails=["jan@x.pl"], company=company.id)
    assert shown(similar(client, **JAN)) == {}  # names alone never match
    assert shown(similar(client, **JAN, emails="JAN@x.pl")) == {person.id: "full"}
    answer = similar(client, **JAN, company=str(company.id))
    assert "the same company" in answer.text
    assert shown(similar(client, "companies", name="ACME")) == {company.id: "full"}
    assert shown(similar(client, "companies", name="Other", nip="526-025-02-74")) == {
        company.id: "full"
    }


def test_contact_5_record_that_is_edited_is_no_duplicate_of_itself(ada, client):
    one, two = (make_record(ada, **JAN, emails=["j@x.pl"]) for _number in range(2))
    typed = {**JAN, "emails": "j@x.pl", "similar_to": str(one.id)}
    assert shown(similar(client, **typed)) == {two.id: "full"}
    assert two.id in shown(client.get(f"/people/{one.id}/edit"))


def test_vis_9_hidden_contacts_are_never_shown_and_private_ones_by_their_basic_line(
    ada, eve, client
):
    private = make_record(eve, **JAN, emails=["j@x.pl"], visibility="private")
    nothing = similar(client, **JAN, emails="other@x.pl")
    make_record(eve, **JAN, emails=["hidden@x.pl"], visibility="hidden")
    answer = similar(client, **JAN, emails="hidden@x.pl")
    assert answer.text == nothing.text
    answer = similar(client, **JAN, emails="j@x.pl")
    assert shown(answer) == {private.id: "basic"}
    assert "exists, no access" in answer.text
    assert "owner: Eve Test" in answer.text
    assert "e-mail" not in page(answer).text


def test_vis_9_who_belongs_to_a_hidden_company_is_not_learned_by_trying(ada, eve, client):
    ghost = make_record(eve, "company", visibility="hidden")
    make_record(eve, **JAN, company=ghost.id, visibility="public")
    assert shown(similar(client, **JAN, company=str(ghost.id))) == {}


def test_vis_7_hidden_and_missing_take_the_same_statements(ada, eve, client, count_statements):
    def statements(**typed) -> int:
        before = len(count_statements)
        similar(client, **JAN, **typed)
        return len(count_statements) - before

    make_record(eve, **JAN, emails=["hidden@x.pl"], visibility="hidden")
    statements(emails="warm@x.pl")
    assert statements(emails="hidden@x.pl") == statements(emails="missing@x.pl")


def test_contact_5_without_script_they_stand_in_a_refused_form_and_saving_stays_possible(
    ada, client
):
    known = make_record(ada, "company", name="Acme")
    answer = client.post("/companies/new", data={"name": "ACME Ltd", "emails": "wrong"})
    assert answer.status_code == 422
    assert shown(answer) == {known.id: "full"}
    answer = client.post("/companies/new", data={"name": "ACME Ltd"})
    assert answer.status_code == 303
    assert "Already there: Acme." in client.get(answer.location).text


def test_contact_5_message_says_nothing_twice_where_the_form_has_shown_it(ada, client):
    make_record(ada, "company", name="Acme")
    answer = client.post("/companies/new", data={"name": "ACME Ltd", "similar_seen": "1"})
    assert "Already there" not in client.get(answer.location).text


@pytest.mark.parametrize("typed", [{"similar_to": "x"}, {"company": "x"}, {"emails": "@"}, {}])
def test_wrong_input_shows_nothing(ada, client, typed):
    answer = similar(client, **JAN, **typed)
    assert (answer.status_code, shown(answer)) == (200, {})


def test_contact_5_forms_without_full_access_do_not_answer(ada, client):
    client.post("/sign-out")
    assert similar(client, **JAN).status_code == 401
