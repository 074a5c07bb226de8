"""The pages of list operations: the form, the preview, the progress, the result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from core import face
from core.access import Effect, levels_of
from core.accounts.queries import account_facts
from core.contracts import ListOperation
from core.errors import InvalidForm, NeedsConfirmation
from core.i18n import _, ngettext
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
from core.operations.planning import Verdict, effects, judge
from core.operations.queries import may_operate
from core.operations.telling import ROW_STATES as ROW_WORDS, STATES
from core.records.cells import address
from core.records.kinds import Kind
from core.records.list_views import active_kind, offered_operations, ticked
from core.records.services import LOSE_ACCESS
from core.shown import Crumb, FormError, FormView, FormWarning
from core.web import actor, opens

Answer = str | Response | tuple[str, int]

SAMPLES = 20
USERS_SHOWN = 20
ROWS_A_PAGE = queries.ROWS_A_PAGE


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
    return redirect(_url(operation), 303)


def _url(operation: Operation) -> str:
    return f"/operations/{operation.id}"


def _list_url(operation: Operation) -> str:
    """Return the list from which it came, under the same filter."""
    path = f"/{queries.kind_of(operation).plural}"
    return f"{path}?{operation.query}" if operation.query else path


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
    return redirect(_url(operation), 303)


def _form_page(operation: Operation, errors: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the form of an operation, with what was typed or chosen before."""
    kind, spec, errors = queries.kind_of(operation), queries.spec_of(operation), errors or {}
    typed = (
        {key: request.form.getlist(key) for key in request.form}
        if request.method == "POST"
        else {key: _typed(value) for key, value in operation.arguments.items()}
    )
    form = FormView(
        action=_url(operation),
        title=_title(operation),
        sections=spec.sections(kind, actor(), typed, errors),
        save_label=_("Preview"),
        cancel_url=_list_url(operation),
        crumbs=_crumbs(operation),
        errors=[FormError(key, str(text)) for key, texts in errors.items() for text in texts],
    )
    return render_template("records/form.html", form=form)


def _typed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _title(operation: Operation) -> str:
    spec = queries.spec_of(operation)
    count = face.formats().integer(operation.row_count)
    rows = ngettext("%(count)s row", "%(count)s rows", operation.row_count, count=count)
    return f"{spec.label}: {rows}"


def _crumbs(operation: Operation) -> list[Crumb]:
    return [Crumb(str(queries.kind_of(operation).labels), _list_url(operation))]


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
        **_head(operation),
        summary=plan.operation.summary(plan.kind, plan.arguments),
        counts=_counts(
            operation,
            {
                CHANGED: len(verdict.changes),
                UNCHANGED: len(verdict.unchanged),
                REFUSED: len(verdict.refused),
            },
            show,
        ),
        samples=_samples(operation, verdict),
        listed=_listed(operation, _of_state(verdict, show), show) if show in ROW_STATES else None,
        effects=_effects(operation, verdict, felt),
        is_background=operation.row_count > services.AT_ONCE,
        change_count=len(verdict.changes),
        warnings=[FormWarning(LOSE_ACCESS, services.losing(lost))] if lost else [],
    )


def _head(operation: Operation) -> dict[str, Any]:
    return {
        "url": _url(operation),
        "title": _title(operation),
        "crumbs": _crumbs(operation),
        "list_url": _list_url(operation),
    }


def _words(*, is_over: bool) -> dict[str, str]:
    if is_over:
        return {state: str(word) for state, word in ROW_WORDS.items()}
    return {CHANGED: _("will change"), UNCHANGED: _("already so"), REFUSED: str(ROW_WORDS[REFUSED])}


def _counts(operation: Operation, counts: Mapping[str, int], show: str) -> list[dict[str, Any]]:
    words, formats = _words(is_over=operation.state != CHECKED), face.formats()
    return [
        {
            "state": state,
            "word": words[state],
            "number": counts[state],
            "text": formats.integer(counts[state]),
            "url": f"{_url(operation)}?show={state}#rows" if counts[state] else None,
            "is_shown": state == show,
        }
        for state in ROW_STATES
    ]


def _of_state(verdict: Verdict, state: str) -> list[tuple[int, str]]:
    if state == REFUSED:
        return list(verdict.refused.items())
    if state == UNCHANGED:
        return [(each, "") for each in verdict.unchanged]
    return [(now.id, "") for now, _changed in verdict.changes]


def _samples(operation: Operation, verdict: Verdict) -> list[dict[str, Any]]:
    """Return the refused rows, reason by reason, with up to 20 names each."""
    by_reason: dict[str, list[int]] = {}
    for record_id, reason in verdict.refused.items():
        by_reason.setdefault(reason, []).append(record_id)
    return [
        {
            "reason": reason,
            "count": face.formats().integer(len(ids)),
            "records": _named(operation, ids[:SAMPLES]),
            "more": max(len(ids) - SAMPLES, 0),
        }
        for reason, ids in by_reason.items()
    ]


