"""The engine on single records."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from core.access import fetch, why
from core.changes.capture import change_set
from core.db import db, sql
from core.teams.services import leave
from core.users.models import SUSPENDED
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    opens,
    put,
    sign_in,
    tick,
)


def test_vis_8_hidden_record_is_open_to_owner_participants_and_managers_alone(app):
    make_account()
    north, east = make_team("North"), make_team("East")
    anna, adam = make_user("Anna", north), make_user("Adam", north)
    marek = make_user("Marek", north, "manager")
    beata = make_user("Beata", east)
    record = make_record(anna, visibility="hidden", participants=[])
    assert opens(anna, record) == "full"
    assert opens(marek, record) == "full"
    assert opens(adam, record) == "nothing"
    assert opens(beata, record) == "nothing"
    put(beata, north, "manager")
    assert opens(beata, record) == "full"


def test_full_access_is_the_right_to_view_whatever_role_ticks_say(app):
    make_account()
    north = make_team("North")
    anna, marek = make_user("Anna", north), make_user("Marek", north, "manager")
    record = make_record(anna, visibility="hidden", participants=[])
    tick("manager", "person", "view", on=False)
    access = fetch(record.kind, record.id, actor(marek))
    assert access.can("view")
    (view,) = [each for each in why(actor(marek), record, str) if each.right == "view"]
    assert view.is_held


def test_acc_1_a_participant_team_stands_for_its_direct_members_of_now(app):
    make_account()
    north = make_team("North")
    below = make_team("Below", north)
    anna, adam, beata = make_user("Anna"), make_user("Adam", north), make_user("Beata", below)
    record = make_record(anna, visibility="hidden", participants=[north])
    assert opens(adam, record) == "full"
    assert opens(beata, record) == "nothing"
    put(beata, north)
    assert opens(beata, record) == "full"
    leave(beata, north.id)
    assert opens(beata, record) == "nothing"


def test_acc_2_acc_15_each_of_the_four_ways_gives_full_access_and_nothing_else_does(app):
    make_account()
    north = make_team("North")
    south = make_team("South")
    owner, one = make_user("Owner", north), make_user("One")
    chief, boss = make_user("Chief", south, "administrator"), make_user("Boss", north, "manager")
    member, stranger = make_user("Member", south), make_user("Stranger")
    record = make_record(owner, visibility="hidden", participants=[one, south])
    ways = {"chief": chief, "owner": owner, "one": one, "member": member, "boss": boss}
    assert {name: opens(each, record) for name, each in ways.items()} == dict.fromkeys(ways, "full")
    assert opens(stranger, record) == "nothing"
    tick("user", "person", "view")
    with change_set("form", owner.id):
        record.visibility = "public"
        db.session.flush()
    assert opens(stranger, record) == "full"
    tick("user", "person", "view", on=False)
    assert opens(stranger, record) == "nothing"


def test_acc_4_ticks_of_all_teams_add_up_and_reach_holds_where_it_was_given(app):
    make_account()
    north, south = make_team("North"), make_team("South")
    anna, ewa = make_user("Anna", north), make_user("Ewa", south)
    both = make_user("Both", north, "manager")
    put(both, south)
    tick("user", "person", "delete")
    tick("manager", "person", "delete", on=False)
    theirs = make_record(ewa, visibility="hidden", participants=[])
    assert opens(both, theirs) == "nothing"
    own = make_record(anna, visibility="hidden", participants=[])
    assert fetch("person", own.id, actor(both)).can("delete")


def test_acc_9_what_a_suspended_user_owns_is_reached_and_what_nobody_owns_by_participants(app):
    make_account()
    north = make_team("North")
    gone, boss = make_user("Gone", north), make_user("Boss", north, "manager")
    chief = make_user("Chief", make_team(), "administrator")
    record = make_record(gone, visibility="hidden", participants=[])
    gone.status = SUSPENDED
    db.session.flush()
    assert (opens(gone, record), opens(boss, record)) == ("nothing", "full")
    held = make_record(boss, visibility="hidden", participants=[north])
    with change_set("form", chief.id):
        held.owner_id = None
        db.session.flush()
    assert opens(boss, held) == "full"
    assert opens(chief, held) == "full"
    assert opens(make_user("Other"), held) == "nothing"


@pytest.mark.parametrize("visibility", ["", "secret", None])
def test_vis_1_a_record_carries_exactly_one_of_three_visibilities(app, visibility):
    make_account()
    record = make_record(visibility="private")
    with pytest.raises(IntegrityError), db.session.begin_nested():
        sql(
            "update core_record set visibility = :visibility where account_id = :account"
            " and id = :id",
            visibility=visibility,
            id=record.id,
        )


def test_vis_4_a_private_profile_tells_name_kind_and_owner_alone_with_403(app, client):
    make_account()
    anna, stranger = make_user("Anna"), make_user("Stranger")
    record = make_record(anna, visibility="private", last_name="Zamknięty", city="Radom")
    answer = sign_in(client, stranger).get(f"/people/{record.id}")
    assert answer.status_code == 403
    assert "Zamknięty" in answer.text
    assert "Anna Test" in answer.text
    assert "Radom" not in answer.text
    for address in (f"/people/{record.id}/edit", f"/people/{record.id}/delete"):
        assert client.get(address).status_code == 403


def test_team_12_ticks_of_user_can_be_changed_and_reach_nobody(app):
    make_account()
    north = make_team("North")
    anna, adam = make_user("Anna", north), make_user("Adam", north)
    record = make_record(anna, visibility="public")
    tick("user", "person", "view", on=False)
    assert opens(adam, record) == "nothing"
    tick("user", "person", "view")
    assert opens(adam, record) == "full"
    hidden = make_record(anna, visibility="hidden", participants=[])
    assert opens(adam, hidden) == "nothing"
