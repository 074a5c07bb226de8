"""What is hidden and what does not exist take the same steps (VIS-7); `make bench` times them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from core.access.actor import _actors
from core.accounts.queries import _facts
from core.records.lists import _footprints, _totals
from tests.bench.timing import rank_sum
from tests.core.access.addresses import MISSING
from tests.core.access.crowd import Crowd
from tests.core.access.matrix import Matrix, Question, questions

STRANGERS = ("ordinary", "blind", "auditor", "their administrator")


@contextmanager
def statements(crowd: Crowd) -> Iterator[list[str]]:
    """The statements of the requests inside."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "sa_savepoint" not in statement:  # each has a number of its own
            seen.append(statement)

    event.listen(crowd.connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(crowd.connection, "before_cursor_execute", note)


@pytest.mark.parametrize("who", STRANGERS)
def test_vis_7_hidden_and_missing_records_take_the_same_statements(crowd, who):
    matrix = Matrix(crowd, who)
    asked = questions(matrix.addresses, matrix.places)
    assert [each.where for each in asked if steps(matrix, each, hidden(crowd, each)) !=
            steps(matrix, each, MISSING)] == []  # fmt: skip


@pytest.mark.parametrize("who", STRANGERS)
def test_vis_7_hidden_records_are_not_locked(crowd, who):
    matrix = Matrix(crowd, who)
    locked = [
        each.where
        for each in questions(matrix.addresses, matrix.places)
        if each.is_in_path and each.address.is_post
        for statement in steps(matrix, each, hidden(crowd, each))
        if "core_record" in statement and "for update" in statement
    ]
    assert locked == []


def hidden(crowd: Crowd, question: Question) -> int:
    return crowd.ours.things[f"{question.kind} hidden"].id


def steps(matrix: Matrix, question: Question, number: int) -> list[str]:
    """Return the statements of a request that puts a number, nothing being remembered."""
    for kept in (_facts.kept, _actors.kept, _footprints, _totals):
        kept.clear()
    path, sent = question.build(number)
    with matrix.ask.taken_back(), statements(matrix.ask) as seen:
        matrix.ask.sent(matrix.who, question.address.method, path, **sent)
    return seen


# The first two samples and their p are the example of scipy.stats.mannwhitneyu's documentation
# (method "asymptotic"); the third has ties in both.
@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        ([19, 22, 16, 29, 24], [20, 11, 17, 12], 0.11134688653314041),
        ([1, 2, 3], [1, 2, 3], 1.0),
        ([7, 7, 7], [7, 7], 1.0),
    ],
)
def test_rank_sum_gives_known_probabilities(first, second, p):
    assert rank_sum(first, second) == pytest.approx(p)
    assert rank_sum(second, first) == pytest.approx(p)


def test_rank_sum_tells_apart_what_is_apart():
    assert rank_sum(range(100), range(30, 130)) < 0.001
    assert rank_sum([*range(100)], [each + 0.5 for each in range(-1, 99)]) > 0.9
