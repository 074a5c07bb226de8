"""The trash of each kind, deleting for good, anonymising, and what the clock will delete."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request

from core import face
from core.access import Access, fetch, levels_of
from core.accounts.queries import account_facts
from core.errors import Conflict
from core.i18n import _, ngettext
from core.merging.queries import mains_of
from core.records.cells import address
from core.records.kinds import Kind
from core.records.list_views import active_kind
from core.records.profile import record_face
from core.registry import registry
from core.settings.frame import settings_frame
from core.shown import FormError, Tab
from core.trash import personal, queries, services
from core.web import ADMINISTRATOR, SIGNED_IN, actor, opens

Answer = Any
MOST_ROWS = 500  # in one form; a page has fewer


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses of the trash of all kinds, and of what is due to go."""
    made = Blueprint("trash", __name__)
    for kind in kinds:
        for path, view, methods in (
            ("/trash", trash_list, ["GET"]),
            ("/trash/restore", restore_ticked, ["POST"]),
            ("/trash/delete", delete_for_good, ["GET", "POST"]),
            ("/<int:record_id>/anonymise", anonymise, ["GET", "POST"]),
        ):
            made.add_url_rule(
                f"/{kind.plural}{path}",
                view.__name__,
                view,
                methods=methods,
                defaults={"kind_key": kind.key},
            )
    made.add_url_rule(services.LIST_URL, "due", due_list)
    return made


def trash_url(kind: Kind) -> str:
    """Return the address of the trash of a kind."""
    return f"/{kind.plural}/trash"


# ------------------------------------------------------------------ the list


@opens(SIGNED_IN)
def trash_list(kind_key: str) -> str:
    kind, who = active_kind(kind_key), actor()
    found = queries.trashed(kind, who, _place(request.args.get("after", "")))
    rows = found[: queries.PAGE]
    url, into = trash_url(kind), _mains(kind, [each.id for each in rows])
    return render_template(
        "trash/list.html",
        kind=kind,
        url=url,
        list_url=f"/{kind.plural}",
        tabs=_tabs(kind),
        rows=[_row(kind, each) | {"into": into.get(each.id)} for each in rows],
        may_purge=who.is_administrator,
        first_url=url if "after" in request.args else None,
        next_url=f"{url}?after={_place_of(rows[-1].deleted_at, rows[-1].id)}"
        if len(found) > queries.PAGE
        else None,
        days=queries.empties_after(),
    )


