"""The demo account: who is in it, what they see, and that it is made once."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import pytest

from config.settings import Settings
from core.access import actor_of, rule_for
from core.accounts.founding import open_account
from core.accounts.queries import account_facts, setting
from core.db import account_scope, db, installation_sql, sql
from core.demo.commands import demo
from core.demo.password import demo_password
from core.demo.services import FOUNDER, USERS, fill_demo
from core.errors import Conflict
from core.records.models import VISIBILITIES
from core.users.models import Login
from core.users.passwords import verify
from core.users.services import Newcomer
from tests.makers import PASSWORD, actor

KEY = "a key of this installation"


@pytest.fixture(scope="module")
def stored(whole_app):
    """The demo account, really stored for the tests of this file, with the seconds of work it took."""
    with whole_app.app_context():
        began = time.process_time()
        made = fill_demo(KEY)
        db.session.commit()
        seconds = time.process_time() - began
    yield made, seconds
    with whole_app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"delete from core_account where id = {made.account_id}")


@pytest.fixture
def made(stored, app):
    with account_scope(stored[0].account_id):
        yield stored[0]


def user(key):
    return next(each for each in account_facts().users.values() if each.email.startswith(f"{key}@"))


def seen(key):
    rule = rule_for(actor_of(user(key).id), ("person",))
    return sql(
        "select count(*) from core_record r where r.account_id = :account"
        f" and r.kind = any(:kinds) and {rule.full}",
        **rule.values,
    ).scalar_one()


def test_it_is_filled_within_ten_seconds(made, stored):
    assert stored[1] < 10
    rows = sql("select kind, count(*) from core_record where account_id = :account group by 1")
    assert dict(rows.all()) == {"company": 200, "person": 1_000}


def test_a_second_time_it_is_the_same(made):
    before = sql("select count(*) from core_record where account_id = :account").scalar_one()
    again = fill_demo(KEY)
    assert again == replace(made, is_new=False)
    assert (
        sql("select count(*) from core_record where account_id = :account").scalar_one() == before
    )


def test_teams_and_roles_are_those_of_scenario_acc_s1(made):
    teams = {each.name: each for each in account_facts().teams.values()}
    assert {teams[name].parent_id for name in ("North", "East", "South")} == {teams["Sales"].id}
    assert teams["Sales"].parent_id == teams["Demo"].id
    places = {
        key: account_facts().principal_name(user(key).main_team_id or 0)
        for key in ("anna", "adam", "marek", "beata", "celina", "maria", "ada")
    }
    assert places == {"anna": "North", "adam": "North", "marek": "North", "beata": "East",
                      "celina": "South", "maria": "Sales", "ada": "Demo"}  # fmt: skip
    assert actor(user("ada")).is_administrator
    assert user("anna").id in actor(user("marek")).reached
    assert {user("anna").id, user("celina").id} <= set(actor(user("maria")).reached)
    assert actor(user("anna")).reached == (user("anna").id,)


def test_settings_are_those_of_scenario_acc_s1(made):
    assert setting("visibility.contacts.default") == "hidden"
    anna = actor(user("anna"))
    for kind in ("person", "company"):
        assert (kind, "edit") in anna.owner_ticks
        assert (kind, "edit") not in anna.participant_ticks
        assert not anna.has(kind, "edit")


def test_users_see_different_parts(made):
    counts = {key: seen(key) for key in ("ada", "maria", "marek", "anna", "beata")}
    assert counts["ada"] == 1_000
    assert counts["ada"] > counts["maria"] > counts["marek"] > counts["anna"] > 0
    assert counts["anna"] != counts["beata"]


def test_every_visibility_owner_and_label_occurs(made):
    rows = sql("select distinct visibility from core_record where account_id = :account")
    assert set(rows.scalars()) == set(VISIBILITIES)
    owners = sql("select distinct owner_id from core_record where account_id = :account")
    assert len(set(owners.scalars())) >= 5
    families = sql("select distinct family from core_label where account_id = :account")
    assert set(families.scalars()) == {"source", "tag", "group.contacts"}


def test_gen_9_every_record_has_its_change_set_of_origin_demo(made):
    without = sql(
        "select count(*) from core_record r where r.account_id = :account and not exists ("
        " select 1 from core_change c join core_change_set s on s.account_id = c.account_id"
        " and s.id = c.change_set_id where c.account_id = r.account_id and c.record_id = r.id"
        " and c.act = 'created' and s.origin = 'demo' and s.user_id = r.created_by_id)"
    )
    assert without.scalar_one() == 0


def test_everybody_has_something_unread(made):
    told = sql("select distinct user_id from core_notification where account_id = :account")
    assert user("anna").id in set(told.scalars())


def test_one_password_signs_all_of_them_in_and_follows_the_key(made):
    for each in (FOUNDER, *USERS):
        assert verify(db.session.get_one(Login, each.email).password_hash, made.password)
    renewed = fill_demo("another key of this installation")
    assert renewed.password != made.password
    assert verify(db.session.get_one(Login, FOUNDER.email).password_hash, renewed.password)


def test_the_password_is_accepted_for_every_login_and_hard_to_guess():
    passwords = {demo_password(f"key {n}", ["anna@demo.example"]) for n in range(200)}
    assert len(passwords) == 200
    assert all(len(each) == 19 for each in passwords)


def test_somebody_s_own_account_of_that_name_is_left_alone(app, stored):
    installation_sql("update core_account set name = 'Other' where name = 'Demo'")
    open_account("demo", Newcomer("boss@firm.example", "Jan", "Boss", PASSWORD))
    with pytest.raises(Conflict):
        fill_demo(KEY)


def test_the_command_says_who_may_sign_in(made, settings: Settings):
    facts = demo(settings, argparse.Namespace())
    assert facts["password"] in facts["message"]
    assert facts["email"] == "ada@demo.example"
    assert {each["email"] for each in facts["users"]} >= {"anna@demo.example", "marek@demo.example"}
    assert facts["records"] == {"companies": 200, "people": 1_000}
