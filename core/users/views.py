"""Signing in and out, and the first page."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, current_app, redirect, render_template, request, session
from flask_login import current_user, login_user

from core import face
from core.errors import SzansaError
from core.i18n import LANGUAGES
from core.users import services, sessions
from core.users.paths import own_path
from core.users.throttle import TooManyTries
from core.web import ANYONE, SIGNED_IN, actor, opens

blueprint = Blueprint("users", __name__)

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
        token = services.sign_in(
            email,
            request.form.get("password", ""),
            address=request.remote_addr or "",
            agent=request.user_agent.string,
        )
    except TooManyTries as refused:
        return _page(next_url, refused, email), 429, {"Retry-After": str(refused.seconds)}
    except services.WrongPair as refused:
        return _page(next_url, refused, email), refused.status
    _begin(token)
    return redirect(next_url or "/")


def _begin(token: str) -> None:
    """Let this browser be the new session's, with nothing left of what it was before."""
    if current_user.is_authenticated:
        sessions.end(current_user.token)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session.permanent = True
    login_user(sessions.load(token))


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


def _page(next_url: str, refused: SzansaError | None = None, email: str = "") -> str:
    return render_template(
        "users/sign_in.html",
        host=urlsplit(current_app.config["SZANSA"].url).netloc,
        error=refused.message if refused else None,
        message=None,
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
