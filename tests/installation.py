"""An installation of a test's own, whose servers may be stopped, emptied and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config.settings import Settings, load
from core import embedded, migrate, processes

PROBE_SECONDS = 0.05


class Installation:
    """PostgreSQL, Redis and roles, each started and ended by name."""

    def __init__(self, place: embedded.Place) -> None:
        self.place = place
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def settings(self) -> Settings:
        """Return the settings that point at the servers."""
        return embedded.pointed_at(self.place, load({"SZANSA_HOME": str(self.place.home)}))

    def start_postgres(self) -> None:
        program = embedded.postgres_program(self.place, embedded.FORGETFUL)
        self.running["postgres"] = processes.start(program)
        embedded.await_postgres(self.place, self.running["postgres"], program)

    def number_accounts_apart(self) -> None:
        """Let no account share its ID with one of the other database of this test run.

        What is cached in a process is cached by the account's ID.
        """
        address = str(self.settings().database_url).replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            connection.execute("alter table core_account alter id restart with 1000000")

    def start_redis(self) -> None:
        program = embedded.redis_program(self.place)
        self.running["redis"] = processes.start(program)
        embedded.await_redis(self.place, self.running["redis"], program)

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a program in Python with these settings."""
        words = [sys.executable, *command]
        environment = self.settings().environment()
        self.running[name] = subprocess.Popen(words, env=environment, start_new_session=True)
        return self.running[name]

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to a program and return how it ended."""
        process = self.running.pop(name)
        process.send_signal(how)
        return process.wait(30)

    def stop_postgres(self) -> None:
        self.end("postgres", signal.SIGINT)  # as a restart by the operator

    def stop_redis(self) -> None:
        self.end("redis", signal.SIGKILL)

    def end_all(self) -> None:
        for name in reversed(list(self.running)):
            if self.running[name].poll() is None:
                self.end(name, signal.SIGINT if name == "postgres" else signal.SIGKILL)


@contextmanager
def installation(home: Path) -> Iterator[Installation]:
    """Give an installation with its servers running and its database up to date."""
    with embedded.claimed(home) as place:
        ours = Installation(place)
        try:
            ours.start_postgres()
            ours.start_redis()
            migrate.upgrade(str(ours.settings().database_url))
            ours.number_accounts_apart()
            yield ours
        finally:
            ours.end_all()


def children_of(process_id: int) -> list[int]:
    """Return the process IDs of a process's children."""
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [int(each) for each in listed.split()]


def await_that(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until it is so; fails when it is not in time."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not come to be in time"
        time.sleep(PROBE_SECONDS)


def kill(process_id: int) -> None:
    """End a process at once."""
    os.kill(process_id, signal.SIGKILL)
