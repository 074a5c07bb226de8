"""Removing a user: what he leaves, who gets it, and what happens at the same time elsewhere."""

from __future__ import annotations

import pytest

from core import clock
from core.access import actor_of
from core.accounts.queries import account_facts
from core.changes.capture import change_set
from core.db import account_scope, db, enter_account, sql
from core.errors import InvalidForm
from core.notifications import queries as notifications
from core.records.handing_over import holdings_of
from core.registry import registry
from core.staff.services import invitations, leaving, standing
from core.staff.services.leaving import HAND_OVER, Plan, remove_user
from core.teams.services import role_named, team as team_of
from core.users.models import Login
from tests.mailbox import set_up
from tests.makers import (
    PASSWORD,
    actor,
    make_account,
    make_record,
    make_user,
    opens,
    sign_in,
)
from tests.reading import Page
from tests.together import at_once, stored

__all__ = ["stored"]  # a fixture

USERS = "/settings/account/users/users"


@pytest.fixture
def ada(team, boss):
    return make_user("Ada", team, email="ada@example.com")


@pytest.fixture
def eve(team, boss):
    return make_user("Eve", team)


def owner_of(record):
    return sql(
        "select owner_id from core_record where account_id = :account and id = :id", id=record.id
    ).scalar_one()


def status_of(user):
    return sql(
        "select status from core_user where account_id = :account and id = :id", id=user.id
    ).scalar_one()


def participants_of(record):
    rows = sql(
        "select principal_id from core_holder where account_id = :account and record_id = :id"
        " and role = 'participant'",
        id=record.id,
    )
    return set(rows.scalars())


def last_change(record):
    return sql(
        "select s.origin, s.user_id, c.diff, r.version = c.version as is_last"
        " from core_change c join core_change_set s"
        " on s.account_id = c.account_id and s.id = c.change_set_id"
        " join core_record r on r.account_id = c.account_id and r.id = c.record_id"
        " where c.account_id = :account and c.record_id = :id order by s.id desc limit 1",
        id=record.id,
    ).one()


def test_user_7_dialog_counts_what_is_held_and_offers_active_users_or_to_leave(
    browser, ada, eve, team
):
    for kind in ("person", "person", "company"):
        make_record(ada, kind)
    make_record(eve, participants=[ada])
    paused = make_user("Paused", team)
    standing.suspend(paused.id)
    db.session.commit()
    page = Page(browser.get(f"{USERS}/{ada.id}/remove").get_data(as_text=True))
    for counted in ("People owned: 2", "Companies owned: 1", "Participations: 1"):
        assert counted in page.text
    offered = dict(page.options["to.person"])
    assert offered[""] == "leave as it is"
    assert str(eve.id) in offered
    assert {str(ada.id), str(paused.id)}.isdisjoint(offered)


def test_user_7_records_are_handed_over_kind_by_kind_as_change_sets(browser, boss, ada, eve):
    person, company = make_record(ada), make_record(ada, "company")
    shared = make_record(eve, participants=[ada])
    sent = {"to.person": eve.id, "to.company": "", "to.participations": boss.id}
    assert browser.post(f"{USERS}/{ada.id}/remove", data=sent).status_code == 303
    assert (owner_of(person), owner_of(company)) == (eve.id, ada.id)
    assert participants_of(shared) == {boss.id}
    change = last_change(person)
    assert (change.origin, change.user_id, change.is_last) == ("list operation", boss.id, True)
    assert change.diff["owner"] == [ada.id, eve.id]
    assert status_of(ada) == "removed"
    assert "Ada Test" in browser.get(f"/companies/{company.id}").get_data(as_text=True)
    (told,) = notifications.page_of(actor(eve)).entries
    assert told.text == "You took over 1 record from Ada Test."


def test_user_7_whoever_takes_part_already_stays_once(browser, ada, eve):
    shared = make_record(eve, participants=[ada, eve])
    browser.post(f"{USERS}/{ada.id}/remove", data={"to.participations": eve.id})
    assert participants_of(shared) == {eve.id}


def test_user_7_hidden_records_and_the_trash_are_treated_alike_for_all(browser, ada, eve, boss):
    hidden = make_record(ada, visibility="hidden")
    trashed = make_record(ada)
    with change_set("form", boss.id):
        trashed.deleted_at = clock.now()
        db.session.flush()
    assert "People owned: 1" in browser.get(f"{USERS}/{ada.id}/remove").get_data(as_text=True)
    browser.post(f"{USERS}/{ada.id}/remove", data={"to.person": eve.id})
    assert (owner_of(hidden), owner_of(trashed)) == (eve.id, ada.id)
    assert opens(eve, hidden) == "full"


def test_user_7_records_that_are_left_stay_open_to_the_manager(browser, ada, team):
    leader = make_user("Leader", team, "manager")
    record = make_record(ada, visibility="hidden")
    browser.post(f"{USERS}/{ada.id}/remove")
    assert opens(leader, record) == "full"


@pytest.mark.parametrize("who", ["himself", "suspended", "foreign", "team", "nobody", "x"])
def test_user_7_wrong_new_holders_are_named_and_nothing_happens(browser, boss, ada, eve, team, who):
    record = make_record(ada)
    numbers = {"himself": ada.id, "suspended": eve.id, "team": team.id, "nobody": 999999, "x": "x"}
    standing.suspend(eve.id)
    make_account("Other")
    numbers["foreign"] = make_user("Foreign").id
    enter_account(boss.account_id)
    db.session.commit()
    answer = browser.post(f"{USERS}/{ada.id}/remove", data={"to.person": numbers[who]})
    assert answer.status_code == 422
    assert Page(answer.get_data(as_text=True)).texts["to.person-error"]
    assert owner_of(record) == ada.id
    assert status_of(ada) == "active"


