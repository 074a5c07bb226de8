"""The way in where signing in is not enough: forgotten passwords, links in mails, duties."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, session
from flask_login import current_user

from core import face
from core.errors import Conflict, Invalid, SzansaError
from core.i18n import _
from core.mail import services as mail
from core.security import factors, services
from core.security.forms import new_password
from core.security.pages import answer, codes_shown, factor_shown
from core.shown import FieldView
from core.users import tickets
from core.users.public_forms import PublicForm, public_form
from core.users.throttle import TooManyTries
from core.web import ANYONE, SIGNED_IN, actor, opens

blueprint = Blueprint("security", __name__)

RESET, NEW_LOGIN = "/sign-in/reset", "/sign-in/new-login"
LINKS = {RESET: tickets.RESET, NEW_LOGIN: tickets.NEW_LOGIN}
REPLACE, FIRST_FACTOR = "/sign-in/new-password", "/sign-in/second-factor"


# ---------------------------------------------------------------- forgotten


@blueprint.get("/sign-in/forgotten")
@opens(ANYONE)
def forgotten() -> Any:
    return _forgotten_page(request.args.get("email", "")[:254])


@blueprint.post("/sign-in/forgotten")
@opens(ANYONE)
def ask_reset() -> Any:
    email = request.form.get("email", "")
    try:
        services.ask_reset(email, request.remote_addr or "")
    except (Invalid, TooManyTries, mail.MailNotSetUp) as refused:
        return answer(_forgotten_page(email, refused), refused)
    return public_form(
        PublicForm(
            title=_("Look into your mail"),
            lead=_(
                "If the address is known, a mail is on its way. The link in it works once,"
                " within 60 minutes."
            ),
            back=(_("Back to signing in"), face.url("users.sign_in")),
        )
    )


def _forgotten_page(email: str, refused: SzansaError | None = None) -> str:
    back = (_("Back to signing in"), face.url("users.sign_in"))
    title = _("Choose a new password")
    if not mail.is_set_up():
        lead = _("This installation cannot send mail. Ask an administrator for a new password.")
        return public_form(PublicForm(title=title, lead=lead, back=back))
    return public_form(
        PublicForm(
            title=title,
            lead=_("Type the e-mail with which you sign in. You get a link by mail."),
            action=face.url("security.ask_reset"),
            fields=[
                FieldView("email", _("E-mail"), "email", value=email, autocomplete="username",
                          is_required=True, has_focus=True)
            ],
            button=_("Send the link"),
            back=back,
        ),
        refused,
    )  # fmt: skip


# ---------------------------------------------------------------- links in mails


def _keep(token: str, address: str) -> Any:
    """Take the token out of the address, so that no form that is shown has it in its own.

    Raises LinkGone and TooManyTries.
    """
    services.ticket(LINKS[address], token, request.remote_addr or "")
    session[address] = token
    return redirect(address)


def _untold(answer: Any) -> Any:
    """Let nobody be told the address of this page, which holds a token."""
    told = make_response(answer)
    told.headers["Referrer-Policy"] = "no-referrer"
    told.headers["Cache-Control"] = "no-store, private"
    return told


def _gone(refused: SzansaError, back: tuple[str, str] | None = None) -> Any:
    form = PublicForm(
        title=_("This link does not work"),
        lead=refused.message,
        back=back or (_("Back to signing in"), face.url("users.sign_in")),
    )
    return answer(public_form(form), refused)


def _reset_gone(refused: SzansaError) -> Any:
    return _gone(refused, (_("Ask for a new link"), face.url("security.forgotten")))


def _followed(address: str) -> Any:
    """Return the ticket of the link that this browser followed. Raises LinkGone, TooManyTries."""
    return services.ticket(LINKS[address], session[address], request.remote_addr or "")


@blueprint.get(f"{RESET}/<token>")
@opens(ANYONE)
def follow_reset(token: str) -> Any:
    try:
        return _untold(_keep(token, RESET))
    except (services.LinkGone, TooManyTries) as refused:
        return _untold(_reset_gone(refused))


@blueprint.get(RESET)
@opens(ANYONE)
def reset() -> Any:
    if RESET not in session:
        return redirect(face.url("security.forgotten"))
    try:
        return _reset_page(session[RESET], _followed(RESET).email)
    except (services.LinkGone, TooManyTries) as refused:
        return _reset_gone(refused)


@blueprint.post(RESET)
@opens(ANYONE)
def store_reset() -> Any:
    token, address = request.form.get("token", ""), request.remote_addr or ""
    try:
        services.reset_password(token, request.form.get("password", ""), address)
    except (services.LinkGone, TooManyTries) as refused:
        return _reset_gone(refused)
    except Invalid as refused:
        found = tickets.find(tickets.RESET, token)
        return answer(_reset_page(token, found.email if found else "", refused), refused)
    session.pop(RESET, None)
    return redirect(face.url("users.sign_in", done="password"))


def _reset_page(token: str, email: str, refused: SzansaError | None = None) -> str:
    return public_form(
        PublicForm(
            title=_("Choose a new password"),
            lead=_("For %(email)s. All your other sessions end.", email=email),
            action=RESET,
            fields=[new_password(has_focus=True)],
            button=_("Store the password"),
            hidden={"token": token},
        ),
        refused,
    )


@blueprint.get(f"{NEW_LOGIN}/<token>")
@opens(ANYONE)
def follow_new_login(token: str) -> Any:
    try:
        return _untold(_keep(token, NEW_LOGIN))
    except (services.LinkGone, TooManyTries) as refused:
        return _untold(_gone(refused))


@blueprint.get(NEW_LOGIN)
@opens(ANYONE)
def new_login() -> Any:
    if NEW_LOGIN not in session:
        return redirect(face.url("users.sign_in"))
    try:
        found = _followed(NEW_LOGIN)
    except (services.LinkGone, TooManyTries) as refused:
        return _gone(refused)
    return public_form(
        PublicForm(
            title=_("Change the login"),
            lead=_("From now on you sign in with %(email)s.", email=found.new_email),
            action=NEW_LOGIN,
            button=_("Change the login"),
            hidden={"token": session[NEW_LOGIN]},
        )
    )


@blueprint.post(NEW_LOGIN)
@opens(ANYONE)
def store_new_login() -> Any:
    try:
        services.change_login(request.form.get("token", ""), request.remote_addr or "")
    except (services.LinkGone, TooManyTries, Conflict) as refused:
        return _gone(refused)
    session.pop(NEW_LOGIN, None)
    if current_user.is_authenticated:
        face.toast(_("Your login is changed."))
        return redirect("/")
    return redirect(face.url("users.sign_in", done="login"))


# ---------------------------------------------------------------- before anything else


@blueprint.get(REPLACE)
@opens(SIGNED_IN, fulfils=True)
def replace_password() -> Any:
    return _replace_page() if current_user.must_change_password else redirect("/")


@blueprint.post(REPLACE)
@opens(SIGNED_IN, fulfils=True)
def store_replacement() -> Any:
    if not current_user.must_change_password:
        return redirect("/")
    typed = request.form.get("password", "")
    try:
        services.replace_password(actor().user_id, typed, session=current_user.token)
    except Invalid as refused:
        return answer(_replace_page(refused), refused)
    return redirect("/")


def _replace_page(refused: SzansaError | None = None) -> str:
    return public_form(
        PublicForm(
            title=_("Choose your password"),
            lead=_(
                "The one you signed in with was chosen by somebody else."
                " Choose one that only you know."
            ),
            action=REPLACE,
            fields=[new_password(has_focus=True)],
            button=_("Store the password"),
        ),
        refused,
    )


@blueprint.get(FIRST_FACTOR)
@opens(SIGNED_IN, fulfils=True)
def first_factor() -> Any:
    if current_user.has_second_factor:
        return redirect("/")
    return _factor_page(factors.proposed(actor().user_id))


@blueprint.post(FIRST_FACTOR)
@opens(SIGNED_IN, fulfils=True)
def store_first_factor() -> Any:
    if current_user.has_second_factor:
        return redirect("/")
    proposal, code = request.form.get("proposal", ""), request.form.get("code", "")
    try:
        made = factors.switch_on(actor().user_id, proposal, code)
    except Invalid as refused:
        return answer(_factor_page(proposal, refused), refused)
    return render_template("security/first_codes.html", **codes_shown(made, "/"))


def _factor_page(proposal: str, refused: SzansaError | None = None) -> str:
    return render_template(
        "security/first_factor.html", **factor_shown(proposal, FIRST_FACTOR, refused)
    )
