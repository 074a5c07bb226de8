"""Account settings > Users > Invitations."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from core import face
from core.accounts.queries import account_facts
from core.errors import InvalidForm
from core.i18n import Text, _, lazy, ngettext
from core.mail.services import MailNotSetUp, is_set_up
from core.records.services import remember_sent, sent_before
from core.shown import Crumb
from core.staff.forms import invitations as forms
from core.staff.forms.choices import summary
from core.staff.models import ACCEPTED, EXPIRED, SENT, WITHDRAWN, Invitation
from core.staff.queries import invitations as queries
from core.staff.queries.users import roles
from core.staff.services import invitations as services
from core.staff.views.pages import INVITATIONS, USERS, blueprint, page, user_url
from core.web import ADMINISTRATOR, opens

Answer = str | AnyResponse | tuple[str, int]

STATES: dict[str, tuple[Text, str]] = {
    SENT: (lazy("sent"), "acc"),
    ACCEPTED: (lazy("accepted"), "ok"),
    EXPIRED: (lazy("expired"), "warn"),
    WITHDRAWN: (lazy("withdrawn"), ""),
}


@blueprint.get(INVITATIONS)
@opens(ADMINISTRATOR)
def invitation_list() -> Answer:
    names = {each.id: each.label for each in roles()}
    return page(
        "staff/invitations",
        invitations=[_line(each, names) for each in queries.invitations()],
        new_url=f"{INVITATIONS}/new",
        add_url=f"{USERS}/new",
        can_send=is_set_up(),
    )


def _line(each: Invitation, roles_: Mapping[int, str]) -> dict[str, Any]:
    formats, facts = face.formats(), account_facts()
    word, tone = STATES[each.state]
    team = facts.teams.get(each.team_id or 0)
    return {
        "email": each.email,
        "team": team.name if team else _("deleted"),
        "role": roles_.get(each.role_id or 0) or _("deleted"),
        "state": str(word),
        "tone": tone,
        "inviter": facts.principal_name(each.invited_by_id or 0),
        "sent": formats.datetime(each.sent_at),
        "expires": formats.datetime(each.expires_at) if each.is_open else "",
        "is_open": each.is_open,
        "user_url": user_url(each.user_id) if each.user_id else None,
        "url": f"{INVITATIONS}/{each.id}",
    }


@blueprint.get(f"{INVITATIONS}/new")
@opens(ADMINISTRATOR)
def new_invitations() -> Answer:
    return _form_page(forms.Sent(), {})


@blueprint.post(f"{INVITATIONS}/new")
@opens(ADMINISTRATOR)
def invite() -> Answer:
    token = request.form.get("form_token", "")[:100]
    if token and (location := sent_before(token)):
        return redirect(location, 303)
    sent = forms.read_invitations(request.form)
    try:
        made = services.invite(sent.wishes())
    except InvalidForm as wrong:
        return _form_page(sent, wrong.errors), wrong.status
    except MailNotSetUp as refused:
        return _form_page(sent, {"": [refused.message]}), refused.status
    face.toast(
        ngettext("%(num)s invitation was sent.", "%(num)s invitations were sent.", len(made))
    )
    if token:
        remember_sent(token, INVITATIONS)
    return redirect(INVITATIONS, 303)


def _form_page(sent: forms.Sent, errors: Mapping[str, list[Any]]) -> str:
    return page(
        "staff/invite",
        action_url=f"{INVITATIONS}/new",
        cancel_url=INVITATIONS,
        crumbs=[Crumb(_("Invitations"), INVITATIONS)],
        fields=forms.invitation_fields(sent, errors),
        rows=forms.row_views(sent, errors),
        errors=summary(errors),
        token=request.form.get("form_token", "")[:100] or secrets.token_urlsafe(16),
    )


@blueprint.post(f"{INVITATIONS}/<int:invitation_id>/send")
@opens(ADMINISTRATOR)
def send_again(invitation_id: int) -> Answer:
    found = services.send_again(invitation_id)
    face.toast(_("%(email)s was sent a new link; the old one is dead.", email=found.email))
    return redirect(INVITATIONS, 303)


@blueprint.post(f"{INVITATIONS}/<int:invitation_id>/withdraw")
@opens(ADMINISTRATOR)
def withdraw(invitation_id: int) -> Answer:
    found = services.withdraw(invitation_id)
    face.toast(_("The invitation of %(email)s was withdrawn.", email=found.email))
    return redirect(INVITATIONS, 303)
