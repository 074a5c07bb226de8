"""Search through the pages: what is found, in which order, and what is told of it."""

from __future__ import annotations

import pytest

from core.records.search import search
from core.teams.services import team
from tests.makers import actor, make_account, make_record, make_user, put, sign_in, tick
from tests.reading import page


@pytest.fixture
def ada(app, client):
    make_account()
    user = make_user("Ada")
    sign_in(client, user)
    return user


def found(client, typed: str) -> list[int]:
    return list(page(client.get("/search", query_string={"q": typed})).rows)


@pytest.mark.parametrize(
    "typed",
    ["Świę", "swiecicka", "wiecick", "cka", "MAŁGORZATA święc", "zak malgo", "m.swiecicka@polnoc.pl",
     "polnoc.pl", "601774290", "601 774 290", "+48 601 774 290", "774", "dyrektorka", "przetarg",
     "zażółć gęślą", "gesla"],
)  # fmt: skip
def test_search_1_search_3_a_person_is_found_by(ada, client, typed):
    record = make_record(
        ada,
        first_name="Małgorzata",
        last_name="Święcicka-Żak",
        position="Dyrektorka zakupów",
        emails=["m.swiecicka@polnoc.pl"],
        phones=[["+48 601 774 290", "mobile"]],
        tags=["przetarg"],
        note="Zażółć gęślą jaźń",
    )
    make_record(ada, last_name="Other", phones=[["555 000 111", "phone"]])
    assert found(client, typed) == [record.id]
    assert list(page(client.get("/search/box", query_string={"q": typed})).rows) == [record.id]


@pytest.mark.parametrize(
    "typed", ["5260250274", "526-025-02-74", "012100784", "lodz", "energia pol"]
)
def test_search_1_a_company_is_found_by(ada, client, typed):
    record = make_record(
        ada, "company", name="Północ Energia Łódź", nip="5260250274", regon="012100784"
    )
    assert found(client, typed) == [record.id]


@pytest.mark.parametrize(
    "typed", ["", " ", "n", "%", "..", "' or 1=1", "\\", "a" * 500, "&|!:*()<->"]
)
def test_search_answers_whatever_is_typed(ada, client, typed):
    make_record(ada, last_name="Nowak")
    for address in ("/search", "/search/box", "/pick/person"):
        assert client.get(address, query_string={"q": typed}).status_code == 200
    assert found(client, typed) == []


def test_search_is_for_those_signed_in(app, client):
    make_account()
    assert client.get("/search?q=nowak").status_code == 302
    assert client.get("/pick/person?q=nowak").status_code == 302


def test_search_2_private_by_name_alone_and_hidden_not_at_all(ada, client):
    boss = make_user("Boss")
    private, hidden = (
        make_record(
            boss, last_name=f"Nowak {each}", emails=["jan@tajna.pl"], position="Prezes",
            phones=[["600100200", "phone"]], tags=["vip"], note="gossip", visibility=each,
        )
        for each in ("private", "hidden")
    )  # fmt: skip
    for address in ("/search?q=nowak", "/search/box?q=nowak"):
        answer = client.get(address)
        assert page(answer).rows == {private.id: "basic"}
        for secret in ("Prezes", "tajna", "600100200", "vip", "gossip", "hidden"):
            assert secret not in page(answer).text
        assert "Person, owner: Boss Test" in answer.text
    for typed in ("tajna.pl", "jan@tajna.pl", "prezes", "600100200", "vip", "gossip", "nowak vip"):
        assert found(client, typed) == [], typed
    assert 'data-count="1"' in client.get("/search?q=nowak").text
    assert hidden.id not in page(client.get("/search?q=hidden")).rows


def test_search_2_nothing_found_reads_the_same_for_hidden_and_missing(ada, client):
    make_record(make_user("Boss"), last_name="Zzyzx", visibility="hidden")
    hidden, missing = (
        client.get("/search/box", query_string={"q": each}) for each in ("zzyzx", "qqyqx")
    )
    assert hidden.text.replace("zzyzx", "qqyqx") == missing.text


def test_search_4_at_once_after_saving_and_no_longer_after_losing(ada, client):
    boss = make_user("Boss")
    client.post("/people/new", data={"last_name": "Nowak", "participants": ""})
    record_id = found(client, "nowak")[0]
    client.post(f"/people/{record_id}/edit", data={"last_name": "Kowal"})
    assert found(client, "nowak") == []
    assert found(client, "kowal") == [record_id]
    confirmed = {"confirm": "confirm_lose_access", "owner": boss.id, "visibility": "hidden"}
    client.post(f"/people/{record_id}/edit", data=confirmed)
    assert found(client, "kowal") == []
    put(ada, _team_of(boss), "manager")
    assert found(client, "kowal") == [record_id]


def _team_of(user):
    return team(user.main_team_id)


