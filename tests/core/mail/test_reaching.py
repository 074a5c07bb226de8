"""`szansa doctor` asks the mail server without sending anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.doctor import _look, _mail
from tests.mailbox import address_of, mail_server


def test_doctor_says_whether_the_mail_server_lets_it_in(settings):
    server = mail_server()
    server.start()
    try:
        found = _look("mail", _mail, replace(settings, smtp_url=address_of(server)))
    finally:
        server.stop()
    assert found == {"name": "mail", "ok": True, "detail": "127.0.0.1: 250 OK"}
    assert server.handler.envelopes == []
    gone = _look("mail", _mail, replace(settings, smtp_url=address_of(server)))
    assert not gone["ok"]
    assert "refused" in gone["detail"]


@pytest.mark.parametrize("address", ["smtp://ada:secret@127.0.0.1:1", "smtps://127.0.0.1:1"])
def test_doctor_never_shows_the_password(settings, address):
    found = _look("mail", _mail, replace(settings, smtp_url=address))
    assert not found["ok"]
    assert "secret" not in found["detail"]


def test_doctor_is_content_without_mail(settings):
    found = _look("mail", _mail, replace(settings, smtp_url=None))
    assert (found["ok"], found["detail"]) == (True, "no SMTP_URL, so no mail is sent")
