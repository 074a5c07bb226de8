"""Accounts get the shipped ticks of rights that are new to them, and get them once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.access import actor_of
from core.accounts.founding import ship_new_rights
from core.accounts.learning import learn_rights
from core.accounts.models import SecurityEntry
from core.app import create_app
from core.contracts import MANAGER, OWNER, Right
from core.db import across_accounts, current_account, db, installation_sql, sql
from core.registry import registry
from tests.makers import make_account, make_team, make_user, tick

NEW = Right("person", "tickle", "Tickle", "Tickle a person.", shipped=(MANAGER, OWNER))


@pytest.fixture
def new_right(monkeypatch):
    """A right that comes with a later version; gives what lets it come."""

    def come(right=NEW):
        rights = registry().rights
        monkeypatch.setitem(rights._rights, (right.kind, right.key), right)
        monkeypatch.setitem(rights._plugins, (right.kind, right.key), "core")

    return come


def ticks_of(right=NEW):
    """Return the roles of the current account that tick a right."""
    rows = sql(
        "select r.key from core_role_tick t join core_role r"
        " on r.account_id = t.account_id and r.id = t.role_id"
        ' where t.account_id = :account and t.kind = :kind and t."right" = :right'
        " union all select access_role from core_access_tick"
        ' where account_id = :account and kind = :kind and "right" = :right order by 1',
        kind=right.kind, right=right.key,
    )  # fmt: skip
    return rows.scalars().all()


def test_an_account_knows_from_its_founding_all_rights_there_are(app):
    account = make_account()
    assert learn_rights(account.id) == {}
    known = sql('select kind, "right" from core_known_right where account_id = :account')
    assert {tuple(row) for row in known} == {
        (each.kind, each.key) for each in registry().rights.all()
    }


def test_a_new_right_brings_its_shipped_ticks_from_the_next_request_on(app, new_right):
    make_account()
    marek = make_user("Marek", make_team(), "manager")
    adam = make_user("Adam", make_team(), "user")
    assert not actor_of(marek.id).has("person", "tickle")
    new_right()
    ship_new_rights()
    db.session.info.pop("epoch")  # the next request reads it anew
    assert ticks_of() == ["manager", "owner"]
    assert actor_of(marek.id).has("person", "tickle")
    assert not actor_of(adam.id).has("person", "tickle")


def test_what_was_unticked_is_never_ticked_again(app, new_right):
    make_account()
    new_right()
    ship_new_rights()
    tick("manager", "person", "tickle", on=False)
    tick("owner", "person", "tickle", on=False)
    tick("manager", "person", "edit", on=False)
    tick("user", "person", "delete")
    before = sql("select count(*) from core_role_tick where account_id = :account").scalar_one()
    ship_new_rights()
    assert ticks_of() == []
    after = sql("select count(*) from core_role_tick where account_id = :account").scalar_one()
    assert after == before


def test_roles_that_the_account_made_itself_get_nothing(app, new_right):
    make_account()
    sql("insert into core_role (account_id, name, has_reach) values (:account, 'manager', true)")
    new_right()
    ship_new_rights()
    assert ticks_of() == ["manager", "owner"]


def test_every_account_learns_and_the_security_log_says_so(app, new_right):
    first, second = make_account().id, make_account().id
    new_right()
    ship_new_rights()
    ship_new_rights()
    with across_accounts("the test looks at both"):
        entries = db.session.execute(
            db.select(SecurityEntry).where(SecurityEntry.event == "rights_added")
        ).scalars()
        found = sorted((each.account_id, *each.details["rights"]) for each in entries)
    assert found == [(first, "person.tickle"), (second, "person.tickle")]
    event = registry().security_events["rights_added"]
    assert event.text({"rights": ["person.tickle", "gone.right"]}) == (
        "The program brought new rights: Tickle, gone.right."
    )
    assert current_account() == second


def test_a_right_that_is_shipped_with_no_ticks_is_learned_too(app, new_right):
    account = make_account()
    bare = Right("person", "rare", "Rare", "Hardly ever.")
    new_right(bare)
    assert learn_rights(account.id) == {account.id: ["person.rare"]}
    assert ticks_of(bare) == []
    assert learn_rights(account.id) == {}


def test_processes_that_start_at_once_tell_each_account_once(ours, monkeypatch):
    app = create_app(ours.settings())
    with app.app_context():
        account_id = make_account().id
        db.session.commit()
        rights = registry().rights
        monkeypatch.setitem(rights._rights, (NEW.kind, NEW.key), NEW)
        monkeypatch.setitem(rights._plugins, (NEW.kind, NEW.key), "core")

    def start(_number):
        with app.app_context():
            learned = learn_rights(account_id)
            db.session.commit()
            return learned

    with ThreadPoolExecutor(4) as threads:
        told = list(threads.map(start, range(4)))
    assert sorted(told, key=len) == [{}, {}, {}, {account_id: ["person.tickle"]}]
    with app.app_context():
        count = installation_sql(
            "select count(*) from core_role_tick where account_id = :id and \"right\" = 'tickle'",
            id=account_id,
        ).scalar_one()
        assert count == 1
        db.session.rollback()
        db.engine.dispose()
