"""The engine on single records."""

from __future__ import annotations

from core.access import fetch, why
from tests.makers import actor, make_account, make_record, make_team, make_user, opens, put, tick


def test_hidden_record_is_open_to_owner_participants_and_managers_alone(app):
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
