"""List operations on rows that were ticked by hand: beginning, choosing, preview, run, result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.access.addresses import MISSING
from tests.core.access.matrix import ASKERS, SIZE, Matrix
from tests.core.access.naive import FULL, NOTHING
from tests.core.access.peopled import PLURAL, plain

Found = Iterator[str]

CHOICES = {
    "user": {"role": "participant", "mode": "add"},
    "visibility": {"visibility": "private"},
}
SHOWN = ("", "?show=changed", "?show=unchanged", "?show=refused", "?users=1", "?change=1")


@pytest.mark.parametrize("who", ASKERS)
def test_vis_9_rows_ticked_by_hand_tell_nothing_of_unknown_records(crowd, no_leaks, who):
    no_leaks(by_hand(Matrix(crowd, who)))


def by_hand(matrix: Matrix) -> Found:
    """Tick everything there is, and what the asker knows alone: all answers are the same."""
    for kind in PLURAL:
        everything = [each.id for each in matrix.world.things.values() if each.kind == kind]
        known = [each for each in everything if matrix.level(matrix.world.things[each]) != NOTHING]
        for key, choice in CHOICES.items():
            answers = walk(matrix, kind, key, choice, [*everything, MISSING])
            for where, answer in answers.items():
                yield from matrix.told(f"{kind} {key} {where}", [answer], "")
            alone = walk(matrix, kind, key, choice, known)
            if seen(answers) != seen(alone):
                yield f"{matrix.who} {kind} {key}: rows that he does not know change the answers"
            SIZE.comparisons += len(answers)
            yield from unlike_the_model(matrix, kind, key, known, answers)


def walk(
    matrix: Matrix, kind: str, key: str, choice: dict[str, Any], ids: list[int]
) -> dict[str, Any]:
    """Return the answers to every step of an operation; then all is taken back."""
    found: dict[str, Any] = {}

    def ask(method: str, path: str, **more: Any) -> Any:
        SIZE.questions += 1
        return matrix.ask.sent(matrix.who, method, path, **more)

    def look(step: str, at: str) -> None:
        for query in SHOWN:
            found[f"{step}{query}"] = ask("GET", f"{at}{query}")

    with matrix.ask.taken_back():
        rows = {"row": [str(each) for each in ids]}
        begun = found["begin"] = ask("POST", f"/{PLURAL[kind]}/operations/{key}", data=rows)
        at = begun.headers.get("Location", "").removeprefix("http://localhost")
        if begun.status_code != 303:
            return found
        chosen = {**choice, "principals": [str(matrix.ask.ours.places["user"])]}
        found["form"] = ask("GET", at)
        found["wrong"] = ask("POST", at, data={"visibility": "x", "role": "x"})
        found["choose"] = ask("POST", at, data=chosen)
        look("preview", at)
        found["unsure"] = ask("POST", f"{at}/run")
        found["run"] = ask("POST", f"{at}/run", data={"confirm": "confirm_lose_access"})
        look("result", at)
        found["progress"] = ask("GET", f"{at}/progress")
    return found


def seen(answers: dict[str, Any]) -> dict[str, str]:
    """Return the answers without the number of the operation and the moment."""
    return {
        where: re.sub(r"/operations/\d+|\d\d?:\d\d", "N", f"{each.status_code} {plain(each)}")
        for where, each in answers.items()
    }


def unlike_the_model(
    matrix: Matrix, kind: str, key: str, known: list[int], answers: dict[str, Any]
) -> Found:
    """What will change are the records on which the asker has the right, and no others."""
    if "preview?show=changed" not in answers or matrix.user is None:
        return
    right = {"user": "manage_participants", "visibility": "change_visibility"}[key]
    things = [matrix.world.things[each] for each in known]
    may = {each.id for each in things if matrix.world.can(matrix.user, right, each)}
    named = {number for what, number in matrix.ask.traces(answers["preview?show=changed"])
             if what == "name"}  # fmt: skip
    if not named <= may:
        yield f"{matrix.who} {kind} {key}: would change {named - may}"
    full = {each.id for each in things if matrix.level(each) == FULL}
    refused = matrix.ask.traces(answers["preview?show=refused"])
    if not {number for what, number in refused if what == "words"} <= full:
        yield f"{matrix.who} {kind} {key}: the refused ones tell more than names"
