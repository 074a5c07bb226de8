"""Sending forms that change permissions: the preview, then the change itself."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.models import SecurityEntry
from core.db import db

CONFIRMED = re.compile(r'name="confirmed" value="(\w+)"')

TEAMS = "/settings/account/users/teams"
ROLES = "/settings/account/users/roles"
ACCESS = "/settings/account/permissions/access"
VISIBILITY = "/settings/account/permissions/visibility"
LOG = "/settings/account/security/log"


def digest_of(answer: TestResponse) -> str:
    """Return the digest that a preview asks to be sent back; empty where there is none."""
    found = CONFIRMED.search(answer.text)
    return found[1] if found else ""


def confirmed(client: FlaskClient, path: str, sent: dict[str, Any]) -> TestResponse:
    """Send a form, and once more with what its preview asks for."""
    previewed = client.post(path, data=sent)
    assert previewed.status_code == 200, previewed.text
    assert digest_of(previewed), "there was no preview"
    return client.post(path, data={**sent, "confirmed": digest_of(previewed)})


def saved(client: FlaskClient, path: str, sent: dict[str, Any]) -> TestResponse:
    """Send a form, and once more where there is something to confirm."""
    answer = client.post(path, data=sent)
    digest = digest_of(answer)
    return client.post(path, data={**sent, "confirmed": digest}) if digest else answer


def entries(event: str = "") -> list[SecurityEntry]:
    """Return the entries of the security log, the oldest first."""
    statement = db.select(SecurityEntry).order_by(SecurityEntry.id)
    found = db.session.execute(statement).scalars()
    return [each for each in found if event in ("", each.event)]


def opened_of(page: str, name: str = "opened") -> list[str]:
    """Return the values that a form says it opened with."""
    return re.findall(rf'name="{re.escape(name)}" value="([^"]+)"', page)
