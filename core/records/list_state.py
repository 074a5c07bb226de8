"""What the address of a list asks for: a view, or a filter and an order of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core import face
from core.access import Actor
from core.errors import NotFound
from core.i18n import _
from core.records.filters import Group, from_text, to_text
from core.records.kinds import Kind
from core.saved_views.queries import ALL, View, saved_views, shipped_views

VIEW, FILTER, SORT, DIRECTION = "view", "filter", "sort", "dir"
OWN = {VIEW, FILTER, SORT, DIRECTION, "q"}  # what makes the user's usual view give way


@dataclass(frozen=True)
class ListState:
    """A list as it is asked for: the view it began with and what differs from it now."""

    views: list[View]
    view: View
    tree: Group
    sort: str
    is_descending: bool
    query: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the view by filter or order."""
        now = (self.tree, self.sort, self.is_descending)
        return now != (self.view.filter, self.view.sort, self.view.is_descending)

    @property
    def text(self) -> str:
        """The filter as it stands in an address; empty where it is that of the view."""
        return "" if self.tree == self.view.filter else to_text(self.tree)


def usual_view(kind: Kind) -> str:
    """Return the key of the view with which the user opens a list; empty where he chose none."""
    return str(face.preference(f"view.{kind.key}") or "")


def state_of(kind: Kind, actor: Actor, asked: Mapping[str, str]) -> ListState:
    """Return what an address asks for; NotFound for a view that is not there for the actor.

    A filter that cannot be read is Invalid.
    """
    views = [
        each
        for each in [*shipped_views(kind.plural, actor), *saved_views(kind.key, actor)]
        if each.url or _can_sort(kind, each)
    ]
    view = _view(kind, views, asked)
    tree = from_text(asked[FILTER]) if asked.get(FILTER) else view.filter
    sort = asked.get(SORT, view.sort)
    is_sorted = SORT in asked or DIRECTION in asked
    is_descending = asked.get(DIRECTION) == "desc" if is_sorted else view.is_descending
    return ListState(views, view, tree, sort, is_descending, asked.get("q", "").strip())


def _can_sort(kind: Kind, view: View) -> bool:
    return bool(view.id) or not view.sort or view.sort in kind.by_key


def _view(kind: Kind, views: list[View], asked: Mapping[str, str]) -> View:
    usable = {each.key: each for each in views if not each.url}
    if VIEW in asked:
        if asked[VIEW] not in usable:
            raise NotFound(_("There is no such view."))
        return usable[asked[VIEW]]
    usual = "" if OWN & asked.keys() else usual_view(kind)
    return usable.get(usual) or usable[ALL]
