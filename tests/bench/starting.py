"""How long `szansa up` takes to its first page, and what the idle roles hold in memory."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROUNDS = 5
SETTLING_SECONDS = 8.0
ROLES = ("web", "worker", "cron")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="szansa-bench-") as home:
        with _up(home) as (_process, seconds):
            print(f"{'first start on an empty folder':40}{seconds:8.2f} s")
        starts = []
        for _round in range(ROUNDS):
            with _up(home) as (_process, seconds):
                starts.append(seconds)
        print(f"{'start on an existing folder, slowest':40}{max(starts):8.2f} s   (at most 5 s)")
        with _up(home) as (process, _seconds):
            time.sleep(SETTLING_SECONDS)
            held = {role: _resident(process.pid, role) for role in ROLES}
    for role, megabytes in held.items():
        print(f"{f'idle memory of {role}':40}{megabytes:8.0f} MB")
    print(f"{'web and worker':40}{held['web'] + held['worker']:8.0f} MB  (at most 300 MB)")


@contextmanager
def _up(home: str) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """Run everything, and give the seconds until it said that the first page was there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "core.commands", "up", "--no-demo", "--json"],
        env={**os.environ, "SZANSA_HOME": home, "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    while not (line := process.stdout.readline()).startswith("{"):
        assert line, "it did not start"
    assert json.loads(line)
    yield process, time.monotonic() - begun
    process.send_signal(signal.SIGINT)
    process.wait()
    process.stdout.close()


def _resident(supervisor: int, role: str) -> float:
    """Return the resident megabytes of a role with its own children, shared pages counted twice."""
    processes = {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    parents = {each: _parent_of(each) for each in processes}
    own = {each for each in processes if parents[each] == supervisor and role in _words_of(each)}
    own |= {each for each in processes if parents[each] in own}
    return sum(_pages_of(each) for each in own) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _parent_of(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _words_of(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


def _pages_of(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1])


if __name__ == "__main__":
    main()
