"""The copy of its holders that a record carries stays true, whoever writes them."""

from __future__ import annotations

import threading
import time

import psycopg

from core import db as wall
from core.accounts.models import Account
from core.changes.capture import change_set
from core.db import db, sql
from core.records.services import change, fetch
from core.teams.services import remove_team, team
from tests.makers import actor, make_account, make_record, make_team, make_user


def copies(record_id: int) -> tuple[list[int] | None, list[int] | None]:
    """Return what the record carries: its participants and its further owners."""
    row = sql(
        "select participant_ids, further_owner_ids from core_record"
        " where account_id = :account and id = :id",
        id=record_id,
    ).one()
    return row.participant_ids, row.further_owner_ids


def test_copy_follows_every_way_of_writing_holders(app):
    make_account()
    anna, ola, one, two = make_user("Anna"), make_user("Ola"), make_team(), make_team()
    record = make_record(anna, participants=[two, one])
    assert copies(record.id) == (sorted([one.id, two.id]), None)
    with change_set("form", anna.id):
        change(fetch("person", record.id, actor(anna)), {"participants": [one.id]})
    assert copies(record.id) == ([one.id], None)
    sql(
        "insert into core_holder (account_id, record_id, principal_id, role, added_at)"
        " values (:account, :id, :ola, 'owner', now())",
        id=record.id,
        ola=ola.id,
    )
    assert copies(record.id) == ([one.id], [ola.id])
    sql(
        "update core_holder set principal_id = :two where account_id = :account"
        " and record_id = :id and principal_id = :one",
        id=record.id,
        one=one.id,
        two=two.id,
    )
    assert copies(record.id) == ([two.id], [ola.id])
    remove_team(team(two.id))  # the holder's row goes by the foreign key
    assert copies(record.id) == (None, [ola.id])


def test_copy_loses_nothing_when_two_add_holders_at_once(whole_app, settings):
    url = str(settings.database_url).replace("+psycopg", "")
    add = (
        "insert into core_holder (account_id, record_id, principal_id, role, added_at)"
        " values (%s, %s, %s, 'participant', now())"
    )
    with whole_app.app_context():
        account = make_account()
        anna, one, two = make_user("Anna"), make_team(), make_team()
        record = make_record(anna)
        numbers = account.id, record.id, one.id, two.id
        db.session.commit()
        try:
            with psycopg.connect(url) as first, psycopg.connect(url) as second:
                first.execute(add, (*numbers[:2], numbers[2]))
                other = threading.Thread(
                    target=second.execute, args=(add, (*numbers[:2], numbers[3]))
                )
                other.start()
                until = time.monotonic() + 20
                while not _waits(url) and time.monotonic() < until:
                    time.sleep(0.01)
                assert other.is_alive()
                first.commit()
                other.join(20)
                second.commit()
            assert copies(numbers[1])[0] == sorted(numbers[2:])
        finally:
            db.session.rollback()
            db.session.delete(db.session.get_one(Account, numbers[0]))
            with wall.across_accounts("what a test stored is removed"):
                db.session.commit()
            db.session.remove()


def _waits(url: str) -> bool:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select exists (select 1 from pg_stat_activity where wait_event_type = 'Lock')"
        ).fetchone()
    return bool(row and row[0])
