"""Writing a mail: one text, once plain and once as HTML, in its reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale

from core import clock


@dataclass(frozen=True)
class Letter:
    """What a mail says."""

    subject: str
    plain: str
    html: str


def written(template: str, language: str, values: dict[str, Any]) -> Letter:
    """Return a mail of `mail/<template>.txt`, whose block `subject` is its subject, and `.html`.

    Both know the values and `link(path)`, which begins with SZANSA_URL and never with what some
    request called this host.
    """
    settings = current_app.config["SZANSA"]
    shown = {
        **values,
        "lang": language,
        "host": settings.url.partition("://")[2],
        "link": lambda path: settings.url + path,
    }
    with force_locale(language):
        plain = current_app.jinja_env.get_template(f"mail/{template}.txt")
        subject = "".join(plain.blocks["subject"](plain.new_context(shown)))
        html = current_app.jinja_env.get_template(f"mail/{template}.html")
        page = html.render({**shown, "subject": subject})
        return Letter(" ".join(subject.split()), plain.render(shown).strip() + "\n", page)


def message(letter: Letter, to: str, message_id: str) -> EmailMessage:
    """Return the mail to one address, in two equal parts (RFC 2046, multipart/alternative)."""
    made = EmailMessage(policy=SMTP)
    made["Subject"] = letter.subject
    made["From"] = current_app.config["SZANSA"].mail_from
    made["To"] = Address(addr_spec=to)
    made["Date"] = format_datetime(clock.now())
    made["Message-ID"] = message_id
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence notice answers
    made.set_content(letter.plain)
    made.add_alternative(letter.html, subtype="html")
    return made
