"""Sending the mails that were asked for."""

from __future__ import annotations

import logging
from datetime import timedelta

from core.mail import transport
from core.mail.services import PURPOSE
from core.mail.writing import message, written
from core.sealing import unseal

# After pauses of 10 and 40 seconds, 3, 11 and 43 minutes, once an hour: 24 hours (NOTIF-14).
RETRIES, LONGEST_PAUSE = 29, timedelta(hours=1)

log = logging.getLogger("szansa.mail")


def send_mail(sealed: str) -> None:
    """Write and send one mail; the log gets its template, nothing of its content."""
    letter = unseal(sealed, PURPOSE)
    said = written(letter["template"], letter["language"], letter["values"])
    transport.deliver(message(said, letter["to"], letter["message_id"]), letter["to"])
    log.info("the mail %s was sent", letter["template"])
