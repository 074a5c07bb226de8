"""`szansa backup` and `szansa restore`: database, files and signing key in one file.

The file is a tar archive: `backup.json` (what it is), `database.dump` (pg_dump's custom format),
`secret.key` (where the data folder keeps one) and the folder `files`.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from config.settings import KEY_FILE, Settings
from core import clock, embedded, migrate, revisions
from core.errors import SzansaError

FORMAT = 1
FILES = "files"
MEMBERS = {"backup.json", "database.dump", KEY_FILE, FILES}
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class BackupError(SzansaError):
    """A backup cannot be written or read; the message says why."""


def backup(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """Write everything into one file, of one moment; the pages may stay in use meanwhile."""
    target = Path(arguments.file)
    if target.exists():
        raise BackupError(f"{target} exists already.")
    if not target.absolute().parent.is_dir():
        raise BackupError(f"There is no folder {target.absolute().parent}.")
    part = target.with_name(f".{target.name}.part")
    try:
        with _private(part) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
            _fill(archive, settings, part.parent)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    size = target.stat().st_size
    return {"file": str(target), "bytes": size, "message": f"Wrote {target} ({size // 1024} KB)."}


def restore(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """Bring everything back into an empty installation, or with --replace into any."""
    source = Path(arguments.file)
    if settings.embedded_database and embedded.is_held(settings.home):
        raise BackupError("Szansa is running here: end `szansa up` first.")
    with embedded.services(settings) as ready, _unpacked(source, settings.home) as folder:
        if not arguments.replace and _account_count(ready):
            raise BackupError("The database already holds accounts: add --replace to drop them.")
        facts = _facts(folder)
        _replace_database(ready, folder / "database.dump")
        _replace_files(ready, folder)
        applied = migrate.upgrade(str(ready.database_url))
    message = f"Restored the backup of {facts['made_at']}."
    return {"made_at": facts["made_at"], "applied": applied, "message": message}


# ---------------------------------------------------------------- writing


def _fill(archive: tarfile.TarFile, settings: Settings, folder: Path) -> None:
    facts = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "revisions": revisions.stored(str(settings.database_url)),
    }
    about = json.dumps(facts, indent=2).encode()
    entry = tarfile.TarInfo("backup.json")
    entry.size, entry.mode = len(about), 0o600
    archive.addfile(entry, io.BytesIO(about))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".szansa-backup-") as rough:
        dump = Path(rough) / "database.dump"
        _postgres(
            settings, "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={dump}"
        )
        archive.add(dump, "database.dump")
    # The files come after the database, so that none that it names is missing.
    for name in (KEY_FILE, FILES):
        if (settings.home / name).exists():
            archive.add(settings.home / name, name)


@contextmanager
def _private(file: Path) -> Iterator[io.BufferedWriter]:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        yield stream
        stream.flush()
        os.fsync(descriptor)


# ---------------------------------------------------------------- reading


@contextmanager
def _unpacked(source: Path, home: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as rough:
        folder = Path(rough)
        try:
            with tarfile.open(source) as archive:
                _unpack(archive, folder)
        except tarfile.TarError as error:
            raise BackupError(f"{source} is no backup of Szansa: {error}.") from error
        yield folder


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack what a backup holds; anything else in the archive is refused.

    (The filters of tarfile would do, but Python 3.11 has them only since 3.11.4.)
    """
    for member in archive:
        path = PurePosixPath(member.name)
        if path.parts[0] not in MEMBERS or ".." in path.parts or path.is_absolute():
            raise BackupError(f"The backup holds {member.name}, which no backup of Szansa does.")
        target = folder / path
        if member.isdir():
            target.mkdir(exist_ok=True)
        elif content := archive.extractfile(member):
            with content, target.open("wb") as stream:
                shutil.copyfileobj(content, stream)


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((folder / "backup.json").read_text())
    except (OSError, ValueError) as error:
        raise BackupError("The file is no backup of Szansa.") from error
    if facts.get("format") != FORMAT:
        raise BackupError("The backup was written by another version of Szansa.")
    revisions.refuse_newer(
        [each for each in facts["revisions"] if revisions.owner_of(each) in revisions.owners()]
    )
    return facts


def _account_count(settings: Settings) -> int:
    with _connection(settings) as connection:
        there = connection.execute("select to_regclass('core_account')").fetchone()
        if there == (None,):
            return 0
        found = connection.execute("select count(*) from core_account").fetchone()
        return int(found[0]) if found else 0


def _replace_database(settings: Settings, dump: Path) -> None:
    with _connection(settings) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    _postgres(
        settings,
        "pg_restore",
        "--no-owner",
        "--no-acl",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={_parts(settings)['dbname']}",
        str(dump),
    )


def _replace_files(settings: Settings, folder: Path) -> None:
    if (folder / FILES).is_dir():
        shutil.rmtree(settings.home / FILES, ignore_errors=True)
        shutil.move(folder / FILES, settings.home / FILES)
    if (folder / KEY_FILE).is_file():
        shutil.move(folder / KEY_FILE, settings.home / KEY_FILE)


# ---------------------------------------------------------------- the database


def _postgres(settings: Settings, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, which ps hides."""
    path = _program_for(settings, program)
    parts = _parts(settings)
    access = {VARIABLES[name]: str(value) for name, value in parts.items() if name in VARIABLES}
    answer = subprocess.run(
        [path, *arguments],
        env={"PATH": os.defpath, **access},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise BackupError(f"{program} failed: {answer.stderr.strip()}")


def _program_for(settings: Settings, program: str) -> str:
    """Return the machine's own program where it is new enough for the server, else the packaged one.

    Only the machine's own can speak TLS to a server elsewhere.
    """
    path = shutil.which(program)
    if path is not None:
        said = subprocess.run([path, "--version"], stdout=subprocess.PIPE, text=True, check=False)
        own = int("".join(re.findall(r" (\d+)", said.stdout)[:1]) or 0)
        with _connection(settings) as connection:
            if own >= connection.info.server_version // 10_000:
                return path
    return embedded.postgres_binary(program)


def _parts(settings: Settings) -> dict[str, Any]:
    return conninfo_to_dict(_address(settings))


def _address(settings: Settings) -> str:
    return str(settings.database_url).replace("postgresql+psycopg://", "postgresql://", 1)


def _connection(settings: Settings) -> psycopg.Connection:
    return psycopg.connect(_address(settings))
