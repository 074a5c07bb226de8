"""Account settings > Security log: who did what to access, and taking changes of permissions back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from flask_login import current_user

from core import face
from core.accounts import log
from core.accounts.queries import account_facts
from core.accounts.services import log_security
from core.errors import SzansaError
from core.i18n import _, ngettext
from core.permissions import undoing
from core.permissions.facts import PermissionChange
from core.permissions.previewing import LOG, Preview, answer, refuse, refused, settle
from core.permissions.telling import lines_of
from core.registry import registry
from core.settings.frame import settings_frame
from core.shown import FormError
from core.tables.csv_writing import csv_of
from core.web import ADMINISTRATOR, opens

blueprint = Blueprint("log", __name__)


@blueprint.get(LOG)
@opens(ADMINISTRATOR)
def security_log() -> str:
    return _page()


def _page(errors: list[FormError] | None = None) -> str:
    wanted, before = _wanted(), request.args.get("before", "")
    found = log.entries(wanted, int(before) if _is_number(before) else 0)
    rows = found[: log.PAGE]
    undone = log.undone_among([each.id for each in rows])
    kept = {key: value for key, value in request.args.items() if key != "before" and value}
    return render_template(
        "permissions/log.html",
        rows=[_row(each, is_undone=each.id in undone) for each in rows],
        url=LOG,
        export_url=f"{LOG}/export?{urlencode(kept)}",
        events=sorted(
            ((key, str(each.label)) for key, each in registry().security_events.items()),
            key=lambda each: each[1].casefold(),
        ),
        users=account_facts().users.values(),
        asked=request.args,
        next_url=f"{LOG}?{urlencode({**kept, 'before': rows[-1].id})}"
        if len(found) > log.PAGE
        else None,
        first_url=f"{LOG}?{urlencode(kept)}" if before else None,
        clear_url=LOG if kept else None,
        errors=errors or [],
        **settings_frame("account"),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _wanted() -> log.Wanted:
    """Return what the address asks for; what means nothing is left out."""
    event, user = request.args.get("event", ""), request.args.get("user", "")
    return log.Wanted(
        event if event in registry().security_events else "",
        int(user) if _is_number(user) else 0,
        _day(request.args.get("since", "")),
        _day(request.args.get("until", ""), later=1),
    )


def _day(text: str, *, later: int = 0) -> datetime | None:
    """Return the beginning of a day, or of one so many days later, in the reader's zone."""
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(current_user.zone))
    except (ValueError, OverflowError):
        return None


def _row(entry: Any, *, is_undone: bool) -> dict[str, Any]:
    facts = account_facts()
    person = facts.users.get(entry.user_id or 0)
    return {
        "id": entry.id,
        "at": face.formats().datetime(entry.created_at),
        "iso": entry.created_at.isoformat(),
        "who": person.name if person else "",
        "initials": person.initials if person else "",
        "hue": face.hue(person.id) if person else 1,
        "text": told(entry),
        "lines": lines_of(entry.details),
        "address": entry.address or "",
        "undo_url": f"{LOG}/{entry.id}/undo"
        if entry.event in undoing.UNDOABLE and not is_undone and entry.details["change"] != NOTHING
        else None,
        "is_undone": is_undone,
    }


NOTHING = PermissionChange().as_json()


def told(entry: Any) -> str:
    """Return an entry as a sentence; of a plugin that is gone, its name."""
    event = registry().security_events.get(entry.event)
    return event.text(entry.details) if event else str(entry.event)


@blueprint.post(f"{LOG}/export")
@opens(ADMINISTRATOR)
def export_log() -> Response:
    head = [_("Time"), _("User"), _("Event"), _("Details"), _("Address")]
    facts = account_facts()

    def row(entry: Any) -> list[str]:
        lines = "; ".join(f"{sign} {text}" for sign, text in lines_of(entry.details))
        who = facts.principal_name(entry.user_id) if entry.user_id else ""
        at = entry.created_at.isoformat(timespec="seconds")
        return [at, who, told(entry), lines, entry.address or ""]

    body = csv_of(head, map(row, log.all_entries(_wanted())))
    log_security("security_log_exported", {})
    return Response(
        body,
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="security-log.csv"'},
    )


@blueprint.post(f"{LOG}/<int:entry_id>/undo")
@opens(ADMINISTRATOR)
def undo_change(entry_id: int) -> Any:
    def again(errors: list[FormError]) -> str:
        return _page(errors)

    settle()
    try:
        change = undoing.undone(entry_id)
    except SzansaError as wrong:
        return refused(wrong, again)
    if not change:
        return refuse([FormError("", _("Nothing of it holds any more."))], again, 409)
    note = _left_out(undoing.left_out(entry_id, change))
    page = Preview(
        action_url=f"{LOG}/{entry_id}/undo",
        back_url=LOG,
        title=_("Undo a change of permissions"),
        about="",
        again=again,
        store=partial(_undo, entry_id),
        saved_text=" ".join([_("The change was undone."), note]).strip(),
        note=note,
    )
    return answer(change, page)


def _undo(entry_id: int, _change: PermissionChange) -> None:
    undoing.undo(entry_id)


def _left_out(number: int) -> str:
    if not number:
        return ""
    return ngettext("%(num)s part of it was changed again since then and stays as it is.",
                    "%(num)s parts of it were changed again since then and stay as they are.",
                    number)  # fmt: skip
