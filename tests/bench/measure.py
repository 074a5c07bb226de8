"""Medians of repeated calls: time in the database, CPU of this process, statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event


@dataclass
class Measured:
    """Medians per call in milliseconds, and the number of statements of the last call."""

    wall: float
    cpu: float
    database: float
    statements: int


class Watch:
    """Counts the time that an engine's statements take."""

    def __init__(self, engine: Engine) -> None:
        self.seconds, self.count, self.begun = 0.0, 0, 0.0
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
    walls, cpus, databases = [], [], []
    for _number in range(times):
        if watch:
            watch.seconds, watch.count = 0.0, 0
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        databases.append(watch.seconds if watch else 0.0)
    return Measured(
        *(statistics.median(each) * 1000 for each in (walls, cpus, databases)),
        statements=watch.count if watch else 0,
    )
