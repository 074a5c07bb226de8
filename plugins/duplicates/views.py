"""Account settings > Contacts > Duplicates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request

from core import face
from core.errors import Invalid, NotFound
from core.i18n import _
from core.records.cells import address
from core.records.fields import parse_id
from core.records.kinds import Kind
from core.records.list_cells import initials
from core.settings.frame import settings_frame
from core.shown import Action, Tab
from core.web import ADMINISTRATOR, actor, opens
from plugins.duplicates import queries, services
from plugins.duplicates.models import LATER, MOVING, OPEN, Run
from plugins.duplicates.queries import GROUPS_A_PAGE, Checked
from plugins.duplicates.telling import STATES

blueprint = Blueprint("duplicates", __name__, template_folder="pages")

DUPLICATES = "/settings/account/contacts/duplicates"
RUN, GROUP = f"{DUPLICATES}/<int:run_id>", f"{DUPLICATES}/groups/<int:group_id>"


def _kind(key: str) -> Kind:
    kinds = queries.searched_kinds()
    found = next((each for each in kinds if each.key == key or not key), None)
    if found is None:
        raise NotFound(_("There is no such list."))
    return found


def _url(kind: str, **more: Any) -> str:
    return f"{DUPLICATES}?{urlencode({'kind': kind, **more})}"


@blueprint.get(DUPLICATES)
@opens(ADMINISTRATOR)
def duplicates() -> str:
    kind = _kind(request.args.get("kind", ""))
    state = LATER if request.args.get("state") == LATER else OPEN
    run = queries.latest_run(kind)
    counts = queries.group_counts(run) if run else {}
    return render_template(
        "duplicates/list.html",
        kind=kind.key,
        tabs=_tabs(kind),
        states=_states(kind, state, counts),
        search_url=f"{DUPLICATES}/search",
        run=_shown_run(run) if run else None,
        **_groups(kind, run, state),
        **settings_frame("account"),
    )


def _tabs(kind: Kind) -> list[Tab]:
    return [
        Tab(str(each.labels), _url(each.key), each.key == kind.key, each.icon)
        for each in queries.searched_kinds()
    ]


def _states(kind: Kind, state: str, counts: dict[str, int]) -> list[Tab]:
    words = {OPEN: _("To decide"), LATER: _("Put off")}
    return [
        Tab(word, _url(kind.key, state=key), key == state, "",
            face.formats().integer(counts.get(key, 0)))
        for key, word in words.items()
    ]  # fmt: skip


def _page_asked() -> int:
    try:
        return max(min(parse_id(request.args.get("page", "1")), 100_000), 1)
    except Invalid:
        return 1


def _groups(kind: Kind, run: Run | None, state: str) -> dict[str, Any]:
    """Return one page of groups, each checked anew."""
    page = _page_asked()
    found = queries.groups_on_page(run, state, page) if run else []
    shown = queries.checked(kind, found[:GROUPS_A_PAGE], actor())
    open_ones = [each for each in shown if len(each.records) > 1]
    at = {"state": state, "page": page}
    return {
        "groups": [_shown_group(kind, each) for each in open_ones],
        "gone_count": len(shown) - len(open_ones),
        "state": state,
        "prev_url": _url(kind.key, **{**at, "page": page - 1}) if page > 1 else None,
        "next_url": _url(kind.key, **{**at, "page": page + 1})
        if len(found) > GROUPS_A_PAGE
        else None,
    }


def _shown_group(kind: Kind, found: Checked) -> dict[str, Any]:
    rows = [("row", each.id) for each in found.records]
    return {
        "id": found.group.id,
        "records": [
            {
                "id": record.id,
                "name": record.name,
                "url": address(kind.key, record.id),
                "initials": initials(record.name),
                "hue": face.hue(record.id),
                "shape": "round" if kind.is_round else "square",
                "reasons": ", ".join(str(each) for each in reasons),
            }
            for record, reasons in zip(found.records, found.reasons, strict=True)
        ],
        "rest": found.rest_count,
        "has_changed": found.has_changed,
        "merge_url": f"/{kind.plural}/merge?{urlencode(rows)}",
        "url": f"{DUPLICATES}/groups/{found.group.id}",
    }


def _shown_run(run: Run) -> dict[str, Any]:
    formats = face.formats()
    done, rows = formats.integer(run.done_count), formats.integer(run.row_count)
    return {
        "state": run.state,
        "word": str(STATES[run.state]),
        "is_moving": run.state in MOVING,
        "done": min(run.done_count, run.row_count),
        "total": run.row_count,
        "done_text": _("%(done)s of %(rows)s", done=done, rows=rows),
        "on": formats.datetime(run.ended_at or run.created_at),
        "url": f"{DUPLICATES}/{run.id}",
    }


def find_action(kind: Kind) -> list[Action]:
    """Return the way from a list to its duplicates."""
    if kind.key not in {each.key for each in queries.searched_kinds()}:
        return []
    return [Action(_("Duplicates"), _url(kind.key), "users-group")]


@blueprint.post(f"{DUPLICATES}/search")
@opens(ADMINISTRATOR)
def search() -> Any:
    kind = _kind(request.form.get("kind", ""))
    services.begin(kind, actor())
    return redirect(_url(kind.key), 303)


@blueprint.get(f"{RUN}/progress")
@opens(ADMINISTRATOR)
def progress(run_id: int) -> Any:
    run = queries.run_of(run_id)
    if run.state not in MOVING and request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": _url(run.kind)})
    return render_template("duplicates/_progress.html", run=_shown_run(run))


@blueprint.post(f"{RUN}/stop")
@opens(ADMINISTRATOR)
def stop(run_id: int) -> Any:
    run = queries.run_of(run_id, lock=True)
    services.stop(run)
    return redirect(_url(run.kind), 303)


@blueprint.post(f"{GROUP}/different")
@opens(ADMINISTRATOR)
def say_different(group_id: int) -> Any:
    group = queries.group_of(group_id)
    run = queries.run_of(group.run_id)
    shown = [parse_id(each) for each in request.form.getlist("row")]
    state = group.state
    services.say_different(group, shown, actor())
    face.toast(_("Remembered: they are not duplicates."))
    return redirect(_url(run.kind, state=state), 303)


@blueprint.post(f"{GROUP}/later")
@opens(ADMINISTRATOR)
def put_off(group_id: int) -> Any:
    group = queries.group_of(group_id)
    run = queries.run_of(group.run_id)
    services.put_off(group, OPEN if request.form.get("state") == OPEN else LATER)
    return redirect(_url(run.kind), 303)
