"""Search: the page of results, the box below the search field, and the pickers of forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, jsonify, render_template, request
from werkzeug.wrappers import Response

from core import face
from core.access import Actor
from core.accounts.queries import account_facts
from core.i18n import _
from core.records.cells import Cells, address, basic_note
from core.records.folding import LONGEST_QUERY, fold
from core.records.kinds import Kind
from core.records.list_cells import initials
from core.records.list_views import active_kind
from core.records.lists import Wanted, listed
from core.records.marking import marked
from core.records.palette import commands
from core.records.search import CANDIDATES, Hit, places_of, search, values_of_many
from core.registry import registry
from core.shown import Hit as HitView, SearchGroup
from core.web import SIGNED_IN, actor, opens

ANY = "any"
MOST_ON_PAGE, MOST_IN_BOX, MOST_IN_PALETTE, MOST_IN_PICKER = 20, 5, 4, 20

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@opens(SIGNED_IN)
def results() -> str:
    query = _query()
    groups = _groups(actor(), query, MOST_ON_PAGE)
    return render_template("search/results.html", query=query, groups=groups)


@blueprint.get("/search/<kind_key>")
@opens(SIGNED_IN)
def more_results(kind_key: str) -> str:
    """Answer further hits of one kind: alone, or as a page where no script puts them in."""
    if kind_key not in {kind.key for kind in registry().kinds}:
        abort(404)
    kind, query, start = active_kind(kind_key), _query(), _start()
    found = search(actor(), query, [kind.key], most=CANDIDATES).get(kind.key, ([], 0))
    group = _group(kind, actor(), found[0][start : start + MOST_ON_PAGE], found[1], query, start)
    if request.headers.get("HX-Request"):
        return render_template("search/_more.html", group=group)
    groups = [group] if group.hits else []
    return render_template("search/results.html", query=query, groups=groups)


def _start() -> int:
    asked = request.args.get("from", "")
    return (
        min(int(asked), CANDIDATES) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
    )


@blueprint.get("/palette")
@opens(SIGNED_IN)
def palette() -> str:
    """Answer what fits the typed text: records, pages, settings, what can be added."""
    query, who = _query(), actor()
    return render_template(
        "search/_palette.html",
        query=query,
        groups=_groups(who, query, MOST_IN_PALETTE),
        commands=commands(who, query),
        all_url=f"/search?{urlencode({'q': query})}",
    )


@blueprint.get("/search/box")
@opens(SIGNED_IN)
def box() -> str:
    query = _query()
    groups = _groups(actor(), query, MOST_IN_BOX)
    all_url = f"/search?{urlencode({'q': query})}"
    return render_template("search/_box.html", query=query, groups=groups, all_url=all_url)


@blueprint.get("/pick/<kind_key>")
@opens(SIGNED_IN)
def pick(kind_key: str) -> Response:
    if kind_key == ANY:
        return jsonify(_choices_of_all())
    if kind_key not in {kind.key for kind in registry().kinds}:
        abort(404)
    kind, who, query = active_kind(kind_key), actor(), _query()
    if query:
        hits = search(who, query, [kind.key], most=MOST_IN_PICKER).get(kind.key, ([], 0))[0]
        return jsonify([_choice(each.id, each.name, each.owner_id, each.is_full) for each in hits])
    return jsonify(_first_choices(kind, who, MOST_IN_PICKER))


def _first_choices(kind: Kind, who: Actor, most: int) -> list[dict[str, Any]]:
    """Return the first records of the list, before anything is typed."""
    rows = listed(kind, who, Wanted(sort="", size=most)).rows
    return [_choice(row.id, row.values.name, row.values.owner_id, row.is_full) for row in rows]


def _choices_of_all() -> list[dict[str, Any]]:
    """Return records of every kind for a picker; each is chosen as `kind.number`."""
    who, query = actor(), _query()
    if not query:
        return [
            {**each, "id": f"{kind.key}.{each['id']}"}
            for kind in registry().kinds.of(who.active_plugins)
            for each in _first_choices(kind, who, MOST_IN_BOX)
        ]
    found = search(who, query, most=MOST_IN_PICKER)
    return [
        {**_choice(each.id, each.name, each.owner_id, each.is_full), "id": f"{kind}.{each.id}"}
        for kind, (hits, _count) in found.items()
        for each in hits
    ]


def _query() -> str:
    """Return what was typed, without what nobody types: control characters."""
    typed = request.args.get("q", "")[: 10 * LONGEST_QUERY]
    readable = "".join(each if each.isprintable() else " " for each in typed)
    return readable.strip()[:LONGEST_QUERY]


def _choice(record_id: int, name: str, owner_id: int | None, is_full: bool) -> dict[str, Any]:  # noqa: FBT001
    if is_full:
        return {"id": record_id, "name": name}
    owner = account_facts().principal_name(owner_id) if owner_id else ""
    note = _("no access, owner: %(name)s", name=owner) if owner else _("no access")
    return {"id": record_id, "name": name, "note": note, "disabled": True}


def _groups(who: Actor, query: str, most: int) -> list[SearchGroup]:
    """Return what is found of each kind, the kind with the best hit first."""
    found = search(who, query, most=most)
    by_best = sorted(found.items(), key=lambda each: each[1][0][0].rank)
    return [
        _group(registry().kinds[key], who, hits, count, query) for key, (hits, count) in by_best
    ]


def _group(  # noqa: PLR0917
    kind: Kind, who: Actor, hits: list[Hit], count: int, query: str, start: int = 0
) -> SearchGroup:
    words = fold(query).split()
    end = start + len(hits)
    is_cut = count >= CANDIDATES  # there may be more than were looked at
    is_last = end >= min(count, CANDIDATES)
    values = values_of_many(kind, [hit.id for hit in hits if hit.is_full])
    places = places_of(kind, hits, values, query)
    below = [kind.field(key) for key in kind.subtitle]
    shown = {
        record_id: {field.key: each[field.key] for field in below}
        for record_id, each in values.items()
    }
    cells = Cells(kind, who, *shown.values())
    views = [
        HitView(
            id=hit.id,
            kind=kind.key,
            url=address(kind.key, hit.id),
            name=hit.name,
            is_basic=not hit.is_full,
            initials=initials(hit.name),
            hue=face.hue(hit.id),
            shape="round" if kind.is_round else "square",
            note=", ".join(
                text for field in below if (text := cells.text(field, shown[hit.id][field.key]))
            )
            if hit.is_full
            else basic_note(kind.key, hit.owner_id),
            place=places.get(hit.id, ""),
            parts=marked(hit.name, words),
        )
        for hit in hits
    ]
    return SearchGroup(
        kind=kind.key,
        label=str(kind.labels),
        icon=kind.icon,
        hits=views,
        count_text=f"{CANDIDATES}+" if count >= CANDIDATES else str(count),
        more_url=_more_url(kind, query, end, is_last=is_last) if end < count or is_cut else None,
        is_last=is_last,
    )


def _more_url(kind: Kind, query: str, end: int, *, is_last: bool) -> str:
    """Return where the next hits are; behind those that were looked at, the list."""
    if is_last:
        return f"/{kind.plural}?{urlencode({'q': query})}"
    return f"/search/{kind.key}?{urlencode({'q': query, 'from': end})}"
