"""Account settings > Users > Roles > Add role."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request

from core import face
from core.errors import Invalid
from core.i18n import _
from core.permissions import roles
from core.permissions.role_views import ROLES
from core.settings.frame import settings_frame
from core.shown import FormError
from core.web import ADMINISTRATOR, opens

blueprint = Blueprint("custom_roles", __name__, template_folder="pages")

NEW = f"{ROLES}/new"


@blueprint.get(NEW)
@opens(ADMINISTRATOR)
def new_role() -> str:
    return _page()


@blueprint.post(NEW)
@opens(ADMINISTRATOR)
def add_role() -> Any:
    try:
        made = roles.add(request.form.get("name", ""), has_reach="reach" in request.form)
    except Invalid as wrong:
        return _page(wrong), wrong.status
    face.toast(_("The role “%(name)s” was added. Now tick its rights.", name=made.name))
    return redirect(f"{ROLES}/{made.id}", 303)


def _page(wrong: Invalid | None = None) -> str:
    return render_template(
        "custom_roles/role_new.html",
        action_url=NEW,
        back_url=ROLES,
        name=request.form.get("name", ""),
        has_reach="reach" in request.form,
        error=wrong.message if wrong else "",
        errors=[FormError("name", wrong.message)] if wrong else [],
        **settings_frame("account"),
    )
