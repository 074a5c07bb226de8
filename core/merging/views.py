"""The pages of merging: proposals, the choice of values, the preview; and of splitting."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from core import face
from core.access import Access, Actor, fetch
from core.access.engine import NoAccess
from core.errors import Conflict, Forbidden, Invalid, InvalidForm, NotFound
from core.i18n import _, ngettext
from core.merging import planning, queries, services, showing, splitting
from core.merging.planning import RIGHT, Plan
from core.merging.profile import MERGE
from core.operations.queries import may_operate
from core.records.bulk import Stored
from core.records.cells import Cells, address
from core.records.fields import parse_id
from core.records.kinds import Kind
from core.records.list_offers import offered_actions
from core.records.list_views import active_kind, ticked
from core.records.queries import values_of
from core.records.sending import once
from core.records.services import LOSE_ACCESS
from core.shown import FormError
from core.web import SIGNED_IN, actor, opens

Answer = str | Response | tuple[str, int]
PICK, MOVE = "pick.", "move."


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses of merging and splitting for the kinds that can be merged."""
    made = Blueprint("merging", __name__)
    for kind in (each for each in kinds if each.is_mergeable):
        for path, view, method in (
            ("/<int:record_id>/merge", choose, "GET"),
            ("/merge", compare, "GET"),
            ("/merge/preview", preview, "GET"),
            ("/merge", merge, "POST"),
            ("/operations/merge", merge_ticked, "POST"),
            ("/<int:record_id>/split/<int:merge_id>", split_page, "GET"),
            ("/<int:record_id>/split/<int:merge_id>", split, "POST"),
        ):
            made.add_url_rule(
                f"/{kind.plural}{path}",
                f"{view.__name__}_{kind.key}",
                view,
                methods=[method],
                defaults={"kind_key": kind.key},
            )
    return made


# ---------------------------------------------------------------- with which records


