"""The pages of exports: the form, the progress, the file, and the tab in the settings."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from core import face
from core.contracts import ListAction
from core.errors import Forbidden, Invalid, InvalidForm, NotFound
from core.exports import forms, queries, services
from core.exports.models import DONE, FAILED, OVER, RUNNING, STOPPED, WAITING, Export
from core.exports.queries import exportable, may_export
from core.exports.reading import all_columns
from core.exports.telling import STATES
from core.i18n import _, lazy, ngettext
from core.records.forms import Posted
from core.records.kinds import Kind
from core.records.list_columns import columns_of, is_sortable
from core.records.list_state import ListState, state_of
from core.records.list_views import active_kind, ticked
from core.records.lists import BY_NAME
from core.records.services import remember_sent, sent_before
from core.registry import registry
from core.settings.frame import settings_frame
from core.shown import Crumb, FormError, FormView
from core.tables.cells import MIME, FileKind
from core.web import actor, opens

PROFILE, ACCOUNT = "/settings/profile/export", "/settings/account/data/export"
EXPORT = ListAction(
    "export",
    lazy("Export"),
    "file-export",
    lambda kind, who: who.may_on_some(kind.key, "export"),
    is_for_all=True,
)
TONES = {DONE: "ok", RUNNING: "acc", WAITING: "acc", FAILED: "bad", STOPPED: "warn"}
Answer = str | AnyResponse | tuple[str, int]


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses at which exports begin, one for each list, and those behind."""
    made = Blueprint("exports", __name__)
    for kind in kinds:
        path, of_kind = f"/{kind.plural}/export", {"kind_key": kind.key}
        made.add_url_rule(path, f"form_{kind.key}", form, defaults=of_kind)
        made.add_url_rule(path, f"begin_{kind.key}", begin, methods=["POST"], defaults=of_kind)
    one = "/exports/<int:export_id>"
    further: tuple[tuple[str, Callable[..., Answer], str], ...] = (
        ("/exports", export_list, "GET"),
        (PROFILE, profile_list, "GET"),
        (ACCOUNT, account_list, "GET"),
        (one, export_page, "GET"),
        (f"{one}/progress", progress, "GET"),
        (f"{one}/file", download, "GET"),
        (f"{one}/stop", stop, "POST"),
    )
    for address, view, method in further:
        made.add_url_rule(address, view.__name__, view, methods=[method])
    return made


# ---------------------------------------------------------------- what is exported


def _kind(key: str) -> Kind:
    kind = active_kind(key)
    if kind not in exportable(actor()):
        raise Forbidden(_("You do not have the right to export these."))
    return kind


@opens(may_export, is_personal=True)
def form(kind_key: str) -> Answer:
    return _form_page(_kind(kind_key), [], MultiDict({"all": "1"}))


@opens(may_export, is_personal=True)
def begin(kind_key: str) -> Answer:
    kind, who = _kind(kind_key), actor()
    if "format" not in request.form:  # from the bar below a list
        return _form_page(kind, _rows(kind), request.form)
    token = request.form.get("form_token", "")[:100]
    if token and (location := sent_before(token)):
        return redirect(location, 303)
    try:
        asked = forms.read(request.form)
        choices = services.Choices(
            all_columns(kind) if asked.is_of_all_columns else _shown(kind),
            *_order(kind),
            asked.separator,
        )
        export = services.begin(kind, who, ticked(kind, who), asked.format, choices)
    except InvalidForm as wrong:
        return _form_page(kind, _rows(kind), request.form, wrong.errors, token), 422
    except Invalid as wrong:
        return _form_page(kind, _rows(kind), request.form, {"": [wrong.message]}, token), 422
    location = f"/exports/{export.id}"
    if token:
        remember_sent(token, location)
    return redirect(location, 303)


def _rows(kind: Kind) -> list[int]:
    return [] if request.form.get("all") else ticked(kind, actor())


def _state(kind: Kind) -> ListState:
    """Return the view, filter and order of the list that is exported."""
    return state_of(kind, actor(), request.args)


def _shown(kind: Kind) -> list[str]:
    return [BY_NAME, *(each.key for each in columns_of(kind, _state(kind)) if each.key != BY_NAME)]


def _order(kind: Kind) -> tuple[str, bool]:
    """Return the field by which the list is sorted, and whether downwards."""
    state = _state(kind)
    field = kind.by_key.get(state.sort)
    is_known = field is not None and field.key != BY_NAME and is_sortable(field)
    return field.key if field and is_known else "", state.is_descending


