"""`szansa up` as real processes: it starts, serves, and leaves nothing running however it ends."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
END_SECONDS = 20

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]


@dataclass
class Installation:
    """A data folder and what runs on it."""

    home: Path
    port: int
    login: str | None = None
    process: subprocess.Popen[str] | None = None
    seen: set[int] = field(default_factory=set)

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return {**kept, "SZANSA_HOME": str(self.home), "PORT": str(self.port)}

    def command(self, *words: str) -> list[str]:
        own = [sys.executable, "-m", "core.commands", *words]
        return ["runuser", "-u", self.login, "--", *own] if self.login else own

    def up(self) -> None:
        """Start everything and wait until it says that it runs."""
        self._forget_process()
        self.process = subprocess.Popen(
            self.command("up", "--json", "--no-demo"),
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        while line and not line.startswith("{"):
            line = self.process.stdout.readline()
        assert line, f"it ended while starting: {self.process.wait()}"
        assert json.loads(line)["address"] == f"http://localhost:{self.port}"
        assert self.wait_for("cron")
        assert self.processes()

    def is_whole(self) -> bool:
        """Wait until every part says that it works, and tell whether that came."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(OSError):
                address = f"http://127.0.0.1:{self.port}/healthz"
                with urllib.request.urlopen(address, timeout=10) as page:
                    if json.load(page)["status"] == "ok":
                        return True
            time.sleep(0.2)
        return False

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def supervisor(self) -> int:
        """Return the process ID of `szansa up` itself, which runuser may stand before."""
        assert self.process
        if not self.login:
            return self.process.pid
        return next(
            process_id
            for process_id, line in self.processes().items()
            if line.endswith("up --json --no-demo") and "runuser" not in line
        )

    def part(self, name: str) -> int:
        """Return the process ID of one child of the supervisor."""
        children = _children_of(self.supervisor())
        return next(each for each in children if name in _words_of(each))

    def wait_for(self, name: str, other_than: int = 0) -> bool:
        """Wait until a child runs, and tell whether it came."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with suppress(StopIteration):
                if self.part(name) != other_than:
                    return True
            time.sleep(0.1)
        return False

    def processes(self) -> dict[int, str]:
        """Return the command lines of all processes of this installation, seen now or before."""
        for process_id in _all_processes():
            with suppress(OSError):
                about = Path(f"/proc/{process_id}/environ").read_bytes().decode(errors="replace")
                ours = f"SZANSA_HOME={self.home}\0" in about
                if (ours or str(self.home) in _line_of(process_id)) and process_id != os.getpid():
                    self.seen.add(process_id)
                    self.seen.update(_children_of(process_id))
        return {each: line for each in self.seen if (line := _line_of(each))}

    def nothing_runs(self) -> bool:
        """Wait for the end of all processes, and tell whether it came."""
        until = time.monotonic() + END_SECONDS
        while self.processes() and time.monotonic() < until:
            if self.process:
                self.process.poll()
            time.sleep(0.1)
        return not self.processes()

    def end(self) -> None:
        """End politely, so that nothing stays in /tmp, and then by force what is left."""
        if self.process and self.process.poll() is None:
            with suppress(StopIteration, ProcessLookupError):
                os.kill(self.supervisor(), signal.SIGTERM)
            self.nothing_runs()
        for process_id in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        self._forget_process()

    def _forget_process(self) -> None:
        if self.process:
            self.process.wait()
            assert self.process.stdout
            self.process.stdout.close()


def _all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _line_of(process_id: int) -> str:
    """Return a command line; empty for a process that ended."""
    with suppress(OSError):
        line = Path(f"/proc/{process_id}/cmdline").read_bytes()
        return line.replace(b"\0", b" ").decode(errors="replace").strip()
    return ""


def _words_of(process_id: int) -> set[str]:
    return {word.rpartition("/")[2] for word in _line_of(process_id).split()}


def _children_of(parent: int) -> list[int]:
    return [each for each in _all_processes() if _parent_of(each) == parent]


def _parent_of(process_id: int) -> int:
    with suppress(OSError):
        status = Path(f"/proc/{process_id}/stat").read_text(errors="replace")
        return int(status.rpartition(")")[2].split()[1])
    return 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "a folder with blanks" / "home", free_port())
    yield made
    made.end()


def test_everything_starts_serves_and_ends_on_ctrl_c(installation: Installation) -> None:
    installation.up()
    assert installation.is_whole()
    os.kill(installation.supervisor(), signal.SIGINT)
    assert installation.process
    assert installation.process.wait(END_SECONDS) == 0
    assert installation.nothing_runs()


@pytest.mark.parametrize("name", ["s z", "x" * 120])
def test_the_path_of_the_data_folder_may_hold_blanks_and_be_long(name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="szansa ") as folder:
        installation = Installation(Path(folder) / name, free_port())
        try:
            installation.up()
            assert installation.is_whole()
        finally:
            installation.end()


def test_it_starts_again_on_the_same_folder_after_it_was_killed(
    installation: Installation,
) -> None:
    installation.up()
    os.kill(installation.supervisor(), signal.SIGKILL)
    assert installation.nothing_runs()
    installation.up()
    assert installation.is_whole()
    os.kill(installation.supervisor(), signal.SIGTERM)
    assert installation.nothing_runs()


@pytest.mark.parametrize("name", ["web", "worker", "cron", "redis-server", "postgres"])
def test_a_part_that_dies_starts_again(installation: Installation, name: str) -> None:
    installation.up()
    victim = installation.part(name)
    os.kill(victim, signal.SIGKILL)
    assert installation.wait_for(name, other_than=victim)
    assert installation.is_whole()


def test_an_ordinary_user_may_run_it(tmp_path: Path) -> None:
    login = _ordinary_login()
    home = Path(f"/var/tmp/szansa test {os.getpid()}") / "home"
    home.parent.mkdir()
    shutil.chown(home.parent, login)
    installation = Installation(home, free_port(), login)
    try:
        installation.up()
        assert installation.is_whole()
        os.kill(installation.supervisor(), signal.SIGTERM)
        assert installation.nothing_runs()
    finally:
        installation.end()
        shutil.rmtree(home.parent, ignore_errors=True)


def _ordinary_login() -> str:
    if os.geteuid() != 0:
        pytest.skip("we are an ordinary user already: the other tests show it")
    login = pwd.getpwnam("nobody").pw_name
    can = subprocess.run(
        ["runuser", "-u", login, "--", sys.executable, "-c", "import core.commands"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if can.returncode != 0:
        pytest.skip("nobody may not enter the folder of this checkout or of its Python")
    return login


def test_a_second_one_on_the_same_folder_is_refused(installation: Installation) -> None:
    installation.up()
    second = Installation(installation.home, free_port()).run("up")
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_is_named(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        refused = installation.run("up")
    assert refused.returncode == 1
    assert f"Port {installation.port} cannot be used" in refused.stderr
    assert installation.nothing_runs()


def test_a_backup_comes_back_in_an_empty_installation(
    installation: Installation, tmp_path: Path
) -> None:
    assert installation.run("migrate").returncode == 0
    words = ("--name", "Acme", "--email", "ada@acme.example", "--password", "a long enough one 7")
    opened = installation.run("account", "create", *words, "--json")
    assert opened.returncode == 0, opened.stderr
    assert json.loads(opened.stdout)["email"] == "ada@acme.example"
    file = tmp_path / "a backup.tar"
    assert installation.run("backup", str(file)).returncode == 0
    other = Installation(tmp_path / "other home", free_port())
    restored = other.run("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    again = other.run("restore", str(file))
    assert "add --replace" in again.stderr
    assert (other.home / "secret.key").read_text() == (installation.home / "secret.key").read_text()
    added = other.run("team", "create", "--account", "Acme", "--name", "Sales")
    assert added.returncode == 0, added.stderr
    assert other.run("doctor").returncode == 0


def test_a_refused_command_says_why_in_one_sentence(installation: Installation) -> None:
    refused = installation.run("web")
    assert refused.returncode == 1
    assert refused.stderr.startswith("szansa web: Neither are DATABASE_URL and REDIS_URL set")
    assert refused.stderr.count("\n") == 1