def _named(operation: Operation, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return records by name as far as the reader may know them now."""
    levels = levels_of(actor(), ids)
    kind = queries.kind_of(operation)
    found = []
    for each in ids:
        level = levels.get(each)
        found.append(
            {
                "id": each,
                "name": level.basic.name if level else _("(no longer open to you)"),
                "url": address(kind.key, each) if level and level.is_full else None,
                "is_known": level is not None,
            }
        )
    return found


def _listed(operation: Operation, rows: Sequence[tuple[int, str]], show: str) -> dict[str, Any]:
    """Return one page of rows in full: all of them are given."""
    page = _page()
    first = (page - 1) * ROWS_A_PAGE
    return _rows_page(operation, rows[first : first + ROWS_A_PAGE], show, page, len(rows))


def _rows_page(
    operation: Operation, rows: Sequence[tuple[int, str]], show: str, page: int, count: int
) -> dict[str, Any]:
    named = _named(operation, [record_id for record_id, _reason in rows])
    at = f"{_url(operation)}?show={show}&page="
    return {
        "word": _words(is_over=operation.state != CHECKED)[show],
        "rows": [
            {**each, "reason": reason} for each, (_id, reason) in zip(named, rows, strict=True)
        ],
        "prev_url": f"{at}{page - 1}#rows" if page > 1 else None,
        "next_url": f"{at}{page + 1}#rows" if page * ROWS_A_PAGE < count else None,
    }


def _page() -> int:
    typed = request.args.get("page", "1")
    return int(typed) if re.fullmatch("[1-9][0-9]{0,8}", typed) else 1


def _effects(operation: Operation, verdict: Verdict, felt: Sequence[Effect]) -> dict[str, Any]:
    """Return who begins or ceases to see how many records, in sentences and user by user."""
    gains, losses = [each for each in felt if each.gained], [each for each in felt if each.lost]
    is_all = "users" in request.args
    users, formats = account_facts().users, face.formats()
    shown = sorted(felt, key=lambda each: list(users).index(each.user_id)) if felt else []
    return {
        "sentences": [
            sentence
            for sentence in (
                _gaining(gains),
                _missing(losses),
            )
            if sentence
        ],
        "users": [
            {
                "face": _face(each.user_id),
                "gained": formats.integer(len(each.gained)),
                "lost": formats.integer(len(each.lost)),
                "gained_names": _names(verdict, each.gained),
                "lost_names": _names(verdict, each.lost),
            }
            for each in (shown if is_all else shown[:USERS_SHOWN])
        ],
        "more_url": f"{_url(operation)}?users=1#effects"
        if len(shown) > USERS_SHOWN and not is_all
        else None,
    }


def _gaining(felt: Sequence[Effect]) -> str:
    if not felt:
        return ""
    records = face.formats().integer(len({place for each in felt for place in each.gained}))
    return ngettext(
        "%(num)s user will begin to see %(records)s of these records.",
        "%(num)s users will begin to see %(records)s of these records.",
        len(felt),
        records=records,
    )


def _missing(felt: Sequence[Effect]) -> str:
    if not felt:
        return ""
    records = face.formats().integer(len({place for each in felt for place in each.lost}))
    return ngettext(
        "%(num)s user will no longer see %(records)s of these records.",
        "%(num)s users will no longer see %(records)s of these records.",
        len(felt),
        records=records,
    )


def _face(user_id: int) -> dict[str, Any]:
    person = account_facts().users[user_id]
    return {"name": person.name, "initials": person.initials, "hue": face.hue(user_id)}


def _names(verdict: Verdict, places: Sequence[int]) -> list[str]:
    return [verdict.changes[place][0].name for place in places[:SAMPLES]]


# ---------------------------------------------------------------- running, and afterwards


@opens(may_operate, is_personal=True)
def run(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor(), lock=True)
    if operation.state in {WAITING, RUNNING, *OVER}:
        return redirect(_url(operation), 303)  # sent twice
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
    return redirect(_url(operation), 303)


@opens(may_operate, is_personal=True)
def stop(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor(), lock=True)
    services.stop(operation)
    return redirect(_url(operation), 303)


@opens(may_operate, is_personal=True)
def progress(operation_id: int) -> Answer:
    operation = queries.operation_of(operation_id, actor())
    if operation.state in {CHOOSING, CHECKED}:
        abort(404)
    if operation.state in OVER and request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": _url(operation)})
    return render_template("operations/_progress.html", **_moving(operation))


def _moving(operation: Operation) -> dict[str, Any]:
    formats = face.formats()
    return {
        "url": _url(operation),
        "state": operation.state,
        "state_word": str(STATES[operation.state]),
        "done": operation.done_count,
        "total": operation.row_count,
        "done_text": _(
            "%(done)s of %(total)s",
            done=formats.integer(operation.done_count),
            total=formats.integer(operation.row_count),
        ),
        "is_moving": operation.state in {WAITING, RUNNING},
        "counts": _counts(operation, queries.all_counts(operation), ""),
    }


def _result(operation: Operation) -> str:
    counts = queries.all_counts(operation)
    show = request.args.get("show", REFUSED if counts[REFUSED] else CHANGED)
    show = show if show in ROW_STATES else CHANGED
    spec, kind = queries.spec_of(operation), queries.kind_of(operation)
    rows = queries.results_of(operation, show, _page())
    return render_template(
        "operations/result.html",
        **{
            **_moving(operation),
            **_head(operation),
            "counts": _counts(operation, counts, show if rows else ""),
        },
        summary=spec.summary(kind, operation.arguments),
        listed=_rows_page(operation, rows, show, _page(), counts[show]) if rows else None,
        is_over=operation.state in OVER,
        is_stopped=operation.state == STOPPED,
        reason=operation.reason,
    )
