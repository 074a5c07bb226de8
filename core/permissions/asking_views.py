"""Asking for access on the page of a private record, and the page where it is answered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request

from core import face
from core.access import Access
from core.accounts.queries import account_facts
from core.errors import Conflict, Invalid
from core.i18n import _
from core.permissions import asking
from core.permissions.models import OPEN, AccessRequest
from core.records.cells import address
from core.records.list_views import active_kind
from core.records.profile import record_face
from core.registry import registry
from core.shown import FormError
from core.web import SIGNED_IN, actor, opens

REQUESTS = "/access-requests"


@opens(SIGNED_IN)
def ask_for_access(kind_key: str, record_id: int) -> Any:
    kind = active_kind(kind_key)
    if asking.ask(kind.key, record_id, actor()):
        face.toast(_("Your request was sent."))
    return redirect(address(kind.key, record_id), 303)


@opens(SIGNED_IN)
def access_request(request_id: int) -> str:
    return _page(*asking.request_for(request_id, actor()))


def _page(found: AccessRequest, access: Access, errors: list[FormError] | None = None) -> str:
    person = account_facts().users[found.user_id]
    answered_by = account_facts().principal_name(found.answered_by_id or 0)
    return render_template(
        "permissions/access_request.html",
        name=person.name,
        initials=person.initials,
        hue=face.hue(person.id),
        asked_at=face.formats().datetime(found.asked_at),
        is_open=found.state == OPEN,
        answered=_("%(name)s has answered this already.", name=answered_by),
        record=record_face(registry().kinds[access.record.kind], access.record),
        action_url=f"{REQUESTS}/{found.id}",
        reason=request.form.get("reason", ""),
        longest=asking.LONGEST_REASON,
        errors=errors or [],
    )


@opens(SIGNED_IN)
def answer_access_request(request_id: int) -> Any:
    if not request.form.keys() & {"grant", "decline"}:
        missing = FormError("", _("Choose an answer: add as participant, or decline."))
        return _page(*asking.request_for(request_id, actor()), [missing]), 422
    try:
        if "grant" in request.form:
            found = asking.grant(request_id, actor())
        else:
            found = asking.decline(request_id, actor(), request.form.get("reason", ""))
    except (Invalid, Conflict) as refused:
        again = asking.request_for(request_id, actor())
        return _page(*again, [FormError(refused.field or "", refused.message)]), refused.status
    name = account_facts().principal_name(found.user_id)
    if "grant" in request.form:
        face.toast(_("%(name)s is a participant now.", name=name))
    else:
        face.toast(_("The request of %(name)s was declined.", name=name))
    _found, access = asking.request_for(request_id, actor())
    return redirect(address(access.record.kind, found.record_id), 303)


def blueprint() -> Blueprint:
    """Return the addresses of asking, below each kind's records, and of answering."""
    made = Blueprint("asking", __name__)
    for kind in registry().kinds:
        made.add_url_rule(
            f"/{kind.plural}/<int:record_id>/ask",
            f"ask_{kind.plural}",
            ask_for_access,
            methods=["POST"],
            defaults={"kind_key": kind.key},
        )
    made.add_url_rule(f"{REQUESTS}/<int:request_id>", "request", access_request)
    made.add_url_rule(
        f"{REQUESTS}/<int:request_id>", "answer", answer_access_request, methods=["POST"]
    )
    return made
