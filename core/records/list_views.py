"""The lists of records: one page, and the count that it did not wait for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, abort, render_template, request

from core import face
from core.access import Actor, levels_of
from core.i18n import _, ngettext
from core.records.conditions import condition_of
from core.records.fields import Field, Moment
from core.records.filter_values import fields_of
from core.records.filter_words import Words
from core.records.filters import ANY, Group, Test, to_text
from core.records.gathering import Condition
from core.records.kinds import Kind
from core.records.list_addresses import PLACES, url_of
from core.records.list_cells import rows_of
from core.records.list_columns import columns_of, is_sortable
from core.records.list_cursors import decode, encode, is_comparable
from core.records.list_offers import count_text, head_actions, tick_bar
from core.records.list_state import DIRECTION, FILTER, SORT, VIEW, ListState, state_of, usual_view
from core.records.lists import (
    BY_NAME,
    SIZES,
    Wanted,
    count_exactly,
    count_up_to_bound,
    ids_of,
    listed,
    search_condition,
)
from core.records.width_views import widths_of
from core.registry import registry
from core.saved_views.queries import ALL
from core.saved_views.showing import views_of
from core.shown import Action, Chip, Column, Empty, ListPage, PageSize
from core.web import SIGNED_IN, actor, opens

USUAL_SIZE = 50
WIDTHS = {"visibility": "c-vis", "owner": "c-own", "phones": "c-tel", "emails": "c-mail",
          "position": "c-pos", "company": "c-firm"}  # fmt: skip


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses of the lists of all kinds."""
    made = Blueprint("lists", __name__)
    for kind in kinds:
        for name, path, view, methods in (
            ("", "", record_list, ["GET"]),
            ("_count", "/count", count, ["GET"]),
        ):
            made.add_url_rule(
                f"/{kind.plural}{path}",
                f"{kind.plural}{name}",
                view,
                methods=methods,
                defaults={"kind_key": kind.key},
            )
    return made


def active_kind(key: str) -> Kind:
    """Return a kind whose plugin is active for who asks; 404 otherwise."""
    kind = registry().kinds[key]
    if kind.plugin not in actor().active_plugins:
        abort(404)
    return kind


@opens(SIGNED_IN)
def record_list(kind_key: str) -> str:
    kind = active_kind(kind_key)
    return render_template("records/list.html", page=_page(kind, actor()))


@opens(SIGNED_IN)
def count(kind_key: str) -> str:
    """Return how many rows a list has, for a page that did not wait for it."""
    kind = active_kind(kind_key)
    asked = _asked(kind, actor())
    number = count_up_to_bound(kind, actor(), asked.conditions)
    exact = url_of(f"/{kind.plural}", [*asked.kept, ("exact", "1")]) if number is None else None
    text = count_text(number)
    return render_template("records/_count.html", count=number, text=text, url=exact)


def _size() -> int:
    asked = request.args.get("size", "")
    if asked.isdigit() and int(asked) in SIZES:
        return int(asked)
    return USUAL_SIZE


@dataclass(frozen=True)
class Asked:
    """A list as an address asks for it: its state, its filters, and what its addresses keep."""

    state: ListState
    conditions: tuple[Condition, ...]
    missing: tuple[str, ...]  # fields that its filter asks for and that are not there
    kept: tuple[tuple[str, str], ...]


def _asked(kind: Kind, who: Actor) -> Asked:
    state = state_of(kind, who, request.args)
    filtered, missing = condition_of(kind, who, state.tree, face.formats().zone)
    found = [] if filtered is None else [filtered]
    if state.query:
        found.append(search_condition(state.query, kind.key) or Condition("false"))
    kept = {key: value for key, value in request.args.items() if key not in PLACES}
    if state.view.key != ALL or usual_view(kind):
        kept[VIEW] = state.view.key
    return Asked(state, tuple(found), tuple(missing), tuple(kept.items()))


def _chips(kind: Kind, who: Actor, asked: Asked, url: Callable[..., str]) -> list[Chip]:
    """Return the parts of the filter in words, each with the address of the list without it."""
    tree, fields = asked.state.tree, fields_of(kind)
    words = Words(fields, who, tree)
    builder = url_of(f"/{kind.plural}/filter", list(asked.kept))
    chips = []
    for place, part in enumerate(tree.parts):
        rest = tree.parts[:place] + tree.parts[place + 1 :]
        text = to_text(Group(tree.match, rest))
        without = url(**({FILTER: text} if text else {FILTER: None, VIEW: ALL}))
        if isinstance(part, Test) and part.field not in fields:
            chips.append(Chip(_("deleted field"), part.field, without, is_gone=True))
            continue
        label, value = words.of(part)
        joint = _("or") if place and tree.match == ANY else ""
        chips.append(Chip(f"{joint} {label}".strip(), value, without, url=builder))
    return chips


def _wanted(kind: Kind, columns: list[Field], asked: Asked) -> Wanted:
    sort = asked.state.sort or BY_NAME
    field = kind.by_key.get(sort)
    if sort != BY_NAME and (field is None or not is_sortable(field)):
        sort, field = BY_NAME, None
    field = None if sort == BY_NAME else field
    backwards = "before" in request.args
    cursor = decode(request.args.get("before" if backwards else "after", ""))
    if cursor is not None and not is_comparable(cursor, field):
        cursor = None
    return Wanted(
        sort="" if field is None else sort,
        is_descending=asked.state.is_descending,
        size=_size(),
        cursor=cursor,
        is_backwards=backwards and cursor is not None,
        conditions=asked.conditions,
        columns=tuple(each.key for each in columns),
    )


