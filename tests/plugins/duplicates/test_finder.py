"""Finding duplicates in the whole account (DUP-2, DUP-8, LIST-8)."""

from __future__ import annotations

import re

import pytest

from core.accounts.services import switch_plugins
from core.changes.capture import change_set
from core.db import db, sql
from core.jobs.runner import Stopped
from core.registry import registry
from plugins.duplicates import services
from plugins.duplicates.models import DONE, Group, Run
from plugins.duplicates.queries import latest_run
from tests.core.merging.pages import merged
from tests.makers import actor, make_account, make_record, make_team, make_user, sign_in
from tests.reading import page

URL = "/settings/account/contacts/duplicates"
NIP, OTHER_NIP = "5260250274", "7740001454"


@pytest.fixture
def boss(app, client):
    make_account()
    user = make_user("Boss", make_team(), "administrator")
    sign_in(client, user)
    return user


def search(boss, key="company") -> Run:
    """Look for duplicates as the job does."""
    kind = registry().kinds[key]
    run = services.begin(kind, actor(boss))
    with change_set("automatic", boss.id):
        services.run(run)
    return run


def groups(boss, key="company") -> list[list[int]]:
    """Return the groups that a search finds."""
    run = search(boss, key)
    found = db.session.execute(db.select(Group).where(Group.run_id == run.id).order_by(Group.id))
    return [each.record_ids for each in found.scalars()]


def company(boss, **values):
    return make_record(boss, "company", **values).id


def test_dup_2_companies_are_alike_by_nip_then_regon_then_name(boss):
    same_nip = [company(boss, name=name, nip=NIP) for name in ("Alfa", "Beta")]
    same_regon = [company(boss, name=name, regon="000331501") for name in ("Gamma", "Delta")]
    same_name = [
        company(boss, name="Bud-Mar Sp. z o.o."),
        company(boss, name="BUDMAR spółka z o.o.", nip=OTHER_NIP),  # one has a NIP, one has none
    ]
    company(boss, name="Two", nip="1111111111")
    company(boss, name="Two", nip="2222222222")  # two numbers are two companies
    assert groups(boss) == [same_nip, same_regon, same_name]


def test_dup_2_names_of_persons_alone_never_match(boss):
    at = company(boss)
    named = {"first_name": "Jan", "last_name": "Kowalski"}
    colleagues = [make_record(boss, **named, company=at).id for _number in range(2)]
    free = [make_record(boss, **named, emails=["j@x.pl"], phones=[["1", "fax"]]).id,
            make_record(boss, **named, phones=[["1", "phone"]]).id]  # fmt: skip
    make_record(boss, **named)
    make_record(boss, **named)
    assert groups(boss, "person") == [colleagues, free]


def test_dup_8_hidden_contacts_count_and_the_trash_does_not(boss, client):
    hidden = [make_record(make_user(), "company", nip=NIP, visibility="hidden") for _ in range(2)]
    gone = make_record(boss, "company", nip=NIP)
    client.post(f"/companies/{gone.id}/delete")
    assert groups(boss) == [[each.id for each in hidden]]


def test_dup_8_is_for_administrators_of_the_package_automation(boss, client):
    for role in ("user", "manager"):
        sign_in(client, make_user(role=role))
        assert client.get(URL).status_code == 403
        assert client.post(f"{URL}/search", data={"kind": "person"}).status_code == 403
        assert URL not in client.get("/companies").text
    sign_in(client, boss)
    assert f"{URL}?kind=company" in client.get("/companies").text  # LIST-8
    switch_plugins({"duplicates": False})
    assert client.get(URL).status_code == 404
    assert URL not in client.get("/people").text


def test_dup_8_groups_are_shown_with_their_reason_and_lead_to_the_merge(boss, client):
    one, two = (make_record(boss, "company", name="Acme", nip=NIP) for _number in range(2))
    search(boss)
    answer = client.get(f"{URL}?kind=company")
    assert page(answer).rows.keys() == {one.id, two.id}
    assert "the same NIP, the same name" in answer.text
    (url,) = re.findall(r'href="(/companies/merge\?[^"]*)"', answer.text)
    assert client.get(url.replace("&amp;", "&")).status_code == 200
    merged(client, [one, two])
    answer = client.get(f"{URL}?kind=company")
    assert page(answer).rows == {}
    assert "1 group is not alike any more." in page(answer).text


