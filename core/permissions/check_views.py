"""Check access: why can, or can't, this user see and do what; for administrators and managers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from core import face
from core.access import Access, fetch
from core.errors import NotFound
from core.i18n import _
from core.permissions import checking
from core.records.list_views import active_kind
from core.records.profile import record_face
from core.registry import registry
from core.settings.frame import settings_frame
from core.shown import Crumb, Option
from core.web import ADMINISTRATOR, actor, opens

blueprint = Blueprint("check", __name__)

CHECK = "/settings/account/permissions/check"


@blueprint.get(CHECK)
@opens(ADMINISTRATOR)
def check_access() -> Any:
    sign, user = request.args.get("record", ""), request.args.get("user", "")
    error, access = "", None
    try:
        access = checking.found_by_sign(actor(), sign) if sign else None
    except NotFound:
        error = _("There is no such record.")
    page = render_template(
        "permissions/check.html",
        url=CHECK,
        people=_people(user),
        picked=[Option(sign, access.record.name, is_selected=True)] if access else [],
        error=error,
        result=_result(access, user) if access else None,
        **settings_frame("account"),
    )
    return (page, 404) if error else page


def _people(chosen: str) -> list[Option]:
    return [
        Option(str(each.id), each.name, str(each.id) == chosen)
        for each in checking.those_to_ask_about(actor())
    ]


def _result(access: Access, user: str) -> Any:
    """Return whose access it is, the record's head and the answers; None where nobody is asked."""
    if not user:
        return None
    if not (user.isascii() and user.isdecimal() and len(user) < 19):
        abort(404)
    person = checking.asked_about(actor(), int(user))
    about, answers = checking.answers(access, person, face.formats().date)
    kind = registry().kinds[access.record.kind]
    return {
        "name": person.name,
        "record": record_face(kind, access.record),
        "why": face.why_view(answers, about),
    }


def check_record(kind_key: str, record_id: int) -> Any:
    """Why somebody may do what with this record, asked from its own page."""
    kind, who = active_kind(kind_key), actor()
    access = fetch(kind.key, record_id, who)
    head = record_face(kind, access.record)
    user = request.args.get("user", "")
    return render_template(
        "permissions/check_record.html",
        url=f"{head.url}/access",
        record=head,
        people=_people(user),
        result=_result(access, user),
        crumbs=[Crumb(str(kind.labels), f"/{kind.plural}"), Crumb(access.record.name, head.url)],
    )


opens(lambda who: who.reaches_others)(check_record)


def record_blueprint() -> Blueprint:
    """Return the address below each kind's records."""
    made = Blueprint("record_check", __name__)
    for kind in registry().kinds:
        made.add_url_rule(
            f"/{kind.plural}/<int:record_id>/access",
            f"{kind.plural}",
            check_record,
            defaults={"kind_key": kind.key},
        )
    return made