def _mains(kind: Kind, record_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return into which records these were merged, as far as the reader sees them in full."""
    mains = mains_of(record_ids)
    levels = levels_of(actor(), set(mains.values()))
    return {
        each: {"label": levels[main].basic.name, "url": address(kind.key, main)}
        for each, main in mains.items()
        if main in levels and levels[main].is_full
    }


def _tabs(kind: Kind) -> list[Tab]:
    """Return the trash of each kind that lies in the same place of the menu."""
    beside = [
        each
        for each in registry().kinds.of(actor().active_plugins)
        if each.visibility_area == kind.visibility_area
    ]
    tabs = [Tab(str(each.labels), trash_url(each), each.key == kind.key) for each in beside]
    return tabs if len(tabs) > 1 else []


def _row(kind: Kind, row: Any) -> dict[str, Any]:
    formats, facts = face.formats(), account_facts()
    return {
        "id": row.id,
        "name": row.name,
        "kind": str(kind.label),
        "url": address(kind.key, row.id),
        "by": facts.principal_name(row.deleted_by_id or 0),
        "on": formats.datetime(row.deleted_at),
        "iso": row.deleted_at.isoformat(),
    }


def _place_of(moment: datetime, record_id: int) -> str:
    return f"{int(moment.timestamp())}-{moment.microsecond:06}-{record_id}"


def _place(text: str) -> tuple[datetime, int] | None:
    """Return the place in the list that an address names; None for anything else."""
    found = re.fullmatch(r"([0-9]{1,10})-([0-9]{6})-([0-9]{1,18})", text)
    if found is None:
        return None
    moment = datetime.fromtimestamp(int(found[1]), UTC)
    return moment.replace(microsecond=int(found[2])), int(found[3])


def _ticked() -> list[int]:
    typed = request.values.getlist("row")[:MOST_ROWS]
    return sorted({int(each) for each in typed if re.fullmatch("[0-9]{1,18}", each)})


# ------------------------------------------------------------------ restoring


@opens(SIGNED_IN)
def restore_ticked(kind_key: str) -> Answer:
    kind, ticked = active_kind(kind_key), _ticked()
    count = services.restore_many(kind, ticked, actor())
    if count:
        face.toast(ngettext("%(num)s record is back.", "%(num)s records are back.", count))
    if count < len(ticked):
        left = len(ticked) - count
        face.toast(
            ngettext("%(num)s record was not in the trash any more.",
                     "%(num)s records were not in the trash any more.", left),
            "warn",
        )  # fmt: skip
    if not ticked:
        face.toast(_("Tick the records that shall come back."), "warn")
    return redirect(trash_url(kind), 303)


# ------------------------------------------------------------------ deleting for good


@opens(ADMINISTRATOR)
def delete_for_good(kind_key: str) -> Answer:
    kind, ticked = active_kind(kind_key), _ticked()
    records = [each.record for each in _in_trash(kind, ticked)]
    if not records:
        face.toast(_("Nothing of it is in the trash any more."), "warn")
        return redirect(trash_url(kind), 303)
    if request.method == "GET":
        return _purge_page(kind, records)
    typed = request.form.get("word", "").strip()
    if typed.casefold() != _word().casefold():
        return _purge_page(kind, records, typed, _("Type the word %(word)s.", word=_word())), 422
    gone = services.delete_for_good(kind, [each.id for each in records])
    face.toast(ngettext("%(num)s record was deleted for good.",
                        "%(num)s records were deleted for good.", len(gone)))  # fmt: skip
    return redirect(trash_url(kind), 303)


def _in_trash(kind: Kind, record_ids: Sequence[int]) -> list[Access]:
    """Return what of the records lies in the trash now."""
    known = {row.id for row in queries.among(kind, record_ids, actor())}
    return [fetch(kind.key, each, actor(), trashed=True) for each in record_ids if each in known]


def _word() -> str:
    return _("DELETE")


def _purge_page(kind: Kind, records: Sequence[Any], typed: str = "", error: str = "") -> str:
    return render_template(
        "trash/purge.html",
        kind=kind,
        records=[record_face(kind, each) for each in records],
        action_url=f"{trash_url(kind)}/delete",
        back_url=trash_url(kind),
        word=_word(),
        typed=typed,
        error=error,
        errors=[FormError("word", error)] if error else [],
    )


# ------------------------------------------------------------------ anonymising


@opens(SIGNED_IN)
def anonymise(kind_key: str, record_id: int) -> Answer:
    kind = active_kind(kind_key)
    if not personal.can_be_anonymised(kind):
        abort(404)
    is_sent = request.method == "POST"
    access = fetch(kind.key, record_id, actor(), "anonymise", lock=is_sent)
    if not is_sent:
        return _anonymise_page(kind, access, is_second="sure" in request.args)
    typed = request.form.get("name", "").strip()
    if typed != access.record.name:
        error = _("Type the name as it stands here: %(name)s", name=access.record.name)
        return _anonymise_page(kind, access, typed, error, is_second=True), 422
    if request.form.get("version") not in {None, str(access.record.version)}:
        raise Conflict(_("Somebody changed this meanwhile. Look at it again before anonymising."))
    personal.anonymise(access)
    face.toast(_("The personal data were replaced by asterisks."))
    return redirect(address(kind.key, record_id), 303)


def _anonymise_page(
    kind: Kind, access: Access, typed: str = "", error: str = "", *, is_second: bool
) -> str:
    url = address(kind.key, access.record.id)
    erased = [str(each.label) for each in kind.fields if each.is_personal]
    return render_template(
        "trash/anonymise.html",
        record=record_face(kind, access.record),
        action_url=f"{url}/anonymise",
        next_url=f"{url}/anonymise?sure=1",
        back_url=url,
        erased=erased,
        is_second=is_second,
        version=access.record.version,
        form_token=secrets.token_urlsafe(16),
        typed=typed,
        error=error,
        errors=[FormError("name", error)] if error else [],
    )


# ------------------------------------------------------------------ what is due


@opens(ADMINISTRATOR)
def due_list() -> str:
    place = _place(request.args.get("after", ""))
    found = queries.due(place or queries.FIRST)
    rows = found[: queries.PAGE]
    last = rows[-1] if rows else None
    is_off = not queries.empties_after()
    return render_template(
        "trash/due.html",
        rows=[] if is_off else [_due_row(each) for each in rows],
        next_url=f"{services.LIST_URL}?after={_place_of(last.due_at, last.id)}"
        if last and len(found) > queries.PAGE
        else None,
        **settings_frame("account"),
    )


def _due_row(row: Any) -> dict[str, Any]:
    kind = registry().kinds[row.kind]
    return {**_row(kind, row), "due": face.formats().date(row.due_at)}
