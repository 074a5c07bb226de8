"""Change sets: every write of a record, with the values before and after (GEN-9)."""

from __future__ import annotations

import json

import pytest

from core.access import fetch
from core.changes.capture import NoAuthor, change_set, no_longer_writing
from core.changes.models import Change, ChangeSet
from core.db import db
from core.records.models import Holder, Record
from core.records.queries import changes_since
from core.records.services import change, restore, trash
from core.users.models import User
from tests.makers import actor, make_account, make_record, make_team, make_user


@pytest.fixture
def ada(app) -> User:
    """The administrator of an account."""
    make_account()
    return make_user("Ada", role="administrator")


@pytest.fixture
def record(ada) -> Record:
    """A person of Ada's, of whom nothing is recorded but the making."""
    return make_record(ada, last_name="Nowak", city="Gdynia", participants=[])


def opened(record: Record, user: User, **options):
    return fetch(record.kind, record.id, actor(user), **options)


def save(record: Record, user: User, origin: str = "form", **values) -> Record:
    with change_set(origin, user.id):
        return change(opened(record, user), values)


def changes(record: Record) -> list[Change]:
    statement = db.select(Change).where(Change.record_id == record.id)
    return list(db.session.execute(statement.order_by(Change.version)).scalars())


def sets() -> list[ChangeSet]:
    return list(db.session.execute(db.select(ChangeSet).order_by(ChangeSet.id)).scalars())


def test_making_a_record_is_recorded_with_everything_it_holds(ada, record):
    team = make_team()
    made = make_record(ada, last_name="Kot", participants=[team], visibility="hidden")
    (found,) = changes(made)
    assert (found.act, found.version) == ("created", 1)
    assert found.diff["last_name"] == [None, "Kot"]
    assert found.diff["visibility"] == [None, "hidden"]
    assert found.diff["owner"] == [None, ada.id]
    assert found.diff["participants"] == [[], [team.id]]
    assert "position" not in found.diff


def test_change_holds_who_when_whence_and_both_values(ada, record):
    save(record, ada, "import", city="Sopot")
    made, changed = sets()
    assert (changed.user_id, changed.origin, changed.undo_of_id) == (ada.id, "import", None)
    assert changed.at >= made.at
    assert changes(record)[-1].diff == {"city": ["Gdynia", "Sopot"]}
    assert changes(record)[-1].act == "changed"


def test_each_change_set_raises_the_version_by_one(ada, record):
    for version, city in enumerate(("Sopot", "Rumia", "Reda"), start=2):
        assert save(record, ada, city=city).version == version
    assert [each.version for each in changes(record)] == [1, 2, 3, 4]
    assert changes_since(record.id, 2) == [
        {"city": ["Sopot", "Rumia"]},
        {"city": ["Rumia", "Reda"]},
    ]


def test_saving_without_a_change_leaves_no_trace(ada, record):
    save(record, ada, city="Gdynia")
    assert record.version == 1
    assert len(changes(record)) == 1
    assert len(sets()) == 1


def test_writes_of_one_set_are_one_change_from_the_first_to_the_last_value(ada, record):
    with change_set("form", ada.id):
        for city in ("Sopot", "Rumia"):
            change(opened(record, ada), {"city": city})
        change(opened(record, ada), {"note": "x"})
    assert changes(record)[1:][0].diff == {"city": ["Gdynia", "Rumia"], "note": [None, "x"]}
    assert record.version == 2
    assert len(sets()) == 2


def test_value_that_comes_back_within_a_set_is_no_change(ada, record):
    with change_set("form", ada.id):
        change(opened(record, ada), {"city": "Sopot", "note": "x"})
        change(opened(record, ada), {"city": "Gdynia"})
    assert changes(record)[-1].diff == {"note": [None, "x"]}


def test_holders_are_recorded_as_lists_before_and_after(ada, record):
    team, eve = make_team(), make_user("Eve")
    save(record, ada, participants=sorted([team.id, eve.id]))
    save(record, ada, participants=[eve.id])
    added, removed = changes(record)[1:]
    assert added.diff == {"participants": [[], sorted([team.id, eve.id])]}
    assert removed.diff == {"participants": [sorted([team.id, eve.id]), [eve.id]]}


