"""The frame of the pages about users, and their addresses."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from core.settings.frame import settings_frame

USERS = "/settings/account/users/users"
INVITATIONS = "/settings/account/users/invitations"
TEAMS = "/settings/account/users/teams"

blueprint = Blueprint("staff", __name__)


def page(template: str, /, **values: Any) -> str:
    """Return a page of Account settings > Users."""
    return render_template(f"{template}.html", **values, **settings_frame("account"))


def user_url(user_id: int) -> str:
    """Return the address of a user's page."""
    return f"{USERS}/{user_id}"
