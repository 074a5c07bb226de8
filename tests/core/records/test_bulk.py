"""Many records at once leave the same rows as one by one."""

from __future__ import annotations

from typing import Any

import pytest

from core.changes.capture import change_set
from core.db import sql
from core.errors import Conflict
from core.records import bulk, matching, services
from core.records.labels import make
from core.records.models import Record
from core.records.search import search
from core.registry import registry
from tests.makers import actor, make_account, make_record, make_team, make_user, tick

PERSON = {
    "first_name": "Łucja",
    "last_name": "Gżegżółka",
    "position": "Prezes",
    "emails": ["l.gzegzolka@lakafoods.pl", "lucja@example.com"],
    "phones": [["+48 601 774 290", "mobile"], ["22 111 22 33", "fax"]],
    "city": "Łódź",
    "note": "<b>prosi</b> o katalog\n=cmd|'/c calc'!A1",
}
COMPANY = {"name": "Łąka Foods sp. z o.o.", "nip": "7740001454", "emails": ["biuro@lakafoods.pl"]}


def whole(kind: str, values: dict[str, Any], **holders: Any) -> dict[str, Any]:
    """Return values for every editable field."""
    fields = registry().kinds[kind].fields
    empty = {each.key: each.type.empty for each in fields if each.is_editable}
    return {**empty, "visibility": "public", **values, **holders}


def rows_of(record_id: int, kind: str) -> dict[str, Any]:
    """Return everything stored about a record, without IDs and moments."""
    table = registry().kinds[kind].table
    return {
        "record": tuple(
            sql(
                "select kind, name, sort_name, sort_key, owner_id, visibility, version,"
                " participant_ids, further_owner_ids,"
                " created_by_id, updated_by_id, deleted_at from core_record"
                " where account_id = :account and id = :id",
                id=record_id,
            ).one()
        ),
        "row": sql(
            f"select to_jsonb(k) - 'id' from {table} k where account_id = :account and id = :id",
            id=record_id,
        ).scalar_one(),
        "holders": sql(
            "select principal_id, role, added_by_id from core_holder"
            " where account_id = :account and record_id = :id order by 1, 2",
            id=record_id,
        ).all(),
        "labels": sql(
            "select label_id, field from core_record_label"
            " where account_id = :account and record_id = :id order by 1",
            id=record_id,
        ).all(),
        "search": sql(
            "select cast(document as text) from core_search"
            " where account_id = :account and record_id = :id",
            id=record_id,
        ).scalar_one(),
        "match": sql(
            "select key from core_match where account_id = :account and record_id = :id order by 1",
            id=record_id,
        ).all(),
        "changes": sql(
            "select s.user_id, s.origin, c.act, c.version, c.diff from core_change c"
            " join core_change_set s on s.account_id = c.account_id and s.id = c.change_set_id"
            " where c.account_id = :account and c.record_id = :id order by c.version",
            id=record_id,
        ).all(),
    }


@pytest.mark.parametrize(("kind", "values"), [("person", PERSON), ("company", COMPANY)])
def test_gen_9_both_ways_of_making_a_record_store_equal_rows(app, kind, values):
    make_account()
    anna, team = make_user("Anna"), make_team()
    labels = {"tags": [make("tag", "Targi")], "groups": [make("group.contacts", "VIP")]}
    given = whole(
        kind,
        values | labels,
        owner=anna.id,
        participants=sorted([team.id, anna.id]),
        source=make("source", "Web"),
        visibility="private",
    )
    with change_set("import", anna.id):
        one = services.create(registry().kinds[kind], given, actor(anna), {"confirm_nip_0"})
    with change_set("import", anna.id):
        other, _third = bulk.create_many(registry().kinds[kind], [given, given], actor(anna))
    assert rows_of(other, kind) == rows_of(one.id, kind)


@pytest.mark.parametrize("kind", ["person", "company"])
def test_gen_9_both_ways_of_changing_a_record_store_equal_rows(app, kind):
    make_account()
    anna, team = make_user("Anna"), make_team()
    first = PERSON if kind == "person" else COMPANY
    old = {"tags": [make("tag", "Stary"), make("tag", "Trwały")], "participants": [anna]}
    records = [make_record(anna, kind, **first, **old) for _each in range(2)]
    values = {
        "phones": [["500 600 700", "phone"]],
        "emails": [],
        "note": None,
        "city": "Kraków",
        "tags": sorted([make("tag", "Trwały"), make("tag", "Nowy")]),
        "participants": [team.id],
        **({"last_name": "Ćwik"} if kind == "person" else {"name": "Młyn S.A.", "nip": None}),
    }
    registered = registry().kinds[kind]
    with change_set("import", anna.id):
        access = services.fetch(kind, records[0].id, actor(anna))
        services.change(access, values)
    with change_set("import", anna.id):
        found = bulk.stored(registered, [records[1].id], lock=True)
        assert bulk.change_many(registered, [(found[records[1].id], values)], actor(anna)) == [
            records[1].id
        ]
    assert rows_of(records[1].id, kind) == rows_of(records[0].id, kind)
    assert rows_of(records[1].id, kind)["record"][6] == 2


def test_value_that_stays_the_same_is_no_change(app):
    make_account()
    anna = make_user()
    record = make_record(anna, **PERSON)
    kind = registry().kinds["person"]
    with change_set("import", anna.id):
        found = bulk.stored(kind, [record.id], lock=True)
        assert not bulk.change_many(kind, [(found[record.id], PERSON)], actor(anna))
    assert len(rows_of(record.id, "person")["changes"]) == 1


