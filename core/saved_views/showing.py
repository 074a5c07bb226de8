"""The views of a list as its page shows them: tabs, the menu Show, saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from core.access import Actor
from core.i18n import _
from core.records.filters import to_text
from core.records.kinds import Kind
from core.records.list_state import DIRECTION, FILTER, SORT, VIEW, ListState, usual_view
from core.saved_views.queries import ALL, View
from core.shown import Action, Tab, Views

MOST_TABS = 7
KEPT = {"size", "operations"}  # what stays when another view is opened


def views_of(
    kind: Kind,
    actor: Actor,
    state: ListState,
    kept: Sequence[tuple[str, str]],
) -> tuple[list[Tab], Views]:
    """Return the tabs above a list, and the menu Show with what can be done there."""
    stays = {key: value for key, value in kept if key in KEPT}
    entries = [_tab(kind, state, each, actor, stays) for each in state.views]
    shown = [each for each in state.views if each.is_tab][:MOST_TABS]
    if state.view not in shown:
        shown[MOST_TABS - 1 :] = [state.view]
    tabs = [_tab(kind, state, each, actor, stays) for each in shown]
    return tabs, _with_actions(kind, actor, state, entries)


def _tab(kind: Kind, state: ListState, view: View, actor: Actor, stays: Mapping[str, str]) -> Tab:
    query = urlencode({**stays, "view": view.key})
    icon = "users" if view.is_shared else ""
    return Tab(
        str(view.label),
        view.url or f"/{kind.plural}?{query}",
        is_current=view.key == state.view.key,
        icon=icon,
    )


def _with_actions(kind: Kind, actor: Actor, state: ListState, entries: list[Tab]) -> Views:
    view, at = state.view, f"/{kind.plural}/views"
    new = Action(_("Save view"), f"{at}/new?{look_of(state)}", "bookmark")
    save = [new] if state.is_changed else []
    menu = [] if state.is_changed else [new]
    if state.is_changed and view.is_own(actor):
        change = f"{at}/{view.id}/look?{look_of(state)}"
        save.insert(0, Action(_("Save changes"), change, method="post"))
    if view.key != (usual_view(kind) or ALL):
        usual = f"{at}/usual?view={view.key}"
        menu.append(Action(_("Always open with this view"), usual, "check", method="post"))
    if view.is_own(actor):
        menu.append(Action(_("Change view"), f"{at}/{view.id}/edit", "pencil"))
        menu.append(Action(_("Delete view"), f"{at}/{view.id}/delete", "trash"))
    return Views(entries, menu, save)


def look_of(state: ListState) -> str:
    """Return a list as it is now, as the parameters of an address."""
    look = {
        VIEW: state.view.key,
        FILTER: to_text(state.tree),
        SORT: state.sort,
        DIRECTION: "desc" if state.is_descending else "",
    }
    return urlencode({key: value for key, value in look.items() if value}, safe=":;,()~")
