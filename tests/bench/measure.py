"""Medians of repeated calls: time in the database, CPU here and in the server, statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event


@dataclass
class Measured:
    """Medians per call in milliseconds, and the number of statements of the last call.

    `cpu` is that of this process, `server` that of PostgreSQL's processes behind its connections,
    `database` the time that the statements took as the client sees it.
    """

    wall: float
    cpu: float
    database: float
    server: float
    statements: int


class Backends:
    """The CPU time of PostgreSQL's processes that serve an engine's connections, ended ones too.

    Known only where the server runs on this machine; elsewhere it is 0.
    """

    def __init__(self, engine: Engine) -> None:
        self._ended = 0.0
        self._living: set[int] = set()
        event.listen(engine, "connect", self._opened)
        event.listen(engine, "close", self._closed)
        event.listen(engine, "invalidate", self._closed)

    def seconds(self) -> float:
        """Return the CPU seconds used so far."""
        return self._ended + sum(map(_cpu_of, self._living))

    def _opened(self, connection: Any, _record: Any) -> None:
        self._living.add(connection.info.backend_pid)

    def _closed(self, connection: Any, *_unused: Any) -> None:
        if connection.closed:
            return
        process = connection.info.backend_pid
        if process in self._living:
            self._ended += _cpu_of(process)
            self._living.discard(process)


def _cpu_of(process: int) -> float:
    """Return the seconds a process was on a CPU (proc(5): schedstat, in nanoseconds)."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:
        return 0.0


class Watch:
    """Counts the time that an engine's statements take, as seen from here and in the server."""

    def __init__(self, engine: Engine) -> None:
        self.seconds, self.count, self.begun = 0.0, 0, 0.0
        self.backends = Backends(engine)
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def _before(self, *_unused: Any) -> None:
        self.begun = time.perf_counter()

    def _after(self, *_unused: Any) -> None:
        self.seconds += time.perf_counter() - self.begun
        self.count += 1


def repeat(watch: Watch | None, call: Callable[[], Any], times: int = 40) -> Measured:
    """Return the medians of `times` calls, after three that warm up."""
    for _number in range(3):
        call()
    walls, cpus, databases, servers = [], [], [], []
    for _number in range(times):
        server = watch.backends.seconds() if watch else 0.0
        if watch:
            watch.seconds, watch.count = 0.0, 0
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        databases.append(watch.seconds if watch else 0.0)
        servers.append(watch.backends.seconds() - server if watch else 0.0)
    return Measured(
        *(statistics.median(each) * 1000 for each in (walls, cpus, databases, servers)),
        statements=watch.count if watch else 0,
    )
