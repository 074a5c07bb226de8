"""The web role."""

from __future__ import annotations

import argparse
import os
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from config.settings import Settings
from core import embedded, processes, revisions

# A page holds its thread while it waits for the database; more would only queue at the
# interpreter's lock and at the connection pool.
MOST_THREADS = 8


def web(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Serve the pages until a signal ends it. Raises OlderDatabase, NewerDatabase."""
    ready = embedded.found(settings)
    revisions.check(str(ready.database_url))
    ready.publish()
    os.register_at_fork(after_in_child=processes.die_with_parent)
    Granian(
        "wsgi:app",
        address=arguments.listen or "0.0.0.0",  # noqa: S104  (a load balancer stands elsewhere)
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        blocking_threads=min(MOST_THREADS, 2 * (os.cpu_count() or 1) + 1),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        log_level=LogLevels.warning,
    ).serve()
    return None
