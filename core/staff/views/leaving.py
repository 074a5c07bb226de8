"""Removing a user: what he leaves, and who gets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from core import face
from core.errors import InvalidForm
from core.i18n import _
from core.records.handing_over import holdings_of
from core.staff.forms import leaving as forms
from core.staff.forms.choices import summary
from core.staff.queries import users as queries
from core.staff.services import leaving as services
from core.staff.views.pages import USERS, blueprint, page, user_url
from core.users.models import REMOVED
from core.web import ADMINISTRATOR, actor, opens

Answer = str | AnyResponse | tuple[str, int]


@blueprint.get(f"{USERS}/<int:user_id>/remove")
@opens(ADMINISTRATOR)
def ask_to_remove(user_id: int) -> Answer:
    if queries.user(user_id).status == REMOVED:
        return redirect(user_url(user_id))
    return _page(user_id, {})


@blueprint.post(f"{USERS}/<int:user_id>/remove")
@opens(ADMINISTRATOR)
def remove(user_id: int) -> Answer:
    try:
        is_done = services.remove_user(user_id, forms.read_plan(request.form), actor())
    except InvalidForm as wrong:
        return _page(user_id, wrong.errors), wrong.status
    name = queries.user(user_id).name
    if is_done:
        face.toast(_("%(name)s was removed.", name=name))
    else:
        face.toast(
            _("%(name)s was removed. The records are handed over in the background.", name=name)
        )
    return redirect(user_url(user_id), 303)


def _page(user_id: int, errors: Mapping[str, list[Any]]) -> str:
    user, held = queries.user(user_id), holdings_of(user_id)
    return page(
        "staff/remove",
        name=user.name,
        email=user.email,
        is_self=user.id == actor().user_id,
        fields=forms.plan_fields(user_id, held, request.form, errors),
        errors=list(summary({forms.TO + key: texts for key, texts in errors.items()})),
        action_url=f"{user_url(user_id)}/remove",
        cancel_url=user_url(user_id),
    )
