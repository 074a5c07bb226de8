"""The lists of records: one page, the exact count, the choice of columns."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request

from core import clock, face
from core.access import Actor, levels_of, trashed_among
from core.accounts.queries import account_facts
from core.contracts import ListAct, ListOperation
from core.i18n import _, ngettext
from core.records import queries
from core.records.conditions import condition_of
from core.records.fields import (
    HOLDERS,
    LABELS,
    Field,
    LabelChoice,
    Moment,
    RecordLink,
    UserChoice,
    VisibilityChoice,
)
from core.records.filter_values import fields_of
from core.records.filter_words import Words
from core.records.filters import ANY, Group, Test, to_text
from core.records.gathering import Condition
from core.records.kinds import Kind
from core.records.list_state import DIRECTION, FILTER, SORT, VIEW, ListState, state_of, usual_view
from core.records.lists import (
    BY_NAME,
    EXACT,
    SIZES,
    Cursor,
    Listed,
    ListRow,
    Wanted,
    count_exactly,
    count_up_to_bound,
    ids_of,
    listed,
    search_condition,
)
from core.records.width_views import change_width, widths_of
from core.registry import registry
from core.saved_views.queries import ALL
from core.saved_views.showing import views_of
from core.shown import (
    Action,
    Cell,
    Chip,
    Column,
    Empty,
    ListPage,
    OwnerFace,
    PageSize,
    Row,
    TickBar,
)
from core.users.preferences import store_preference
from core.web import SIGNED_IN, actor, opens

LONGEST_VALUE = 1_000
USUAL_SIZE = 50
PLACES = {"after", "before", "exact"}
TICKS = "operations"  # the parameter that shows tick boxes
WIDTHS = {"visibility": "c-vis", "owner": "c-own", "phones": "c-tel", "emails": "c-mail",
          "position": "c-pos", "company": "c-firm"}  # fmt: skip

Build = Callable[[ListRow], Cell]


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses of the lists of all kinds."""
    made = Blueprint("lists", __name__)
    for kind in kinds:
        for name, path, view, methods in (
            ("", "", record_list, ["GET"]),
            ("_columns", "/columns", change_columns, ["GET", "POST"]),
            ("_widths", "/widths", change_widths, ["POST"]),
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
    exact = _url(f"/{kind.plural}", [*asked.kept, ("exact", "1")]) if number is None else None
    text = _count_text(number)
    return render_template("records/_count.html", count=number, text=text, url=exact)


@opens(SIGNED_IN)
def change_columns(kind_key: str) -> Any:
    kind = active_kind(kind_key)
    state = state_of(kind, actor(), request.args)
    key, back = _columns_key(kind, state), _with_query(f"/{kind.plural}", _query(request.args))
    if request.method == "GET":
        return _columns_page(kind, [each.key for each in columns_of(kind, state)])
    if "shipped" in request.form:
        for each in (key, f"widths.{kind.key}"):
            store_preference(actor().user_id, each, None)
        return redirect(back)
    known = {each.key for each in _listable(kind)}
    order = [each for each in dict.fromkeys(request.form.getlist("order")) if each in known]
    ticked = set(request.form.getlist("columns")) & known
    for name, step in (("up", -1), ("down", 1)):
        if request.form.get(name) in order:
            order = moved(order, request.form[name], step)
            return _columns_page(kind, [each for each in order if each in ticked], order)
    store_preference(actor().user_id, key, [each for each in order if each in ticked])
    return redirect(back)


@opens(SIGNED_IN)
def change_widths(kind_key: str) -> Any:
    kind = active_kind(kind_key)
    return change_width(kind, {BY_NAME, *(each.key for each in _listable(kind))})


def moved(order: list[str], key: str, step: int) -> list[str]:
    """Return the order with one entry moved by a step, at the ends left as it is."""
    place = order.index(key)
    other = min(max(place + step, 0), len(order) - 1)
    changed = list(order)
    changed[place], changed[other] = changed[other], changed[place]
    return changed


def _columns_page(kind: Kind, chosen: list[str], order: list[str] | None = None) -> str:
    rest = [each.key for each in _listable(kind) if each.key not in chosen]
    return render_template(
        "records/columns.html",
        kind=kind,
        chosen=chosen,
        fields=[kind.by_key[key] for key in order or [*chosen, *rest]],
        action=_with_query(f"/{kind.plural}/columns", _query(request.args)),
        list_url=_with_query(f"/{kind.plural}", _query(request.args)),
    )


def _listable(kind: Kind) -> list[Field]:
    return [each for each in kind.fields if each.key != BY_NAME and each.home != HOLDERS]


def _columns_key(kind: Kind, state: ListState) -> str:
    """Return under which key the user's choice of columns is kept: a saved view has its own."""
    return f"columns.{kind.key}.{state.view.id}" if state.view.id else f"columns.{kind.key}"


def columns_of(kind: Kind, state: ListState) -> list[Field]:
    """Return the columns that the user chose, else those of the view, else the shipped ones."""
    chosen = face.preference(_columns_key(kind, state))
    if chosen is None and state.view.columns:
        chosen = list(state.view.columns)
    if chosen is None:
        chosen = face.preference(f"columns.{kind.key}")
    if chosen is None:
        return [each for each in _listable(kind) if each.is_listed]
    return [kind.by_key[key] for key in chosen if key in kind.by_key]


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
    builder = _url(f"/{kind.plural}/filter", list(asked.kept))
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


def encode(cursor: Cursor) -> str:
    """Return a place in an order as it stands in an address."""
    text = json.dumps([cursor.segment, cursor.value, cursor.id], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor | None:
    """Return the place that an address names; None for anything that was not made here."""
    try:
        decoded = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        segment, value, record_id = decoded
    except (ValueError, binascii.Error, TypeError):
        return None
    fits = (
        segment in (0, 1)
        and isinstance(record_id, int)
        and 0 <= record_id < 2**62
        and (value is None or (isinstance(value, str) and len(value) <= LONGEST_VALUE))
    )
    return Cursor(segment, value, record_id) if fits else None


def _is_comparable(cursor: Cursor, field: Field | None) -> bool:
    """Tell whether the value of a cursor has the type of the sorted field."""
    if cursor.value is None:
        return False
    if field is None or cursor.segment == 1:
        return True
    try:
        if isinstance(field.type, Moment):
            datetime.fromisoformat(cursor.value)
        elif isinstance(field.type, UserChoice):
            int(cursor.value)
    except ValueError:
        return False
    return "\x00" not in cursor.value


def _wanted(kind: Kind, columns: list[Field], asked: Asked) -> Wanted:
    sort = asked.state.sort or BY_NAME
    field = kind.by_key.get(sort)
    if sort != BY_NAME and (field is None or not is_sortable(field)):
        sort, field = BY_NAME, None
    field = None if sort == BY_NAME else field
    backwards = "before" in request.args
    cursor = decode(request.args.get("before" if backwards else "after", ""))
    if cursor is not None and not _is_comparable(cursor, field):
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


def is_sortable(field: Field) -> bool:
    """Tell whether a list can be put in the order of a field."""
    return bool(field.sort_sql) or isinstance(field.type, RecordLink | UserChoice)


def _page(kind: Kind, who: Actor) -> ListPage:
    asked = _asked(kind, who)
    state, kept = asked.state, list(asked.kept)
    columns = columns_of(kind, state)
    wanted = _wanted(kind, columns, asked)
    found = listed(kind, who, wanted)
    count = found.count
    if count is None and "exact" in request.args:
        count = count_exactly(kind, who, asked.conditions)
    url = partial(_url, f"/{kind.plural}", kept)
    chips = _chips(kind, who, asked, url)
    is_later = not found.is_counted and count is None
    is_filtered = bool(chips or state.query)
    tabs, views = views_of(kind, who, state, kept)
    return ListPage(
        kind=kind.key,
        title=str(kind.labels),
        columns=_with_widths(kind, _heads(kind, columns, wanted, url)),
        widths_url=f"/{kind.plural}/widths",
        rows=_rows(kind, who, columns, found),
        count=count,
        count_text="" if is_later else _count_text(count),
        count_url=url(exact="1") if count is None else None,
        count_later_url=_url(f"/{kind.plural}/count", kept) if is_later else None,
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
        filter_url=_url(f"/{kind.plural}/filter", kept),
        clear_url=url(**_cleared()) if is_filtered else None,
        notices=_notices(asked.missing),
        empty=_empty(kind, who, url(**_cleared()) if is_filtered else ""),
        primary=_add(kind, who),
        actions=[
            *registry().hooks.call("list_actions", who.active_plugins, kind=kind, actor=who),
            *_ticking(kind, who, url),
            *_list_actions(kind, who, url),
            Action(_("Columns"), _url(f"/{kind.plural}/columns", _of_view(kept)), "list"),
        ],
        ticks=_tick_bar(kind, who, url, count, is_later=is_later),
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


def offered_operations(kind: Kind, who: Actor) -> list[ListOperation]:
    """Return what the actor can do with ticked rows of a kind."""
    if not who.has("general", "list_operations"):
        return []
    return [
        each
        for each in registry().list_operations.values()
        if each.plugin in who.active_plugins | {"core"} and each.is_offered(kind, who)
    ]


def offered_acts(kind: Kind, who: Actor) -> list[ListAct]:
    """Return what the actor can do with ticked rows of a kind together."""
    if not who.has("general", "list_operations"):
        return []
    return [
        each
        for each in registry().list_acts.values()
        if each.plugin in who.active_plugins | {"core"} and each.is_offered(kind, who)
    ]


def _offered(kind: Kind, who: Actor) -> list[ListAct | ListOperation]:
    found: list[ListAct | ListOperation] = [
        *offered_operations(kind, who),
        *offered_acts(kind, who),
    ]
    return sorted(found, key=lambda each: each.order)


def _ticking(kind: Kind, who: Actor, url: Callable[..., str]) -> list[Action]:
    """Return the switch that shows and hides the tick boxes."""
    if not _offered(kind, who):
        return []
    is_on = TICKS in request.args
    where = url(**{TICKS: None if is_on else "1", **_same_page()})
    return [Action(_("List operations"), where, "list-check", is_on=is_on)]


def _same_page() -> dict[str, str]:
    return {key: value for key, value in request.args.items() if key in PLACES - {"exact"}}


def _tick_bar(
    kind: Kind, who: Actor, url: Callable[..., str], count: int | None, *, is_later: bool
) -> TickBar | None:
    offered = _offered(kind, who) if TICKS in request.args else []
    if not offered:
        return None
    query = url(**{TICKS: None}).partition("?")[2]
    return TickBar(
        actions=[
            Action(str(each.label), _with_query(f"/{kind.plural}/operations/{each.key}", query),
                   each.icon)
            for each in offered
        ]
        + _list_actions(kind, who, url),
        all_text=_("all") if is_later else _count_text(count),
        clear_url=url(**{TICKS: None, **_same_page()}),
    )  # fmt: skip


def _list_actions(kind: Kind, who: Actor, url: Callable[..., str]) -> list[Action]:
    """Return what the actor can do with rows without changing them."""
    query = url(**{TICKS: None}).partition("?")[2]
    return [
        Action(str(each.label), _with_query(f"/{kind.plural}/{each.key}", query), each.icon)
        for each in registry().list_actions.values()
        if each.plugin in who.active_plugins | {"core"} and each.is_offered(kind, who)
    ]


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def ticked(kind: Kind, who: Actor) -> list[int]:
    """Return the rows that were ticked on a list, or all of its filter; only those he may see."""
    if request.form.get("all"):
        return ids_of(kind, who, _asked(kind, who).conditions)
    typed = [each for each in request.form.getlist("row") if re.fullmatch("[0-9]{1,18}", each)]
    levels = levels_of(who, {int(each) for each in typed})
    ids = dict.fromkeys(int(each) for each in typed)
    return [each for each in ids if each in levels and levels[each].basic.kind == kind.key]


def _url(path: str, kept: list[tuple[str, str]], **changed: str | None) -> str:
    return _with_query(path, _query({**dict(kept), **changed}))


def _query(values: Mapping[str, str | None]) -> str:
    """Return parameters as an address has them; the signs of filters stay as they can be read."""
    filled = {key: value for key, value in values.items() if value not in (None, "")}
    return urlencode(filled, safe=":;,()~")


def _count_text(count: int | None) -> str:
    formats = face.formats()
    return formats.integer(count) if count is not None else f"{formats.integer(EXACT)}+"


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


def _rows(kind: Kind, who: Actor, columns: list[Field], found: Listed) -> list[Row]:
    builders = [_name_cell(kind), *(_builder(each, who, found) for each in columns)]
    users = account_facts().users
    rows = []
    for row in found.rows:
        url = f"/{kind.plural}/{row.id}"
        if row.is_full:
            rows.append(Row(row.id, url, [build(row) for build in builders]))
            continue
        owner = users.get(row.values.owner_id)
        rows.append(
            Row(
                row.id,
                url,
                is_basic=True,
                name=row.values.sort_name,
                kind_label=str(kind.label),
                owner=OwnerFace(owner.name, owner.initials, face.hue(owner.id)) if owner else None,
            )
        )
    return rows


def initials(name: str) -> str:
    """Return one or two letters that stand for a name."""
    words = [each for each in name.split() if each[0].isalnum()]
    return "".join(each[0] for each in (words[:1] + words[1:][-1:])).upper()


def _name_cell(kind: Kind) -> Build:
    shape = "" if kind.is_round else "square"

    def build(row: ListRow) -> Cell:
        name, hue = row.values.name, face.hue(row.id)
        text = row.values.sort_name
        return Cell("name", text, title=name, initials=initials(name), hue=hue, value=shape)

    return build


_EMPTY = Cell("text")


def _builder(field: Field, who: Actor, found: Listed) -> Build:
    """Return what makes the cell of a column from a row to which the actor has full access."""
    if isinstance(field.type, RecordLink):
        return _link_cell(field, who, found)
    if isinstance(field.type, LabelChoice):
        return _label_cell(field, found)
    if field.home == LABELS:
        return _labels_cell(field, found)
    simple: dict[type, Callable[[Field], Build]] = {
        UserChoice: _user_cell,
        Moment: _moment_cell,
        VisibilityChoice: _visibility_cell,
    }
    return simple.get(type(field.type), _value_cell)(field)


def _visibility_cell(_field: Field) -> Build:
    return lambda row: Cell("visibility", row.values.visibility, value=row.values.visibility)


def _labels_cell(field: Field, found: Listed) -> Build:
    names = queries.label_names_on([row.id for row in found.rows if row.is_full], field.key)
    return lambda row: Cell("tags", items=names.get(row.id, ()))


def _value_cell(field: Field) -> Build:
    shown, column = field.type.shown, field.column
    cell_type = field.type.cell

    def build(row: ListRow) -> Cell:
        value = getattr(row.values, column)
        if not value:
            return _EMPTY
        text, url, more = shown(value)
        return Cell(cell_type, text, url, extra=f"+{more}" if more else "")

    return build


def _user_cell(_field: Field) -> Build:
    users = account_facts().users
    cells = {
        each.id: Cell("user", each.name, initials=each.initials, hue=face.hue(each.id))
        for each in users.values()
    }
    return lambda row: cells.get(row.values.owner_id, _EMPTY)


def _moment_cell(field: Field) -> Build:
    formats, now, column = face.formats(), clock.now(), field.column

    @cache
    def cell(moment: datetime) -> Cell:
        text, title = formats.relative(moment, now), formats.datetime(moment)
        return Cell("date", text, title=title, value=moment.isoformat())

    return lambda row: cell(getattr(row.values, column).replace(second=0, microsecond=0))


def _label_cell(field: Field, found: Listed) -> Build:
    column = field.column
    ids = {getattr(row.values, column) for row in found.rows if row.is_full} - {None}
    names = queries.label_names(sorted(ids))

    def build(row: ListRow) -> Cell:
        return Cell("text", names.get(getattr(row.values, column), ""))

    return build


def _link_cell(field: Field, who: Actor, found: Listed) -> Build:
    column = field.column
    ids = {getattr(row.values, column) for row in found.rows if row.is_full} - {None}
    levels = levels_of(who, ids)
    deleted = trashed_among(who, ids - levels.keys())
    plural = registry().kinds[field.type.kind].plural  # type: ignore[attr-defined]

    def build(row: ListRow) -> Cell:
        linked = getattr(row.values, column)
        level = levels.get(linked)
        if level is None:
            return Cell("text", _("(deleted)")) if linked in deleted else _EMPTY
        url = f"/{plural}/{level.basic.id}" if level.is_full else None
        return Cell("link", level.basic.name, url)

    return build