def test_user_7_removed_user_cannot_sign_in_and_is_not_offered(browser, client, ada):
    other = sign_in(client.application.test_client(), ada)
    browser.post(f"{USERS}/{ada.id}/remove")
    assert other.get("/notifications").headers["Location"].startswith("/sign-in")
    refused = other.post("/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
    assert refused.status_code == 422
    assert db.session.get(Login, "ada@example.com") is None
    form = Page(browser.get("/people/new").get_data(as_text=True))
    assert str(ada.id) not in dict(form.options["owner"])


def test_gen_12_many_records_are_handed_over_in_the_background(
    browser, boss, ada, eve, monkeypatch
):
    monkeypatch.setattr(leaving, "AT_ONCE", 2)
    monkeypatch.setattr("core.records.handing_over.BATCH", 2)
    records = [make_record(ada) for _number in range(5)]
    answer = browser.post(f"{USERS}/{ada.id}/remove", data={"to.person": eve.id})
    assert answer.status_code == 303
    assert status_of(ada) == "removed"
    assert {owner_of(each) for each in records} == {ada.id}
    assert "being handed over" in browser.get(f"{USERS}/{ada.id}").get_data(as_text=True)
    job = sql(
        "select arguments, user_id from core_job where account_id = :account and name = :name",
        name=HAND_OVER,
    ).one()
    with change_set("automatic", job.user_id):
        registry().jobs[HAND_OVER].run(**job.arguments)
    assert {owner_of(each) for each in records} == {eve.id}
    assert {last_change(each).user_id for each in records} == {boss.id}
    assert holdings_of(ada.id).count == 0
    (told,) = notifications.page_of(actor(boss)).entries
    assert told.text == "5 records of Ada Test were handed over."


def test_gen_12_a_hand_over_that_fails_is_told(browser, boss, ada, eve, monkeypatch):
    make_record(ada)
    plan = {"owned": {"person": eve.id}, "participations": None}
    with change_set("automatic", boss.id):
        registry().jobs[HAND_OVER].failed(user=ada.id, by=boss.id, **plan)
    (told,) = notifications.page_of(actor(boss)).entries
    assert told.text == "Handing over failed: 1 record is still with Ada Test."


def test_user_7_many_records_take_few_statements(app, boss, ada, eve, count_statements):
    def asked(number, user):
        for _number in range(number):
            make_record(user)
        count_statements.clear()
        with change_set("form", boss.id):
            remove_user(user.id, Plan({"person": eve.id}), actor_of(boss.id))
        return len(count_statements)

    others = [make_user(team=team_of(ada.main_team_id)) for _number in range(2)]
    asked(1, ada)
    assert asked(60, others[1]) == asked(3, others[0])


def test_user_7_a_plan_for_a_user_of_another_account_is_refused(boss, ada):
    make_account("Other")
    foreign = make_user("Foreign")
    enter_account(boss.account_id)
    with change_set("form", boss.id), pytest.raises(InvalidForm):
        remove_user(ada.id, Plan({}, foreign.id), actor_of(boss.id))


def second_administrator(app):
    account, first_team, _founder = app.config["STORED"]
    with app.app_context(), account_scope(account):
        user = make_user("Second", team_of(first_team), "administrator").id
        db.session.commit()
    return user


@pytest.mark.parametrize("act", [standing.suspend, standing.remove])
def test_user_8_two_administrators_cannot_put_each_other_out_at_once(stored, act):
    founder, second = stored.config["STORED"][2], second_administrator(stored)

    def put_out(who, by):
        with change_set("form", by):
            act(who)

    answers = at_once(stored, lambda: put_out(founder, second), lambda: put_out(second, founder))
    assert answers == ["", "You are no longer active in this account."]


def test_user_8_the_two_last_administrators_cannot_both_go_at_once(stored):
    founder, second = stored.config["STORED"][2], second_administrator(stored)

    def go(who):
        with change_set("form", who):
            standing.suspend(who)

    answers = at_once(stored, lambda: go(founder), lambda: go(second))
    assert answers == ["", "The account must keep at least one administrator."]


def test_user_3_an_invitation_accepted_twice_at_once_makes_one_user(stored):
    account, first_team, founder = stored.config["STORED"]
    with stored.app_context(), account_scope(account):
        made = invitations.Invitation(
            email="twice@example.com", team_id=first_team, role_id=role_named("user").id,
            invited_by_id=founder, expires_at=clock.now() + invitations.VALID,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        token = invitations._new_link(made)
        db.session.commit()
    who = invitations.Newly("Eve", "Nowak", PASSWORD), invitations.Visit("", "")
    answers = at_once(stored, *[lambda: invitations.accept(token, *who)] * 3)
    assert answers == ["", *["This invitation is no longer valid."] * 2]
    with stored.app_context(), account_scope(account):
        assert len(account_facts().users) == 2


def test_user_2_two_administrators_invite_one_address_once(stored):
    account, first_team, founder = stored.config["STORED"]
    with stored.app_context(), account_scope(account):
        wish = invitations.Wish("once@example.com", first_team, role_named("user").id)

    def invite():
        with change_set("form", founder):
            invitations.invite([wish])

    before = set_up(stored, smtp_url="smtp://localhost:9")
    answers = at_once(stored, invite, invite)
    stored.config["SZANSA"] = before
    assert answers[0] == ""
    assert "has an invitation that waits" in answers[1]
