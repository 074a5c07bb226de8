"""The trash through its pages: who sees what there, restoring, deleting for good."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from core import db as wall
from core.access import fetch
from core.accounts.models import Account
from core.changes.capture import change_set
from core.db import db, sql
from core.records import services
from core.records.search import search
from core.registry import registry
from core.users.models import User
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


@pytest.fixture
def ada(boss):
    return make_user("Ada")


def made(*given: Any, **values: Any) -> SimpleNamespace:
    """Return a new record's facts, which outlive it."""
    record = make_record(*given, **values)
    keys = ("id", "kind", "name", "account_id", "owner_id")
    return SimpleNamespace(**{key: getattr(record, key) for key in keys})


def trash(record, user):
    """Move a record to the trash in a user's name."""
    with change_set("form", user.id):
        services.trash(fetch(record.kind, record.id, actor(user), lock=True))


def changes(record_id: int) -> list[Any]:
    statement = (
        "select c.act, c.version, c.diff, s.user_id, s.origin from core_change c"
        " join core_change_set s on s.account_id = c.account_id and s.id = c.change_set_id"
        " where c.account_id = :account and c.record_id = :record order by c.change_set_id"
    )
    return list(sql(statement, record=record_id))


def is_there(record_id: int) -> bool:
    statement = "select exists (select from core_record where account_id = :account and id = :id)"
    return bool(sql(statement, id=record_id).scalar())


def purge(client, record, word="DELETE", plural="people"):
    return client.post(f"/{plural}/trash/delete", data={"row": record.id, "word": word})


# ---------------------------------------------------------------- the list


def test_trash_1_and_2_the_trash_of_a_kind_lists_name_deleted_by_and_on(boss, ada, client):
    record = made(ada, last_name="Nowak")
    trash(record, ada)
    answer = client.get("/people/trash")
    for text in ("Nowak", "Person", "Ada Test", "Deleted on"):
        assert text in answer.text
    assert "Nowak" not in client.get("/people").text
    assert "Nowak" not in client.get("/companies/trash").text


def test_trash_2_only_what_one_would_open_and_may_delete_is_there(boss, ada, client):
    mine = made(ada, last_name="Mine")
    public = made(boss, last_name="Public")
    hidden = made(boss, last_name="Unseen", visibility="hidden")
    for each in (mine, public, hidden):
        trash(each, boss)
    sign_in(client, ada)
    answer = client.get("/people/trash")
    assert "Mine" in answer.text
    assert "Public" not in answer.text
    assert "Unseen" not in answer.text
    tick("user", "person", "delete")
    answer = client.get("/people/trash")
    assert "Public" in answer.text
    assert "Unseen" not in answer.text


def test_trash_2_newest_first_and_page_by_page(boss, client):
    for number in range(52):
        trash(made(boss, last_name=f"Nowak{number:02}"), boss)
    first = client.get("/people/trash").text
    assert "Nowak51" in first
    assert "Nowak01" not in first
    link = first.partition('rel="next" href="')[2].partition('"')[0]
    assert "Nowak01" in client.get(link).text


def test_trash_2_the_place_in_an_address_may_be_anything(boss, client):
    for place in ("x", "9" * 40, "1-1-1", "99999999999-000000-1", "-1"):
        assert client.get("/people/trash", query_string={"after": place}).status_code == 200


def test_trash_list_asks_the_same_number_of_questions_for_one_and_for_many(
    boss, client, count_statements
):
    trash(made(boss), boss)
    count_statements.clear()
    client.get("/people/trash")
    few = len(count_statements)
    for _each in range(5):
        trash(made(boss), boss)
    client.get("/people/trash")
    count_statements.clear()
    client.get("/people/trash")
    assert len(count_statements) <= few


def test_the_list_leads_to_the_trash_for_whoever_may_restore(boss, ada, client):
    assert 'href="/people/trash"' in client.get("/people").text


# ---------------------------------------------------------------- restoring


def test_trash_3_ticked_records_come_back_as_they_were(boss, ada, client):
    group = make_team()
    records = [
        made(ada, last_name=name, participants=[group], visibility="private")
        for name in ("One", "Two")
    ]
    for each in records:
        trash(each, ada)
    answer = client.post("/people/trash/restore", data={"row": [each.id for each in records]})
    assert answer.status_code == 303
    for each in records:
        access = fetch("person", each.id, actor(ada))
        assert (access.record.visibility, access.record.owner_id) == ("private", ada.id)
    assert [row.act for row in changes(records[0].id)] == ["created", "trashed", "restored"]


def test_trash_3_others_records_and_nonsense_are_passed_over(boss, ada, client):
    hidden = made(boss, visibility="hidden")
    trash(hidden, boss)
    sign_in(client, ada)
    answer = client.post("/people/trash/restore", data={"row": [hidden.id, "x", "0", "9" * 18]})
    assert answer.status_code == 303
    assert changes(hidden.id)[-1].act == "trashed"


def test_trash_3_a_record_deleted_for_good_meanwhile_does_not_come_back(boss, client):
    record = made(boss, last_name="Nowak")
    trash(record, boss)
    assert purge(client, record).status_code == 303
    answer = client.post("/people/trash/restore", data={"row": record.id})
    assert answer.status_code == 303
    assert "not in the trash any more" in client.get("/people/trash").text
    assert client.post(f"/people/{record.id}/restore").status_code == 404
    assert not is_there(record.id)


