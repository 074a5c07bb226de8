"""What pages about the way in show, in the settings and before anything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import render_template
from flask_login import current_user

from core.errors import SzansaError
from core.i18n import _
from core.security import factors
from core.security.forms import code, summary, with_errors
from core.settings.frame import settings_frame
from core.shown import Crumb, FormView
from core.users import codes
from core.users.throttle import TooManyTries

SECURITY = "/settings/profile/security"


def back() -> Crumb:
    """Return the way back to the page Security."""
    return Crumb(_("Security"), SECURITY)


def form_answer(form: FormView, refused: SzansaError | None = None) -> Any:
    """Return a settings page that is one form, with the status of why it was refused."""
    page = render_template("settings/form.html", form=form, **settings_frame("profile"))
    return answer(page, refused)


def answer(page: str, refused: SzansaError | None) -> Any:
    """Return a page with the status of why something was refused, if it was."""
    if isinstance(refused, TooManyTries):
        return page, refused.status, {"Retry-After": str(refused.seconds)}
    return (page, refused.status) if refused else page


def factor_shown(proposal: str, action: str, refused: SzansaError | None = None) -> dict[str, Any]:
    """Return the values of the page that shows a secret and asks for its first code.

    Raises Conflict for a proposal that was not made for this user.
    """
    secret = factors.secret_in(current_user.user_id, proposal)
    field = code(_("The six digits that the application shows now."))
    return {
        "action_url": action,
        "proposal": proposal,
        "picture": codes.picture(secret, current_user.email),
        "secret": codes.grouped(secret),
        "code_field": with_errors([field], refused)[0],
        "errors": summary([field], refused),
    }


def codes_shown(made: Sequence[str], next_url: str) -> dict[str, Any]:
    """Return the values of the page that shows recovery codes, once."""
    text = "".join(f"{each}\n" for each in made)
    return {
        "codes": made,
        "codes_file": f"data:text/plain;charset=utf-8,{quote(text)}",
        "next_url": next_url,
    }
