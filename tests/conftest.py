"""Real PostgreSQL and Redis for the whole run; every test leaves the database as it found it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event
from werkzeug.test import TestResponse

from config.settings import Settings, load
from core import db as wall, migrate
from core.app import create_app
from core.changes.capture import no_longer_writing
from core.db import db
from core.embedded import FORGETFUL, services
from tests.mailbox import Post, address_of, mail_server, set_up


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation of its own, migrated, empty."""
    home = Path(os.environ.get("SZANSA_TEST_HOME") or tmp_path_factory.mktemp("home"))
    with services(load({"SZANSA_HOME": str(home)}), FORGETFUL) as running:
        assert running.database_url
        migrate.upgrade(running.database_url)
        yield running


@pytest.fixture(scope="session")
def whole_app(settings: Settings) -> Iterator[Flask]:
    """The application with every plugin."""
    app = create_app(settings)
    app.config.update(TESTING=True)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def connection(whole_app: Flask) -> Iterator[Connection]:
    """One connection that all sessions of a test share; its transaction is rolled back."""
    with whole_app.app_context():
        engine = db.engine
    with engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def app(whole_app: Flask, connection: Connection) -> Iterator[Flask]:
    """The application, with its context, inside the test's transaction."""
    with whole_app.app_context():
        engines: dict[Any, Any] = db._app_engines[whole_app]
        engine = engines[None]
        engines[None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield whole_app
        finally:
            db.session.remove()
            engines[None] = engine


class Browser(FlaskClient):
    """A client whose requests have a context and a session of their own, as real ones do."""

    def open(self, *args: Any, **values: Any) -> TestResponse:
        """Send a request; afterwards the test reads what it stored, in its own account."""
        account = wall.current_account_or_none()
        with self.application.app_context():
            response = super().open(*args, **values)
        if account is not None:
            wall.enter_account(account)
        db.session.expire_all()
        db.session.info.pop("epoch", None)  # what the request changed is read anew
        db.session.info.pop("own_epoch", None)
        return response


@pytest.fixture
def client(app: Flask) -> Any:
    """A browser without script; forms are sent without the token that test_csrf checks."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    yield app.test_client()
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture(autouse=True)
def no_account_left() -> Iterator[None]:
    """No test hands its current account to the next."""
    yield
    wall.leave_account()
    no_longer_writing()


@pytest.fixture
def count_statements(connection: Connection) -> Iterator[list[str]]:
    """The statements that ran so far."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def post_office() -> Iterator[Controller]:
    """A real mail server on loopback."""
    controller = mail_server()
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def post(app: Flask, post_office: Controller) -> Iterator[Post]:
    """An application that can send mail, and the mailbox where it arrives."""
    before = set_up(app, smtp_url=address_of(post_office))
    post_office.handler.clear()
    yield Post(post_office.handler)
    app.config["SZANSA"] = before
