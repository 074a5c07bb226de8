"""The page of one user, and adding one directly."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from core import face
from core.errors import Conflict, InvalidForm
from core.i18n import _
from core.records.handing_over import holdings_of
from core.records.services import remember_sent, sent_before
from core.security import factors
from core.shown import Action, Crumb, UserFace
from core.staff.forms import users as forms
from core.staff.forms.choices import number_of, summary
from core.staff.forms.leaving import held_lines
from core.staff.queries import users as queries
from core.staff.services import standing, users as services
from core.staff.services.leaving import HAND_OVER
from core.staff.views.listing import STATUSES
from core.staff.views.pages import TEAMS, USERS, blueprint, page, user_url
from core.users import second_factors
from core.users.models import ACTIVE, REMOVED, User
from core.users.queries import photo_of
from core.web import ADMINISTRATOR, actor, opens

Answer = str | AnyResponse | tuple[str, int]


@blueprint.get(f"{USERS}/new")
@opens(ADMINISTRATOR)
def new_user() -> Answer:
    return _new_page({})


@blueprint.post(f"{USERS}/new")
@opens(ADMINISTRATOR)
def add_user() -> Answer:
    token = request.form.get("form_token", "")[:100]
    if token and (location := sent_before(token)):
        return redirect(location, 303)
    typed = request.form
    team, role = (number_of(typed.get(key, "")) for key in ("team", "role"))
    try:
        user = services.add_directly(forms.read_newcomer(typed), team, role)
    except InvalidForm as wrong:
        return _new_page(wrong.errors), wrong.status
    except Conflict as wrong:
        return _new_page({wrong.field or "email": [wrong.message]}), 422
    face.toast(_("%(name)s was added. Tell the temporary password in person.", name=user.name))
    if token:
        remember_sent(token, user_url(user.id))
    return redirect(user_url(user.id), 303)


def _new_page(errors: Mapping[str, list[Any]]) -> str:
    form = forms.new_user_form(
        request.form,
        errors,
        action=f"{USERS}/new",
        cancel_url=USERS,
        token=request.form.get("form_token", "")[:100] or secrets.token_urlsafe(16),
    )
    return page("settings/form", form=form)


@blueprint.get(f"{USERS}/<int:user_id>")
@opens(ADMINISTRATOR)
def show_user(user_id: int) -> Answer:
    user = queries.user(user_id)
    return _user_page(user, services.values_of(user))


@blueprint.post(f"{USERS}/<int:user_id>")
@opens(ADMINISTRATOR)
def change_user(user_id: int) -> Answer:
    typed = forms.read_user(request.form)
    try:
        user = services.change_user(user_id, typed, forms.read_opened(request.form))
    except InvalidForm as wrong:
        return _refused(user_id, typed, wrong.errors), wrong.status
    except services.Stale as stale:
        return _refused(user_id, typed, _stale(stale)), stale.status
    face.toast(_("“%(name)s” was saved.", name=user.name))
    return redirect(user_url(user_id), 303)


def _stale(stale: services.Stale) -> dict[str, list[Any]]:
    """Return at each field what somebody else made of it; saving once more replaces it."""
    now = {**stale.now, "main_team": queries.team_name(stale.now["main_team"])}
    return {
        key: [_("Changed meanwhile to “%(value)s”. Save again to replace it.", value=now[key])]
        for key in stale.fields
    }


def _refused(user_id: int, typed: Mapping[str, Any], errors: Mapping[str, list[Any]]) -> str:
    user = queries.user(user_id)
    return _user_page(user, {**services.values_of(user), **typed}, errors)


def _user_page(
    user: User, values: Mapping[str, Any], errors: Mapping[str, list[Any]] | None = None
) -> str:
    places = queries.places_of([user])[user.id]
    may_change = user.status != REMOVED
    word, _label, tone = STATUSES[user.status]
    return page(
        "staff/user",
        person=_face(user),
        status=str(word),
        tone=tone,
        crumbs=[Crumb(_("Users"), USERS)],
        action_url=user_url(user.id),
        may_change=may_change,
        fields=forms.user_fields(values, places, errors or {}, may_change=may_change),
        opened=forms.opened_controls(user),
        errors=summary(errors or {}),
        places=places,
        teams_url=TEAMS if any(each.url == TEAMS for each in face.settings_pages()) else "",
        actions=_actions(user),
        sign_ins=[
            (face.formats().datetime(each.at), each.address)
            for each in queries.last_sign_ins(user.id)
        ],
        held=held_lines(holdings_of(user.id)),
        is_handed_over_now=user.status == REMOVED
        and queries.is_handed_over_now(user.id, HAND_OVER),
    )


def _face(user: User) -> UserFace:
    has_photo = photo_of(user.id) is not None
    return UserFace(
        user.name,
        user.initials,
        face.hue(user.id),
        email=user.email,
        photo_url=face.url("profile.photo", user_id=user.id) if has_photo else "",
    )


def _actions(user: User) -> list[Action]:
    url = user_url(user.id)
    if user.status == REMOVED:
        return []
    reset = Action(_("Reset two-factor login"), f"{url}/reset-second-factor", "shield-lock")
    more = [reset] if second_factors.is_on(user.id) else []
    remove = Action(_("Remove"), f"{url}/remove", "trash", "danger")
    if user.status == ACTIVE and user.id != actor().user_id:
        more.insert(0, Action(_("View as"), f"{url}/view-as", "eye", method="post"))
    if user.status == ACTIVE:
        return [Action(_("Suspend"), f"{url}/suspend", "player-pause"), *more, remove]
    return [Action(_("Activate"), f"{url}/activate", "player-play", method="post"), *more, remove]


@blueprint.get(f"{USERS}/<int:user_id>/suspend")
@opens(ADMINISTRATOR)
def ask_to_suspend(user_id: int) -> Answer:
    user = queries.user(user_id)
    if user.status != ACTIVE:
        return redirect(user_url(user_id))
    return page(
        "staff/suspend",
        name=user.name,
        is_self=user.id == actor().user_id,
        action_url=f"{user_url(user_id)}/suspend",
        cancel_url=user_url(user_id),
    )


@blueprint.post(f"{USERS}/<int:user_id>/suspend")
@opens(ADMINISTRATOR)
def suspend(user_id: int) -> Answer:
    user = standing.suspend(user_id)
    face.toast(_("%(name)s is suspended and can no longer sign in.", name=user.name))
    return redirect(user_url(user_id), 303)


@blueprint.post(f"{USERS}/<int:user_id>/activate")
@opens(ADMINISTRATOR)
def activate(user_id: int) -> Answer:
    user = standing.activate(user_id)
    face.toast(_("%(name)s can sign in again.", name=user.name))
    return redirect(user_url(user_id), 303)


@blueprint.get(f"{USERS}/<int:user_id>/reset-second-factor")
@opens(ADMINISTRATOR)
def ask_to_reset_second_factor(user_id: int) -> Answer:
    user = queries.user(user_id)
    if not second_factors.is_on(user_id):
        return redirect(user_url(user_id))
    return page(
        "staff/reset",
        name=user.name,
        action_url=f"{user_url(user_id)}/reset-second-factor",
        cancel_url=user_url(user_id),
    )


@blueprint.post(f"{USERS}/<int:user_id>/reset-second-factor")
@opens(ADMINISTRATOR)
def reset_second_factor(user_id: int) -> Answer:
    factors.reset_second_factor(user_id)
    name = queries.user(user_id).name
    face.toast(_("The two-factor login of %(name)s is reset.", name=name))
    return redirect(user_url(user_id), 303)
