"""Emptying the trash by the clock: told seven days before, and never what was restored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.access import fetch
from core.changes.capture import change_set
from core.db import sql
from core.records import services
from core.trash import queries, services as trash_services
from core.trash.jobs import enqueue_all
from tests.core.trash.test_trash import changes, is_there, trash
from tests.makers import actor, make_record, make_user, set_up, sign_in


@pytest.fixture
def later(monkeypatch):
    """Let days go by."""
    real = clock.now

    def go(days: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=days))

    return go


def deleted(boss, **values) -> int:
    record = make_record(boss, **values)
    trash(record, boss)
    return record.id


def test_trash_8_as_shipped_the_trash_is_never_emptied(boss, later):
    record = deleted(boss)
    later(4_000)
    trash_services.empty_trash()
    assert is_there(record)
    assert queries.accounts_that_empty() == []


def test_trash_8_administrators_get_a_list_seven_days_before(boss, client, later):
    set_up(trash__empty_after_days=30)
    record = deleted(boss, last_name="Quillon")
    for days, is_told in ((22, False), (24, True)):
        sql(
            "update core_record set deleted_at = :day where account_id = :account and id = :id",
            day=clock.now() - timedelta(days=days),
            id=record,
        )
        trash_services.empty_trash()
        page = client.get("/settings/account/general/trash").text
        assert ("Quillon" in page) == is_told
    told = sql("select user_id, url, parameters from core_notification where account_id = :account")
    row = told.one()
    assert (row.user_id, row.url) == (boss.id, "/settings/account/general/trash")
    assert row.parameters["count"] == 1
    assert "1 record in the trash" in client.get("/notifications").text
    later(5)
    trash_services.empty_trash()
    assert is_there(record)
    later(7.1)
    trash_services.empty_trash()
    assert not is_there(record)
    last = changes(record)[-1]
    assert (last.act, last.user_id, last.origin) == ("purged", None, "automatic")


def test_trash_8_right_after_switching_on_there_are_seven_days_too(boss, later):
    record = deleted(boss)
    later(100)
    set_up(trash__empty_after_days=30)
    trash_services.empty_trash()
    later(106)
    trash_services.empty_trash()
    assert is_there(record)
    later(107.1)
    trash_services.empty_trash()
    assert not is_there(record)


def test_trash_8_what_was_restored_stays_and_begins_anew_when_deleted_again(boss, later):
    set_up(trash__empty_after_days=30)
    record = deleted(boss)
    later(25)
    trash_services.empty_trash()
    with change_set("form", boss.id):
        services.restore(fetch("person", record, actor(boss), trashed=True))
    later(40)
    trash_services.empty_trash()
    assert is_there(record)
    trash(fetch("person", record, actor(boss)).record, boss)
    later(64)
    trash_services.empty_trash()
    assert is_there(record)
    later(71.5)
    trash_services.empty_trash()
    assert not is_there(record)


def test_trash_8_more_days_than_before_count_at_once(boss, later):
    set_up(trash__empty_after_days=30)
    record = deleted(boss)
    later(25)
    trash_services.empty_trash()
    set_up(trash__empty_after_days=300)
    later(31)
    trash_services.empty_trash()
    assert is_there(record)


def test_trash_8_the_clock_asks_for_one_job_in_each_account_that_wants_it(boss):
    set_up(trash__empty_after_days=30)
    enqueue_all()
    enqueue_all()
    count = (
        "select count(*) from core_job where account_id = :account and name = 'core.empty_trash'"
    )
    assert sql(count).scalar() == 1


@pytest.mark.parametrize("typed", ["0", "3651", "-1", "x", "1.5", "999999999999"])
def test_trash_8_the_days_are_from_1_to_3650(boss, client, typed):
    form = {"second_factor": "nobody", "trash_days": typed}
    answer = client.post("/settings/account/general", data=form)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert queries.empties_after() == 0


def test_trash_8_the_days_are_set_in_account_settings_general(boss, client):
    form = {"second_factor": "nobody", "trash_days": "30"}
    assert client.post("/settings/account/general", data=form).status_code == 302
    assert queries.empties_after() == 30
    assert 'value="30"' in client.get("/settings/account/general").text
    client.post("/settings/account/general", data={**form, "trash_days": ""})
    assert queries.empties_after() == 0


def test_trash_8_the_list_is_for_administrators(boss, client):
    sign_in(client, make_user("Ada"))
    assert client.get("/settings/account/general/trash").status_code == 403
