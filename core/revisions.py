"""Which revisions code and database have, read from file names and one table, without Alembic.

A revision is named after its owner and a number, and its file begins with that name:
`plugins/contacts/migrations/versions/contacts_0002_second_phone.py` is `contacts_0002`.
"""

from __future__ import annotations

from pathlib import Path

import psycopg

from core.errors import SzansaError

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("migrations") / "versions"


class NewerDatabase(SzansaError):
    """The database was written by a newer version of the code."""


class OlderDatabase(SzansaError):
    """The database waits for migrations."""


def owner_of(revision: str) -> str:
    """Return the plugin, or `core`, that a revision belongs to."""
    return revision.rpartition("_")[0]


def owners() -> dict[str, Path]:
    """Return the folders of revisions by the name of their owner, core first."""
    folders = [ROOT / "core" / FOLDER, *sorted(ROOT.glob(f"plugins/*/{FOLDER}"))]
    return {folder.parents[1].name: folder for folder in folders if folder.is_dir()}


def revisions_of(owner: str) -> list[str]:
    """Return the revisions that an owner has, oldest first."""
    names = sorted(file.name for file in owners()[owner].glob(f"{owner}_[0-9]*.py"))
    return ["_".join([owner, name[len(owner) + 1 :].split("_")[0]]) for name in names]


def newest() -> list[str]:
    """Return the last revision of every owner that has any."""
    return [found[-1] for owner in owners() if (found := revisions_of(owner))]


def stored(database_url: str) -> list[str]:
    """Return the revisions that the database is at, without those of plugins that are gone.

    Raises NewerDatabase when one of them is unknown here.
    """
    address = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address) as connection:
        table = connection.execute("select to_regclass('alembic_version')").fetchone()
        rows: list[tuple[str]] = []
        if table != (None,):
            rows = connection.execute("select version_num from alembic_version").fetchall()
    found = [row[0] for row in rows if owner_of(row[0]) in owners()]
    refuse_newer(found)
    return found


def refuse_newer(found: list[str]) -> None:
    """Raise NewerDatabase when the code does not know one of the revisions in the database."""
    unknown = [each for each in found if each not in revisions_of(owner_of(each))]
    if unknown:
        raise NewerDatabase(
            f"The database is newer than this Szansa, which does not know {', '.join(unknown)}: "
            "start the newer version."
        )


def waiting(database_url: str) -> list[str]:
    """Return the newest revisions of the code that the database does not have."""
    there = stored(database_url)
    return [each for each in newest() if each not in there]


def check(database_url: str) -> None:
    """Raise OlderDatabase or NewerDatabase unless code and database fit together."""
    if waiting(database_url):
        raise OlderDatabase("The database is older than this Szansa: run `szansa migrate`.")