def _page(kind: Kind, who: Actor) -> ListPage:
    asked = _asked(kind, who)
    state, kept = asked.state, list(asked.kept)
    columns = columns_of(kind, state)
    wanted = _wanted(kind, columns, asked)
    found = listed(kind, who, wanted)
    count = found.count
    if count is None and "exact" in request.args:
        count = count_exactly(kind, who, asked.conditions)
    url = partial(url_of, f"/{kind.plural}", kept)
    chips = _chips(kind, who, asked, url)
    is_later = not found.is_counted and count is None
    is_filtered = bool(chips or state.query)
    tabs, views = views_of(kind, who, state, kept)
    return ListPage(
        kind=kind.key,
        title=str(kind.labels),
        columns=_with_widths(kind, _heads(kind, columns, wanted, url)),
        widths_url=f"/{kind.plural}/widths",
        rows=rows_of(kind, who, columns, found),
        count=count,
        count_text="" if is_later else count_text(count),
        count_url=url(exact="1") if count is None else None,
        count_later_url=url_of(f"/{kind.plural}/count", kept) if is_later else None,
        sorted_by=str(kind.by_key[wanted.sort].label if wanted.sort else kind.name_label),
        prev_url=url(before=encode(found.rows[0].cursor))
        if found.rows and found.has_before
        else None,
        next_url=url(after=encode(found.rows[-1].cursor))
        if found.rows and found.has_after
        else None,
        sizes=[PageSize(each, url(size=str(each)), each == wanted.size) for each in SIZES],
        url=f"/{kind.plural}",
        query=state.query,
        kept=[(key, value) for key, value in kept if key != "q"],
        tabs=tabs,
        views=views,
        chips=chips,
        filter_url=url_of(f"/{kind.plural}/filter", kept),
        clear_url=url(**_cleared()) if is_filtered else None,
        notices=_notices(asked.missing),
        empty=_empty(kind, who, url(**_cleared()) if is_filtered else ""),
        primary=_add(kind, who),
        actions=[
            *registry().hooks.call("list_links", who.active_plugins, kind=kind, actor=who),
            *head_actions(kind, who, url),
            Action(_("Columns"), url_of(f"/{kind.plural}/columns", _of_view(kept)), "list"),
        ],
        ticks=tick_bar(kind, who, url, count, is_later=is_later),
    )


def _cleared() -> dict[str, str | None]:
    return {FILTER: None, "q": None, VIEW: ALL, SORT: None, DIRECTION: None}


def _of_view(kept: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in kept if key in {VIEW, FILTER, SORT, DIRECTION, "q"}]


def _notices(missing: tuple[str, ...]) -> list[str]:
    if not missing:
        return []
    return [
        ngettext(
            "The filter asks for a field that was deleted: %(names)s. It is left out.",
            "The filter asks for fields that were deleted: %(names)s. They are left out.",
            len(missing),
            names=", ".join(missing),
        )
    ]


def ticked(kind: Kind, who: Actor) -> list[int]:
    """Return the rows that were ticked on a list, or all of its filter; only those he may see."""
    if request.form.get("all"):
        return ids_of(kind, who, _asked(kind, who).conditions)
    typed = [each for each in request.form.getlist("row") if re.fullmatch("[0-9]{1,18}", each)]
    levels = levels_of(who, {int(each) for each in typed})
    ids = dict.fromkeys(int(each) for each in typed)
    return [each for each in ids if each in levels and levels[each].basic.kind == kind.key]


def _add(kind: Kind, who: Actor) -> Action | None:
    if not who.has(kind.key, "add"):
        return None
    return Action(str(kind.add_label), f"/{kind.plural}/new", "plus", "primary")


def _empty(kind: Kind, who: Actor, clear_url: str) -> Empty:
    if clear_url:
        clear = Action(_("Clear filter"), clear_url, "x")
        return Empty("filter-off", _("Nothing fits this filter"), action=clear)
    return Empty(kind.icon, str(kind.empty_text), action=_add(kind, who))


def _heads(kind: Kind, columns: list[Field], wanted: Wanted, url: Any) -> list[Column]:
    heads = [_head(BY_NAME, str(kind.name_label), "c-name", wanted, url, is_sortable=True)]
    for each in columns:
        is_date = isinstance(each.type, Moment)
        css = WIDTHS.get(each.key, "c-date" if is_date else "c-text")
        head = _head(each.key, str(each.label), css, wanted, url, is_sortable=is_sortable(each))
        heads.append(head)
    return heads


def _with_widths(kind: Kind, heads: list[Column]) -> list[Column]:
    widths = widths_of(kind)
    return [replace(head, width=widths.get(head.key)) for head in heads] if widths else heads


def _head(key: str, label: str, css: str, wanted: Wanted, url: Any, *, is_sortable: bool) -> Column:
    is_sorted = key == (wanted.sort or BY_NAME)
    direction = "desc" if wanted.is_descending else "asc"
    other = "desc" if is_sorted and direction == "asc" else "asc"
    return Column(
        key=key,
        label=label,
        css=css,
        align="r" if css == "c-date" else "",
        sort_url=url(sort=key, dir=other) if is_sortable else None,
        sort_dir=direction if is_sorted else None,
    )
