"""The wall between accounts: closed by default, for reading and writing, by whatever way."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, exists, func, select, text, union_all, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from core.access import everything
from core.changes.capture import change_set
from core.db import (
    WallError,
    account_scope,
    across_accounts,
    current_account,
    db,
    enter_account,
    leave_account,
    sql,
)
from core.errors import NotFound
from core.records.models import Holder, Record
from core.registry import registry
from core.teams.models import Membership, Team
from core.teams.services import team
from plugins.contacts.models import Person
from tests.makers import actor, make_account, make_record, make_team, make_user, opens

Other = aliased(Team)


@pytest.fixture
def teams(app):
    """A team of another account, and one of the current one."""
    make_account()
    theirs = make_team("Theirs")
    make_account()
    return theirs, make_team("Ours")


READINGS = {
    "a select": select(Team.name),
    "an alias": select(Other.name),
    "a sub-select": select(select(Team.name).subquery()),
    "a common table": select(select(Team.name).cte()),
    "a union": union_all(select(Team.name), select(Other.name)),
    "a scalar": select(select(func.min(Team.name)).scalar_subquery()),
    "a join": select(Team.name).join(Other, Other.id >= Team.id),
}


@pytest.mark.parametrize("name", READINGS)
def test_nothing_but_the_own_account_is_read(teams, name):
    assert set(db.session.execute(READINGS[name]).scalars()) == {"Ours"}


def test_other_accounts_rows_do_not_exist_for_conditions(teams):
    theirs, _ours = teams
    assert db.session.execute(select(func.count()).select_from(Team)).scalar_one() == 1
    others = select(Team.name).where(exists().where(Other.id != Team.id))
    assert db.session.execute(others).all() == []
    assert db.session.execute(select(Team).where(Team.id == theirs.id)).all() == []
    with pytest.raises(NotFound):
        team(theirs.id)


def test_nothing_but_the_own_account_is_written(teams):
    theirs, ours = teams
    assert db.session.execute(update(Team).values(name="X")).rowcount == 1
    assert db.session.execute(delete(Team)).rowcount == 1
    with across_accounts("the test looks at both"):
        names = db.session.execute(select(Team.name).where(Team.id.in_([theirs.id, ours.id])))
        assert names.scalars().all() == ["Theirs"]


def test_without_an_account_every_statement_raises(teams):
    leave_account()
    statements = [select(Team.name), select(func.count()).select_from(Team), update(Team)]
    for statement in [*statements, delete(Team), select(select(Team.name).subquery())]:
        with pytest.raises(WallError):
            db.session.execute(statement)
    with pytest.raises(WallError):
        current_account()
    with pytest.raises(WallError):
        sql("select 1 where :account > 0")
    with pytest.raises(WallError):
        everything(Record, reason="test")


def test_without_an_account_nothing_is_stored(teams):
    leave_account()
    db.session.add(Team(id=1, name="Nowhere"))
    with pytest.raises(WallError):
        db.session.flush()
    db.session.rollback()


def test_plain_sql_must_name_the_account(teams):
    with pytest.raises(WallError):
        db.session.execute(text("select name from core_team"))
    for statement in (
        "select name from core_team",
        "select id::account from core_team",
        "select name from core_team where account_id = :account_id",
    ):
        with pytest.raises(WallError):
            sql(statement, account_id=1)


def test_row_of_another_account_can_be_neither_made_nor_changed_nor_deleted(teams):
    theirs, ours = teams
    for spoil in (
        lambda: db.session.add(Team(account_id=theirs.account_id, id=theirs.id, name="X")),
        lambda: setattr(theirs, "name", "X"),
        lambda: db.session.delete(theirs),
        lambda: setattr(ours, "account_id", theirs.account_id),
    ):
        with db.session.begin_nested() as savepoint:
            spoil()
            with pytest.raises(WallError):
                db.session.flush()
            savepoint.rollback()


def test_scope_ends_with_its_block(teams):
    theirs, ours = teams
    with account_scope(theirs.account_id):
        assert team(theirs.id).name == "Theirs"
    assert current_account() == ours.account_id


def test_database_refuses_links_across_accounts(app):
    make_account()
    their_team, them = make_team(), make_user()
    their_record = make_record(them)
    make_account()
    our_team, us = make_team(), make_user()
    record = make_record(us)
    holder = (
        "insert into core_holder (account_id, record_id, principal_id, role, added_at)"
        " values (:account, {}, 'participant', now())"
    )
    member = "insert into core_membership (account_id, user_id, team_id, role_id)"
    links = [
        "update core_team set parent_id = :there where account_id = :account and id = :here",
        "update core_user set main_team_id = :there where account_id = :account and id = :us",
        "update core_record set owner_id = :them where account_id = :account and id = :record",
        "update contacts_person set company_id = :their_record where account_id = :account",
        holder.format(":record, :there"),
        holder.format(":record, :them"),
        holder.format(":their_record, :us"),
        f"{member} select account_id, :us, :there, id from core_role where account_id = :account",
    ]
    values = {
        "there": their_team.id,
        "here": our_team.id,
        "us": us.id,
        "them": them.id,
        "record": record.id,
        "their_record": their_record.id,
    }
    for link in links:
        with db.session.begin_nested() as savepoint:
            with pytest.raises(IntegrityError):
                sql(link, **{key: value for key, value in values.items() if f":{key}" in link})
            savepoint.rollback()


def test_record_of_another_account_answers_like_one_that_never_was(app):
    make_account()
    theirs = make_record(visibility="public")
    make_account()
    us = make_user(role="administrator")
    assert opens(us, theirs) == "nothing"


GUARDED = {
    "a select": select(Record.name),
    "a row": select(Person),
    "a count": select(func.count()).select_from(Record),
    "a function": select(func.max(Record.id)),
    "a join": select(Team.name).join(Record, Record.id != Team.id),
    "a condition": select(Team.name).where(exists().where(Record.id > 0)),
    "a list of IDs": select(Team.name).where(Team.id.in_(select(Person.id))),
    "a sub-select": select(select(Record.name).subquery()),
    "a holder's record": select(Holder.id).join(Record, Record.id == Holder.record_id),
    "a bare table": select(Team.name).where(Team.id.in_(select(Record.__table__.c.id))),
    "an update": update(Record).values(name="X"),
    "a deletion": delete(Person),
}


@pytest.mark.parametrize("name", GUARDED)
def test_records_are_reached_through_the_engine_alone(app, name):
    make_account()
    make_record()
    with pytest.raises(WallError):
        db.session.execute(GUARDED[name])


def test_everything_needs_a_reason_and_stays_in_the_account(app):
    make_account()
    make_record()
    make_account()
    ours = make_record()
    with pytest.raises(ValueError, match="reason"):
        everything(Record, reason="")
    found = db.session.execute(everything(Record, reason="test")).scalars().all()
    assert found == [ours]


def test_a_statement_by_rule_does_not_open_writing(app):
    make_account()
    make_record()
    with pytest.raises(WallError):
        db.session.execute(delete(Person), execution_options={"by_rule": True})


def test_memberships_of_two_accounts_do_not_mix(app):
    first = make_account()
    make_user()
    second = make_account()
    make_user()
    for account in (first, second):
        enter_account(account.id)
        rows = db.session.execute(select(Membership.account_id)).scalars()
        assert set(rows) == {account.id}


def test_record_cannot_be_stored_in_another_account(app):
    them = make_account()
    make_account()
    me = make_user()
    person = Record(
        account_id=them.id, id=1, kind=registry().kinds["person"].key, name="X", sort_name="X"
    )
    with change_set("form", actor(me).user_id), db.session.begin_nested() as savepoint:
        db.session.add(person)
        with pytest.raises(WallError):
            db.session.flush()
        savepoint.rollback()