def test_trash_4_and_5_persons_of_a_deleted_company_stay_and_regain_it(boss, client):
    company = made(boss, "company", name="Quillon")
    person = made(boss, company=company.id)
    trash(company, boss)
    page = client.get(f"/people/{person.id}").text
    assert "Quillon" not in page
    assert "(deleted)" in page
    assert "(deleted)" in client.get("/people").text
    client.post("/companies/trash/restore", data={"row": company.id})
    assert "Quillon" in client.get(f"/people/{person.id}").text


def test_trash_5_a_link_to_what_one_could_not_see_shows_nothing(boss, ada, client):
    company = made(boss, "company", visibility="hidden")
    person = made(boss, company=company.id)
    trash(company, boss)
    sign_in(client, ada)
    assert "(deleted)" not in client.get(f"/people/{person.id}").text
    assert "(deleted)" not in client.get("/people").text


def test_trash_4_a_form_saved_meanwhile_keeps_the_link(boss, client):
    company = made(boss, "company")
    person = made(boss, last_name="Nowak", company=company.id)
    trash(company, boss)
    form = {"last_name": "Kowal", "company": "", "owner": boss.id, "visibility": "public"}
    assert client.post(f"/people/{person.id}/edit", data=form).status_code == 303
    client.post("/companies/trash/restore", data={"row": company.id})
    assert company.name in client.get(f"/people/{person.id}").text


# ---------------------------------------------------------------- deleting for good


def test_trash_6_the_word_must_be_typed(boss, client):
    record = made(boss, last_name="Nowak")
    trash(record, boss)
    page = client.get(f"/people/trash/delete?row={record.id}").text
    assert "Nowak" in page
    assert "DELETE" in page
    for word in ("", "Nowak", "DELETED"):
        answer = purge(client, record, word)
        assert answer.status_code == 422
        assert f'value="{word}"' in answer.text
    assert is_there(record.id)
    assert purge(client, record, " delete ").status_code == 303
    assert not is_there(record.id)
    assert client.get(f"/people/{record.id}").status_code == 404


def test_trash_6_everything_that_hangs_on_it_goes_and_the_name_stays(boss, ada, client):
    record = made(boss, last_name="Quillon", participants=[ada], tags=["vip"])
    trash(record, boss)
    purge(client, record)
    for table in ("core_holder", "core_record_label", "core_search", "core_match"):
        statement = f"select count(*) from {table} where account_id = :account and record_id = :id"
        assert sql(statement, id=record.id).scalar() == 0
    assert [row.act for row in changes(record.id)] == ["created", "trashed", "purged"]
    left = sql("select kind, name from core_deleted_record where account_id = :account").one()
    assert tuple(left) == ("person", "Quillon")
    assert not search(actor(boss), "Quillon")


def test_trash_6_links_to_it_end_as_changes_of_their_own(boss, client):
    company = made(boss, "company")
    person = made(boss, company=company.id)
    away = made(boss, company=company.id)
    trash(away, boss)
    trash(company, boss)
    assert purge(client, company, plural="companies").status_code == 303
    for each in (person, away):
        assert changes(each.id)[-1].diff == {"company": [company.id, None]}


def test_trash_6_is_for_administrators_and_from_the_trash_alone(boss, ada, client):
    mine, alive = made(ada), made(boss)
    trash(mine, ada)
    assert purge(client, alive).status_code == 303
    assert is_there(alive.id)
    sign_in(client, ada)
    assert purge(client, mine).status_code == 403
    assert client.get(f"/people/trash/delete?row={mine.id}").status_code == 403
    assert is_there(mine.id)


def test_trash_6_deleted_for_good_twice_says_so(boss, client):
    record = made(boss)
    trash(record, boss)
    assert purge(client, record).status_code == 303
    assert purge(client, record).status_code == 303
    assert "Nothing of it is in the trash any more" in client.get("/people/trash").text
    assert [row.act for row in changes(record.id)].count("purged") == 1


def test_trash_6_another_accounts_record_stays(boss, client):
    here = wall.current_account()
    make_account()
    theirs = made(make_user("Eve", role="administrator"))
    trash(theirs, db.session.get_one(User, (theirs.account_id, theirs.owner_id)))
    other = theirs.account_id
    wall.enter_account(here)
    sign_in(client, boss)
    purge(client, theirs)
    client.post("/people/trash/restore", data={"row": theirs.id})
    wall.enter_account(other)
    assert is_there(theirs.id)
    assert changes(theirs.id)[-1].act == "trashed"


def test_trash_the_account_can_be_removed_with_its_change_sets(boss, client):
    record = made(boss)
    trash(record, boss)
    purge(client, record)
    account = db.session.get_one(Account, record.account_id)
    with wall.across_accounts("a test removes an account"):
        db.session.delete(account)
        db.session.flush()


def test_the_deletion_says_that_personal_data_are_cleared(boss, client):
    record = made(boss)
    assert "asterisks" not in client.get(f"/people/{record.id}/delete").text
    set_up(trash__contacts__clear_personal=True)
    assert "asterisks" in client.get(f"/people/{record.id}/delete").text


def test_kinds_of_the_trash_are_those_of_the_menu(boss, client):
    page = client.get("/people/trash").text
    for kind in registry().kinds:
        assert f'href="/{kind.plural}/trash"' in page
