"""Child processes that end with us, whatever ends us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
STANDARD_ERROR = 2
LARGEST_LOG = 10 * 1024 * 1024  # bytes; a bigger log is put aside at the next start

_LAUNCHER = str(Path(__file__).with_name("launch.py"))
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Program:
    """A program that runs as our child."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    login: str | None = None  # whom to run as; None: as ourselves
    log: Path | None = None  # where its output goes; None: to our standard error
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL  # what it gets when we die
    patience: float = 10.0  # seconds between the stop signal and SIGKILL


def start(program: Program) -> subprocess.Popen[bytes]:
    """Start `program` in a session of its own, so that Ctrl+C reaches only us."""
    command = [
        *(sys.executable, "-I", "-S", _LAUNCHER, str(os.getpid())),
        *(str(int(program.death_signal)), program.login or "-"),
        *program.command,
    ]
    output = open_log(program.log) if program.log else os.dup(STANDARD_ERROR)
    try:
        return subprocess.Popen(
            command,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    finally:
        os.close(output)


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    """End `process`: politely first, by SIGKILL when its patience is over."""
    stop_together([(process, program)])


def stop_together(running: list[tuple[subprocess.Popen[bytes], Program]]) -> None:
    """End several at the same time: all are asked first, then each is waited for."""
    for process, program in running:
        if process.poll() is None:
            process.send_signal(program.stop_signal)
    for process, program in running:
        _await_end(process, program)


def _await_end(process: subprocess.Popen[bytes], program: Program) -> None:
    try:
        process.wait(program.patience)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def open_log(log: Path) -> int:
    """Return a descriptor that appends to `log`, which only we may read."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it is gone."""
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies (see `end_orphans`)."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans(known: set[int], patience: float = 5.0) -> None:
    """Kill the children that we adopted: all but `known` process IDs. Waits in seconds."""
    until = time.monotonic() + patience
    while (orphans := children() - known) and time.monotonic() < until:
        for orphan in orphans:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(orphan, signal.SIGKILL)
                os.waitpid(orphan, 0)


def children() -> set[int]:
    """Return the process IDs of our direct children."""
    return {process_id for process_id in _process_ids() if _parent_of(process_id) == os.getpid()}


def _process_ids() -> set[int]:
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()}


def _parent_of(process_id: int) -> int | None:
    with suppress(OSError):
        # proc(5): the name in parentheses may itself hold blanks and parentheses.
        status = Path(f"/proc/{process_id}/stat").read_text(errors="replace")
        return int(status.rpartition(")")[2].split()[1])
    return None


def is_program(process_id: int, *words: str) -> bool:
    """Return whether that process lives and its command line holds all of `words`."""
    try:
        line = Path(f"/proc/{process_id}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    return bool(line) and all(word in line for word in words)
