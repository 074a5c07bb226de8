"""The page that the link of an invitation leads to: open to anyone who has the link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask_login import current_user

from core.errors import Conflict, InvalidForm, NotFound
from core.staff.forms import invitations as forms
from core.staff.forms.choices import summary
from core.staff.models import SENT
from core.staff.queries import invitations as queries
from core.staff.services import invitations as services
from core.staff.views.pages import blueprint
from core.users import views as signing_in
from core.web import ANYONE, opens

NOWHERE, CLOSED = 404, 410  # Gone, RFC 9110, 15.5.11


@blueprint.get("/invitation/<token>")
@opens(ANYONE)
def invitation(token: str) -> Response:
    return _page(token)


@blueprint.post("/invitation/<token>")
@opens(ANYONE)
def accept(token: str) -> Any:
    if current_user.is_authenticated:
        return _page(token)
    try:
        entered = services.accept(token, _typed(), signing_in.visit())
    except (services.Closed, NotFound):
        return _page(token)
    except InvalidForm as wrong:
        return _page(token, wrong.errors, wrong.status)
    except Conflict as wrong:
        return _page(token, {"": [wrong.message]}, wrong.status)
    signing_in.begin(entered)
    return redirect("/", 303)


def _typed() -> services.Newly:
    typed = request.form
    return services.Newly(*(typed.get(key, "") for key in ("first_name", "last_name", "password")))


def _page(token: str, errors: Mapping[str, list[Any]] | None = None, status: int = 200) -> Response:
    """Return the page, which tells its address to no other site and to no cache."""
    found = queries.invited(token)
    if found is None or found.state != SENT:
        status = CLOSED if found else NOWHERE
        shown = render_template("staff/closed.html", invited=found)
    else:
        shown = render_template(
            "staff/accept.html",
            invited=found,
            is_signed_in=current_user.is_authenticated,
            action_url=request.path,
            fields=forms.accepting_fields(
                request.form.get("first_name", ""), request.form.get("last_name", ""), errors or {}
            ),
            errors=summary(errors or {}),
        )
    answer = make_response(shown, status)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
