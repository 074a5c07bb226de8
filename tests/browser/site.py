"""The real program in a data folder of its own, with two accounts in it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from config.settings import Settings, load
from core import embedded
from core.accounts.founding import open_account
from core.app import create_app
from core.changes.capture import change_set, no_longer_writing
from core.db import account_scope, db, sql
from core.users.models import User
from core.users.services import Newcomer
from tests.makers import PASSWORD, make_record, make_team, make_user, set_up, tick

SHOP, OTHER = "Sales House", "Other House"


class Site:
    """What runs, and who may sign in: `people` are users by first name."""

    def __init__(self, settings: Settings, founders: dict[str, dict[str, Any]]) -> None:
        self.url = settings.url
        self.app: Flask = create_app(settings)
        self.accounts = {name: facts["account_id"] for name, facts in founders.items()}
        self.people: dict[str, User] = {}
        self.teams: dict[str, int] = {}
        self._fill(founders)

    def _fill(self, founders: dict[str, dict[str, Any]]) -> None:
        """Add the teams and users of ACC-S1: North with its manager Marek, East, South."""
        with self.writing(OTHER):
            self._know(
                "Olga", db.session.get_one(User, (self._id(OTHER), founders[OTHER]["user_id"]))
            )
        with self.writing():
            self._know("Ada", db.session.get_one(User, (self._id(SHOP), founders[SHOP]["user_id"])))
            teams = {name: make_team(name) for name in ("North", "East", "South")}
            self.teams = {name: team.id for name, team in teams.items()}
            for name, team, role in (
                ("Anna", "North", "user"),
                ("Adam", "North", "user"),
                ("Marek", "North", "manager"),
                ("Beata", "East", "user"),
                ("Celina", "South", "user"),
            ):
                email = f"{name.lower()}@sales.example"
                self._know(name, make_user(name, teams[team], role, email))
            set_up(visibility__contacts__default="hidden")
            for kind in ("person", "company"):
                tick("owner", kind, "edit")
                tick("user", kind, "import")

    def _know(self, name: str, user: User) -> None:
        db.session.flush()
        self.people[name] = user
        db.session.expunge(user)

    def _id(self, account: str) -> int:
        return int(self.accounts[account])

    @contextmanager
    def writing(self, account: str = SHOP) -> Iterator[None]:
        """Work in an account as a command would: what the block does is stored."""
        with self.app.app_context():
            try:
                with account_scope(self._id(account)):
                    with change_set("command"):
                        yield
                    db.session.commit()
            finally:
                no_longer_writing()
                db.session.remove()

    def add(self, owner: str = "Anna", kind: str = "person", **values: Any) -> str:
        """Add a record and return its address."""
        plural = {"person": "people", "company": "companies"}[kind]
        with self.app.app_context():
            try:
                with account_scope(self.people[owner].account_id):
                    record = make_record(self.people[owner], kind, **values)
                    address = f"/{plural}/{record.id}"
                    db.session.commit()
            finally:
                no_longer_writing()
                db.session.remove()
        return address

    def open(self, name: str, email: str) -> None:
        """Open an account that has its founder and nothing else."""
        with self.app.app_context():
            founder = Newcomer(email, "Zofia", "Founder", PASSWORD)
            open_account(name, founder, language="en")
            db.session.commit()
            db.session.remove()

    def set_user(self, name: str, *, language: str = "en", theme: str = "") -> None:
        """Choose a user's language and look."""
        with self.writing():
            sql(
                "update core_user set language = :language, theme = :theme"
                " where account_id = :account and id = :user",
                language=language,
                theme=theme,
                user=self.people[name].id,
            )


@contextmanager
def running_site(home: Path) -> Iterator[Site]:
    """Start everything with `szansa up`, open two accounts with `szansa account create`."""
    environment = {**os.environ, "SZANSA_HOME": str(home), "PORT": str(_free_port())}
    environment |= {"WEB_WORKERS": "1", "JOB_WORKERS": "1"}
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SZANSA_URL"):
        environment.pop(name, None)
    program = subprocess.Popen(
        [sys.executable, "-m", "core.commands", "up", "--no-demo", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert program.stdout
        assert any(line.startswith("{") for line in program.stdout), "it did not start"
        founders = {
            SHOP: _command(environment, SHOP, "ada@sales.example"),
            OTHER: _command(environment, OTHER, "olga@other.example"),
        }
        site = Site(embedded.found(load(environment)), founders)
        yield site
        with site.app.app_context():
            db.engine.dispose()
    finally:
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=60)


def _command(environment: dict[str, str], account: str, email: str) -> dict[str, Any]:
    words = ["account", "create", "--json", "--language", "en", "--name", account]
    words += ["--email", email, "--password", PASSWORD]
    answer = subprocess.run(
        [sys.executable, "-m", "core.commands", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    facts: dict[str, Any] = json.loads(answer.stdout)
    return facts


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
