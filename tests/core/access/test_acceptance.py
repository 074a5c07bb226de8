"""The acceptance scenarios of access, through the pages."""

from __future__ import annotations

import pytest

from core.db import db, sql
from core.teams.services import leave
from tests.makers import (
    make_account,
    make_record,
    make_team,
    make_user,
    put,
    set_up,
    sign_in,
    tick,
)
from tests.reading import page

NAMES = {"person": {"first_name": "Jan", "last_name": "Nowak"},
         "company": {"name": "Nowak sp. z o.o."}}  # fmt: skip
PLURALS = {"person": "people", "company": "companies"}


class Sales:
    """The three sales teams of the scenario."""

    def __init__(self, client):
        make_account()
        self.client = client
        self.north, self.east, self.south = (make_team(each) for each in ("North", "East", "South"))
        self.anna, self.adam = make_user("Anna", self.north), make_user("Adam", self.north)
        self.marek = make_user("Marek", self.north, "manager")
        self.beata = make_user("Beata", self.east)
        self.celina = make_user("Celina", self.south)
        set_up(visibility__contacts__default="hidden")
        for kind in NAMES:
            tick("owner", kind, "edit")
            tick("participant", kind, "edit", on=False)

    def add(self, kind):
        """Let Anna add a record without touching the access fields; return its address."""
        sign_in(self.client, self.anna)
        address = f"/{PLURALS[kind]}/new"
        sent = page(self.client.get(address)).record_form() | NAMES[kind]
        answer = self.client.post(address, data=sent)
        assert answer.status_code == 303
        return answer.location

    def finds(self, user, kind, address):
        """Tell whether a user finds the record on the list, in search and in pickers, and opens it.

        All must agree.
        """
        sign_in(self.client, user)
        record_id = int(address.rsplit("/", 1)[1])
        found = {
            record_id in page(self.client.get(f"/{PLURALS[kind]}")).rows,
            record_id in page(self.client.get("/search?q=nowak")).rows,
            record_id in page(self.client.get("/search/box?q=nowak")).rows,
            record_id in {each["id"] for each in self.client.get(f"/pick/{kind}?q=nowak").json},
            record_id in {each["id"] for each in self.client.get(f"/pick/{kind}").json},
            self.client.get(address).status_code == 200,
        }
        assert len(found) == 1, found
        return found.pop()

    def edits(self, user, kind, address):
        """Tell whether a user is offered to edit the record and can do it; both must agree."""
        sign_in(self.client, user)
        offered = f"{address}/edit" in page(self.client.get(address)).links
        before = self.version(address)
        city = f"City of {user.first_name}"
        status = self.client.post(f"{address}/edit", data={"city": city}).status_code
        assert status == (303 if offered else 403)
        assert (self.version(address) > before) == offered
        return offered

    def version(self, address):
        """Return the version of the record at an address."""
        return sql(
            "select version from core_record where account_id = :account and id = :id",
            id=int(address.rsplit("/", 1)[1]),
        ).scalar_one()


@pytest.fixture
def sales(app, client):
    return Sales(client)


@pytest.mark.parametrize("kind", ["person", "company"])
def test_acc_s1_acc_31_a_new_record_belongs_to_who_adds_and_the_main_team(sales, kind):
    address = sales.add(kind)
    row = sql(
        "select r.owner_id, r.visibility, array_agg(h.principal_id) as participants"
        " from core_record r join core_holder h on h.account_id = r.account_id"
        " and h.record_id = r.id where r.account_id = :account group by r.id, r.owner_id,"
        " r.visibility"
    ).one()
    assert row == (sales.anna.id, "hidden", [sales.north.id])
    assert sales.client.get(address).status_code == 200


@pytest.mark.parametrize("kind", ["person", "company"])
def test_c42_the_owner_edits_what_she_added(sales, kind):
    address = sales.add(kind)
    assert sales.finds(sales.anna, kind, address)
    assert sales.edits(sales.anna, kind, address)


@pytest.mark.parametrize("kind", ["person", "company"])
def test_c43_a_colleague_of_the_team_cannot_edit(sales, kind):
    address = sales.add(kind)
    assert not sales.edits(sales.adam, kind, address)


@pytest.mark.parametrize("kind", ["person", "company"])
def test_c44_colleague_and_manager_find_and_open(sales, kind):
    address = sales.add(kind)
    assert sales.finds(sales.adam, kind, address)
    assert sales.finds(sales.marek, kind, address)
    assert sales.edits(sales.marek, kind, address)


@pytest.mark.parametrize("kind", ["person", "company"])
def test_c45_for_other_teams_it_does_not_exist(sales, kind):
    address = sales.add(kind)
    linked = ""
    if kind == "company":
        sign_in(sales.client, sales.anna)
        record_id = int(address.rsplit("/", 1)[1])
        person = make_record(sales.anna, last_name="Linked", company=record_id, visibility="public")
        linked = f"/people/{person.id}"
    for user in (sales.beata, sales.celina):
        assert not sales.finds(user, kind, address)
        assert sales.client.get(address).status_code == 404
        assert 'data-count="0"' in sales.client.get(f"/{PLURALS[kind]}").text
        if linked:
            assert "Nowak" not in sales.client.get(linked).text
        for below in ("edit", "delete", "holders", "restore"):
            assert sales.client.post(f"{address}/{below}", data={}).status_code == 404


@pytest.mark.parametrize("kind", ["person", "company"])
def test_acc_s1_changes_of_teams_hold_with_the_next_request(sales, kind):
    address = sales.add(kind)
    assert not sales.finds(sales.beata, kind, address)
    put(sales.beata, sales.north)
    leave(sales.beata, sales.east.id)
    assert sales.finds(sales.beata, kind, address)
    assert not sales.edits(sales.beata, kind, address)
    put(sales.adam, sales.south)
    assert sales.finds(sales.adam, kind, address)
    leave(sales.adam, sales.north.id)
    assert not sales.finds(sales.adam, kind, address)


@pytest.mark.parametrize("kind", ["person", "company"])
def test_acc_s2_rights_of_team_role_and_access_roles_add_up(app, client, kind):
    make_account()
    ula, piotr = make_user("Ula"), make_user("Piotr")
    first = make_record(piotr, kind, participants=[ula])
    second = make_record(ula, kind)
    sign_in(client, ula)
    one, other = (f"/{PLURALS[kind]}/{each.id}" for each in (first, second))
    # c61: neither her role nor Participant has Delete
    assert f"{one}/delete" not in page(client.get(one)).links
    assert client.post(f"{one}/delete").status_code == 403
    # c62: Owner has it
    assert f"{other}/delete" in page(client.get(other)).links
    assert client.post(f"{other}/delete").status_code == 303
    assert client.get(other).status_code == 404
    assert client.post(f"{other}/restore").status_code == 303
    assert client.get(other).status_code == 200
    # c60: ticked for her role, she may delete the first as well
    tick("user", kind, "delete")
    db.session.flush()
    assert f"{one}/delete" in page(client.get(one)).links
    assert client.post(f"{one}/delete").status_code == 303
    assert client.get(one).status_code == 404
