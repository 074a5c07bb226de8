"""The builder of filters: a part of a list, and for readers without script a page of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request

from core.errors import Invalid
from core.records.filter_form import (
    ACT,
    APPLY,
    MATCH,
    Builder,
    BuilderView,
    Draft,
    acted,
    draft_of,
    is_control,
    read,
    room,
)
from core.records.filters import Group, to_text
from core.records.kinds import Kind
from core.records.list_addresses import PLACES
from core.records.list_state import FILTER, VIEW, state_of
from core.records.list_views import active_kind
from core.saved_views.queries import ALL
from core.web import SIGNED_IN, actor, opens


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses of the builders of all kinds."""
    made = Blueprint("filters", __name__)
    for kind in kinds:
        made.add_url_rule(
            f"/{kind.plural}/filter",
            kind.plural,
            build,
            defaults={"kind_key": kind.key},
        )
    return made


@opens(SIGNED_IN)
def build(kind_key: str) -> Any:
    kind = active_kind(kind_key)
    builder = Builder(kind, actor())
    act = request.args.get(ACT, "")
    if MATCH not in request.args:
        tree = state_of(kind, actor(), request.args).tree
        draft = draft_of(tree)
        return _page(builder, acted(draft, act) if act and tree else draft)
    draft = read(request.args, request.args)
    if act != APPLY:
        return _page(builder, acted(draft, act))
    try:
        tree = builder.tree(draft)
    except Invalid as refused:
        return _page(builder, draft, "" if builder.errors else refused.message), refused.status
    return redirect(list_url(kind, tree))


def list_url(kind: Kind, tree: Group) -> str:
    """Return the address of the list with a filter, and otherwise as it was."""
    kept = dict(_kept())
    if tree:
        kept[FILTER] = to_text(tree)
    else:
        kept[VIEW] = ALL
    return f"/{kind.plural}?{urlencode(kept, safe=':;,()~')}"


def _kept() -> list[tuple[str, str]]:
    return [
        (key, value)
        for key, value in request.args.items()
        if value and key not in PLACES | {FILTER} and not is_control(key)
    ]


def _page(builder: Builder, draft: Draft, error: str = "") -> str:
    kind, may = builder.kind, room(draft)
    present = [(key, value) for key, value in request.args.items() if key == FILTER]
    view = BuilderView(
        action=f"/{kind.plural}/filter",
        match=draft.match,
        parts=builder.parts(draft),
        kept=_kept() + present,
        cancel_url=f"/{kind.plural}?{urlencode(_kept() + present, safe=':;,()~')}",
        may_add=may[0],
        may_group=may[1],
        error=error,
    )
    is_part = bool(request.headers.get("HX-Request"))
    page = "records/_filter.html" if is_part else "records/filter.html"
    return render_template(page, builder=view, kind=kind)
