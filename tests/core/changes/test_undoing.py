"""Undoing change sets: what they set is put back where it still is what they set (GEN-X4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.access import fetch
from core.accounts.epoch import raise_epoch
from core.changes import undoing
from core.changes.capture import change_set
from core.changes.models import Change, ChangeSet
from core.db import db, sql
from core.errors import Conflict, Forbidden, NotFound
from core.records.labels import names_of
from core.records.models import Record
from core.records.queries import values_of
from core.records.search import search
from core.records.services import change, restore, trash
from core.registry import registry
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    put,
    role,
    tick,
)


@pytest.fixture
def ada(app):
    make_account()
    return make_user("Ada", make_team("North"), "administrator")


@pytest.fixture
def record(ada):
    return make_record(ada, last_name="Nowak", city="Gdynia", participants=[])


def opened(record, user, **options):
    return fetch(record.kind, record.id, actor(user), **options)


def save(record, user, **values) -> int:
    """Change a record, and return the number of the change set."""
    with change_set("form", user.id):
        change(opened(record, user), values, confirmed={"confirm_lose_access"})
    return last_set()


def last_set() -> int:
    return sql("select max(id) from core_change_set where account_id = :account").scalar_one()


def values(record, user) -> dict:
    db.session.expire_all()
    return values_of(*kind_and_access(record, user))


def kind_and_access(record, user):
    return registry().kinds[record.kind], opened(record, user)


def is_trashed(record) -> bool:
    return sql(
        "select deleted_at is not null from core_record where account_id = :account and id = :id",
        id=record.id,
    ).scalar_one()


def test_gen_x4_a_single_edit_is_taken_back(ada, record):
    before = values(record, ada)
    set_id = save(record, ada, city="Sopot", note="x", tags=["vip"], visibility="hidden")
    (found,) = undoing.undo(set_id, actor(ada))
    assert found.restored == [record.id]
    assert values(record, ada) | {"updated_at": 0} == before | {"updated_at": 0}


def test_gen_9_an_undo_is_a_change_set_that_names_what_it_undoes(ada, record):
    set_id = save(record, ada, city="Sopot")
    undoing.undo(set_id, actor(ada))
    made = db.session.get(ChangeSet, (record.account_id, last_set()))
    assert (made.origin, made.user_id, made.undo_of_id) == ("undo", ada.id, set_id)
    (diff,) = db.session.execute(
        db.select(Change.diff).where(Change.change_set_id == made.id)
    ).scalars()
    assert diff == {"city": ["Sopot", "Gdynia"]}
    assert db.session.get(Record, (record.account_id, record.id),
                          execution_options={"by_rule": True}).version == 3  # fmt: skip


def test_list_x1_later_changes_are_kept_and_named(ada, record):
    set_id = save(record, ada, city="Sopot", note="x")
    save(record, ada, city="Rumia")
    (found,) = undoing.undo(set_id, actor(ada))
    assert found.kept == {record.id: ["city"]}
    assert undoing.reasons_of(found) == {record.id: "changed since: City"}
    now = values(record, ada)
    assert (now["city"], now["note"]) == ("Rumia", None)


def test_list_x1_of_tags_and_participants_each_counts_for_itself(ada, record):
    eve, bob, team = make_user("Eve"), make_user("Bob"), make_team("Later")
    save(record, ada, tags=["old", "stays"], participants=[eve.id])
    set_id = save(record, ada, tags=["stays", "new"], participants=[bob.id])
    now = values(record, ada)
    save(record, ada, tags=[*now["tags"], "later"], participants=sorted([bob.id, team.id]))
    undoing.undo(set_id, actor(ada))
    now = values(record, ada)
    assert sorted(names_of(now["tags"]).values()) == ["later", "old", "stays"]
    assert now["participants"] == sorted([eve.id, team.id])


def test_gen_x4_what_was_deleted_comes_back(ada, record):
    with change_set("form", ada.id):
        trash(opened(record, ada))
    (found,) = undoing.undo(last_set(), actor(ada))
    assert found.restored == [record.id]
    assert not is_trashed(record)


def test_gen_x4_what_was_restored_goes_to_the_trash_again(ada, record):
    with change_set("form", ada.id):
        trash(opened(record, ada))
    with change_set("form", ada.id):
        restore(opened(record, ada, trashed=True))
    undoing.undo(last_set(), actor(ada))
    assert is_trashed(record)


def test_gen_x4_what_was_made_goes_to_the_trash(ada, record):
    set_id = last_set()
    undoing.undo(set_id, actor(ada))
    assert is_trashed(record)


def test_gen_x4_what_was_made_and_edited_since_stays(ada, record):
    set_id = last_set()
    save(record, ada, note="x")
    (found,) = undoing.undo(set_id, actor(ada))
    assert found.kept == {record.id: ["note"]}
    assert not is_trashed(record)


def test_gen_x4_undoing_twice_changes_nothing_more(ada, record):
    set_id = save(record, ada, city="Sopot", tags=["vip"])
    undoing.undo(set_id, actor(ada))
    after = last_set()
    (found,) = undoing.undo(set_id, actor(ada))
    assert found.unchanged == [record.id]
    assert last_set() == after


def test_gen_x4_an_undo_can_be_undone(ada, record):
    save(record, ada, city="Sopot", tags=["vip"])
    undoing.undo(last_set(), actor(ada))
    undoing.undo(last_set(), actor(ada))
    now = values(record, ada)
    assert now["city"] == "Sopot"
    assert list(names_of(now["tags"]).values()) == ["vip"]


def test_list_x1_several_sets_are_undone_as_one(ada, record):
    sets = [save(record, ada, city="Sopot"), save(record, ada, city="Rumia", note="x")]
    (found,) = undoing.plan(sets, actor(ada))
    ((_now, back),) = found.changes
    assert back == {"city": "Gdynia", "note": None}


def test_list_x1_what_is_in_the_trash_or_gone_for_good_is_lost(ada, record):
    set_id = save(record, ada, city="Sopot")
    with change_set("form", ada.id):
        trash(opened(record, ada))
    (found,) = undoing.undo(set_id, actor(ada))
    assert found.lost == {record.id: "it is in the trash"}


def test_list_x1_nobody_undoes_what_somebody_else_did(ada, record):
    eve = make_user("Eve")
    save(record, ada, participants=[eve.id])
    set_id = save(record, ada, city="Sopot")
    with pytest.raises(NotFound):
        undoing.undo(set_id, actor(eve))
    assert values(record, ada)["city"] == "Sopot"


def test_list_x1_an_administrator_undoes_what_anybody_did(ada):
    eve = make_user("Eve")
    record = make_record(eve, city="Gdynia", visibility="hidden", participants=[])
    set_id = save(record, eve, city="Sopot")
    undoing.undo(set_id, actor(ada))
    assert values(record, ada)["city"] == "Gdynia"


def test_list_x1_who_lost_access_cannot_undo(ada):
    eve = make_user("Eve")
    record = make_record(ada, city="Gdynia", visibility="hidden", participants=[eve])
    set_id = save(record, eve, city="Sopot")
    save(record, ada, participants=[])
    with pytest.raises(Forbidden):
        undoing.undo(set_id, actor(eve))
    assert values(record, ada)["city"] == "Sopot"


def test_list_x1_undoing_takes_the_right_that_the_change_took(ada):
    eve, bob = make_user("Eve"), make_user("Bob")
    record = make_record(eve, city="Gdynia", participants=[])
    changed, handed = save(record, eve, city="Sopot"), save(record, eve, owner=bob.id)
    for right in ("edit", "change_owner"):
        tick("user", "person", right, on=False)
    for set_id in (changed, handed):
        with pytest.raises(Forbidden):
            undoing.undo(set_id, actor(eve))
    assert values(record, ada)["owner"] == bob.id


def test_list_x1_after_thirty_days_nothing_is_undone(ada, record, monkeypatch):
    set_id = save(record, ada, city="Sopot")
    late = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: late)
    with pytest.raises(Conflict):
        undoing.undo(set_id, actor(ada))


def test_gen_1_the_change_sets_of_other_accounts_are_not_found(ada, record):
    set_id = save(record, ada, city="Sopot")
    make_account()
    stranger = make_user("Stranger", role="administrator")
    with pytest.raises(NotFound):
        undoing.undo(set_id, actor(stranger))


def test_gen_x4_a_user_who_left_does_not_become_owner_again(ada, record):
    eve = make_user("Eve")
    save(record, ada, owner=eve.id)
    set_id = save(record, ada, owner=ada.id)
    sql("update core_user set status = 'suspended' where account_id = :account and id = :id",
        id=eve.id)  # fmt: skip
    raise_epoch(db.session())
    (found,) = undoing.undo(set_id, actor(ada))
    assert found.kept == {record.id: ["owner"]}
    assert values(record, ada)["owner"] == ada.id


def test_gen_x4_a_record_is_not_left_without_a_name(ada):
    record = make_record(ada, first_name="Jan", last_name=None, participants=[])
    set_id = save(record, ada, first_name=None, last_name="Nowak")
    save(record, ada, first_name="Anna", last_name="Nowak")
    (found,) = undoing.undo(set_id, actor(ada))
    assert values(record, ada)["first_name"] == "Anna"
    assert found.kept == {record.id: ["first_name"]}


def test_gen_x4_the_name_and_search_follow_what_is_put_back(ada, record):
    set_id = save(record, ada, last_name="Kowal")
    undoing.undo(set_id, actor(ada))
    db.session.expire_all()
    assert opened(record, ada).record.name == "Nowak"
    hits, _count = search(actor(ada), "nowak")["person"]
    assert [hit.id for hit in hits] == [record.id]


def test_gen_x4_managers_undo_only_what_is_theirs(ada):
    team = make_team("South")
    boss, eve = make_user("Boss", team, "manager"), make_user("Eve", team)
    put(eve, make_team("East"))
    record = make_record(eve, city="Gdynia", participants=[])
    set_id = save(record, eve, city="Sopot")
    with pytest.raises(NotFound):
        undoing.undo(set_id, actor(boss))
    assert role("manager")