def _form_page(
    kind: Kind,
    rows: list[int],
    posted: Posted,
    errors: Mapping[str, Sequence[str]] | None = None,
    token: str = "",
) -> str:
    errors, query = errors or {}, request.query_string.decode("utf-8", "replace")
    is_all = bool(posted.get("all", ""))
    heads = [str(kind.name_label), *(str(each.label) for each in columns_of(kind, _state(kind)))]
    list_url = f"/{kind.plural}?{query}" if query else f"/{kind.plural}"
    page = FormView(
        action=f"/{kind.plural}/export?{query}" if query else f"/{kind.plural}/export",
        title=_("Export: %(list)s", list=kind.labels),
        sections=forms.sections(
            posted,
            errors,
            {
                forms.SHOWN: ", ".join(dict.fromkeys(heads)),
                forms.ALL: _("Every field, with the number by which imports know the record"),
            },
        ),
        save_label=_("Export"),
        cancel_url=list_url,
        token=token or secrets.token_urlsafe(16),
        crumbs=[Crumb(str(kind.labels), list_url)],
        errors=[FormError(key, str(text)) for key, each in errors.items() for text in each],
        hidden={"all": "1"} if is_all else {},
    )
    about = (
        _("All rows of the list are exported, as it is filtered.")
        if is_all
        else ngettext(
            "%(num)s ticked row is exported.", "%(num)s ticked rows are exported.", len(rows)
        )
    )
    return render_template("exports/form.html", form=page, rows=rows, about=about)


# ---------------------------------------------------------------- one export


def _line(export: Export) -> dict[str, Any]:
    """Return what pages say of an export."""
    formats, is_kept = face.formats(), queries.is_kept(export)
    return {
        "id": export.id,
        "url": f"/exports/{export.id}",
        "file": export.file_name,
        "kind": str(registry().kinds[export.kind].labels),
        "at": formats.datetime(export.created_at),
        "at_iso": export.created_at.isoformat(),
        "state": export.state,
        "state_word": str(STATES[export.state]),
        "tone": TONES[export.state],
        "rows": formats.integer(export.written_count) if export.state == DONE else "",
        "file_url": f"/exports/{export.id}/file" if is_kept else None,
        "is_gone": export.state == DONE and not is_kept,
        "size": _size(export.file_bytes),
    }


def _size(number: int) -> str:
    formats = face.formats()
    if number < 1_000_000:
        return _("%(size)s kB", size=formats.integer(-(-number // 1_000)))
    return _("%(size)s MB", size=formats.integer(-(-number // 1_000_000)))


@opens(may_export, is_personal=True)
def export_page(export_id: int) -> Answer:
    export = queries.export_of(export_id, actor())
    left_out = export.row_count - export.written_count
    return _page(
        "export",
        **_moving(export),
        kind_url=f"/{registry().kinds[export.kind].plural}",
        left_out=left_out if export.state == DONE else 0,
        shortened=export.shortened_count,
        kept_until=face.formats().date(export.ended_at + queries.KEPT) if export.ended_at else "",
        reason=export.reason,
    )


@opens(may_export, is_personal=True)
def progress(export_id: int) -> Answer:
    """Answer how far it is; when it is over, let the browser load the whole page."""
    export = queries.export_of(export_id, actor())
    if export.state in OVER and request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Refresh": "true"})
    return render_template("exports/_progress.html", **_moving(export))


def _moving(export: Export) -> dict[str, Any]:
    formats = face.formats()
    return {
        "line": _line(export),
        "is_over": export.state in OVER,
        "done": export.done_count,
        "total": export.row_count,
        "done_text": _(
            "%(done)s of %(all)s",
            done=formats.integer(export.done_count),
            all=formats.integer(export.row_count),
        ),
    }


@opens(may_export, is_personal=True)
def stop(export_id: int) -> Answer:
    services.stop(queries.export_of(export_id, actor(), lock=True))
    return redirect(f"/exports/{export_id}", 303)


@opens(may_export, is_personal=True)
def download(export_id: int) -> Answer:
    who = actor()
    export = queries.export_of(export_id, who)
    if export.state != DONE:
        abort(404)
    if not queries.is_kept(export):
        raise NotFound(_("The file was kept for seven days and is gone. Export the rows again."))
    if queries.has_lost_rows(export, who):
        raise Forbidden(
            _("You no longer have the right to all rows of this file. Export them again.")
        )
    file = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
    file.writelines(queries.pieces_of(export))
    file.seek(0)
    answer = send_file(
        file,
        mimetype=MIME[FileKind(export.format)],
        as_attachment=True,
        download_name=export.file_name,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


# ---------------------------------------------------------------- the tab in the settings


@opens(may_export, is_personal=True)
def export_list() -> Answer:
    return _list()


@opens(may_export, is_personal=True)
def profile_list() -> Answer:
    return _list()


@opens(may_export, is_personal=True)
def account_list() -> Answer:
    return _list()


def _list() -> str:
    kinds = exportable(actor())
    return _page(
        "list",
        kinds=[(str(kind.labels), kind.icon, f"/{kind.plural}/export") for kind in kinds],
        exports=[_line(each) for each in queries.exports_of(actor())],
    )


def _page(page: str, **values: Any) -> str:
    """Return a page inside the settings from which exports were reached."""
    is_account = request.path == ACCOUNT
    frame = settings_frame("account", ACCOUNT) if is_account else settings_frame("profile", PROFILE)
    crumbs = [Crumb(_("Import and export"), "/exports")]
    return render_template(f"exports/{page}.html", crumbs=crumbs, **values, **frame)
