"""Fail closed (VIS-X2): whoever does not say for whom he works gets nothing, not everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.access import everything, fetch, levels_of
from core.changes.models import ChangeSet
from core.db import WallError, db, leave_account, sql
from core.errors import Forbidden, NotFound
from core.operations import jobs, services
from core.operations.models import Batch, Operation
from core.records import bulk
from core.records.lists import Wanted, count_exactly, ids_of, listed
from core.records.models import Record
from core.records.search import search
from core.registry import registry
from core.staff.services import leaving
from tests.makers import actor, make_account, make_record, make_team, make_user


@pytest.fixture
def ada(app):
    make_account()
    return make_user("Ada", make_team("North"))


@pytest.fixture
def boss(ada):
    return make_user("Boss", make_team("Top"), role="administrator")


def asked(who, record_id):
    """Ask everything that lists, counts, finds or opens records, as somebody; nothing is an empty list."""
    person = registry().kinds["person"]
    yield levels_of(who, [record_id])
    yield search(who, "Nowak")
    yield listed(person, who, Wanted(sort="")).rows
    yield count_exactly(person, who)
    yield ids_of(person, who, [])
    yield bulk.allowed(person, [record_id], who, "view")
    yield bulk.allowed(person, [record_id], who, "edit")


@pytest.mark.parametrize("visibility", ["public", "private", "hidden"])
def test_vis_x2_whoever_may_not_sign_in_gets_nothing(ada, visibility):
    record = make_record(ada, visibility=visibility)
    assert all(asked(actor(ada), record.id))
    gone = replace(actor(ada), is_active=False, is_administrator=False)
    assert not any(asked(gone, record.id))
    with pytest.raises(NotFound):
        fetch("person", record.id, gone)


def test_vis_x2_nothing_is_listed_counted_or_found_for_nobody(ada):
    record = make_record(ada)
    calls = len(list(asked(actor(ada), record.id)))
    person = registry().kinds["person"]
    refused = 0
    for call in (
        lambda: levels_of(None, [record.id]),
        lambda: search(None, "Nowak"),
        lambda: listed(person, None, Wanted(sort="")),
        lambda: count_exactly(person, None),
        lambda: ids_of(person, None, []),
        lambda: bulk.allowed(person, [record.id], None, "view"),
        lambda: fetch("person", record.id, None),
    ):
        with pytest.raises(AttributeError):
            call()
        refused += 1
    assert refused == calls


def test_vis_x2_records_are_not_read_past_the_rule(ada):
    make_record(ada)
    with pytest.raises(WallError):
        db.session.execute(db.select(Record))
    with pytest.raises(WallError):
        db.session.execute(db.select(db.func.count()).select_from(Record))
    with pytest.raises(ValueError, match="reason"):
        everything(Record, reason="")


def test_vis_x2_without_an_account_nothing_is_read(ada):
    make_record(ada)
    leave_account()
    with pytest.raises(WallError):
        everything(Record, reason="whatever")
    with pytest.raises(WallError):
        sql("select id from core_record where account_id = :account")


# ---------------------------------------------------------------- jobs


def waiting_operation(user, records) -> Operation:
    """Return an operation that a job is to run: it adds a participant."""
    other = make_user(team=make_team())
    made = Operation(
        user_id=user.id, kind="person", key="user", state="waiting", row_count=len(records),
        arguments={"role": "participant", "mode": "add", "principals": [other.id]},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.add(Batch(operation_id=made.id, number=0, record_ids=[each.id for each in records]))
    db.session.flush()
    return made


@pytest.mark.parametrize("status", ["suspended", "removed"])
def test_vis_x2_operation_of_a_user_who_left_changes_nothing(ada, status):
    records = [make_record(ada), make_record(ada, visibility="hidden")]
    operation = waiting_operation(ada, records)
    ada.status = status
    db.session.flush()
    before = change_sets()
    jobs.run(operation.id)
    assert operation.state == "failed"
    assert change_sets() == before


def test_vis_x2_operation_leaves_alone_what_was_hidden_from_its_user_meanwhile(ada, boss):
    eve = make_user("Eve", make_team("East"))
    seen, lost = make_record(ada), make_record(eve, visibility="hidden", participants=[ada])
    operation = waiting_operation(ada, [seen, lost])
    sql("delete from core_holder where account_id = :account and record_id = :id", id=lost.id)
    db.session.expire_all()
    jobs.run(operation.id)
    batch = db.session.execute(
        db.select(Batch).where(Batch.operation_id == operation.id)
    ).scalar_one()
    assert batch.refused == [[lost.id, "it is no longer there"]]
    assert changed_by(ada) == {seen.id}


@pytest.mark.parametrize("end", ["suspended", "no administrator"])
def test_vis_x2_handing_over_by_somebody_who_may_not_any_more_changes_nothing(ada, boss, end):
    eve, gone = make_user("Eve", make_team()), make_user("Gone", make_team())
    record = make_record(gone)
    if end == "suspended":
        boss.status = end
    else:
        sql("delete from core_membership where account_id = :account and user_id = :id", id=boss.id)
        from_now_on(boss)
    db.session.flush()
    with pytest.raises(Forbidden):
        leaving.hand_over_later(gone.id, {"person": eve.id}, None, boss.id)
    assert record.owner_id == gone.id


def from_now_on(user) -> None:
    """Let a change by plain SQL be seen."""
    user.first_name = f"{user.first_name} again"
    db.session.flush()


def change_sets() -> int:
    return int(db.session.execute(db.select(db.func.count()).select_from(ChangeSet)).scalar_one())


def changed_by(user) -> set[int]:
    return set(
        sql(
            "select c.record_id from core_change c join core_change_set s"
            " on s.account_id = c.account_id and s.id = c.change_set_id"
            " where c.account_id = :account and s.user_id = :user and s.origin = :origin",
            user=user.id,
            origin=services.ORIGIN,
        ).scalars()
    )
