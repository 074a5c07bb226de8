"""The leak matrix (VIS-X1): every address x every asker x every state of a record.

What is asked comes from the catalogue of addresses alone, so whatever is registered and is not in
the catalogue fails (see test_every_address), and whatever is in the catalogue is asked here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.access.addresses import MISSING, Address
from tests.core.access.crowd import Crowd
from tests.core.access.matrix import ASKERS, STATES, Matrix, catalogue
from tests.core.access.peopled import PLURAL, same

Found = Iterator[str]


@pytest.mark.parametrize("who", ASKERS)
def test_vis_x1_no_address_tells_of_what_the_asker_may_not_know(crowd, no_leaks, who):
    no_leaks(Matrix(crowd, who).everywhere())


@pytest.mark.parametrize("who", ASKERS)
def test_vis_7_number_of_an_unknown_record_answers_like_a_missing_one(crowd, no_leaks, who):
    no_leaks(Matrix(crowd, who).by_number())


def test_vis_x1_matrix_holds_every_case(crowd):
    levels = {
        (state, Matrix(crowd, who).level(crowd.ours.things[f"person {state}"]))
        for who in ASKERS
        for state in STATES
    }
    assert levels == {
        *(("public", each) for each in ("full", "nothing")),
        *(("private", each) for each in ("full", "basic", "nothing")),
        *(("hidden", each) for each in ("full", "nothing")),
        ("trashed", "nothing"),
    }
    assert len(catalogue()) > 100


# Each asks for something that private records without access must not answer.
FILTERS = (
    "city:contains:zqs", "city:contains_not:zqs", "city:filled", "city:empty", "city:begins:zqs",
    "emails:filled", "emails:contains:example", "note:contains:vellum", "note:contains_not:vellum",
    "visibility:is:private", "visibility:is_not:public", "updated_at:within:this_year",
    "updated_at:older:1;days", "created_at:empty", "participants:filled", "participants:is:me",
    "participants:empty", "tags:empty", "owner:is:me", "owner:is_not:me", "owner:is:my_teams",
    "owner:empty", "any(street:filled,web:empty)", "any(all(city:filled,web:filled),owner:is:me)",
    "name:contains:quillon", "name:contains_not:zqn1",
)  # fmt: skip


@pytest.mark.parametrize("who", ASKERS)
def test_vis_3_filters_tell_nothing_of_what_the_asker_may_not_know(crowd, no_leaks, who):
    no_leaks(filtered(Matrix(crowd, who)))


def filtered(matrix: Matrix) -> Found:
    """Every filter answers as in a world where all that the asker may not know is different."""
    asked = [
        Address(f"/{plural}{below}", query={"size": "200", "filter": text})
        for plural in PLURAL.values()
        for below in ("", "/count")
        for text in (*FILTERS, *(("company:filled", "company:empty") if plural == "people" else ()))
    ]
    first = [matrix.again(each) for each in asked]
    for each, found in zip(asked, first, strict=True):
        yield from matrix.plain_faults(f"{each} {each.query}", found, str(each.query))
    with matrix.otherwise():
        second = [matrix.again(each) for each in asked]
    for each, *both in zip(asked, first, second, strict=True):
        line = matrix.unlike(*both)
        if line:
            yield f"{matrix.who} {each} {each.query}: differs by what he may not know: {line}"


@pytest.mark.parametrize("who", ASKERS)
def test_acc_x6_requests_for_unknown_records_are_not_there(crowd, no_leaks, who):
    no_leaks(requests(Matrix(crowd, who), crowd))


def requests(matrix: Matrix, crowd: Crowd) -> Found:
    """A request is there for whoever may answer it, and for nobody else."""
    for address in catalogue():
        if "request_id" not in address.path:
            continue
        sent = address.sent(matrix.places)
        missing = matrix.asked(address, address.at(matrix.places, request_id=MISSING), sent)
        for name, thing in crowd.ours.things.items():
            number = crowd.ours.requests[name]
            found = matrix.asked(address, address.at(matrix.places, request_id=number), sent)
            yield from matrix.plain_faults(f"{address} about {name}", found, "")
            user = matrix.user
            may = user is not None and matrix.world.can(user, "manage_participants", thing)
            alike = same(found.answer, number, missing.answer, MISSING)
            if may == alike and found.answer.status_code != 403:
                yield f"{matrix.who} {address} about {name}: {found.answer.status_code}, may {may}"
            if not may and found.changed:
                yield f"{matrix.who} {address} about {name}: changed {found.changed}"
