"""The leak matrix finds leaks: each of these, planted where a page asks the rule, must show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.access import actor_of
from core.notifications import queries as notifications
from core.operations import planning, showing
from core.permissions import asking, check_views
from core.records import list_views, search_views, views
from tests.core.access.matrix import Matrix


def as_boss(ask: Any, boss: int, position: int) -> Any:
    """Return a call that asks for an administrator, whoever asks."""

    def asked(*given: Any, **more: Any) -> Any:
        changed = list(given)
        changed[position] = actor_of(boss)
        return ask(*changed, **more)

    return asked


def counting_all(listed: Any, boss: int, _position: int) -> Any:
    """Return a list whose rows are right, and whose count is an administrator's."""

    def page(kind: Any, who: Any, wanted: Any) -> Any:
        count = listed(kind, actor_of(boss), wanted).count
        return replace(listed(kind, who, wanted), count=count)

    return page


# What is wrong: where, what is asked for somebody else instead, and which addresses show it.
LEAKS: dict[str, tuple[Any, str, int, str, str]] = {
    "the picker lists everything": (search_views, "listed", 1, "ordinary", "GET /pick/"),
    "search finds everything": (search_views, "search", 0, "ordinary", "GET /search"),
    "the list shows everything": (list_views, "listed", 1, "ordinary", "GET /people$"),
    "operations name everything": (showing, "levels_of", 0, "ordinary", "GET /operations/"),
    "notifications name everything": (notifications, "levels_of", 0, "ordinary", "GET /notifi"),
    "anybody may check access": (check_views, "fetch", 2, "auditor", "GET /people/.*/access"),
    "anybody may open the form": (views, "fetch", 2, "ordinary", "GET /people/.*/edit"),
    "anybody may answer a request": (asking, "fetch", 2, "ordinary", "POST /people/.*/ask"),
    "ticked rows are not looked at": (list_views, "levels_of", 0, "ordinary", "POST /people/oper"),
    "operations refuse with the wrong reason": (planning, "levels_of", 0, "ordinary", " /operat"),
}


@pytest.mark.parametrize("name", LEAKS)
def test_planted_leaks_are_found(crowd, monkeypatch, name):
    where, what, position, who, only = LEAKS[name]
    wrong = as_boss(getattr(where, what), crowd.ours.who["administrator"], position)
    monkeypatch.setattr(where, what, wrong)
    assert found(crowd, who, only)


def test_counts_of_what_is_not_shown_are_found(crowd, monkeypatch):
    wrong = counting_all(list_views.listed, crowd.ours.who["administrator"], 0)
    assert not found(crowd, "ordinary", "GET /people$")
    monkeypatch.setattr(list_views, "listed", wrong)
    assert found(crowd, "ordinary", "GET /people$")


def found(crowd: Any, who: str, only: str) -> list[str]:
    """Return what the matrix finds at some addresses; what it asked does not count."""
    matrix = Matrix(crowd, who, only)
    assert matrix.addresses
    lines = [*matrix.everywhere(), *matrix.by_number(), *crowd.faults]
    crowd.faults.clear()
    return lines
