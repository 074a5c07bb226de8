"""What pages of two-factor login show, in the settings and before anything else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask_login import current_user

from core.errors import SzansaError
from core.i18n import _
from core.security import factors
from core.security.forms import code, summary, with_errors
from core.users import codes


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
