"""What a user can do with the rows of a list: operations, and actions of plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import request

from core import face
from core.access import Actor
from core.contracts import ListAction, ListOperation
from core.i18n import _
from core.records.kinds import Kind
from core.records.list_addresses import TICKS, same_page, with_query
from core.records.lists import EXACT
from core.registry import registry
from core.shown import Action, TickBar

Url = Callable[..., str]
Offer = TypeVar("Offer", ListAction, ListOperation)


def offered_operations(kind: Kind, who: Actor) -> list[ListOperation]:
    """Return how the actor can change ticked rows of a kind."""
    return _open(registry().list_operations, kind, who) if _may_tick(who) else []


def offered_actions(kind: Kind, who: Actor) -> list[ListAction]:
    """Return what else the actor can do with rows of a kind, on pages of their own."""
    return [
        each
        for each in _open(registry().list_actions, kind, who)
        if each.is_for_all or _may_tick(who)
    ]


def _may_tick(who: Actor) -> bool:
    return who.has("general", "list_operations")


def _open(registered: dict[str, Offer], kind: Kind, who: Actor) -> list[Offer]:
    return [
        each
        for each in registered.values()
        if each.plugin in who.active_plugins | {"core"} and each.is_offered(kind, who)
    ]


def _for_ticked(kind: Kind, who: Actor) -> list[ListAction | ListOperation]:
    """Return what is only there for ticked rows, which is why there are tick boxes at all."""
    actions = [each for each in offered_actions(kind, who) if not each.is_for_all]
    return sorted([*offered_operations(kind, who), *actions], key=lambda each: each.order)


def head_actions(kind: Kind, who: Actor, url: Url) -> list[Action]:
    """Return the switch of the tick boxes, and what is done with all rows of the filter."""
    for_all = [each for each in offered_actions(kind, who) if each.is_for_all]
    return [*_ticking(kind, who, url), *(_button(kind, each, url) for each in for_all)]


def _ticking(kind: Kind, who: Actor, url: Url) -> list[Action]:
    """Return the switch that shows and hides the tick boxes."""
    if not _for_ticked(kind, who):
        return []
    is_on = TICKS in request.args
    where = url(**{TICKS: None if is_on else "1", **same_page()})
    return [Action(_("List operations"), where, "list-check", is_on=is_on)]


def tick_bar(
    kind: Kind, who: Actor, url: Url, count: int | None, *, is_later: bool
) -> TickBar | None:
    """Return the bar below a list with tick boxes; None where it has none."""
    offered = _for_ticked(kind, who) if TICKS in request.args else []
    if not offered:
        return None
    for_all = [each for each in offered_actions(kind, who) if each.is_for_all]
    return TickBar(
        actions=[_button(kind, each, url) for each in [*offered, *for_all]],
        all_text=_("all") if is_later else count_text(count),
        clear_url=url(**{TICKS: None, **same_page()}),
    )


def _button(kind: Kind, offered: ListAction | ListOperation, url: Url) -> Action:
    query = url(**{TICKS: None}).partition("?")[2]
    where = (
        offered.key
        if isinstance(offered, ListAction) and offered.is_for_all
        else f"operations/{offered.key}"
    )
    return Action(str(offered.label), with_query(f"/{kind.plural}/{where}", query), offered.icon)


def count_text(count: int | None) -> str:
    """Return how many rows there are, as far as they were counted."""
    formats = face.formats()
    return formats.integer(count) if count is not None else f"{formats.integer(EXACT)}+"
