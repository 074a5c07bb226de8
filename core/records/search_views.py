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
from core.records.kinds import Kind
from core.records.list_views import active_kind, initials
from core.records.lists import Wanted, listed
from core.records.search import CANDIDATES, Hit, places_of, search, values_of_many
from core.registry import registry
from core.shown import Hit as HitView, SearchGroup
from core.web import SIGNED_IN, actor, opens

ANY = "any"
MOST_ON_PAGE, MOST_IN_BOX, MOST_IN_PICKER = 20, 5, 20

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
@opens(SIGNED_IN)
def results() -> str:
    query = _query()
    groups = _groups(actor(), query, MOST_ON_PAGE)
    return render_template("search/results.html", query=query, groups=groups)


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
    rows = listed(kind, who, Wanted(sort="", size=MOST_IN_PICKER)).rows
    return jsonify(
        [_choice(row.id, row.values.name, row.values.owner_id, row.is_full) for row in rows]
    )


def _choices_of_all() -> list[dict[str, Any]]:
    """Return records of every kind for a picker; each is chosen as `kind.number`."""
    found = search(actor(), _query(), most=MOST_IN_PICKER)
    return [
        {**_choice(each.id, each.name, each.owner_id, each.is_full), "id": f"{kind}.{each.id}"}
        for kind, (hits, _count) in found.items()
        for each in hits
    ]


def _query() -> str:
    return request.args.get("q", "").strip()[:200]


def _choice(record_id: int, name: str, owner_id: int | None, is_full: bool) -> dict[str, Any]:  # noqa: FBT001
    if is_full:
        return {"id": record_id, "name": name}
    owner = account_facts().principal_name(owner_id) if owner_id else ""
    note = _("no access, owner: %(name)s", name=owner) if owner else _("no access")
    return {"id": record_id, "name": name, "note": note, "disabled": True}


def _groups(who: Actor, query: str, most: int) -> list[SearchGroup]:
    found = search(who, query, most=most)
    return [
        _group(registry().kinds[key], who, hits, count, query)
        for key, (hits, count) in found.items()
    ]


def _group(kind: Kind, who: Actor, hits: list[Hit], count: int, query: str) -> SearchGroup:
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
        )
        for hit in hits
    ]
    return SearchGroup(
        kind=kind.key,
        label=str(kind.labels),
        icon=kind.icon,
        hits=views,
        count_text=f"{CANDIDATES}+" if count >= CANDIDATES else str(count),
        more_url=f"/{kind.plural}?{urlencode({'q': query})}" if count > len(hits) else None,
    )
