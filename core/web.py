"""The edge of every request: who asks, for which account, and when the work is stored."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    has_request_context,
    redirect,
    render_template,
    request,
    session,
)
from flask_login import AnonymousUserMixin, LoginManager, current_user
from sqlalchemy.exc import DBAPIError, IntegrityError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as AnyResponse

from core import face
from core.access import Actor, NoAccess, actor_of
from core.accounts.viewing import end_viewing, viewed_since
from core.changes.capture import no_longer_writing, writing_as
from core.db import account_scope, db, enter_account, is_away, leave_account
from core.errors import Conflict, Forbidden, SzansaError, trace_of
from core.i18n import _
from core.users import second_factors, sessions

View = TypeVar("View", bound=Callable[..., Any])
Opens = str | Callable[[Actor], bool]

ANYONE, SIGNED_IN, ADMINISTRATOR = "anyone", "signed in", "administrator"
PROGRAMS = "programs"  # anyone, and nobody asks who it is: it answers without a database
VIEW_AS = "view_as"  # where the session keeps which entry of the log began a viewing
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

log = logging.getLogger("szansa.web")


def opens(
    who: Opens, *, fulfils: bool = False, is_personal: bool = False
) -> Callable[[View], View]:
    """Say who may open a view: ANYONE, SIGNED_IN, ADMINISTRATOR or a question about the actor.

    A personal view shows what is its user's alone, so it is closed to whoever views as him.

    A view that does not say it stops the start. Signed out, it leads to the sign-in page; without
    the right it answers 403; of a plugin that is off, 404. While a user has to replace his
    password or set up two-factor login before anything else, it leads there, except where the
    view `fulfils` just that.
    """

    def mark(view: View) -> View:
        view.opens, view.fulfils = who, fulfils  # type: ignore[attr-defined]
        view.is_personal = is_personal  # type: ignore[attr-defined]
        return view

    return mark


class Id(IntegerConverter):
    """A number in an address that the database can hold; a longer one leads nowhere."""

    regex = "[0-9]{1,18}"


class UnlockedError(RuntimeError):
    """An address that does not say who may open it."""


def lock(app: Flask) -> None:
    """Refuse to start while an address does not say who may open it."""
    unlocked = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "opens")
    )
    if unlocked:
        raise UnlockedError("nobody said who may open " + ", ".join(unlocked))


def actor() -> Actor:
    """Return who asks; only for views that are not open to anyone."""
    return cast(Actor, g.actor)


def install(app: Flask) -> None:
    """Put the edge around the application's requests."""
    app.url_map.converters["int"] = Id
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(sessions.load)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)
    app.register_error_handler(SzansaError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _in_use)
    app.register_error_handler(DBAPIError, _database_gone)
    app.register_error_handler(Exception, _bug)
    app.context_processor(face.of_request)
    face.install(app)


def _begin() -> AnyResponse | None:
    view: Any = current_app.view_functions.get(request.endpoint or "")
    g.actor = g.viewing_as = None
    if getattr(view, "opens", None) == PROGRAMS:
        return None
    if current_user.is_authenticated:
        _enter()
    if view is None or view.opens == ANYONE:
        return None
    if g.actor is None:
        return _to_sign_in()
    duty = "" if view.fulfils else _duty()
    if duty:
        return _to(face.url(duty))
    _refuse_while_viewing_as(view)
    _refuse_unopened(view.opens)
    return None


def _enter() -> None:
    """Let the request work for the account of the user who asks, and write in his name."""
    enter_account(current_user.account_id)
    db.session.info["epoch"] = (current_user.account_id, current_user.epoch)
    g.actor = _acting(actor_of(current_user.user_id))
    origin = "form" if request.method not in SAFE_METHODS else "page"
    writing_as(g.actor.user_id, origin, request.remote_addr)


def _refuse_unopened(who: Opens) -> None:
    plugin = _plugin_of(request.blueprint)
    if plugin and plugin not in g.actor.active_plugins:
        abort(404)
    may = (
        g.actor.is_administrator
        if who == ADMINISTRATOR
        else who == SIGNED_IN or (callable(who) and who(g.actor))
    )
    if not may:
        raise Forbidden(_("This page is not open to you. An administrator can help."))


def _duty() -> str:
    """Return where the user has to go before anything else (USER-5, AUTH-7); mostly nowhere."""
    if current_user.must_change_password:
        return "security.replace_password"
    is_required = second_factors.is_required(
        is_administrator=g.actor.is_administrator or g.viewing_as is not None
    )
    return "security.first_factor" if is_required and not current_user.has_second_factor else ""


