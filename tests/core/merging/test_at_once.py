"""Merges at the same moment, in transactions of their own that are really stored."""

from __future__ import annotations

from core.access import actor_of
from core.changes.capture import change_set
from core.db import account_scope, db, sql
from core.merging import planning, queries, services, splitting
from core.records.services import create
from core.registry import registry
from tests.together import at_once, stored

__all__ = ["stored"]

KIND = "person"


def made(app, count: int) -> tuple[int, list[int]]:
    """Return the founder and new persons of the stored account."""
    account_id, _team, founder = app.config["STORED"]
    with app.app_context(), account_scope(account_id), change_set("form", founder):
        ids = [
            create(registry().kinds[KIND], {"last_name": f"N{number}"}, actor_of(founder)).id
            for number in range(count)
        ]
        db.session.commit()
    return founder, ids


def merging(founder: int, ids: list[int]):
    def act() -> None:
        kind = registry().kinds[KIND]
        services.merge(planning.plan(kind, ids, ids[0], {}, actor_of(founder), lock=True))

    return act


def test_one_record_merged_twice_at_once_goes_into_one_of_them(stored):
    founder, (one, two, shared) = made(stored, 3)
    refusals = at_once(stored, merging(founder, [one, shared]), merging(founder, [two, shared]))
    assert sorted(map(bool, refusals)) == [False, True]
    with stored.app_context(), account_scope(stored.config["STORED"][0]):
        assert sql("select count(*) from core_merged where account_id = :account").scalar() == 1


def test_two_records_merged_into_each_other_at_once(stored):
    founder, (one, two) = made(stored, 2)
    refusals = at_once(stored, merging(founder, [one, two]), merging(founder, [two, one]))
    assert sorted(map(bool, refusals)) == [False, True]


def test_merge_split_twice_at_once_is_split_once(stored):
    founder, (one, two) = made(stored, 2)
    with stored.app_context(), account_scope(stored.config["STORED"][0]):
        merging(founder, [one, two])()
        merge_id = queries.splittable_merges(one)[0].id
        db.session.commit()

    def split() -> None:
        who = actor_of(founder)
        merge = queries.merge_of(merge_id, one, lock=True)
        splitting.split(splitting.plan(merge, registry().kinds[KIND], who, lock=True), {}, who)

    assert sorted(map(bool, at_once(stored, split, split))) == [False, True]
