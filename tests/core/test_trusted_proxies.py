"""Who asks, when proxies stand in front (AUTH-3)."""

from __future__ import annotations

import pytest
from flask import Flask, request

from core import clock
from core.app import trust_proxies
from core.db import installation_sql
from tests.makers import PASSWORD, make_account, make_user

PROXY = {"REMOTE_ADDR": "10.0.0.1"}


def seen(number, **headers):
    """Return address, scheme and host of a request as the application sees them."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: [request.remote_addr, request.scheme, request.host])
    trust_proxies(app, number)
    sent = {f"X-Forwarded-{name}": value for name, value in headers.items()}
    answer = app.test_client().get("/", headers=sent, environ_base=PROXY)
    return tuple(answer.json)


@pytest.mark.parametrize(
    ("number", "forwarded", "address"),
    [
        (0, "192.0.2.1", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "6.6.6.6, 192.0.2.1", "192.0.2.1"),
        (2, "6.6.6.6, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        (2, "192.0.2.1", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_auth_3_the_address_is_what_the_trusted_proxies_say(number, forwarded, address):
    assert seen(number, For=forwarded)[0] == address


def test_the_scheme_is_what_the_nearest_proxy_says():
    assert seen(0, Proto="https")[1] == "http"
    assert seen(1, Proto="https")[1] == "https"
    assert seen(2, Proto="http, https")[1] == "https"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_host_never_comes_from_a_proxy(number):
    assert seen(number, Host="evil.example", Port="99", Prefix="/evil")[2] == "localhost"


def test_auth_3_failures_are_counted_by_the_address_before_the_proxy(client, monkeypatch):
    make_account()
    make_user("Anna", email="anna@example.com")
    monkeypatch.setattr(client.application, "wsgi_app", client.application.wsgi_app)
    trust_proxies(client.application, 1)
    installation_sql(
        "insert into core_sign_in_failure (email, address, at)"
        " select 'user' || n, '192.0.2.7', :now from generate_series(1, 100) n",
        now=clock.now(),
    )
    data = {"email": "anna@example.com", "password": PASSWORD}
    for forwarded, status in (("192.0.2.7", 429), ("8.8.8.8, 192.0.2.7", 429), ("192.0.2.8", 302)):
        sent = {"X-Forwarded-For": forwarded}
        answer = client.post("/sign-in", data=data, headers=sent, environ_base=PROXY)
        assert answer.status_code == status
