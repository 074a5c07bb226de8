"""Profile settings > Security: switching two-factor login on and off, and its recovery codes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user

from core import face
from core.errors import Invalid, SzansaError
from core.i18n import _
from core.security import factors, forms
from core.security.pages import SECURITY, back, codes_shown, factor_shown, form_answer
from core.settings.frame import settings_frame
from core.shown import Crumb, FormSection
from core.users.throttle import TooManyTries
from core.web import SIGNED_IN, actor, opens

blueprint = Blueprint("second_factor", __name__)


def _factor_page(proposal: str, refused: SzansaError | None = None) -> Any:
    page = render_template(
        "settings/second_factor.html",
        crumbs=[back(), Crumb(_("Two-factor login"))],
        cancel_url=SECURITY,
        **factor_shown(proposal, f"{SECURITY}/second-factor", refused),
        **settings_frame("profile"),
    )
    return (page, refused.status) if refused else page


def _codes_page(made: list[str]) -> str:
    return render_template(
        "settings/recovery_codes.html",
        crumbs=[back(), Crumb(_("Recovery codes"))],
        **codes_shown(made, SECURITY),
        **settings_frame("profile"),
    )


@blueprint.get(f"{SECURITY}/second-factor")
@opens(SIGNED_IN, is_personal=True)
def second_factor() -> Any:
    if current_user.has_second_factor:
        return redirect(SECURITY)
    return _factor_page(factors.proposed(actor().user_id))


@blueprint.post(f"{SECURITY}/second-factor")
@opens(SIGNED_IN, is_personal=True)
def switch_on() -> Any:
    if current_user.has_second_factor:
        return redirect(SECURITY)
    proposal = request.form.get("proposal", "")
    try:
        made = factors.switch_on(actor().user_id, proposal, request.form.get("code", ""))
    except Invalid as refused:
        return _factor_page(proposal, refused)
    return _codes_page(made)


def _off_form(refused: SzansaError | None = None) -> Any:
    form = forms.page(
        _("Switch two-factor login off"),
        f"{SECURITY}/second-factor/off",
        FormSection(_("Two-factor login"), [forms.current_password(), forms.code()]),
        _("Switch off"),
        back=back(),
        refused=refused,
    )
    return form_answer(form, refused)


@blueprint.get(f"{SECURITY}/second-factor/off")
@opens(SIGNED_IN, is_personal=True)
def off() -> Any:
    return _off_form()


@blueprint.post(f"{SECURITY}/second-factor/off")
@opens(SIGNED_IN, is_personal=True)
def switch_off() -> Any:
    try:
        factors.switch_off(
            actor().user_id,
            request.form.get("current", ""),
            request.form.get("code", ""),
            address=request.remote_addr or "",
            is_administrator=actor().is_administrator,
        )
    except (Invalid, TooManyTries) as refused:
        return _off_form(refused)
    face.toast(_("Two-factor login is off."))
    return redirect(SECURITY)


def _renew_form(refused: SzansaError | None = None) -> Any:
    form = forms.page(
        _("New recovery codes"),
        f"{SECURITY}/recovery-codes",
        FormSection(_("Recovery codes"), [forms.current_password()]),
        _("Make new codes"),
        back=back(),
        refused=refused,
    )
    return form_answer(form, refused)


@blueprint.get(f"{SECURITY}/recovery-codes")
@opens(SIGNED_IN, is_personal=True)
def recovery_codes() -> Any:
    return _renew_form()


@blueprint.post(f"{SECURITY}/recovery-codes")
@opens(SIGNED_IN, is_personal=True)
def renew_recovery_codes() -> Any:
    try:
        made = factors.renew_recovery_codes(
            actor().user_id,
            request.form.get("current", ""),
            address=request.remote_addr or "",
        )
    except (Invalid, TooManyTries) as refused:
        return _renew_form(refused)
    return _codes_page(made)
