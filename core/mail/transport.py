"""The way to the mail server that SMTP_URL names."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from core.errors import SzansaError
from core.i18n import _

SECONDS = 30
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Undeliverable(SzansaError):
    """The mail server refuses this mail for good: trying again would change nothing."""


class UnsafeServer(OSError):
    """The mail server offers no TLS, so it does not get the password."""

    def __str__(self) -> str:
        return "the mail server offers no TLS, so it does not get the password"


def is_set_up() -> bool:
    """Tell whether there is a mail server."""
    return bool(current_app.config["SZANSA"].smtp_url)


def own_host() -> str:
    """Return the name under which this installation is known."""
    return _host_of(current_app.config["SZANSA"].url)


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or "localhost"


def reach(smtp_url: str, url: str) -> str:
    """Return the greeting of a mail server that lets this installation in; it gets no mail.

    Raises OSError, of which smtplib's errors are a kind, where it cannot be reached or refuses.
    """
    with _server(urlsplit(smtp_url), _host_of(url)) as server:
        code, text = server.noop()
    return f"{code} {text.decode(errors='replace')}"


def deliver(message: EmailMessage, to: str) -> None:
    """Hand the message over. Raises Undeliverable, or whatever may be better the next time."""
    with _server(urlsplit(str(current_app.config["SZANSA"].smtp_url)), own_host()) as server:
        try:
            server.send_message(message, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as error:
            if all(500 <= code < 600 for code, _text in error.recipients.values()):
                raise Undeliverable(_("The mail server refuses the address.")) from error
            raise
        except smtplib.SMTPDataError as error:
            if 500 <= error.smtp_code < 600:
                raise Undeliverable(_("The mail server refuses the mail.")) from error
            raise
        except smtplib.SMTPNotSupportedError as error:
            raise Undeliverable(_("The mail server refuses the address.")) from error


@contextmanager
def _server(address: SplitResult, own: str) -> Iterator[smtplib.SMTP]:
    """Give a connection: TLS from the start with smtps, else by STARTTLS where it is offered.

    A password is sent over TLS alone, unless the server runs on this very machine.
    """
    context = ssl.create_default_context()
    host, is_tls = str(address.hostname), address.scheme == "smtps"
    port = address.port or (465 if is_tls else 587 if address.username else 25)
    opened = (
        smtplib.SMTP_SSL(host, port, own, timeout=SECONDS, context=context)
        if is_tls
        else smtplib.SMTP(host, port, own, timeout=SECONDS)
    )
    with opened as server:
        server.ehlo_or_helo_if_needed()
        if not is_tls and server.has_extn("starttls"):
            server.starttls(context=context)
            is_tls = True
        if address.username:
            if not is_tls and host not in LOOPBACK:
                raise UnsafeServer
            server.login(unquote(address.username), unquote(address.password or ""))
        yield server
