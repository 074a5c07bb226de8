"""Several owners of one record: adding, the first of them, and what stays while it is off."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core import clock
from core.access import why
from core.accounts.models import Account
from core.accounts.services import switch_plugins
from core.changes.models import Change
from core.db import current_account, db, sql
from core.notifications.models import Notification
from core.records.models import Record
from plugins.imports import services as imports
from tests.core.merging.pages import merged, split
from tests.makers import actor, make_account, make_record, make_team, make_user, opens, sign_in
from tests.plugins.imports.makers import csv_of, make_import, results, run_import
from tests.reading import page


@pytest.fixture
def north(app):
    make_account()
    switch_plugins({"several_owners": True})
    return make_team("North")


@pytest.fixture
def ada(north, client):
    user = make_user("Ada", north, email="ada@example.com")
    sign_in(client, user)
    return user


@pytest.fixture
def eve(north):
    return make_user("Eve", make_team("East"), email="eve@example.com")


def owners(record_id: int) -> tuple[int | None, list[int]]:
    """Return the owner and the further ones, as stored."""
    first = sql("select owner_id from core_record where account_id = :account and id = :id",
                id=record_id).scalar()  # fmt: skip
    further = sql(
        "select principal_id from core_holder where account_id = :account and record_id = :id"
        " and role = 'owner' order by principal_id",
        id=record_id,
    )
    return first, list(further.scalars())


def edit(client, record: Record, **values):
    version = sql("select version from core_record where account_id = :account and id = :id",
                  id=record.id).scalar()  # fmt: skip
    sent = {"confirm": "confirm_lose_access", "version": str(version), **values}
    return client.post(f"/people/{record.id}/edit", data=sent)


def diffs(record: Record) -> list[dict]:
    found = db.select(Change).where(Change.record_id == record.id).order_by(Change.version)
    return [each.diff for each in db.session.execute(found).scalars()]


def test_acc_14_a_form_takes_several_owners_with_equal_rights(ada, eve, client):
    answer = client.post(
        "/people/new",
        data={"last_name": "Nowak", "owner": str(ada.id), "owners": ["", str(eve.id)],
              "participants": "", "visibility": "hidden"},
    )  # fmt: skip
    record_id = int(answer.location.rpartition("/")[2])
    assert owners(record_id) == (ada.id, [eve.id])
    sign_in(client, eve)
    assert client.get(f"/people/{record_id}/delete").status_code == 200


def test_acc_14_a_further_owner_is_recorded_and_raises_the_version(ada, eve, client):
    record = make_record(ada)
    assert edit(client, record, owners=["", str(eve.id)]).status_code == 303
    assert diffs(record)[-1] == {"owners": [[], [eve.id]]}
    assert record.version == 2


def test_acc_14_the_next_owner_takes_the_place_of_the_first(ada, eve, client):
    record = make_record(ada, owners=[eve.id])
    assert edit(client, record, owner="").status_code == 303
    assert owners(record.id) == (eve.id, [])
    assert diffs(record)[-1] == {"owner": [ada.id, eve.id], "owners": [[eve.id], []]}


def test_acc_14_an_owner_does_not_stand_among_the_further_ones(ada, eve, client):
    record = make_record(ada, owners=[eve.id])
    assert edit(client, record, owner=str(eve.id)).status_code == 303
    assert owners(record.id) == (eve.id, [])


def test_acc_14_changing_further_owners_takes_the_right_to_change_the_owner(ada, eve, client):
    record = make_record(ada, participants=[eve])
    sign_in(client, eve)
    assert edit(client, record, owners=["", str(eve.id)]).status_code == 403
    assert owners(record.id) == (ada.id, [])


def test_acc_14_teams_and_suspended_users_cannot_be_owners(ada, north, client):
    gone = make_user("Gone")
    gone.status = "suspended"
    db.session.flush()
    record = make_record(ada)
    for each in (north.id, gone.id, 999_999_999):
        assert edit(client, record, owners=["", str(each)]).status_code == 422
    assert owners(record.id) == (ada.id, [])


def test_acc_35_details_show_every_owner_since_when_and_by_whom(ada, eve, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 9, 12, tzinfo=UTC))
    record = make_record(ada)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 1, 12, tzinfo=UTC))
    edit(client, record, owners=["", str(eve.id)])
    shown = page(client.get(f"/people/{record.id}/holders")).texts["holders"].split()
    assert " ".join(shown).count("Ada Testowner09.03.2026Ada Test") == 1
    assert " ".join(shown).count("Eve Testowner01.04.2026Ada Test") == 1
    sentences = why(actor(eve), db.session.merge(record), lambda moment: f"{moment:%d.%m.%Y}")
    assert "You have been the owner since 01.04.2026." in sentences[0].sentences


def test_acc_14_the_dialog_of_holders_adds_and_removes_owners(ada, eve, client):
    record = make_record(ada)
    client.post(f"/people/{record.id}/holders", data={"owners": ["", str(eve.id)]})
    assert owners(record.id) == (ada.id, [eve.id])
    client.post(f"/people/{record.id}/holders", data={"owners": ""})
    assert owners(record.id) == (ada.id, [])


def test_vis_19_a_further_owner_keeps_his_access(ada, eve, client):
    record = make_record(ada, owners=[eve.id])
    sign_in(client, eve)
    answer = client.post(f"/people/{record.id}/edit", data={"visibility": "hidden"})
    assert answer.status_code == 303
    assert opens(eve, record) == "full"


def test_imp_18_a_column_names_further_owners(ada, eve, north):
    boss = make_user("Boss", north, "administrator")
    import_ = run_import(
        boss, csv_of(["Nazwisko", "Opiekun", "Further owners"],
                     ["Nowak", "ada@example.com", "eve@example.com"],
                     ["Lis", "ada@example.com", "North"]),
    )  # fmt: skip
    first, second = results(import_)
    assert owners(first.record_id or 0) == (ada.id, [eve.id])
    assert second.state == "failed"


def test_pkg_5_switched_off_the_owners_stay_and_can_be_taken_away_but_not_added(ada, eve, client):
    record = make_record(ada, visibility="hidden", owners=[eve.id])
    other = make_user("Other")
    switch_plugins({"several_owners": False})
    assert opens(eve, record) == "full"
    shown = page(client.get(f"/people/{record.id}/edit"))
    assert shown.options["owners"] == [(str(eve.id), "Eve Test")]
    assert edit(client, record, owners=["", str(eve.id), str(other.id)]).status_code == 422
    assert owners(record.id) == (ada.id, [eve.id])
    assert edit(client, record, owners="").status_code == 303
    assert owners(record.id) == (ada.id, [])
    assert "owners" not in client.get(f"/people/{record.id}/edit").text
    answer = client.post("/people/new", data={"last_name": "Lis", "owners": str(eve.id)})
    assert answer.status_code == 422


def test_pkg_5_a_lower_package_works_as_switching_off(ada, eve, client):
    record = make_record(ada, owners=[eve.id])
    account = db.session.get(Account, current_account())
    account.package = "basic"
    db.session.flush()
    assert opens(eve, record) == "full"
    other = make_user("Other")
    assert edit(client, record, owners=["", str(eve.id), str(other.id)]).status_code == 422


def test_pkg_4_switched_off_no_column_can_be_assigned_to_it(north):
    boss = make_user("Boss", north, "administrator")
    switch_plugins({"several_owners": False})
    import_ = make_import(boss, csv_of(["Nazwisko", "Further owners"], ["Nowak", "x"]))
    assert import_.assignment[1] is None
    with pytest.raises(Exception, match="choose one from the list"):
        imports.assign(import_, ["person.last_name", "person.owners"])


def test_notif_7_a_new_further_owner_is_told_and_one_who_moves_up_is_not(ada, eve, client):
    record = make_record(ada, visibility="public")
    edit(client, record, owners=["", str(eve.id)])
    edit(client, record, owner=str(eve.id), owners="")
    told = db.session.query(Notification).filter_by(user_id=eve.id)
    assert [(each.cause, each.record_id) for each in told] == [("core.became_owner", record.id)]


def test_dup_4_further_owners_of_merged_records_are_united(ada, eve, client):
    guest = make_user("Guest")
    main = make_record(ada, owners=[eve.id], visibility="hidden")
    other = make_record(ada, owners=[guest.id], visibility="hidden")
    assert merged(client, [main, other]).status_code == 303
    assert [opens(each, main) for each in (eve, guest)] == ["full", "full"]
    assert split(client, main).status_code == 303
    assert [opens(each, main) for each in (eve, guest)] == ["full", "nothing"]


def test_dup_4_while_it_is_off_merging_adds_no_owner(ada, eve, client):
    main = make_record(ada, visibility="hidden")
    other = make_record(ada, owners=[eve.id], visibility="hidden")
    switch_plugins({"several_owners": False})
    assert merged(client, [main, other]).status_code == 303
    assert opens(eve, main) == "nothing"
