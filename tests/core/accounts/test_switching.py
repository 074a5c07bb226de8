"""Which plugins are switched together (PKG-4, PKG-7)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from core.accounts.forms import chosen_switches
from core.accounts.switching import Contradiction, Switchboard, Turn
from core.contracts import PluginSpec

NEEDS = {
    "contacts": (),
    "consents": (),
    "sharing": ("consents",),
    "mailing": ("sharing", "contacts"),
    "orphan": ("gone",),
}
SPECS = {
    name: PluginSpec(name, name, "", is_switchable=name != "contacts", needs=needs)
    for name, needs in NEEDS.items()
}
SWITCHABLE = [name for name in SPECS if name != "contacts"]


def board(*on, included=("consents", "sharing", "mailing", "orphan")):
    return Switchboard(SPECS, frozenset(included), {name: name in on for name in SWITCHABLE})


def test_pkg_4_active_is_what_is_on_and_in_the_package():
    assert board("consents").active == {"contacts", "consents"}
    assert board("consents", included=()).active == {"contacts"}


def test_a_plugin_waits_for_what_it_needs():
    assert board("sharing").active == {"contacts"}
    assert board("sharing", "consents").active == {"contacts", "consents", "sharing"}


def test_a_plugin_is_available_with_everything_it_needs():
    assert board(included=("sharing", "consents")).is_available("sharing")
    assert not board(included=("sharing",)).is_available("sharing")
    assert not board().is_available("orphan")
    assert board(included=()).is_available("contacts")


def test_pkg_7_on_brings_along_what_is_needed():
    assert board().turns({"mailing": True}) == [
        Turn("mailing", True, "mailing"),
        Turn("sharing", True, "mailing"),
        Turn("consents", True, "mailing"),
    ]
    assert board("consents").turns({"sharing": True}) == [Turn("sharing", True, "sharing")]


def test_pkg_7_off_takes_along_what_needs_it():
    assert board("consents", "sharing", "mailing").turns({"consents": False}) == [
        Turn("consents", False, "consents"),
        Turn("sharing", False, "consents"),
        Turn("mailing", False, "consents"),
    ]
    assert board("consents").turns({"consents": False}) == [Turn("consents", False, "consents")]


def test_what_stands_already_changes_nothing():
    assert board("sharing").turns({"sharing": True, "consents": False}) == []


def test_one_cannot_go_on_while_what_it_needs_goes_off():
    with pytest.raises(Contradiction) as wrong:
        board("consents").turns({"consents": False, "mailing": True})
    assert (wrong.value.name, wrong.value.needed) == ("mailing", "consents")


@given(st.sets(st.sampled_from(SWITCHABLE[:3])), st.dictionaries(st.sampled_from(SWITCHABLE[:3]), st.booleans()))  # fmt: skip
def test_after_its_turns_everything_chosen_holds(on, chosen):
    before = board(*on)
    try:
        turns = before.turns(chosen)
    except Contradiction:
        return
    after = board(*((on | {t.name for t in turns if t.is_on}) - {t.name for t in turns if not t.is_on}))  # fmt: skip
    changed = {name: is_on for name, is_on in chosen.items() if before.positions[name] != is_on}
    assert all(after.positions[name] == is_on for name, is_on in changed.items())
    for turn in turns:
        if turn.is_on:
            assert turn.name in after.active
        else:
            assert turn.name not in after.active


def test_only_what_was_changed_on_the_page_is_chosen():
    now = board("consents", "sharing")
    assert chosen_switches(now, ["consents", ""], ["", "consents"]) == {}
    assert chosen_switches(now, [], ["consents"]) == {"consents": False}
    assert chosen_switches(now, ["mailing"], [""]) == {"mailing": True}
    assert chosen_switches(now, ["consents"], None) == {"sharing": False}
    assert chosen_switches(now, ["orphan"], [""]) == {"orphan": True}
