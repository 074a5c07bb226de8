"""Asking for mails."""

from __future__ import annotations

import logging
from email.utils import make_msgid
from typing import Any

from core.addresses import checked_address
from core.changes.capture import author_or_none
from core.errors import Conflict
from core.i18n import _
from core.jobs.services import enqueue
from core.mail import transport
from core.sealing import seal

JOB, PURPOSE = "core.send_mail", "mail"

log = logging.getLogger("szansa.mail")


class MailNotSetUp(Conflict):
    """This installation cannot send mail."""

    def __init__(self) -> None:
        super().__init__(_("This installation cannot send mail: its operator has not set it up."))


def is_set_up() -> bool:
    """Tell whether this installation can send mail: whether SMTP_URL is set."""
    return transport.is_set_up()


def check_set_up() -> None:
    """Raise MailNotSetUp where an act would be pointless without the mail that belongs to it."""
    if not is_set_up():
        raise MailNotSetUp


def send(template: str, to: str, language: str, values: dict[str, Any]) -> None:
    """Let one person get a mail, stored with the transaction under way and sent after it.

    It is written from `mail/<template>.txt` and `.html` with the `values` (JSON), in the
    receiver's language, when it is sent; what cannot be delivered is tried again for 24 hours.
    Raises Invalid for what is not one address. Where the installation cannot send mail nothing
    is stored and the log says so: where an act needs the mail, call `check_set_up` before.
    """
    address = checked_address(to)
    if not is_set_up():
        log.warning("the mail %s was not sent: SMTP_URL is not set", template)
        return
    who = author_or_none()
    letter = {
        "template": template,
        "to": address,
        "language": language,
        "values": values,
        "by": who.user_id if who else None,
        "message_id": make_msgid(domain=transport.own_host()),
    }
    enqueue(JOB, {"sealed": seal(letter, PURPOSE)})