def test_search_4_without_view_public_records_are_not_found(ada, client):
    record = make_record(make_user("Boss"), last_name="Nowak", participants=[])
    assert found(client, "nowak") == [record.id]
    tick("user", "person", "view", on=False)
    assert found(client, "nowak") == []


def test_search_5_exact_then_beginning_then_the_rest(ada, client):
    rest = make_record(ada, last_name="Abacka", note="write to ola@firma.pl about nowak")
    inside = make_record(ada, last_name="Aanowak")
    second = make_record(ada, first_name="Zenon", last_name="Nowakowski")
    first = make_record(ada, first_name="Nowakian", last_name="Bąk")
    exact = make_record(ada, last_name="Zzz", emails=["Ola@Firma.pl"])
    longer = make_record(ada, last_name="Bbb", emails=["nie-ola@firma.pl"])
    assert found(client, "nowak") == [first.id, second.id, inside.id, rest.id]
    assert found(client, "ola@firma.pl") == [exact.id, rest.id, longer.id]


@pytest.mark.parametrize("typed", ["601774290", "+48 601-774-290", "0048601774290"])
def test_search_5_an_exact_number_comes_first(ada, client, typed):
    make_record(ada, last_name="Aaa", phones=[["99 601 774 290 11", "phone"]])
    exact = make_record(ada, last_name="Zzz", phones=[["601 774 290", "mobile"]])
    assert found(client, typed)[0] == exact.id


def test_search_5_groups_tell_the_place_of_the_match(ada, client):
    company = make_record(ada, "company", name="Nowak i syn")
    person = make_record(
        ada,
        last_name="Kowal",
        emails=["a@b.pl", "nowak@b.pl"],
        company=company.id,
        tags=["nowakia"],
    )
    answer = client.get("/search?q=nowak")
    assert page(answer).rows == {company.id: "full", person.id: "full"}
    assert "E-mails: nowak@b.pl" in answer.text
    assert "Tags: nowakia" in client.get("/search?q=nowakia").text
    assert answer.text.index("Companies") < answer.text.index("Nowak i syn")


def test_search_5_long_texts_show_the_place_alone(ada, client):
    make_record(ada, last_name="Kowal", note=f"{'x ' * 500}needle {'y ' * 500}")
    answer = client.get("/search?q=needle")
    assert "needle" in page(answer).texts["main"].split("Note:")[1]
    assert "x " * 100 not in answer.text


def test_search_7_pickers_offer_what_may_be_chosen(ada, client):
    boss = make_user("Boss")
    own, private, _hidden = (
        make_record(boss, "company", name=f"Firma {each}", visibility=each)
        for each in ("public", "private", "hidden")
    )
    make_record(ada, last_name="Firma person")
    expected = [
        {"id": private.id, "name": "Firma private", "note": "no access, owner: Boss Test",
         "disabled": True},
        {"id": own.id, "name": "Firma public"},
    ]  # fmt: skip
    assert client.get("/pick/company?q=firma").json == expected
    assert client.get("/pick/company").json == expected
    assert client.get("/pick/nothing").status_code == 404


def test_many_hits_are_counted_and_the_list_shows_them_all(ada, client):
    for number in range(25):
        make_record(ada, last_name=f"Nowak {number:02}")
    answer = client.get("/search?q=nowak")
    assert 'data-count="25"' in answer.text
    assert len(page(answer).rows) == 20
    assert "/search/person?q=nowak&from=20" in page(answer).links
    assert len(page(client.get("/people?q=nowak")).rows) == 25
    assert len(page(client.get("/search/box?q=nowak")).rows) == 5


@pytest.mark.parametrize("is_sparse", [True, False])
def test_both_forms_of_search_find_the_same(ada, client, monkeypatch, is_sparse):
    monkeypatch.setattr("core.records.search.is_sparse", lambda *_: is_sparse)
    boss = make_user("Boss")
    expected = {}
    for visibility in ("public", "private", "hidden"):
        for participants in ([], [ada]):
            record = make_record(
                boss, last_name="Nowak", visibility=visibility, participants=participants
            )
            expected[record.id] = bool(participants) or visibility == "public"
            if visibility == "hidden" and not participants:
                del expected[record.id]
    hits, count = search(actor(ada), "owak", most=100)["person"]
    assert {hit.id: hit.is_full for hit in hits} == expected
    assert count == len(expected)


def test_a_box_takes_few_queries_whatever_is_found(ada, client, count_statements):
    company = make_record(ada, "company", name="Nowak")
    for number in range(30):
        make_record(ada, last_name=f"Nowak {number}", company=company.id, tags=[f"t{number}"])
    client.get("/search/box?q=now")
    count_statements.clear()
    client.get("/search/box?q=now")
    assert len([each for each in count_statements if "SAVEPOINT" not in each]) <= 8
