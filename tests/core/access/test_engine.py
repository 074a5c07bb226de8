"""The engine on single records."""

from __future__ import annotations

from tests.makers import make_account, make_record, make_team, make_user, opens, put


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