@opens(SIGNED_IN)
def choose(kind_key: str, record_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    return _choose_page(kind, fetch(kind.key, record_id, who, RIGHT))


def _choose_page(kind: Kind, access: Access, wrong: str = "") -> str:
    record = access.record
    values = values_of(kind, access)
    proposals = queries.proposals(kind, record.id, values, access.actor)
    cells = Cells(kind, access.actor, values, *(each.record.values for each in proposals))
    main = Stored(record.id, record.version, record.name, values)
    return render_template(
        "merging/choose.html",
        kind=kind.key,
        main=showing.record_shown(kind, main, cells),
        proposals=[
            {
                **showing.record_shown(kind, each.record, cells),
                "reasons": ", ".join(str(reason) for reason in each.reasons),
            }
            for each in proposals
        ],
        action_url=f"/{kind.plural}/merge",
        picker_url=f"/pick/{kind.key}",
        crumbs=showing.crumbs_of(kind, main),
        errors=[FormError("others", wrong)] if wrong else [],
    )


@opens(may_operate)
def merge_ticked(kind_key: str) -> Answer:
    """Lead from ticked rows to the choice of values."""
    kind, who = active_kind(kind_key), actor()
    if MERGE.key not in {each.key for each in offered_actions(kind, who)}:
        abort(404)
    ids = ticked(kind, who)
    planning.require_count(ids)
    rows = urlencode([("row", each) for each in ids])
    return redirect(f"/{kind.plural}/merge?{rows}", 303)


# ---------------------------------------------------------------- which values


def _ids(values: Any) -> list[int]:
    return list(dict.fromkeys(parse_id(each) for each in values.getlist("row") if each))


def _picks(values: Any, without: str = "") -> dict[str, int]:
    return {
        key.removeprefix(PICK): parse_id(values[key])
        for key in values
        if key.startswith(PICK) and values[key] != without
    }


def _plan(kind: Kind, who: Actor, values: Any, *, lock: bool = False) -> Plan:
    """Return what the controls ask for; of several main records the last one counts."""
    ids = _ids(values)
    planning.require_count(ids)
    mains = values.getlist("main")
    main_id = parse_id(mains[-1]) if mains else ids[0]
    was = mains[0] if len(mains) > 1 else ""  # what it had is not picked, it was merely the start
    return planning.plan(kind, ids, main_id, _picks(values, was), who, lock=lock)


@opens(SIGNED_IN)
def compare(kind_key: str) -> Answer:
    kind, who = active_kind(kind_key), actor()
    ids = _ids(request.args)
    try:
        planning.require_count(ids)
    except Invalid as wrong:
        if not ids:
            raise
        access = fetch(kind.key, ids[0], who, RIGHT)
        return _choose_page(kind, access, wrong.message), 422
    try:
        return _compare_page(kind, _plan(kind, who, request.args))
    except InvalidForm as wrong:
        return _refused_page(kind, who, ids, wrong), 422


def _compare_page(kind: Kind, plan: Plan) -> str:
    return render_template(
        "merging/compare.html",
        **showing.compared(plan),
        url=f"/{kind.plural}/merge",
        cancel_url=address(kind.key, plan.main.id),
    )


def _refused_page(kind: Kind, who: Actor, ids: list[int], wrong: InvalidForm) -> str:
    """Return the page that says why these records cannot become one."""
    records = planning.openable(kind, ids, who)
    cells = Cells(kind, who, *(each.values for each in records.values()))
    return render_template(
        "merging/refused.html",
        records=[showing.record_shown(kind, each, cells) for each in records.values()],
        errors=[FormError("", str(each)) for texts in wrong.errors.values() for each in texts],
        list_url=f"/{kind.plural}",
    )


@opens(SIGNED_IN)
def preview(kind_key: str) -> Answer:
    kind = active_kind(kind_key)
    return _preview_page(kind, _plan(kind, actor(), request.args))


def _preview_page(kind: Kind, plan: Plan, wrong: str = "", token: str = "") -> str:
    picks = {
        f"{PICK}{each.field.key}": str(each.offers[each.chosen].record_ids[0])
        for each in plan.choices
    }
    return render_template(
        "merging/preview.html",
        **showing.previewed(plan),
        action_url=f"/{kind.plural}/merge",
        back_url=f"/{kind.plural}/merge",
        ids=[each.id for each in plan.records],
        picks=picks,
        lose_access=LOSE_ACCESS,
        cancel_url=address(kind.key, plan.main.id),
        form_token=token or secrets.token_urlsafe(16),
        errors=[FormError("", wrong)] if wrong else [],
    )


# ---------------------------------------------------------------- doing it


@opens(SIGNED_IN)
def merge(kind_key: str) -> Answer:
    kind, who, form = active_kind(kind_key), actor(), request.form
    token = form.get("form_token", "")[:100]
    shown: list[Plan] = []

    def store() -> str:
        shown.append(_plan(kind, who, form, lock=True))
        planning.require_unchanged(shown[0], form.get("confirmed", ""), form.getlist("confirm"))
        return _merged(kind, shown[0])

    try:
        return redirect(once(token, store), 303)
    except (Conflict, Invalid) as wrong:
        if not shown:
            raise
        return _preview_page(kind, shown[0], wrong.message, token), wrong.status


def _merged(kind: Kind, plan: Plan) -> str:
    made = services.merge(plan)
    said = ngettext(
        "%(num)s contact was merged into “%(name)s”.",
        "%(num)s contacts were merged into “%(name)s”.",
        len(plan.others),
        name=plan.main.name,
    )
    moved = showing.told(showing.moved_counts(plan.linked_ids, plan.actor))
    where = address(kind.key, plan.main.id)
    face.toast(f"{said} {moved}".strip(), undo_url=f"{where}/split/{made.id}")
    return _where_to(kind, plan.main.id, plan.actor)


def _where_to(kind: Kind, record_id: int, who: Actor) -> str:
    try:
        fetch(kind.key, record_id, who)
    except (NoAccess, NotFound, Forbidden):
        return f"/{kind.plural}"
    return address(kind.key, record_id)


# ---------------------------------------------------------------- splitting


@opens(SIGNED_IN)
def split_page(kind_key: str, record_id: int, merge_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    fetch(kind.key, record_id, who, RIGHT)
    found = splitting.plan(queries.merge_of(merge_id, record_id), kind, who)
    return _split_page(found, who)


def _split_page(found: splitting.Split, who: Actor, wrong: str = "", token: str = "") -> str:
    where = address(found.kind.key, found.main.id)
    return render_template(
        "merging/split.html",
        **showing.split_shown(found, who),
        move=MOVE,
        chosen={key: value for key, value in request.form.items() if key.startswith(MOVE)},
        action_url=f"{where}/split/{found.merge.id}",
        cancel_url=where,
        form_token=token or secrets.token_urlsafe(16),
        errors=[FormError("", wrong)] if wrong else [],
    )


@opens(SIGNED_IN)
def split(kind_key: str, record_id: int, merge_id: int) -> Answer:
    kind, who, form = active_kind(kind_key), actor(), request.form
    token = form.get("form_token", "")[:100]
    shown: list[splitting.Split] = []

    def store() -> str:
        fetch(kind.key, record_id, who, RIGHT, lock=True)
        merged = queries.merge_of(merge_id, record_id, lock=True)
        shown.append(splitting.plan(merged, kind, who, lock=True))
        return _split(shown[0], who)

    try:
        return redirect(once(token, store), 303)
    except (Conflict, Invalid) as wrong:
        if not shown:
            raise
        return _split_page(shown[0], who, wrong.message, token), wrong.status


def _split(found: splitting.Split, who: Actor) -> str:
    """Split as the page showed; from the message after a merge, where nothing is to be chosen."""
    form, where = request.form, address(found.kind.key, found.main.id)
    if "confirmed" not in form and (found.later or found.kept or found.lost):
        return f"{where}/split/{found.merge.id}"
    if "confirmed" in form and form["confirmed"] != found.digest:
        raise Conflict(_("Somebody changed this meanwhile. Look at the preview again."))
    moves = {
        key.removeprefix(MOVE): parse_id(value)
        for key, value in form.items()
        if key.startswith(MOVE) and value
    }
    splitting.split(found, moves, who)
    names = ", ".join(each.name for each in found.restored)
    face.toast(_("“%(name)s” was split. Back are: %(names)s.", name=found.main.name, names=names))
    return _where_to(found.kind, found.main.id, who)
