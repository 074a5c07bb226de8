"""The pages of imports, from the file to what became of every row."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from core import face
from core.access import Actor, levels_of
from core.accounts.queries import account_facts
from core.errors import Invalid, InvalidForm, NotFound
from core.i18n import _, ngettext
from core.records.cells import address
from core.records.services import remember_sent, sent_before
from core.registry import registry
from core.settings.frame import settings_frame
from core.shown import Crumb, FormError
from core.tables.cells import MIME, FileKind, shown
from core.tables.writing import write_table
from core.web import actor, opens
from plugins.imports import forms, queries, services
from plugins.imports.aims import Aim, importable
from plugins.imports.cells import Row
from plugins.imports.models import (
    ASSIGNING,
    BROKEN,
    DONE,
    FAILED,
    READING,
    REFUSED,
    ROW_STATES,
    RUNNING,
    STOPPED,
    WAITING,
    Import,
)
from plugins.imports.options import ImportOptions
from plugins.imports.recognising import column_names, letter, recognise_layout
from plugins.imports.samples import guides, sample_row
from plugins.imports.telling import ROW_STATES as ROW_WORDS, STATES, imported

PROFILE, ACCOUNT = "/settings/profile/import", "/settings/account/data/import"
FIRST_VALUES = 3
SHORT = 60

blueprint = Blueprint("imports", __name__, template_folder="pages")
Answer = str | AnyResponse | tuple[str, int]


def may_import(who: Actor) -> bool:
    """Tell whether a user may import anything."""
    return bool(importable(who))


def _page(page: str, **values: Any) -> str:
    """Return a page inside the settings from which imports were reached."""
    is_account = request.path == ACCOUNT
    frame = settings_frame("account", ACCOUNT) if is_account else settings_frame("profile", PROFILE)
    crumbs = [Crumb(_("Import and export"), "/imports")]
    return render_template(f"imports/{page}.html", crumbs=crumbs, **values, **frame)


# ---------------------------------------------------------------- the list


@blueprint.get("/imports")
@opens(may_import, is_personal=True)
def import_list() -> Answer:
    return _list()


@blueprint.get(PROFILE)
@opens(may_import, is_personal=True)
def profile_list() -> Answer:
    return _list()


@blueprint.get(ACCOUNT)
@opens(may_import, is_personal=True)
def account_list() -> Answer:
    return _list()


def _list() -> str:
    who = actor()
    found = queries.imports_of(who)
    return _page("list", imports=[_line(each) for each in found], is_of_all=who.is_administrator)


def _line(import_: Import) -> dict[str, Any]:
    """Return what the list says of an import."""
    formats = face.formats()
    return {
        "id": import_.id,
        "url": f"/imports/{import_.id}",
        "file": import_.file_name,
        "kind": str(queries.kind_of(import_).labels),
        "user": account_facts().principal_name(import_.user_id or 0),
        "at": formats.datetime(import_.created_at),
        "at_iso": import_.created_at.isoformat(),
        "state": import_.state,
        "state_word": str(STATES[import_.state]),
        "tone": TONES.get(import_.state, ""),
        "counts": [
            (str(ROW_WORDS[state]), formats.integer(import_.counts[state]))
            for state in ROW_STATES
            if import_.counts.get(state)
        ],
        "progress": queries.progress_of(import_),
    }


TONES = {DONE: "ok", RUNNING: "acc", WAITING: "acc", FAILED: "bad", REFUSED: "bad", STOPPED: "warn"}


# ---------------------------------------------------------------- the file


@blueprint.get("/imports/new")
@opens(may_import, is_personal=True)
def new_import() -> Answer:
    return _new_page(request.args.get("kind", ""))


@blueprint.post("/imports/new")
@opens(may_import, is_personal=True)
def add_import() -> Answer:
    token = request.form.get("form_token", "")[:100]
    if token and (location := sent_before(token)):
        return redirect(location)
    kind, sent = request.form.get("kind", ""), request.files.get("file")
    if sent is None or not sent.filename:
        return _new_page(kind, [_("File: choose a file")], token), 422
    name = sent.filename.replace("\\", "/").rpartition("/")[2]
    with sent.stream, tempfile.TemporaryDirectory(prefix="szansa-upload-") as folder:
        path = Path(folder) / "file"
        sent.save(path)
        try:
            import_ = services.add_file(actor(), kind, path, name, _most_bytes())
            services.read_soon(import_, path)
        except Invalid as refused:
            return _new_page(kind, [refused.message], token), refused.status
    location = f"/imports/{import_.id}"
    if token:
        remember_sent(token, location)
    return redirect(location)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    """Refuse a file by the length that the browser announces, before it is taken in."""
    megabyte = 1024 * 1024
    text = _(
        "File: %(found)s MB, allowed %(allowed)s MB",
        found=-(-(request.content_length or 0) // megabyte),
        allowed=_most_bytes() // megabyte,
    )
    return _new_page("", [text]), 413


def _most_bytes() -> int:
    return int(current_app.config["SZANSA"].import_bytes)


def _new_page(kind: str, errors: list[str] | None = None, token: str = "") -> str:
    kinds = importable(actor())
    return _page(
        "new",
        action_url="/imports/new",
        token=token or secrets.token_urlsafe(16),
        kind_field=forms.kind_field(kinds, kind),
        file_field=forms.file_field(_most_bytes(), errors or ()),
        errors=[FormError("file", each) for each in errors or ()],
        guides=guides(),
        samples=[
            {
                "label": str(kind.labels),
                "files": [
                    (each.upper(), f"/imports/sample/{kind.key}.{each}") for each in FileKind
                ],
            }
            for kind in kinds
        ],
    )


@blueprint.get("/imports/sample/<kind_key>.<suffix>")
@opens(may_import, is_personal=True)
def sample(kind_key: str, suffix: str) -> Answer:
    kind = next((each for each in importable(actor()) if each.key == kind_key), None)
    if kind is None or suffix not in set(FileKind):
        raise NotFound(_("There is no such file."))
    header, row = sample_row(kind, actor())
    return _file(FileKind(suffix), header, [row], str(kind.labels))


def _file(kind: FileKind, header: list[str], rows: Any, title: str) -> Answer:
    with tempfile.TemporaryDirectory(prefix="szansa-download-") as folder:
        path = Path(folder) / "file"
        write_table(path, kind, header, rows, title)
        written = path.open("rb")  # stays readable until it is sent, without a name
    return send_file(
        written, mimetype=MIME[kind], as_attachment=True, download_name=f"{title}.{kind}"
    )


@blueprint.post("/imports/<int:import_id>/file")
@opens(may_import, is_personal=True)
def change_file(import_id: int) -> Answer:
    import_ = queries.import_of(import_id, actor(), lock=True)
    asked = forms.read_file_choices(request.form, import_.facts)
    try:
        services.read_again(import_, asked)
    except Invalid as refused:
        return _columns_page(import_, {"file": [refused.message]}), refused.status
    return redirect(f"/imports/{import_id}")


# ---------------------------------------------------------------- columns and options


@blueprint.get("/imports/<int:import_id>")
@opens(may_import, is_personal=True)
def show_import(import_id: int) -> Answer:
    import_ = queries.import_of(import_id, actor())
    if import_.state == ASSIGNING:
        return _columns_page(import_)
    if import_.state in {READING, REFUSED}:
        return _page("reading", line=_line(import_), reason=import_.reason)
    return _result_page(import_)


@blueprint.post("/imports/<int:import_id>/columns")
@opens(may_import, is_personal=True)
def change_columns(import_id: int) -> Answer:
    import_ = queries.import_of(import_id, actor(), lock=True)
    chosen = forms.read_targets(request.form, len(import_.facts["columns"]))
    try:
        services.assign(import_, chosen)
    except InvalidForm as wrong:
        return _columns_page(import_, wrong.errors, chosen), wrong.status
    return redirect(f"/imports/{import_id}/options")


def _columns_page(
    import_: Import,
    errors: Mapping[str, list[Any]] | None = None,
    chosen: list[str | None] | None = None,
) -> str:
    facts, rows = import_.facts, queries.sample_of(import_)
    targets = chosen if chosen is not None else import_.assignment
    aims = queries.aims_for(import_)
    wrong = errors or {}
    names = column_names(facts["columns"])
    layout = recognise_layout(facts["columns"])
    return _page(
        "columns",
        line=_line(import_),
        row_count=import_.row_count,
        columns=[
            {
                "at": at,
                "key": f"target_{at}",
                "letter": letter(at),
                "name": name,
                "values": _first_values(rows, at),
                "target": targets[at],
                "how": how if targets[at] == import_.assignment[at] else None,
                "errors": wrong.get(f"target_{at}", ()),
            }
            for at, (name, how) in enumerate(zip(names, import_.recognised, strict=True))
        ],
        groups=_grouped(aims),
        assigned_count=sum(map(bool, targets)),
        layout=layout.name if layout else "",
        long_rows=facts["long_rows"],
        file_fields=[
            replace(each, errors=list(wrong.get("file", ()))) for each in forms.file_choices(facts)
        ],
        errors=[FormError(key, str(text)) for key, each in wrong.items() for text in each],
        rows=[
            (row.number, [_cut(shown(row.cells[at]) if at < len(row.cells) else "")
                          for at in range(len(names))])
            for row in rows
        ],
    )  # fmt: skip


def _first_values(rows: list[Row], at: int) -> str:
    found = [shown(row.cells[at]) for row in rows if at < len(row.cells)]
    return " · ".join([_cut(each) for each in found if each][:FIRST_VALUES])


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _grouped(aims: list[Aim]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the targets under the names of their kinds."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for aim in aims:
        groups.setdefault(str(aim.kind.label), []).append((aim.key, str(aim.full_label)))
    return list(groups.items())


@blueprint.get("/imports/<int:import_id>/options")
@opens(may_import, is_personal=True)
def show_options(import_id: int) -> Answer:
    import_ = queries.import_of(import_id, actor())
    if import_.state != ASSIGNING:
        return redirect(f"/imports/{import_id}")
    return _options_page(import_, queries.options_for(import_))


@blueprint.post("/imports/<int:import_id>/options")
@opens(may_import, is_personal=True)
def start_import(import_id: int) -> Answer:
    import_ = queries.import_of(import_id, actor(), lock=True)
    kind, shipped = queries.kind_of(import_), queries.options_for(import_)
    read = forms.read_options(kind, request.form, actor(), shipped)
    if read.errors:
        return _options_page(import_, shipped, read), 422
    services.choose(import_, read.options(kind))
    services.start(import_)
    return redirect(f"/imports/{import_id}")


def _options_page(
    import_: Import, options: ImportOptions, read: forms.SentOptions | None = None
) -> str:
    errors = read.errors if read else {}
    kind = queries.kind_of(import_)
    return _page(
        "options",
        line=_line(import_),
        row_count=face.formats().integer(import_.row_count),
        sections=forms.option_sections(kind, actor(), options, read),
        errors=[FormError(key, str(text)) for key, each in errors.items() for text in each],
    )


# ---------------------------------------------------------------- the run


@blueprint.post("/imports/<int:import_id>/stop")
@opens(may_import, is_personal=True)
def stop_import(import_id: int) -> Answer:
    services.stop(queries.import_of(import_id, actor(), lock=True))
    return redirect(f"/imports/{import_id}")


@blueprint.post("/imports/<int:import_id>/continue")
@opens(may_import, is_personal=True)
def continue_import(import_id: int) -> Answer:
    services.go_on(queries.import_of(import_id, actor(), lock=True))
    return redirect(f"/imports/{import_id}")


@blueprint.post("/imports/<int:import_id>/delete")
@opens(may_import, is_personal=True)
def delete_import(import_id: int) -> Answer:
    services.remove(queries.import_of(import_id, actor(), lock=True))
    return redirect("/imports")


@blueprint.get("/imports/<int:import_id>/progress")
@opens(may_import, is_personal=True)
def progress(import_id: int) -> Answer:
    """Answer how far it is; when nothing moves any more, let the browser load the whole page."""
    import_ = queries.import_of(import_id, actor())
    if import_.state not in {READING, WAITING, RUNNING}:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return render_template("imports/_progress.html", **_progress(import_))


def _progress(import_: Import, chosen: str = "") -> dict[str, Any]:
    formats, way = face.formats(), queries.progress_of(import_)
    below = []
    if way.speed is not None:
        below.append(_("%(count)s rows/s", count=formats.integer(round(way.speed))))
    if way.left is not None:
        below.append(_time_left(way.left.total_seconds()))
    return {
        "line": _line(import_),
        "is_moving": import_.state in {READING, WAITING, RUNNING},
        "done": way.done,
        "total": way.total,
        "done_text": _(
            "%(done)s of %(all)s", done=formats.integer(way.done), all=formats.integer(way.total)
        ),
        "below": ", ".join(below),
        "reason": import_.reason,
        "states": [
            {
                "key": key,
                "label": str(ROW_WORDS[key]),
                "count": formats.integer(import_.counts.get(key, 0)),
                "url": f"/imports/{import_.id}?state={key}",
                "is_current": key == chosen,
            }
            for key in ROW_STATES
        ],
    }


def _time_left(seconds: float) -> str:
    if seconds < 5:
        return _("a few seconds left")
    if seconds < 90:
        return ngettext("%(num)s second left", "%(num)s seconds left", round(seconds))
    return ngettext("%(num)s minute left", "%(num)s minutes left", round(seconds / 60))


def _result_page(import_: Import) -> str:
    state = request.args.get("state", "")
    state = state if state in ROW_STATES else ""
    asked = request.args.get("page", "1")
    number = min(int(asked), 10**6) if asked.isdigit() and asked != "0" else 1
    counts = queries.row_counts(import_)
    total = counts[state] if state else sum(counts.values())
    return _page(
        "result",
        **_progress(import_, state),
        imported=imported(counts, import_.row_count),
        is_over=import_.state == DONE,
        all_url=f"/imports/{import_.id}",
        is_filtered=bool(state),
        lists=_lists(import_),
        rows=_rows(import_, state, number),
        columns=column_names(import_.facts["columns"])[:4],
        prev_url=_page_url(import_, state, number - 1) if number > 1 else None,
        next_url=_page_url(import_, state, number + 1)
        if total > number * queries.ROWS_A_PAGE
        else None,
        failed_count=counts[BROKEN],
        failed_url=f"/imports/{import_.id}/failed",
    )


def _page_url(import_: Import, state: str, number: int) -> str:
    chosen = f"state={state}&" if state else ""
    return f"/imports/{import_.id}?{chosen}page={number}"


def _lists(import_: Import) -> list[dict[str, str]]:
    """Return for each kind the list of what the import brought, with what was made and changed."""
    written = queries.written_counts(import_)
    formats = face.formats()
    found = []
    for kind in registry().kinds:
        made, changed = (written.get((kind.key, act), 0) for act in ("created", "changed"))
        if made or changed:
            found.append(
                {
                    "url": f"/{kind.plural}?filter=import:is:{import_.id}",
                    "label": str(kind.labels),
                    "icon": kind.icon,
                    "text": _(
                        "%(made)s created, %(changed)s changed",
                        made=formats.integer(made),
                        changed=formats.integer(changed),
                    ),
                }
            )
    return found


def _rows(import_: Import, state: str, number: int) -> list[dict[str, Any]]:
    found = queries.results_of(import_, state, number)
    levels = levels_of(actor(), [each.record_id for each in found if each.record_id])
    lines = []
    for each in found:
        level = levels.get(each.record_id or 0)
        lines.append(
            {
                "number": each.number,
                "state": each.state,
                "state_word": str(ROW_WORDS[each.state]),
                "tone": ROW_TONES[each.state],
                "reasons": each.reasons,
                "cells": [_cut(shown(cell)) for cell in each.cells[:4]],
                "name": level.basic.name if level else "",
                "url": address(level.basic.kind, level.basic.id)
                if level and level.is_full
                else None,
            }
        )
    return lines


ROW_TONES = {"created": "ok", "updated": "acc", "unchanged": "", "skipped": "warn", "failed": "bad"}


@blueprint.get("/imports/<int:import_id>/failed")
@opens(may_import, is_personal=True)
def failed_rows(import_id: int) -> Answer:
    import_ = queries.import_of(import_id, actor())
    if not queries.row_counts(import_)[BROKEN]:
        raise NotFound(_("No row has failed."))
    columns = import_.facts["columns"]
    rows = (
        [*each.cells, *[None] * (len(columns) - len(each.cells)), "\n".join(each.reasons)]
        for each in queries.failed_rows(import_)
    )
    title = Path(import_.file_name).stem[:80] or _("Import")
    return _file(
        FileKind(import_.facts["format"]), [*columns, _("reason")], rows, f"{title} – {_('failed')}"
    )
