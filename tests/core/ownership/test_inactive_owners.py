"""ACC-28: owners who do nothing are taken away, and what has no owner can be taken over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.access import fetch
from core.accounts.services import switch_plugins
from core.changes.capture import change_set
from core.changes.models import Change, ChangeSet
from core.db import across_accounts, db, leave_account, sql
from core.jobs.models import Job
from core.notifications.models import Notification
from core.ownership import jobs, services
from core.records.services import change, trash
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

START = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    """Let it be a number of days after the start."""

    def set_day(days: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: START + timedelta(days=days))

    set_day(0)
    return set_day


@pytest.fixture
def north(app, at):
    make_account()
    set_up(access__contacts__inactive_days=30)
    return make_team("North")


@pytest.fixture
def ada(north):
    return make_user("Ada", north)


@pytest.fixture
def eve(north):
    return make_user("Eve", make_team("East"))


def edit(user, record, **values):
    with change_set("form", user.id):
        change(
            fetch(record.kind, record.id, actor(user)), values, confirmed={"confirm_lose_access"}
        )


def owner(record) -> int | None:
    return sql("select owner_id from core_record where account_id = :account and id = :id",
               id=record.id).scalar()  # fmt: skip


def last_change(record) -> Change:
    changes = db.session.query(Change).filter_by(record_id=record.id)
    return changes.order_by(Change.version.desc()).first()


def unowned(user, **values):
    record = make_record(user, participants=[], **values)
    edit(user, record, owner=None)
    return record


def told(user) -> list[Notification]:
    return list(db.session.query(Notification).filter_by(user_id=user.id, cause=services.REMOVED))


def test_acc_28_an_owner_who_does_nothing_is_taken_away_after_the_days(ada, at):
    record, firm = make_record(ada), make_record(ada, kind="company")
    at(30)
    services.release("contacts")
    assert [owner(record), owner(firm)] == [ada.id, ada.id]
    at(30.1)
    services.release("contacts")
    assert [owner(record), owner(firm)] == [None, None]


def test_acc_28_as_shipped_nobody_is_taken_away(ada, at):
    set_up(access__contacts__inactive_days=0)
    record = make_record(ada)
    at(4_000)
    services.release("contacts")
    assert owner(record) == ada.id


def test_acc_28_a_change_by_the_owner_begins_his_days_anew_one_by_others_does_not(ada, eve, at):
    tick("user", "person", "edit")
    mine, theirs = make_record(ada), make_record(ada)
    at(20)
    edit(ada, mine, city="Radom")
    edit(eve, theirs, city="Radom")
    at(40)
    services.release("contacts")
    assert (owner(mine), owner(theirs)) == (ada.id, None)


def test_acc_28_the_days_of_a_new_owner_begin_when_he_becomes_that(ada, eve, at):
    record = make_record(ada)
    at(29)
    edit(ada, record, owner=eve.id)
    at(40)
    services.release("contacts")
    assert owner(record) == eve.id
    at(60)
    services.release("contacts")
    assert owner(record) is None


def test_acc_28_the_change_is_recorded_as_automatic_and_raises_the_version(ada, at):
    record = make_record(ada)
    at(31)
    services.release("contacts")
    last = last_change(record)
    made = db.session.get(ChangeSet, (ada.account_id, last.change_set_id))
    assert last.diff == {"owner": [ada.id, None]}
    assert (made.origin, made.user_id, last.version) == ("automatic", None, 2)


def test_acc_28_the_old_owner_is_told_once_of_all_his_records(ada, client, at):
    for _number in range(3):
        make_record(ada)
    at(31)
    services.release("contacts")
    services.release("contacts")
    (entry,) = told(ada)
    assert (entry.record_id, entry.parameters["count"]) == (None, 3)
    sign_in(client, ada)
    shown = client.get("/notifications").text
    assert "You are no longer owner of 3 records on which you did nothing for 30 days." in shown


def test_acc_28_of_one_record_he_is_told_by_name_if_he_may_still_open_it(ada, eve, client, at):
    record = make_record(ada, last_name="Kowalski")
    hidden = make_record(eve, visibility="hidden", last_name="Tajemnicza", participants=[])
    at(31)
    services.release("contacts")
    assert told(ada)[0].record_id == record.id
    assert told(eve)[0].record_id is None
    sign_in(client, ada)
    assert "You are no longer owner of Kowalski" in client.get("/notifications").text
    sign_in(client, eve)
    shown = client.get("/notifications").text
    assert "You are no longer owner of 1 record" in shown
    assert "Tajemnicza" not in shown
    assert owner(hidden) is None


def test_acc_28_among_several_owners_the_idle_one_goes_and_the_next_stands_in(ada, eve, at):
    switch_plugins({"several_owners": True})
    first, second = make_record(ada, owners=[eve.id]), make_record(ada, owners=[eve.id])
    at(20)
    edit(eve, first, city="Radom")
    edit(ada, second, city="Radom")
    at(40)
    services.release("contacts")
    further = sql("select record_id from core_holder where account_id = :account"
                  " and role = 'owner'").all()  # fmt: skip
    assert (owner(first), owner(second), further) == (eve.id, ada.id, [])


def test_acc_28_where_all_owners_are_idle_nobody_is_left(ada, eve, at):
    switch_plugins({"several_owners": True})
    record = make_record(ada, owners=[eve.id])
    at(31)
    services.release("contacts")
    services.release("contacts")
    assert owner(record) is None


def test_acc_28_whoever_stands_in_keeps_the_days_since_he_was_added(ada, eve, at):
    switch_plugins({"several_owners": True})
    record = make_record(ada)
    at(20)
    with change_set("form", None):
        change(fetch("person", record.id, actor(make_user(role="administrator"))),
               {"owners": [eve.id]})  # fmt: skip
    at(31)
    services.release("contacts")
    assert owner(record) == eve.id
    at(49)
    services.release("contacts")
    assert owner(record) == eve.id
    at(51)
    services.release("contacts")
    assert owner(record) is None


def test_acc_28_records_in_the_trash_stay_as_they_are(ada, at):
    record = make_record(ada)
    with change_set("form", ada.id):
        trash(fetch("person", record.id, actor(ada)))
    at(40)
    services.release("contacts")
    assert owner(record) == ada.id


def test_acc_28_the_clock_lets_a_job_run_where_it_is_wanted_and_only_once(ada, at):
    make_account()
    leave_account()
    for _time in range(2):
        jobs.enqueue_all()
    found = sql_jobs()
    assert found == [(ada.account_id, {"area": "contacts"})]


def sql_jobs():
    with across_accounts("a test looks at all jobs"):
        rows = db.session.query(Job).filter_by(name=jobs.RUN)
        return [(each.account_id, each.arguments) for each in rows]


# ---------------------------------------------------------------- taking over


@pytest.fixture
def ownerless(ada):
    set_up(access__contacts__take_over=True, access__person__owner_required=False)
    return unowned(ada)


def test_acc_28_a_record_without_owner_can_be_taken_over(ownerless, eve, client):
    sign_in(client, eve)
    url = f"/people/{ownerless.id}/take-over"
    assert url in client.get(f"/people/{ownerless.id}").text
    assert client.post(url).status_code == 303
    assert owner(ownerless) == eve.id
    assert url not in client.get(f"/people/{ownerless.id}").text
    assert last_change(ownerless).diff == {"owner": [None, eve.id]}


def test_acc_28_as_shipped_nothing_can_be_taken_over(ownerless, eve, client):
    set_up(access__contacts__take_over=False)
    sign_in(client, eve)
    assert "take-over" not in client.get(f"/people/{ownerless.id}").text
    assert client.post(f"/people/{ownerless.id}/take-over").status_code == 403
    assert owner(ownerless) is None


def test_acc_22_taking_over_takes_its_right(ownerless, eve, client):
    tick("user", "general", "take_over", on=False)
    sign_in(client, eve)
    assert "take-over" not in client.get(f"/people/{ownerless.id}").text
    assert client.post(f"/people/{ownerless.id}/take-over").status_code == 403


def test_acc_28_what_has_an_owner_cannot_be_taken_over(ownerless, ada, eve, client):
    record = make_record(ada, visibility="public")
    sign_in(client, eve)
    assert client.post(f"/people/{record.id}/take-over").status_code == 409
    assert owner(record) == ada.id


@pytest.mark.parametrize(("visibility", "status"), [("private", 403), ("hidden", 404)])
def test_acc_28_only_who_has_full_access_takes_over(
    ownerless, ada, eve, client, visibility, status
):
    record = unowned(ada, visibility=visibility)
    sign_in(client, eve)
    assert client.post(f"/people/{record.id}/take-over").status_code == status
    assert owner(record) is None