def test_further_owners_and_tags_are_recorded_too(ada, record):
    eve = make_user("Eve")
    with change_set("form", ada.id):
        db.session.add(Holder(record_id=record.id, principal_id=eve.id, role="owner"))
        db.session.flush()
    save(record, ada, tags=["vip"])
    owners, tags = changes(record)[1:]
    assert owners.diff == {"owners": [[], [eve.id]]}
    assert list(tags.diff) == ["tags"]
    assert record.version == 3


def test_trash_and_restore_are_recorded_as_such(ada, record):
    with change_set("form", ada.id):
        trash(opened(record, ada))
    with change_set("form", ada.id):
        restore(opened(record, ada, trashed=True))
    assert [each.act for each in changes(record)] == ["created", "trashed", "restored"]
    assert record.version == 3


def test_diff_holds_what_json_holds_and_field_keys(ada):
    company = make_record(ada, kind="company", name="Kot", participants=[])
    made = make_record(
        ada,
        company=company.id,
        emails=["a@b.pl"],
        phones=[["123", "mobile"]],
        participants=[ada],
    )
    diff = changes(made)[0].diff
    assert json.loads(json.dumps(diff)) == diff
    assert diff["company"] == [None, company.id]
    assert diff["phones"] == [None, [["123", "mobile"]]]
    assert not any(key.endswith("_id") for key in diff)


def test_records_written_together_share_the_set(ada):
    one, two = make_record(ada), make_record(ada)
    with change_set("list operation", ada.id):
        change(opened(one, ada), {"city": "Sopot"})
        change(opened(two, ada), {"city": "Sopot"})
    assert changes(one)[-1].change_set_id == changes(two)[-1].change_set_id


def test_different_authors_and_origins_have_sets_of_their_own(ada, record):
    eve = make_user("Eve", role="administrator")
    save(record, ada, city="Sopot")
    save(record, eve, city="Rumia")
    save(record, eve, "import", city="Reda")
    assert [(each.user_id, each.origin) for each in sets()[1:]] == [
        (ada.id, "form"),
        (eve.id, "form"),
        (eve.id, "import"),
    ]


def test_undoing_names_what_it_takes_back(ada, record):
    save(record, ada, city="Sopot")
    first = sets()[-1]
    with change_set("undo", ada.id, first.id):
        change(opened(record, ada), {"city": "Gdynia"})
    assert sets()[-1].undo_of_id == first.id


def test_writing_outside_a_change_set_is_refused(ada, record):
    no_longer_writing()
    with db.session.begin_nested() as savepoint:
        opened(record, ada).row.city = "Sopot"
        with pytest.raises(NoAuthor):
            db.session.flush()
        savepoint.rollback()
    assert opened(record, ada).row.city == "Gdynia"


def test_what_is_rolled_back_leaves_no_change_set(ada, record):
    db.session.commit()
    with change_set("form", ada.id):
        change(opened(record, ada), {"city": "Sopot"})
        db.session.rollback()
        assert len(sets()) == 1
        change(opened(record, ada), {"city": "Rumia"})
    assert changes(record)[-1].diff == {"city": ["Gdynia", "Rumia"]}
    assert len(sets()) == 2


def test_savepoint_that_holds_does_not_split_the_set(ada, record):
    with change_set("form", ada.id):
        change(opened(record, ada), {"city": "Sopot"})
        with db.session.begin_nested():
            change(opened(record, ada), {"note": "x"})
        change(opened(record, ada), {"street": "Długa"})
    assert len(sets()) == 2
    assert changes(record)[-1].diff.keys() == {"city", "note", "street"}
    assert record.version == 2


def test_savepoint_that_fails_takes_its_changes_along(ada, record):
    with change_set("form", ada.id):
        savepoint = db.session.begin_nested()
        change(opened(record, ada), {"city": "Sopot"})
        savepoint.rollback()
        change(opened(record, ada), {"note": "x"})
    assert [each.diff for each in changes(record)[1:]] == [{"note": [None, "x"]}]
    assert record.version == 2


def test_record_and_who_changed_it_agree_with_the_set(ada, record):
    eve = make_user("Eve", role="administrator")
    save(record, eve, city="Sopot")
    assert (record.updated_by_id, record.created_by_id) == (eve.id, ada.id)
    assert record.updated_at > record.created_at


def test_other_account_sees_no_change_sets(ada, record):
    save(record, ada, city="Sopot")
    make_account()
    assert sets() == []
    assert changes(record) == []
