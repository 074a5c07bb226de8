"""IDs of another account, in every address and in every control."""

from __future__ import annotations

import pytest

from core.db import sql
from core.records.labels import make
from tests.makers import make_account, make_record, make_user, sign_in
from tests.reading import body, page


@pytest.fixture
def theirs(app):
    """A user, a record of each kind, a label of each family: all of another account."""
    make_account("Theirs")
    user = make_user("Their", role="administrator")
    company = make_record(user, "company", name="Theirs Ltd")
    return {
        "user": user.id,
        "team": user.main_team_id,
        "company": company.id,
        "person": make_record(user, last_name="Theirs", company=company.id).id,
        "source": make("source", "their source"),
        "tags": make("tag", "their tag"),
        "groups": make("group.contacts", "their group"),
        "account": user.account_id,
    }


@pytest.fixture
def ada(theirs, client):
    make_account("Ours")
    user = make_user("Ada", role="administrator")
    sign_in(client, user)
    return user


def untouched(theirs) -> list:
    return sql(
        "select id, name, version, owner_id, deleted_at from core_record"
        " where account_id = :theirs and :account > 0 order by id",
        theirs=theirs["account"],
    ).all()


@pytest.mark.parametrize("kind", ["person", "company"])
def test_gen_1_their_records_answer_as_missing_ones(ada, theirs, client, kind):
    before = untouched(theirs)
    plural = {"person": "people", "company": "companies"}[kind]
    for below in ("", "/edit", "/delete", "/holders", "/restore"):
        for method in ("get", "post"):
            answers = [
                getattr(client, method)(f"/{plural}/{each}{below}")
                for each in (theirs[kind], 999_999_999)
            ]
            assert answers[0].status_code == answers[1].status_code
            assert answers[0].status_code in {404, 405}
            assert body(answers[0]) == body(answers[1])
    assert untouched(theirs) == before


def test_gen_1_their_records_are_in_no_list_search_or_picker(ada, theirs, client):
    for address in ("/people", "/companies", "/search?q=theirs", "/search/box?q=theirs",
                    f"/people?filter=company:is:{theirs['company']}"):  # fmt: skip
        answer = client.get(address)
        assert page(answer).rows == {}, address
        assert "Theirs Ltd" not in answer.text
    assert client.get("/pick/company?q=theirs").json == []
    assert client.get("/pick/company").json == []
    options = page(client.get("/people/new")).options
    assert str(theirs["user"]) not in dict(options["owner"])
    assert not {str(theirs["user"]), str(theirs["team"])} & dict(options["participants"]).keys()
    assert "their tag" not in str(options)


@pytest.mark.parametrize(
    ("control", "value"),
    [("owner", "user"), ("owner", "team"), ("participants", "user"), ("participants", "team"),
     ("company", "company"), ("company", "person"), ("source", "source"), ("tags", "tags"),
     ("groups", "groups"), ("source", "tags")],
)  # fmt: skip
def test_gen_1_their_ids_are_refused_in_every_control(ada, theirs, client, control, value):
    record = make_record(ada, last_name="Ours")
    for address, typed in (
        ("/people/new", {"last_name": "Nowak"}),
        (f"/people/{record.id}/edit", {}),
    ):
        answers = [
            client.post(address, data={**typed, control: each})
            for each in (theirs[value], 999_999_999)
        ]
        assert [each.status_code for each in answers] == [422, 422], address
        messages = [page(each).texts[f"{control}-error"] for each in answers]
        assert messages[0] == messages[1]
    if control in {"owner", "participants"}:
        name = "add" if control == "participants" else control
        answer = client.post(f"/people/{record.id}/holders", data={name: theirs[value]})
        assert answer.status_code == 422
    number = sql("select count(*) from core_record where account_id = :account").scalar()
    assert number == 1


def test_gen_1_a_form_prefilled_with_their_company_names_nothing(ada, theirs, client):
    answer = client.get(f"/people/new?company={theirs['company']}")
    assert answer.status_code == 200
    assert "Theirs" not in answer.text
    assert client.get("/people/new?company=x").status_code == 200
    assert client.get(f"/people/new?company={'9' * 40}").status_code == 200


def test_gen_1_their_form_token_does_not_lead_to_their_record(ada, theirs, client):
    sent = {"last_name": "Nowak", "form_token": "known"}
    first = client.post("/people/new", data=sent)
    make_account("Third")
    sign_in(client, make_user("Third", role="administrator"))
    second = client.post("/people/new", data=sent)
    assert second.status_code == 303
    assert second.location != first.location
