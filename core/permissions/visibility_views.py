"""Account settings > Permissions > Visibility: which visibilities new records may have."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request

from core.accounts.queries import setting
from core.errors import InvalidForm
from core.i18n import _
from core.permissions.matrix import active_kinds
from core.permissions.previewing import Preview, answer, refuse, settle
from core.permissions.variants import visibility_change, visibility_opened
from core.records.cells import visibility_word
from core.records.forms import visibility_hints
from core.records.models import VISIBILITIES
from core.settings.frame import settings_frame
from core.shown import FormError, Tab
from core.web import ADMINISTRATOR, opens

blueprint = Blueprint("visibility", __name__)

VISIBILITY = "/settings/account/permissions/visibility"


def _areas() -> dict[str, list[Any]]:
    """Return the kinds of each area that the account has, in the order of their registration."""
    found: dict[str, list[Any]] = {}
    for kind in active_kinds():
        found.setdefault(kind.visibility_area, []).append(kind)
    return found


@blueprint.get(VISIBILITY)
@opens(ADMINISTRATOR)
def first_area() -> Any:
    area = next(iter(_areas()), None)
    if area is None:
        abort(404)
    return redirect(f"{VISIBILITY}/{area}")


@blueprint.get(f"{VISIBILITY}/<area>")
@opens(ADMINISTRATOR)
def visibility(area: str) -> str:
    if area not in _areas():
        abort(404)
    key = f"visibility.{area}"
    return _page(area, setting(f"{key}.offered"), setting(f"{key}.default"))


@blueprint.post(f"{VISIBILITY}/<area>")
@opens(ADMINISTRATOR)
def change_visibility(area: str) -> Any:
    settle()
    if area not in _areas():
        abort(404)
    offered, default = request.form.getlist("offered"), request.form.get("default", "")
    again = partial(_page, area, offered, default)
    try:
        change = visibility_change(area, request.form)
    except InvalidForm as wrong:
        errors = [FormError(key, str(each[0])) for key, each in wrong.errors.items()]
        return refuse(errors, again, wrong.status)
    page = Preview(
        action_url=f"{VISIBILITY}/{area}",
        back_url=f"{VISIBILITY}/{area}",
        title=_("Visibility"),
        about="visibility",
        again=again,
        saved_text=_("Visibility saved. It holds for new records."),
    )
    return answer(change, page)


def _page(
    area: str, offered: list[str], default: str, errors: list[FormError] | None = None
) -> str:
    areas, hints = _areas(), visibility_hints()
    return render_template(
        "permissions/visibility.html",
        tabs=[
            Tab(str(kinds[0].area_label), f"{VISIBILITY}/{each}", is_current=each == area)
            for each, kinds in areas.items()
        ],
        kinds=", ".join(str(each.labels) for each in areas[area]),
        variants=[
            (each, visibility_word(each), hints[each], each in offered, each == default)
            for each in VISIBILITIES
        ],
        action_url=f"{VISIBILITY}/{area}",
        opened=visibility_opened(area, request.form if errors else None),
        errors=errors or [],
        **settings_frame("account"),
    )
