"""The cron role: the clock that sends waiting jobs on and starts what is due."""

from __future__ import annotations

import logging
import signal
import threading
import time
from contextlib import suppress

from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.contracts import CronEntry
from core.db import db, is_away
from core.errors import trace_of
from core.jobs.queue import redis
from core.jobs.relay import relay
from core.registry import registry

TICK = 2.0  # seconds
LOCK = 5_374_616_002  # any number, the same in every process that keeps the clock
ALIVE_KEY, ALIVE_SECONDS = "szansa:cron", 30

log = logging.getLogger("szansa.cron")


def run(app: Flask) -> None:
    """Keep the clock until a signal ends it; of several such processes only one does anything."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asked_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: asked_to_end.set())
    while not asked_to_end.is_set():
        try:
            with app.app_context(), db.engine.connect() as connection:
                _keep(connection, asked_to_end)
        except DBAPIError as error:
            if not is_away(error):
                raise
            log.warning("the database is away")
        asked_to_end.wait(TICK)


def _keep(connection: Connection, asked_to_end: threading.Event) -> None:
    """Tick as long as this connection holds the lock; return where another process does."""
    held = connection.execute(text("select pg_try_advisory_lock(:lock)"), {"lock": LOCK})
    if not held.scalar_one():
        return
    clock = Clock(registry().cron)
    try:
        while not asked_to_end.is_set():
            connection.commit()
            connection.execute(text("select 1"))  # raises when the lock is lost
            connection.commit()
            clock.tick()
            asked_to_end.wait(TICK)
    finally:
        connection.invalidate()


class Clock:
    """What is due when; everything is due at the start."""

    def __init__(self, entries: list[CronEntry]) -> None:
        self.entries = entries
        self.due_at = dict.fromkeys([each.name for each in entries], 0.0)

    def tick(self) -> None:
        """Send waiting jobs on and do what is due; what fails is logged and done again later."""
        with suppress(RedisError):
            redis().set(ALIVE_KEY, 1, ex=ALIVE_SECONDS)
            relay()
        now = time.monotonic()
        for entry in self.entries:
            if self.due_at[entry.name] <= now:
                self.due_at[entry.name] = now + entry.every.total_seconds()
                self._do(entry)

    @staticmethod
    def _do(entry: CronEntry) -> None:
        try:
            entry.run()
            db.session.commit()
        except Exception as error:
            if isinstance(error, DBAPIError) and is_away(error):
                raise
            log.error("%s failed: %s", entry.name, trace_of(error))  # noqa: TRY400  (no values)
        finally:
            db.session.remove()
