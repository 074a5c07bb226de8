"""Account settings > Permissions > Access: what access roles may do, and who holds new records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Blueprint, abort, render_template, request

from core.contracts import OWNER, PARTICIPANT, Right
from core.errors import InvalidForm
from core.i18n import Text, _, lazy
from core.permissions import defaults, matrix
from core.permissions.facts import ACCESS, changed
from core.permissions.previewing import Preview, answer, refuse, settle
from core.permissions.queries import access_ticks
from core.roles.naming import role_name
from core.roles.rights import fits_access_role
from core.settings.frame import settings_frame
from core.shown import FormError
from core.web import ADMINISTRATOR, opens

blueprint = Blueprint("access", __name__)

ACCESS_PAGE = "/settings/account/permissions/access"
ABOUT: dict[str, Text] = {
    "author": lazy("Who made a task, a wall entry or a file."),
    "responsible": lazy("Who is to do a task; exactly one."),
    OWNER: lazy("Who is in charge of a record."),
    PARTICIPANT: lazy("A user or team that is invited to a record."),
}
EDITABLE = (OWNER, PARTICIPANT)


@blueprint.get(ACCESS_PAGE)
@opens(ADMINISTRATOR)
def access_roles() -> str:
    kinds = ", ".join(str(each.labels) for each in matrix.active_kinds())
    return render_template(
        "permissions/access_roles.html",
        roles=[
            {
                "key": key,
                "name": role_name(key, ""),
                "about": str(about),
                "applies_to": kinds if key in EDITABLE else "",
                "url": f"{ACCESS_PAGE}/{key}" if key in EDITABLE else None,
            }
            for key, about in ABOUT.items()
        ],
        **settings_frame("account"),
    )


@blueprint.get(f"{ACCESS_PAGE}/<role>")
@opens(ADMINISTRATOR)
def access_role(role: str) -> str:
    if role not in EDITABLE:
        abort(404)
    return _page(role, _ticked(role))


def _ticked(role: str) -> set[str]:
    return {f"{fact[2]}.{fact[3]}" for fact in access_ticks() if fact[1] == role}


@blueprint.post(f"{ACCESS_PAGE}/<role>")
@opens(ADMINISTRATOR)
def change_access_role(role: str) -> Any:
    settle()
    if role not in EDITABLE:
        abort(404)
    ticked, opened = request.form.getlist("tick"), request.form.getlist("opened")
    again = partial(_page, role, set(ticked))
    change = changed(_facts(role, opened), _facts(role, ticked))
    try:
        change |= defaults.change_of(_settings(role), request.form)
    except InvalidForm as wrong:
        return refuse(_errors(wrong), partial(again, wrong=wrong.errors), wrong.status)
    page = Preview(
        action_url=f"{ACCESS_PAGE}/{role}",
        back_url=ACCESS_PAGE,
        title=_("Access role: %(name)s", name=role_name(role, "")),
        about="access",
        again=again,
    )
    return answer(change, page)


def _errors(wrong: InvalidForm) -> list[FormError]:
    return [FormError(key, str(text)) for key, texts in wrong.errors.items() for text in texts]


def _facts(role: str, wires: Sequence[str]) -> set[tuple[Any, ...]]:
    """Return the ticks of a form as facts; locked rights are neither opened nor sent."""
    return {(ACCESS, role, *each.partition(".")[::2]) for each in wires if each}


def _settings(role: str) -> list[defaults.Default]:
    if role == PARTICIPANT:
        return defaults.invited_defaults()
    return defaults.all_owner_defaults()


def _page(
    role: str,
    ticked: set[str],
    errors: list[FormError] | None = None,
    wrong: Mapping[str, list[str]] | None = None,
) -> str:
    def is_locked(right: Right) -> bool:
        return role in right.locked

    sections = defaults.invited_sections if role == PARTICIPANT else defaults.owner_sections
    posted = request.form if errors else None
    unlocked = {
        matrix.wire(each) for each in matrix.active_rights() if role not in each.locked
    } & ticked
    return render_template(
        "permissions/access_role.html",
        role=role,
        name=role_name(role, ""),
        about=str(ABOUT[role]),
        tabs=[(each, role_name(each, ""), f"{ACCESS_PAGE}/{each}") for each in EDITABLE],
        action_url=f"{ACCESS_PAGE}/{role}",
        back_url=ACCESS_PAGE,
        columns=matrix.columns(),
        groups=matrix.groups(ticked, fits_access_role, is_locked),
        opened=request.form.getlist("opened") if errors else sorted(unlocked),
        sections=sections(posted, wrong or {}),
        opened_settings=defaults.opened_controls(_settings(role), posted, wrong or {}),
        errors=errors or [],
        **settings_frame("account"),
    )
