"""Signing in and out, and the first page."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
)
from flask_login import current_user, login_user
from werkzeug.wrappers import Response as AnyResponse

from core import face
from core.errors import SzansaError
from core.i18n import LANGUAGES, _
from core.shown import FieldView
from core.users import services, sessions, signing_in, tickets
from core.users.paths import own_path
from core.users.public_forms import PublicForm, public_form
from core.users.second_factors import WrongCode
from core.users.throttle import TooManyTries
from core.web import ANYONE, SIGNED_IN, actor, opens

blueprint = Blueprint("users", __name__)

CODE = "/sign-in/code"
DEVICE_COOKIE = "szansa_device"
NAMES = {"pl": "Polski", "en": "English"}


@blueprint.get("/")
@opens(SIGNED_IN)
def home() -> Any:
    entry = face.first_entry()
    if entry is None:
        abort(404)
    return redirect(entry)


@blueprint.get("/sign-in")
@opens(ANYONE)
def sign_in() -> Any:
    if request.args.get("lang") in LANGUAGES:
        session["language"] = request.args["lang"]
    next_url = own_path(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(next_url or "/")
    return _page(next_url)


@blueprint.post("/sign-in")
@opens(ANYONE)
def enter() -> Any:
    next_url = own_path(request.form.get("next", ""))
    email = request.form.get("email", "")
    try:
        entered = signing_in.sign_in(email, request.form.get("password", ""), visit())
    except TooManyTries as refused:
        return _page(next_url, refused, email), 429, {"Retry-After": str(refused.seconds)}
    except signing_in.WrongPair as refused:
        return _page(next_url, refused, email), refused.status
    if entered.ticket:
        session["ticket"] = entered.ticket
        return redirect(face.url("users.code", next=next_url or None))
    begin(entered)
    return redirect(next_url or "/")


@blueprint.get(CODE)
@opens(ANYONE)
def code() -> Any:
    if not session.get("ticket"):
        return redirect(face.url("users.sign_in"))
    return _code_page(session["ticket"], own_path(request.args.get("next", "")))


@blueprint.post(CODE)
@opens(ANYONE)
def enter_code() -> Any:
    next_url, ticket = own_path(request.form.get("next", "")), request.form.get("ticket", "")
    typed, trust = request.form.get("code", ""), request.form.get("trust") == "1"
    try:
        entered = signing_in.enter_code(ticket, typed, visit(), trust=trust)
    except signing_in.StartAgain as refused:
        session.pop("ticket", None)
        return _page(next_url, refused), refused.status
    except TooManyTries as refused:
        answer = _code_page(ticket, next_url, trust=trust, refused=refused)
        return answer, 429, {"Retry-After": str(refused.seconds)}
    except WrongCode as refused:
        return _code_page(ticket, next_url, trust=trust, refused=refused), refused.status
    begin(entered)
    onward = redirect(next_url or "/")
    if entered.device:
        _remember(onward, entered.device)
    return onward


def visit() -> signing_in.Visit:
    """Return where the request comes from."""
    device = request.cookies.get(DEVICE_COOKIE, "")
    return signing_in.Visit(request.remote_addr or "", request.user_agent.string, device)


def _remember(answer: AnyResponse, device: str) -> None:
    answer.set_cookie(
        DEVICE_COOKIE,
        device,
        max_age=tickets.VALID[tickets.DEVICE],
        httponly=True,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        samesite="Lax",
    )


def begin(entered: signing_in.Entered) -> None:
    """Let this browser be the new session's, with nothing left of what it was before."""
    if current_user.is_authenticated:
        sessions.end(current_user.token)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session.permanent = True
    login_user(sessions.load(entered.session))


@blueprint.post("/sign-out")
@opens(ANYONE)
def sign_out() -> Any:
    if current_user.is_authenticated:
        sessions.end(current_user.token)
    session.clear()
    return redirect(face.url("users.sign_in"))


@blueprint.post("/theme")
@opens(SIGNED_IN)
def change_theme() -> Any:
    services.choose_theme(actor().user_id, request.form.get("theme", ""))
    return redirect(own_path(urlsplit(request.referrer or "").path) or "/", 303)


def _code_page(
    ticket: str, next_url: str, *, trust: bool = False, refused: SzansaError | None = None
) -> str:
    return public_form(
        PublicForm(
            title=_("Enter the code"),
            lead=_(
                "Open your authenticator application and type the code of six digits."
                " Without it, type one of your recovery codes."
            ),
            action=CODE,
            fields=[
                FieldView("code", _("Code"), autocomplete="one-time-code", has_focus=True,
                          is_required=True, max_length=40),
                FieldView("trust", _("Trust this device for 30 days"), "yes_no",
                          value="1" if trust else ""),
            ],
            button=_("Sign in"),
            hidden={"ticket": ticket, "next": next_url},
            back=(_("Sign in as somebody else"), face.url("users.sign_in")),
        ),
        refused,
    )  # fmt: skip


def _page(next_url: str, refused: SzansaError | None = None, email: str = "") -> str:
    return render_template(
        "users/sign_in.html",
        host=urlsplit(current_app.config["SZANSA"].url).netloc,
        error=refused.message if refused else None,
        message=_said(request.args.get("done", "")),
        forgotten_url=face.url("security.forgotten"),
        email=email,
        next_url=next_url,
        version=version("szansa"),
        languages=[_language(code, next_url) for code in LANGUAGES],
    )


def _language(code: str, next_url: str) -> dict[str, Any]:
    return {
        "code": code,
        "label": NAMES[code],
        "url": face.url("users.sign_in", lang=code, next=next_url or None),
        "is_current": code == face.language(),
    }


def _said(key: str) -> str:
    """Return what another page leaves to be said here."""
    if key == "password":
        return _("Your new password is stored. Sign in with it.")
    return _("Your login is changed. Sign in with it.") if key == "login" else ""
