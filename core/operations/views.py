"""The pages of list operations: the form, the preview, the progress, the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from core import face
from core.contracts import ListOperation
from core.errors import InvalidForm, NeedsConfirmation
from core.i18n import _
from core.operations import queries, services
from core.operations.models import (
    CHANGED,
    CHECKED,
    CHOOSING,
    OVER,
    REFUSED,
    ROW_STATES,
    RUNNING,
    STOPPED,
    UNCHANGED,
    WAITING,
    Operation,
)
from core.operations.planning import effects, judge
from core.operations.queries import may_operate
from core.operations.showing import (
    counts_shown,
    crumbs_of,
    effects_shown,
    head_of,
    list_url_of,
    listed_for,
    listed_in,
    listed_page,
    page_asked,
    progress_shown,
    rows_of_state,
    samples_of,
    title_of,
    url_of,
)
from core.records.kinds import Kind
from core.records.list_offers import offered_operations
from core.records.list_views import active_kind, ticked
from core.records.services import LOSE_ACCESS
from core.shown import FormError, FormView, FormWarning
from core.web import actor, opens

Answer = str | Response | tuple[str, int]


def blueprint(kinds: Iterable[Kind], operations: Iterable[ListOperation]) -> Blueprint:
    """Return the addresses at which operations begin, one for each list, and those behind."""
    made = Blueprint("operations", __name__)
    operations = list(operations)
    for kind in kinds:
        for each in operations:
            made.add_url_rule(
                f"/{kind.plural}/operations/{each.key}",
                f"begin_{kind.key}_{each.key}",
                begin,
                methods=["POST"],
                defaults={"kind_key": kind.key, "operation_key": each.key},
            )
    one = "/operations/<int:operation_id>"
    for path, view, methods in (
        (one, operation_page, ["GET"]),
        (one, choose, ["POST"]),
        (f"{one}/run", run, ["POST"]),
        (f"{one}/stop", stop, ["POST"]),
        (f"{one}/progress", progress, ["GET"]),
    ):
        made.add_url_rule(path, view.__name__, view, methods=methods)
    return made


@opens(may_operate, is_personal=True)
def begin(kind_key: str, operation_key: str) -> Answer:
    kind, who = active_kind(kind_key), actor()
    spec = next((each for each in offered_operations(kind, who) if each.key == operation_key), None)
    if spec is None:
        abort(404)
    query = request.query_string.decode("utf-8", "replace")
    operation = services.begin(kind, spec, who, ticked(kind, who), query[:2000])
    return redirect(url_of(operation), 303)


@opens(may_operate, is_personal=True)
def operation_page(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor())
    if operation.state == CHOOSING or (operation.state == CHECKED and "change" in request.args):
        return _form_page(operation)
    if operation.state == CHECKED:
        return _preview(operation)
    return _result(operation)


@opens(may_operate, is_personal=True)
def choose(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor(), lock=True)
    kind, spec = queries.kind_of(operation), queries.spec_of(operation)
    try:
        services.choose(operation, spec.read(kind, actor(), request.form))
    except InvalidForm as wrong:
        return _form_page(operation, wrong.errors), 422
    return redirect(url_of(operation), 303)


def _form_page(operation: Operation, errors: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the form of an operation, with what was typed or chosen before."""
    kind, spec, errors = queries.kind_of(operation), queries.spec_of(operation), errors or {}
    typed = (
        {key: request.form.getlist(key) for key in request.form}
        if request.method == "POST"
        else {key: _typed(value) for key, value in operation.arguments.items()}
    )
    form = FormView(
        action=url_of(operation),
        title=title_of(operation),
        sections=spec.sections(kind, actor(), typed, errors),
        save_label=_("Preview"),
        cancel_url=list_url_of(operation),
        crumbs=crumbs_of(operation),
        errors=[FormError(key, str(text)) for key, texts in errors.items() for text in texts],
    )
    return render_template("records/form.html", form=form)


def _typed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


# ---------------------------------------------------------------- before it runs


def _preview(operation: Operation) -> str:
    """Return what would change, what is so already, what is refused, and who sees more or less."""
    plan = queries.plan_of(operation)
    verdict = judge(plan, queries.record_ids_of(operation), {LOSE_ACCESS})
    felt = effects(plan, verdict)
    lost = sum(len(each.lost) for each in felt if each.user_id == operation.user_id)
    show = request.args.get("show", "")
    return render_template(
        "operations/preview.html",
        **head_of(operation),
        summary=plan.operation.summary(plan.kind, plan.arguments),
        counts=counts_shown(
            operation,
            {
                CHANGED: len(verdict.changes),
                UNCHANGED: len(verdict.unchanged),
                REFUSED: len(verdict.refused),
            },
            show,
        ),
        samples=samples_of(operation, verdict),
        listed=listed_in(operation, rows_of_state(verdict, show), show)
        if show in ROW_STATES
        else listed_for(operation, verdict, felt, request.args.get("user", "")),
        effects=effects_shown(operation, verdict, felt),
        is_background=operation.row_count > services.AT_ONCE,
        change_count=len(verdict.changes),
        warnings=[FormWarning(LOSE_ACCESS, services.losing(lost))] if lost else [],
    )


# ---------------------------------------------------------------- running, and afterwards


@opens(may_operate, is_personal=True)
def run(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor(), lock=True)
    if operation.state in {WAITING, RUNNING, *OVER}:
        return redirect(url_of(operation), 303)  # sent twice
    try:
        services.start(operation, request.form.getlist("confirm"))
    except NeedsConfirmation:
        return _preview(operation), 422
    if operation.state in OVER:
        counts = queries.all_counts(operation)
        face.toast(
            _(
                "Changed: %(changed)s, unchanged: %(unchanged)s, refused: %(refused)s.",
                **{state: face.formats().integer(counts[state]) for state in ROW_STATES},
            ),
            "warn" if counts[REFUSED] else "ok",
        )
    return redirect(url_of(operation), 303)


@opens(may_operate, is_personal=True)
def stop(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor(), lock=True)
    services.stop(operation)
    return redirect(url_of(operation), 303)


@opens(may_operate, is_personal=True)
def progress(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor())
    if operation.state in {CHOOSING, CHECKED}:
        abort(404)
    if operation.state in OVER and request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": url_of(operation)})
    return render_template("operations/_progress.html", **progress_shown(operation))


def _result(operation: Operation) -> str:
    counts = queries.all_counts(operation)
    show = request.args.get("show", REFUSED if counts[REFUSED] else CHANGED)
    show = show if show in ROW_STATES else CHANGED
    spec, kind = queries.spec_of(operation), queries.kind_of(operation)
    rows = queries.results_of(operation, show, page_asked())
    return render_template(
        "operations/result.html",
        **{
            **progress_shown(operation),
            **head_of(operation),
            "counts": counts_shown(operation, counts, show if rows else ""),
        },
        summary=spec.summary(kind, operation.arguments),
        listed=listed_page(operation, rows, show, counts[show]) if rows else None,
        is_over=operation.state in OVER,
        is_stopped=operation.state == STOPPED,
        reason=operation.reason,
    )