def test_gen_8_a_record_that_changed_since_it_was_read_is_not_overwritten(app):
    make_account()
    anna = make_user()
    record = make_record(anna, **PERSON)
    kind = registry().kinds["person"]
    read = bulk.stored(kind, [record.id])[record.id]
    with change_set("form", anna.id):
        services.change(services.fetch("person", record.id, actor(anna)), {"city": "Gdynia"})
    with change_set("import", anna.id), pytest.raises(Conflict):
        bulk.change_many(kind, [(read, {"city": "Sopot"})], actor(anna))


def test_one_change_set_that_touches_a_record_twice_has_one_row_and_one_version(app):
    make_account()
    anna = make_user()
    kind = registry().kinds["person"]
    with change_set("import", anna.id):
        (made,) = bulk.create_many(kind, [whole("person", PERSON, owner=anna.id)], actor(anna))
        found = bulk.stored(kind, [made], lock=True)[made]
        bulk.change_many(kind, [(found, {"city": "Sopot"})], actor(anna))
        services.change(services.fetch("person", made, actor(anna)), {"street": "Długa 1"})
    ((_user, _origin, act, version, diff),) = rows_of(made, "person")["changes"]
    assert (act, version, diff["city"], diff["street"]) == (
        "created", 1, [None, "Sopot"], [None, "Długa 1"],
    )  # fmt: skip


def test_record_read_before_shows_its_new_values(app):
    make_account()
    anna = make_user()
    record = make_record(anna, **PERSON)
    kind = registry().kinds["person"]
    with change_set("import", anna.id):
        found = bulk.stored(kind, [record.id])
        bulk.change_many(kind, [(found[record.id], {"last_name": "Nowa"})], actor(anna))
    assert isinstance(record, Record)
    assert (record.name, record.version) == ("Łucja Nowa", 2)


def test_allowed_is_full_access_with_the_right(app):
    make_account()
    north = make_team()
    anna, adam, marek = make_user(team=north), make_user(), make_user(team=north, role="manager")
    records = [
        make_record(anna, visibility=each, **PERSON).id for each in ("public", "private", "hidden")
    ]
    kind = registry().kinds["person"]
    assert bulk.allowed(kind, records, actor(anna), "edit") == set(records)
    assert bulk.allowed(kind, records, actor(marek), "edit") == set(records)
    assert bulk.allowed(kind, records, actor(adam), "edit") == set()
    assert bulk.allowed(kind, records, actor(adam), "view") == {records[0]}
    tick("owner", "person", "edit", on=False)
    assert bulk.allowed(kind, records, actor(anna), "edit") == set()


def test_another_accounts_records_are_not_there(app):
    make_account()
    record = make_record(make_user(), **PERSON)
    make_account()
    anna = make_user()
    kind = registry().kinds["person"]
    assert bulk.stored(kind, [record.id]) == {}
    assert bulk.allowed(kind, [record.id], actor(anna), "view") == set()
    keys = [key for tier in matching.tiers_of(kind, PERSON) for key in tier]
    assert matching.found_under(kind, keys, actor(anna)) == {}


def test_search_4_made_records_are_found_at_once(app):
    make_account()
    anna = make_user()
    with change_set("import", anna.id):
        bulk.create_many(
            registry().kinds["person"],
            [whole("person", PERSON, owner=anna.id, tags=[make("tag", "Wiosna")])],
            actor(anna),
        )
    for typed in ("gzegzol", "774290", "wiosn"):
        assert search(actor(anna), typed)["person"][1] == 1, typed


def test_statements_do_not_grow_with_the_batch(app, count_statements):
    make_account()
    anna = make_user()
    kind = registry().kinds["person"]
    counts = []
    for size in (3, 30):
        before = len(count_statements)
        items = [
            whole("person", {**PERSON, "last_name": f"N{n}"}, owner=anna.id) for n in range(size)
        ]
        with change_set("import", anna.id):
            ids = bulk.create_many(kind, items, actor(anna))
            found = bulk.stored(kind, ids, lock=True)
            changes = [(each, {"city": "Sopot"}) for each in found.values()]
            bulk.change_many(kind, changes[: size // 3], actor(anna))
        counts.append(len(count_statements) - before)
    assert counts[1] <= counts[0] + 10  # what one change set touches twice is combined row by row


def test_derived_rows_go_with_their_records(app):
    make_account()
    anna = make_user()
    kept, gone = make_record(anna, **PERSON), make_record(anna, **PERSON)
    sql("delete from core_record where account_id = :account and id = :id", id=gone.id)
    for table in ("core_search", "core_match"):
        left = sql(f"select distinct record_id from {table} where account_id = :account")
        assert left.scalars().all() == [kept.id]


def test_names_in_ascii_get_the_same_keys_as_all_others(app):
    make_account()
    names = ["Anna  Nowak-Kos", "O'Hara (junior)", "a_b.c/d\\e;f:g,h", "  Zo`e ", "- 7", "", 'x"y']
    plain, other = (
        sql(
            "select core_sort_key(name) from unnest(cast(:names as text[])) name where :account > 0",
            names=[name + ending for name in names],
        ).scalars()
        for ending in ("", "Æ")  # a letter that is sorted as another one
    )
    assert list(plain) == [key.removesuffix("a").rstrip() for key in other]
