"""Acts at the same time: an account that is really stored, and threads with a session each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from core.accounts.founding import open_account
from core.db import account_scope, db
from core.errors import SzansaError
from core.teams.models import Team
from core.users.services import Newcomer
from tests.makers import PASSWORD

FOUNDER = Newcomer("founder@example.com", "Jan", "Nowak", PASSWORD)


@pytest.fixture
def stored(whole_app: Flask) -> Iterator[Flask]:
    """An account that is really stored, for tests with connections of their own."""
    with whole_app.app_context():
        opened = open_account("Stored", FOUNDER)
        db.session.commit()
        whole_app.config["STORED"] = opened.account.id, opened.team.id, opened.founder.id
    yield whole_app
    with whole_app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("delete from core_account where name = 'Stored'")


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads, each in a transaction of its own; return the refusals."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        with app.app_context(), account_scope(app.config["STORED"][0]):
            db.session.execute(db.select(Team)).scalars().all()
            ready.wait(10)
            try:
                act()
                db.session.commit()
            except SzansaError as refused:
                db.session.rollback()
                return refused.message
        return ""

    with ThreadPoolExecutor(len(acts)) as threads:
        return sorted(threads.map(run, acts))
