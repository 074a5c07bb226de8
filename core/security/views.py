"""Profile settings > Security."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user

from core import face
from core.errors import Invalid, SzansaError
from core.i18n import _, ngettext, sense
from core.mail import services as mail
from core.security import forms, services
from core.security.pages import SECURITY, back, form_answer
from core.settings.frame import settings_frame
from core.shown import FieldView, FormSection
from core.users import second_factors, sessions, tickets
from core.users.agents import device_words
from core.users.throttle import TooManyTries
from core.web import SIGNED_IN, actor, opens

FACTOR_ON, FACTOR_OFF = sense("two-factor login", "on"), sense("two-factor login", "off")


blueprint = Blueprint("profile_security", __name__)


@dataclass(frozen=True)
class Shown:
    """A session or trusted device as the page shows it."""

    key: str
    device: str
    address: str
    when: str
    is_this: bool = False


@blueprint.get(SECURITY)
@opens(SIGNED_IN, is_personal=True)
def overview() -> Any:
    user_id = actor().user_id
    return render_template(
        "settings/security.html",
        url=SECURITY,
        email=current_user.email,
        is_mail_set_up=mail.is_set_up(),
        has_factor=current_user.has_second_factor,
        is_required=_is_required(),
        factor_state=str(FACTOR_ON if current_user.has_second_factor else FACTOR_OFF),
        codes_left=second_factors.recovery_code_count(user_id),
        sessions=_sessions(user_id),
        devices=_devices(user_id),
        **settings_frame("profile"),
    )


def _is_required() -> bool:
    return second_factors.is_required(is_administrator=actor().is_administrator)


def _sessions(user_id: int) -> list[Shown]:
    own, formats = sessions.hash_of(current_user.token), face.formats()
    return [
        Shown(
            each.key,
            device_words(each.agent),
            each.address or "–",
            _("last used %(when)s", when=formats.datetime(each.last_used_at)),
            is_this=each.token_hash == own,
        )
        for each in sessions.sessions_of(user_id)
    ]


def _devices(user_id: int) -> list[Shown]:
    formats = face.formats()
    return [
        Shown(
            each.key,
            device_words(each.agent),
            "",
            _("trusted until %(date)s", date=formats.date(each.ends_at)),
        )
        for each in tickets.devices_of(user_id)
    ]


# ---------------------------------------------------------------- sessions and devices


@blueprint.post(f"{SECURITY}/sessions/end")
@opens(SIGNED_IN, is_personal=True)
def end_session() -> Any:
    services.end_session(actor().user_id, request.form.get("session", ""))
    face.toast(_("The session was ended."))
    return redirect(SECURITY)


@blueprint.post(f"{SECURITY}/sessions/end-others")
@opens(SIGNED_IN, is_personal=True)
def end_other_sessions() -> Any:
    count = services.end_other_sessions(actor().user_id, current_user.token)
    face.toast(ngettext("%(num)s session was ended.", "%(num)s sessions were ended.", count))
    return redirect(SECURITY)


@blueprint.post(f"{SECURITY}/devices/forget")
@opens(SIGNED_IN, is_personal=True)
def forget_device() -> Any:
    services.forget_device(actor().user_id, request.form.get("device", ""))
    face.toast(_("This device has to give codes again."))
    return redirect(SECURITY)


# ---------------------------------------------------------------- forms


def _password_form(refused: SzansaError | None = None) -> Any:
    fields = [forms.current_password(), forms.new_password()]
    form = forms.page(
        _("Change password"),
        f"{SECURITY}/password",
        FormSection(_("Password"), fields),
        _("Change password"),
        back=back(),
        refused=refused,
    )
    return form_answer(form, refused)


@blueprint.get(f"{SECURITY}/password")
@opens(SIGNED_IN, is_personal=True)
def password() -> Any:
    return _password_form()


@blueprint.post(f"{SECURITY}/password")
@opens(SIGNED_IN, is_personal=True)
def change_password() -> Any:
    try:
        services.change_password(
            actor().user_id,
            request.form.get("current", ""),
            request.form.get("password", ""),
            session=current_user.token,
            address=request.remote_addr or "",
        )
    except (Invalid, TooManyTries) as refused:
        return _password_form(refused)
    face.toast(_("Password changed. Your other sessions were ended."))
    return redirect(SECURITY)


def _login_form(email: str = "", refused: SzansaError | None = None) -> Any:
    fields = [
        forms.current_password(),
        FieldView(
            "email",
            _("New e-mail"),
            "email",
            value=email,
            is_required=True,
            hint=_("It gets a link. Until the link is used, your login stays as it is."),
        ),
    ]
    form = forms.page(
        _("Change the login"),
        f"{SECURITY}/login",
        FormSection(_("Login"), fields),
        _("Send the link"),
        back=back(),
        refused=refused,
    )
    return form_answer(form, refused)


@blueprint.get(f"{SECURITY}/login")
@opens(SIGNED_IN, is_personal=True)
def login() -> Any:
    mail.check_set_up()
    return _login_form()


@blueprint.post(f"{SECURITY}/login")
@opens(SIGNED_IN, is_personal=True)
def change_login() -> Any:
    email = request.form.get("email", "")
    try:
        services.ask_login_change(
            actor().user_id, request.form.get("current", ""), email, request.remote_addr or ""
        )
    except (Invalid, TooManyTries) as refused:
        return _login_form(email, refused)
    face.toast(_("A link is on its way to %(email)s.", email=email.strip()))
    return redirect(SECURITY)
