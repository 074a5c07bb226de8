"""Who is told of what, and what he reads later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.access import fetch
from core.changes.capture import change_set
from core.contracts import Cause
from core.db import db, sql
from core.housekeeping import delete_old_rows
from core.notifications import holders, queries, services
from core.records.services import change
from core.registry import registry
from core.users.models import SUSPENDED
from tests.makers import actor, make_account, make_record, make_team, make_user, put

OTHERS, OWN = "test.others", "test.own"


@pytest.fixture(autouse=True)
def causes(app):
    for key, tells_author in ((OTHERS, False), (OWN, True)):
        registry().causes[key] = Cause(
            key,
            key,
            lambda named: f"{named['actor']} did {named.get('what')} to {named['record']}",
            tells_author=tells_author,
        )
    yield
    registry().causes.pop(OTHERS)
    registry().causes.pop(OWN)


def told(user):
    return queries.page_of(actor(user)).entries


def test_nobody_is_told_of_his_own_acts_unless_the_cause_says_so(app):
    make_account()
    ada, bob = make_user("Ada"), make_user("Bob")
    with change_set("form", ada.id):
        services.notify([ada.id, bob.id, bob.id], OTHERS)
        services.notify([ada.id], OWN)
    assert len(told(bob)) == 1
    assert len(told(ada)) == 1


def test_who_cannot_open_the_record_is_not_told(app):
    make_account()
    north = make_team("North")
    ada, stranger = make_user("Ada", north), make_user("Bob")
    boss = make_user("Boss", north, "manager")
    record = make_record(ada, visibility="private", participants=[])
    services.notify([stranger.id, boss.id], OTHERS, record.id)
    assert told(stranger) == []
    assert len(told(boss)) == 1


def test_who_may_not_sign_in_is_not_told(app):
    make_account()
    bob = make_user("Bob")
    bob.status = SUSPENDED
    db.session.flush()
    assert services.notify([bob.id, 0], OTHERS) == []


def test_sentence_names_the_record_only_while_its_reader_may_know_it(app):
    make_account()
    north = make_team("North")
    ada, boss = make_user("Ada", north), make_user("Boss")
    put(boss, north, "manager")
    record = make_record(ada, last_name="Kowalska", visibility="hidden", participants=[])
    with change_set("form", ada.id):
        services.notify([boss.id], OTHERS, record.id, {"what": "harm"})
    assert told(boss)[0].text == "Ada Test did harm to Kowalska"
    assert told(boss)[0].record.id == record.id
    sql("delete from core_membership where account_id = :account and team_id = :id", id=north.id)
    sql("update core_account set epoch = epoch + 1 where id = :account")
    db.session.info.pop("epoch")
    assert "Kowalska" not in told(boss)[0].text
    assert told(boss)[0].record is None


def test_pages_go_by_key_in_both_directions(app):
    make_account()
    bob = make_user("Bob")
    made = [services.notify([bob.id], OTHERS)[0].id for _ in range(5)]
    first = queries.page_of(actor(bob), size=2)
    second = queries.page_of(actor(bob), older_than=first.older_than, size=2)
    last = queries.page_of(actor(bob), older_than=second.older_than, size=2)
    back = queries.page_of(actor(bob), newer_than=last.newer_than, size=2)
    again = queries.page_of(actor(bob), newer_than=back.newer_than, size=2)
    pages = [[each.id for each in page.entries] for page in (first, second, last, back, again)]
    newest = made[::-1]
    assert pages == [newest[:2], newest[2:4], newest[4:], newest[2:4], newest[:2]]
    assert first.newer_than is last.older_than is again.newer_than is None


def test_reading_marks_only_one_s_own(app):
    make_account()
    ada, bob = make_user("Ada"), make_user("Bob")
    entry = services.notify([bob.id], OTHERS)[0]
    assert services.mark_read(actor(ada), entry.id) is False
    services.mark_all_read(actor(ada))
    assert told(bob)[0].is_unread
    assert services.mark_read(actor(bob), entry.id) is True
    assert not told(bob)[0].is_unread
    assert queries.page_of(actor(bob), only_unread=True).entries == []


def test_new_holders_are_told_by_name_and_members_of_teams_are_not(app):
    make_account()
    north = make_team("North")
    ada, bob, eve = make_user("Ada"), make_user("Bob"), make_user("Eve", north)
    record = make_record(ada, participants=[north, bob], visibility="hidden")
    assert [each.text for each in told(bob)] == [f"Ada Test made you participant of {record.name}."]
    assert told(ada) == told(eve) == []
    with change_set("form", ada.id):
        access = fetch("person", record.id, actor(ada))
        change(access, {"owner": bob.id}, confirmed={"confirm_lose_access"})
    assert told(bob)[0].text == f"Ada Test made you owner of {record.name}."


def test_imports_tell_nobody(app):
    make_account()
    ada, bob = make_user("Ada"), make_user("Bob")
    record = make_record(ada)
    with change_set("import", ada.id):
        holders.tell_new_holders([record.id])
    assert told(bob) == []


def test_entries_of_a_cause_that_is_gone_are_passed_over(app):
    make_account()
    bob = make_user("Bob")
    services.notify([bob.id], OTHERS)
    kept = registry().causes.pop(OTHERS)
    assert told(bob) == []
    registry().causes[OTHERS] = kept


def test_entries_are_kept_90_days(app):
    make_account()
    bob = make_user("Bob")
    old, new = (services.notify([bob.id], OTHERS)[0] for _ in range(2))
    old.created_at = clock.now() - timedelta(days=91)
    new.created_at = clock.now() - timedelta(days=89)
    db.session.flush()
    delete_old_rows()
    assert [each.id for each in told(bob)] == [new.id]
