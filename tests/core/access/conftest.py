"""The world of the leak matrix, and the line that says how much was asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from core.db import db
from tests.core.access.crowd import Crowd
from tests.core.access.matrix import SIZE
from tests.mailbox import set_up


@contextmanager
def _crowd(app: Flask) -> Iterator[Crowd]:
    with app.app_context():
        engines: Any = db._app_engines[app]
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            app.config["WTF_CSRF_ENABLED"] = False
            before = set_up(app, smtp_url="smtp://127.0.0.1:9")  # asked for, never sent
            try:
                yield Crowd(app, connection)
            finally:
                app.config.update(WTF_CSRF_ENABLED=True, SZANSA=before)
                db.session.remove()
                engines[None] = engine
                outer.rollback()


@pytest.fixture(scope="module")
def crowd(whole_app: Flask) -> Iterator[Crowd]:
    """Both accounts and all askers, made once; every request is taken back."""
    with _crowd(whole_app) as made:
        yield made


@pytest.fixture
def no_leaks(crowd: Crowd) -> Callable[[Iterator[str]], None]:
    """Fail with every line that is found, and with what was wrong with any answer."""

    def check(found: Iterator[str]) -> None:
        lines = [*found, *crowd.faults]
        crowd.faults.clear()
        SIZE.leaks += len(lines)
        assert not lines, "\n" + "\n".join(lines)

    return check


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how large the leak matrix was."""
    if SIZE.questions:
        terminalreporter.write_line(str(SIZE))