def _acting(signed_in: Actor) -> Actor:
    """Return the actor of the request: the user signed in, or the one as whom he views."""
    entry_id = int(session.get(VIEW_AS) or 0)
    person = viewed_since(entry_id, signed_in.user_id) if entry_id else None
    if person is None:
        session.pop(VIEW_AS, None)
        return signed_in
    g.view = (signed_in.account_id, entry_id, signed_in.user_id)
    if person.is_active and signed_in.is_administrator:
        g.viewing_as = person
        return actor_of(person.id)
    session.pop(VIEW_AS, None)
    _end_viewing()
    db.session.commit()  # it is over, whatever becomes of the request
    return signed_in


def _end_viewing() -> None:
    """Log the end of viewing where this browser does not view as somebody any more."""
    if "view" in g and VIEW_AS not in session:
        account_id, entry_id, user_id = g.pop("view")
        with account_scope(account_id):
            end_viewing(entry_id, user_id, request.remote_addr)


def _refuse_while_viewing_as(view: Any) -> None:
    """Viewing as somebody else changes nothing, and shows nothing that is his alone."""
    if g.viewing_as is None or getattr(view, "ends_viewing_as", False):
        return
    if request.method not in SAFE_METHODS:
        raise Forbidden(_("You are viewing as %(name)s: nothing can be changed.",
                          name=g.viewing_as.name))  # fmt: skip
    if getattr(view, "is_personal", False):
        raise Forbidden(_("This is for %(name)s alone.", name=g.viewing_as.name))


def _plugin_of(blueprint: str | None) -> str:
    found = current_app.blueprints.get(blueprint or "")
    return getattr(found, "szansa_plugin", "")


def _to_sign_in() -> AnyResponse:
    if request.method not in SAFE_METHODS:
        abort(401)
    if request.headers.get("HX-Request"):
        return _to("/sign-in")
    where = request.full_path if request.query_string else request.path
    return redirect(face.url("users.sign_in", next=None if where == "/" else where))


def _to(address: str) -> AnyResponse:
    """Lead to another page: the browser, or the page of which only a part was asked."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 302 if request.method in SAFE_METHODS else 303)


def _end(response: Response) -> Response:
    if request.method in SAFE_METHODS or response.status_code >= 400:
        _undo()
        return _secured(response)
    try:
        _end_viewing()
        db.session.commit()
    except Exception as error:  # noqa: BLE001  (storing may fail in every way that a view may)
        answer = current_app.handle_user_exception(error)
        return _secured(current_app.make_response(answer))
    return _secured(response)


def _undo() -> None:
    """Forget what was not stored, also where the connection is gone."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session().invalidate()


def _secured(response: Response) -> Response:
    nonce = g.get("csp_nonce")
    also = f" 'nonce-{nonce}'" if nonce else ""
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'{also}; style-src 'self'{also};"
            " img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
            " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if not response.cache_control.no_store:
        response.headers["Cache-Control"] = "private, no-cache"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _leave(_error: BaseException | None) -> None:
    leave_account()
    no_longer_writing()


def _page(status: int, **values: Any) -> tuple[str, int]:
    name = f"errors/{status}.html"
    return render_template(name, **values), status


def _refused(error: SzansaError) -> Any:
    _undo()
    if isinstance(error, NoAccess):
        return face.no_access(error), 403
    return _page(error.status, message=error.message)


KNOWN = {400, 401, 403, 404, 405, 409, 413, 422, 429, 503}


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    _undo()
    if error.code >= 500 and error.code not in KNOWN:
        return _bug(getattr(error, "original_exception", None) or error)
    status = error.code if error.code in KNOWN else 400
    return _page(status, message=None)


def _in_use(error: IntegrityError) -> Any:
    log.warning("refused by the database: %s", type(error.orig).__name__)
    return _refused(Conflict(_("Somebody changed or removed this meanwhile. Try again.")))


def _database_gone(error: DBAPIError) -> Any:
    if not is_away(error):
        return _bug(error)
    log.warning("the database is away")
    _undo()
    _frame_nobody()
    return _page(503, message=None)


def _bug(error: Exception) -> Any:
    reference = secrets.token_hex(4)
    # The message may hold other people's data, so only tests print it.
    trace = str(error) if current_app.testing else ""
    log.error("error %s at %s: %s%s", reference, request.path, trace_of(error), trace)
    _undo()
    _frame_nobody()
    return _page(500, reference=reference)


def _frame_nobody() -> None:
    """Let the page be drawn without a question to the database."""
    g.frame_failed = True
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()  # noqa: SLF001  (where Flask-Login keeps it)


def language() -> str:
    """Return the language of what is written now; outside of requests English."""
    return face.language() if has_request_context() else "en"
