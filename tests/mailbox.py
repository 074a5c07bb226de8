"""A real mail server on loopback, and what came to it."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from socket import AF_INET, socket
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from core.db import account_scope, across_accounts, db
from core.jobs.models import Job
from core.mail.services import JOB
from core.registry import registry


class Mailbox:
    """Takes every mail, unless it is told what to answer; `envelopes` are as they came."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _o: Any
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(each.content, policy=default) for each in self.envelopes]

    def clear(self) -> None:
        self.envelopes.clear()
        self.answers.clear()


class Post:
    """The mail of a test: `fetch` sends what was asked for and returns what came, oldest first."""

    def __init__(self, box: Mailbox) -> None:
        self.box = box

    def waiting(self) -> list[Job]:
        with across_accounts("a test"):
            found = db.select(Job).where(Job.name == JOB, Job.state == "waiting").order_by(Job.id)
            return list(db.session.execute(found).scalars())

    def fetch(self) -> list[EmailMessage]:
        self.box.envelopes.clear()
        for job in self.waiting():
            with account_scope(job.account_id):
                registry().jobs[JOB].run(**job.arguments)
                job.state = "done"
                db.session.flush()
        return self.box.mails


def set_up(app: Flask, **settings: Any) -> Any:
    """Change settings of the application, and return what they were."""
    before = app.config["SZANSA"]
    app.config["SZANSA"] = replace(before, **settings)
    return before


def mail_server(host: str = "127.0.0.1", **options: Any) -> Controller:
    """Return a mail server on a port that is free, not started yet."""
    with socket(AF_INET) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Controller(Mailbox(), hostname=host, port=port, **options)


def address_of(controller: Controller, user: str = "") -> str:
    return f"smtp://{user}{controller.hostname}:{controller.port}"


def text_of(mail: EmailMessage, sort: str = "plain") -> str:
    part = mail.get_body((sort,))
    assert part is not None
    return str(part.get_content())
