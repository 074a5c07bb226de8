"""Choosing the columns of a list, and keeping how wide each was drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, render_template, request

from core.records.kinds import Kind
from core.records.list_addresses import query_of, with_query
from core.records.list_columns import columns_key, columns_of, listable
from core.records.list_state import state_of
from core.records.list_views import active_kind
from core.records.lists import BY_NAME
from core.records.width_views import change_width
from core.users.preferences import store_preference
from core.web import SIGNED_IN, actor, opens


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses at which the columns of all lists are chosen and drawn."""
    made = Blueprint("columns", __name__)
    for kind in kinds:
        for path, view, methods in (
            ("columns", change_columns, ["GET", "POST"]),
            ("widths", change_widths, ["POST"]),
        ):
            made.add_url_rule(
                f"/{kind.plural}/{path}",
                f"{kind.plural}_{path}",
                view,
                methods=methods,
                defaults={"kind_key": kind.key},
            )
    return made


@opens(SIGNED_IN)
def change_columns(kind_key: str) -> Any:
    kind = active_kind(kind_key)
    state = state_of(kind, actor(), request.args)
    key, back = columns_key(kind, state), with_query(f"/{kind.plural}", query_of(request.args))
    if request.method == "GET":
        return _columns_page(kind, [each.key for each in columns_of(kind, state)])
    if "shipped" in request.form:
        for each in (key, f"widths.{kind.key}"):
            store_preference(actor().user_id, each, None)
        return redirect(back)
    known = {each.key for each in listable(kind)}
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
    return change_width(kind, {BY_NAME, *(each.key for each in listable(kind))})


def moved(order: list[str], key: str, step: int) -> list[str]:
    """Return the order with one entry moved by a step, at the ends left as it is."""
    place = order.index(key)
    other = min(max(place + step, 0), len(order) - 1)
    changed = list(order)
    changed[place], changed[other] = changed[other], changed[place]
    return changed


def _columns_page(kind: Kind, chosen: list[str], order: list[str] | None = None) -> str:
    rest = [each.key for each in listable(kind) if each.key not in chosen]
    return render_template(
        "records/columns.html",
        kind=kind,
        chosen=chosen,
        fields=[kind.by_key[key] for key in order or [*chosen, *rest]],
        action=with_query(f"/{kind.plural}/columns", query_of(request.args)),
        list_url=with_query(f"/{kind.plural}", query_of(request.args)),
    )