def test_dup_8_not_duplicates_is_remembered(boss, client):
    records = [make_record(boss, "company", nip=NIP) for _number in range(2)]
    search(boss)
    (group,) = db.session.execute(db.select(Group)).scalars()
    answer = client.post(f"{URL}/groups/{group.id}/different",
                         data={"row": [each.id for each in records]})  # fmt: skip
    assert answer.status_code == 303
    assert page(client.get(f"{URL}?kind=company")).rows == {}
    assert groups(boss) == []
    third = make_record(boss, "company", nip=NIP)
    assert groups(boss) == [[*(each.id for each in records), third.id]]


def test_dup_8_large_groups_are_shown_in_part_and_put_away_whole(boss, client):
    records = [make_record(boss, "company", nip=NIP) for _number in range(12)]
    search(boss)
    answer = client.get(f"{URL}?kind=company")
    assert len(page(answer).rows) == 10
    assert "and 2 more; at most ten are merged at once" in page(answer).text
    (group,) = db.session.execute(db.select(Group)).scalars()
    client.post(f"{URL}/groups/{group.id}/different", data={"row": [records[0].id]})
    assert groups(boss) == []


def test_dup_8_later_stays_put_off_over_the_next_search(boss, client):
    records = [make_record(boss, "company", nip=NIP) for _number in range(2)]
    search(boss)
    (group,) = db.session.execute(db.select(Group)).scalars()
    client.post(f"{URL}/groups/{group.id}/later", data={"state": "later"})
    search(boss)
    assert page(client.get(f"{URL}?kind=company")).rows == {}
    shown = page(client.get(f"{URL}?kind=company&state=later"))
    assert shown.rows.keys() == {each.id for each in records}
    (group,) = db.session.execute(db.select(Group)).scalars()
    client.post(f"{URL}/groups/{group.id}/later", data={"state": "open"})
    assert page(client.get(f"{URL}?kind=company")).rows.keys() == shown.rows.keys()


def test_dup_8_groups_whose_members_changed_are_checked_on_opening(boss, client):
    one, two, three = (make_record(boss, "company", nip=NIP) for _number in range(3))
    search(boss)
    client.post(f"/companies/{three.id}/edit", data={"nip": OTHER_NIP})
    answer = client.get(f"{URL}?kind=company")
    assert page(answer).rows.keys() == {one.id, two.id}
    assert "Changed since the search" in answer.text


def test_dup_8_killed_search_goes_on_behind_the_last_batch(boss, monkeypatch):
    ids = [company(boss, nip=NIP) for _number in range(5)]
    kind = registry().kinds["company"]
    monkeypatch.setattr(services, "BATCH", 2)
    run = services.begin(kind, actor(boss))
    assert services._look(kind, run)
    assert (run.done_count, run.cursor) == (2, ids[1])
    with change_set("automatic", boss.id):
        services.run(run)
    assert (run.done_count, run.state) == (5, DONE)
    assert db.session.execute(db.select(Group)).scalar_one().record_ids == ids


def test_dup_8_one_search_at_a_time_and_it_can_be_stopped(boss, client):
    make_record(boss, "company")
    answer = client.post(f"{URL}/search", data={"kind": "company"})
    assert answer.status_code == 303
    assert client.post(f"{URL}/search", data={"kind": "company"}).status_code == 409
    shown = client.get(f"{URL}?kind=company").text
    assert 'data-state="waiting"' in shown
    run = latest_run(registry().kinds["company"])
    assert client.get(f"{URL}/{run.id}/progress").status_code == 200
    assert client.post(f"{URL}/{run.id}/stop").status_code == 303
    assert "was stopped" in client.get(f"{URL}?kind=company").text
    assert client.post(f"{URL}/{run.id}/stop").status_code == 409
    assert Stopped


def test_dup_8_end_is_told(boss):
    search(boss)
    causes = sql("select cause from core_notification where account_id = :account").scalars()
    assert "duplicates.finished" in set(causes)


def test_gen_1_searches_of_another_account_do_not_exist(boss, client):
    for _number in range(2):
        make_record(boss, "company", nip=NIP)
    run = search(boss)
    (group,) = db.session.execute(db.select(Group)).scalars()
    make_account()
    sign_in(client, other := make_user(role="administrator"))
    assert other.account_id != boss.account_id
    assert client.get(f"{URL}/{run.id}/progress").status_code == 404
    for below in (f"{run.id}/stop", f"groups/{group.id}/different", f"groups/{group.id}/later"):
        assert client.post(f"{URL}/{below}").status_code == 404
