"""`szansa up`: everything on one machine, as one tree of processes."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from config.settings import Settings
from core import embedded, processes, revisions
from core.errors import SzansaError
from core.processes import Program

Process = subprocess.Popen[bytes]

FIRST_PAGE_SECONDS = 60.0
STEADY_SECONDS = 60.0  # who ran that long starts again without delay
LONGEST_PAUSE = 15.0  # seconds between two starts of what keeps ending
PROBE_SECONDS = 0.05


class CannotStart(SzansaError):
    """A part of the installation does not come up; the message says which and why."""


class _Stop(Exception):
    """A signal asks us to end."""


@dataclass
class Child:
    """A program that is kept running."""

    program: Program
    process: Process
    await_ready: Callable[[Process], None] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float | None = None  # when it starts again; None while it runs


def up(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Run everything until a signal ends it; leaves nothing running, whatever ends it."""
    listen = arguments.listen or "127.0.0.1"
    _refuse_taken_port(listen, settings.port)
    processes.adopt_orphans()
    tree = Tree()
    with _signals() as wake, contextlib.suppress(_Stop), embedded.claimed(settings.home) as place:
        try:
            ready, is_new = _start(tree, place, settings, listen)
            wants_demo = is_new if arguments.demo is None else arguments.demo
            _announce(ready, _demo(ready) if wants_demo else None, as_json=arguments.json)
            tree.watch(wake)
        finally:
            _ignore_signals()
            tree.stop()
    return None


class Tree:
    """The children in the order of their start; they end in the opposite order."""

    def __init__(self) -> None:
        self.stages: list[list[Child]] = []

    def start(self, *programs: tuple[Program, Callable[[Process], None] | None]) -> None:
        """Start programs that depend on all earlier ones and not on each other."""
        stage: list[Child] = []
        self.stages.append(stage)
        for program, await_ready in programs:
            process = processes.start(program)
            stage.append(Child(program, process, await_ready, time.monotonic()))
        for child in stage:
            if child.await_ready:
                child.await_ready(child.process)

    def watch(self, wake: int) -> None:
        """Start again whatever ends, for ever."""
        while True:
            select.select([wake], [], [], self._revive())
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 4096)

    def stop(self) -> None:
        """End all children, and what they left behind."""
        for stage in reversed(self.stages):
            processes.stop_together([(child.process, child.program) for child in stage])
        processes.end_orphans(set())

    def _children(self) -> list[Child]:
        return [child for stage in self.stages for child in stage]

    def _revive(self) -> float | None:
        """Start what is due; return the seconds until something else is, or None."""
        now = time.monotonic()
        for child in self._children():
            if child.due_at is None and child.process.poll() is not None:
                _note_end(child, now)
            if child.due_at is not None and child.due_at <= now:
                child.process, child.due_at = processes.start(child.program), None
                child.started_at = now
        processes.end_orphans({child.process.pid for child in self._children()})
        pauses = [child.due_at - now for child in self._children() if child.due_at is not None]
        return max(min(pauses), 0.0) if pauses else None


def _note_end(child: Child, now: float) -> None:
    child.failures = 0 if now - child.started_at > STEADY_SECONDS else child.failures + 1
    pause = min(0.25 * 2**child.failures, LONGEST_PAUSE)
    child.due_at = now + pause
    _say(f"{child.program.name} ended ({child.process.returncode}), it starts again in {pause:g} s")


def _start(
    tree: Tree, place: embedded.Place, settings: Settings, listen: str
) -> tuple[Settings, bool]:
    """Start all parts, each when what it needs is there.

    Returns the settings they have, and whether the embedded database is a new one.
    """
    services = []
    if settings.embedded_database:
        database = embedded.postgres_program(place)
        services.append(
            (database, lambda process: embedded.await_postgres(place, process, database))
        )
    if settings.embedded_redis:
        redis = embedded.redis_program(place)
        services.append((redis, lambda process: embedded.await_redis(place, process, redis)))
    tree.start(*services)
    ready = embedded.pointed_at(place, settings)
    is_new = settings.embedded_database and not revisions.stored(str(ready.database_url))
    if revisions.waiting(str(ready.database_url)):
        _run(_role("migrate", ready))
    tree.start(
        (_role("web", ready, "--listen", listen), lambda process: _await_page(ready, process))
    )
    tree.start((_role("worker", ready), None), (_role("cron", ready), None))
    return ready, is_new


def _role(name: str, settings: Settings, *options: str) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", "core.commands", name, *options),
        environment=settings.environment(),
    )


def _run(program: Program) -> None:
    """Run a program to its end. Raises CannotStart when it fails."""
    if status := processes.start(program).wait():
        raise CannotStart(f"`szansa {program.name}` failed with exit status {status}.")


def _await_page(settings: Settings, process: Process) -> None:
    until = time.monotonic() + FIRST_PAGE_SECONDS
    while not _answers(settings.port):
        if process.poll() is not None:
            raise CannotStart("The web server ended while starting: see the lines above.")
        if time.monotonic() > until:
            raise CannotStart("The web server does not answer.")
        time.sleep(PROBE_SECONDS)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _announce(settings: Settings, demo: dict[str, Any] | None, *, as_json: bool) -> None:
    """Say where the pages are and, where there is a demo account, who may sign in."""
    if as_json:
        facts: dict[str, Any] = {"address": settings.url}
        print(json.dumps(facts | {"demo": demo} if demo else facts), flush=True)
        return
    _say(f"Szansa runs at {settings.url}")
    if demo:
        _say(demo["message"])
    _say("Ctrl+C ends it.")


def _demo(settings: Settings) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "core.commands", "demo", "--json"],
        env=settings.environment(),
        stdout=subprocess.PIPE,
        start_new_session=True,
        check=False,
    )
    if answer.returncode != 0:
        raise CannotStart("The demo data could not be made: see the lines above.")
    facts: dict[str, Any] = json.loads(answer.stdout)
    return facts


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _refuse_taken_port(listen: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}): choose another with PORT."
            ) from error


@contextlib.contextmanager
def _signals() -> Iterator[int]:
    """Raise _Stop on the first signal to end; give a descriptor that wakes when a child ends."""
    wake, ring = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def stop(number: int, frame: object) -> None:
        _ignore_signals()
        raise _Stop

    def child_ended(number: int, frame: object) -> None:
        """Do nothing: the descriptor is what wakes us."""

    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, stop)
    signal.signal(signal.SIGCHLD, child_ended)
    signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
    try:
        yield wake
    finally:
        signal.set_wakeup_fd(-1)


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _ignore_signals() -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
