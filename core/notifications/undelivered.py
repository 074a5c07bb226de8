"""Telling users that a mail could not be delivered (NOTIF-14)."""

from __future__ import annotations

from typing import Any

from core.accounts.queries import account_facts
from core.contracts import Cause
from core.i18n import _, lazy
from core.mail.services import PURPOSE
from core.notifications.services import notify
from core.sealing import unseal

UNDELIVERED = "core.mail_undelivered"


def _text(named: dict[str, Any]) -> str:
    return _("A mail to %(address)s could not be delivered.", address=named["address"])


CAUSES = [
    Cause(UNDELIVERED, lazy("A mail could not be delivered"), _text, icon="mail", tells_author=True)
]


def tell_undelivered(sealed: str) -> None:
    """Notify the user whose mail it was; where it was nobody's, the user who caused it."""
    letter = unseal(sealed, PURPOSE)
    receivers = [each.id for each in account_facts().users.values() if each.email == letter["to"]]
    told = receivers or [each for each in (letter["by"],) if each is not None]
    notify(told, UNDELIVERED, parameters={"address": letter["to"]})
