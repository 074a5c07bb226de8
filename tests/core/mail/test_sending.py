"""Mails: asked for in a transaction, written in the receiver's language, sent to a real server."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jinja2 import ChoiceLoader, DictLoader

from core import clock
from core.addresses import checked_address
from core.db import db, sql
from core.errors import Invalid
from core.jobs import runner
from core.mail import jobs, services, transport
from core.notifications import queries
from core.registry import registry
from tests.mailbox import address_of, mail_server, set_up, text_of
from tests.makers import actor, make_account, make_user

TEMPLATES = {
    "mail/test.txt": '{% extends "mail/_frame.txt" %}'
    '{% block subject %}{{ _("Sign in") }}: {{ name }}{% endblock %}'
    '{% block body %}{{ _("Password") }}, {{ name }}: {{ link("/x/" ~ secret) }}{% endblock %}',
    "mail/test.html": '{% extends "mail/_frame.html" %}{% from "mail/_parts.html" import action %}'
    '{% block body %}<p>{{ name }}</p>{{ action(link("/x/" ~ secret), _("Sign in")) }}{% endblock %}',
}
VALUES = {"name": "Ada <b>&amp;", "secret": "t0ken-zxq"}


@pytest.fixture(autouse=True)
def templates(app, monkeypatch):
    loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)


@pytest.fixture
def account(app):
    return make_account()


def test_a_mail_is_written_for_its_reader(post, account):
    services.send("test", "ada@example.com", "pl", VALUES)
    (mail,) = post.fetch()
    assert mail["Subject"] == "Zaloguj: Ada <b>&amp;"
    assert (mail["To"], mail["From"]) == ("ada@example.com", "Szansa <szansa@localhost>")
    assert mail.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Hasło, Ada <b>&amp;: http://localhost:" in text_of(mail)
    assert "/x/t0ken-zxq" in text_of(mail)
    assert "<p>Ada &lt;b&gt;&amp;amp;</p>" in text_of(mail, "html")
    assert 'lang="pl"' in text_of(mail, "html")
    assert mail["Message-ID"].endswith("@localhost>")
    assert mail["Auto-Submitted"] == "auto-generated"


def test_links_lead_to_this_installation_whatever_a_request_called_it(app, post, account):
    before = set_up(app, url="https://crm.example")
    with app.test_request_context(headers={"Host": "evil.example"}):
        services.send("test", "ada@example.com", "en", VALUES)
        (mail,) = post.fetch()
    app.config["SZANSA"] = before
    assert "https://crm.example/x/t0ken-zxq" in text_of(mail)
    assert "evil" not in mail.as_string()


def test_nothing_of_a_mail_lies_in_the_database_in_clear(post, account):
    services.send("test", "ada@example.com", "en", VALUES)
    stored = sql("select arguments::text from core_job where account_id = :account").scalar_one()
    for word in ("t0ken-zxq", "ada", "Ada", "test"):
        assert word not in stored


def test_a_mail_goes_with_its_transaction(post, account):
    db.session.commit()
    services.send("test", "ada@example.com", "en", VALUES)
    db.session.rollback()
    assert post.waiting() == []


def test_the_log_has_a_line_without_content(post, account, caplog):
    with caplog.at_level(logging.INFO, "szansa.mail"):
        services.send("test", "ada@example.com", "en", VALUES)
        post.fetch()
    assert [each.getMessage() for each in caplog.records if each.name == "szansa.mail"] == [
        "the mail test was sent"
    ]


def test_without_a_server_nothing_is_stored_and_the_log_says_so(app, account, caplog):
    services.send("test", "ada@example.com", "en", VALUES)
    assert "SMTP_URL is not set" in caplog.text
    assert sql("select count(*) from core_job where account_id = :account").scalar_one() == 0
    with pytest.raises(services.MailNotSetUp, match="cannot send mail"):
        services.check_set_up()


BAD = [
    "ada@example.com\r\nBcc: eve@evil.example",
    "ada@example.com\nSubject: x",
    "ada@example.com\r",
    "ada@example.com\x00",
    "ada@example.com,eve@evil.example",
    "ada@example.com;eve@evil.example",
    "Ada <ada@example.com>",
    "ada@example.com> RCPT TO:<eve@evil.example",
    '"ada"@example.com',
    "ada@example.com\u2028x",
    "ada@example.com\x85x",
    "ada @example.com",
    "ada@b@example.com",
    "@example.com",
    "ada@",
    "ada@" + "x" * 70 + ".com",
    "a" * 250 + "@b.pl",
    "ada@exa..mple.com",
    "",
]


@pytest.mark.parametrize("address", BAD)
def test_what_is_not_one_address_is_refused(post, account, address):
    with pytest.raises(Invalid):
        services.send("test", address, "en", VALUES)
    assert post.waiting() == []


def test_line_breaks_in_values_stay_out_of_headers(post, account):
    values = {**VALUES, "name": "Ada\r\nBcc: eve@evil.example"}
    services.send("test", "ada@example.com", "en", values)
    (mail,) = post.fetch()
    assert mail["Bcc"] is None
    assert post.box.envelopes[0].rcpt_tos == ["ada@example.com"]


def test_values_are_never_templates(post, account):
    services.send("test", "ada@example.com", "en", {**VALUES, "name": "{{7*7}}%s${7}"})
    (mail,) = post.fetch()
    assert "{{7*7}}%s${7}" in text_of(mail)
    assert "{{7*7}}%s${7}" in text_of(mail, "html")


def test_a_domain_in_other_letters_is_written_in_ascii():
    assert checked_address("ada@żółw.pl") == "ada@xn--w-uga1v8h.pl"


@pytest.mark.parametrize("answer", [("RCPT", "550 No such user"), ("DATA", "554 No")])
def test_what_the_server_refuses_for_good_is_not_tried_again(post, account, answer):
    post.box.answers.update([answer])
    services.send("test", "ada@example.com", "en", VALUES)
    with pytest.raises(transport.Undeliverable):
        post.fetch()


@pytest.mark.parametrize("answer", [("RCPT", "451 Greylisted"), ("DATA", "451 Later")])
def test_what_the_server_refuses_for_now_is_tried_again(post, account, answer):
    post.box.answers.update([answer])
    services.send("test", "ada@example.com", "en", VALUES)
    with pytest.raises(smtplib.SMTPException):
        post.fetch()
    post.box.answers.clear()
    assert len(post.fetch()) == 1


def test_notif_14_mails_are_tried_again_for_24_hours(app):
    job = registry().jobs[services.JOB]
    pauses = [
        min(runner.FIRST_PAUSE * 4 ** min(number, 10), job.longest_pause)
        for number in range(job.retries)
    ]
    assert dt.timedelta(hours=24) <= sum(pauses, dt.timedelta()) <= dt.timedelta(hours=25)
    assert job.run is jobs.send_mail


def test_notif_14_the_receiver_of_an_undeliverable_mail_is_told_in_the_application(post, account):
    ada = make_user("Ada", email="ada@example.com")
    services.send("test", "ada@example.com", "en", VALUES)
    (job,) = post.waiting()
    registry().jobs[services.JOB].failed(**job.arguments)
    (told,) = queries.page_of(actor(ada)).entries
    assert told.text == "A mail to ada@example.com could not be delivered."


# ---------------------------------------------------------------- the way to the server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = clock.now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    form = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    (folder / "cert.pem").write_bytes(made.public_bytes(form[0]))
    return folder


def served(certificate, **options):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return mail_server("localhost", tls_context=context, **options)


def sent_to(app, controller, user=""):
    controller.start()
    before = set_up(app, smtp_url=address_of(controller, user))
    try:
        services.send("test", "ada@example.com", "en", VALUES)
        jobs.send_mail(**asked_for())
        return controller.handler.envelopes
    finally:
        app.config["SZANSA"] = before
        controller.stop()


def asked_for():
    return sql("select arguments from core_job where account_id = :account").scalar_one()


def test_starttls_is_used_where_it_is_offered(app, account, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    assert len(sent_to(app, served(certificate, require_starttls=True))) == 1


def test_a_server_with_an_unknown_certificate_gets_nothing(app, account, certificate):
    with pytest.raises(ssl.SSLError):
        sent_to(app, served(certificate, require_starttls=True))


def test_a_password_is_not_sent_in_clear_to_another_machine(app, account, monkeypatch):
    monkeypatch.setattr(transport, "LOOPBACK", set())
    with pytest.raises(transport.UnsafeServer):
        sent_to(app, mail_server(), "ada:secret%20word@")
