"""Bringing the database to the state that the code expects.

One line of revisions for core and one per plugin, told apart by the name before the last
underscore of a revision (`core_0003`, `contacts_0001`), all in one Alembic version table.
Core's revisions come first, then those of the plugins. None says `depends_on`: Alembic would then
keep no row for what is depended on, and core's own place were lost with the plugin that is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, NullPool, create_engine, text

from core.errors import SzansaError

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("migrations") / "versions"
LOCK = 5_374_616_001  # any number, the same in every process that migrates


class NewerDatabase(SzansaError):
    """The database was written by a newer version of the code."""


class OlderDatabase(SzansaError):
    """The database waits for migrations."""


class _Context(MigrationContext):
    """Passes over the revisions of plugins whose folder is gone; their tables stay as they are."""

    def get_current_heads(self) -> tuple[str, ...]:
        return tuple(each for each in super().get_current_heads() if owner_of(each) in owners())


def owner_of(revision: str) -> str:
    """Return the plugin, or `core`, that a revision belongs to."""
    return revision.rpartition("_")[0]


def owners() -> dict[str, Path]:
    """Return the folders of revisions by the name of their owner, core first."""
    folders = [ROOT / "core" / FOLDER, *sorted(ROOT.glob(f"plugins/*/{FOLDER}"))]
    return {folder.parents[1].name: folder for folder in folders if folder.is_dir()}


def upgrade(database_url: str) -> list[str]:
    """Bring the database to the newest revisions; return those that were applied, in order.

    All of it happens in one transaction, and only one process at a time does it.
    Raises NewerDatabase.
    """
    script = _script()
    applied: list[str] = []

    def steps(heads: Any, context: Any) -> Any:
        _refuse_newer(script, heads)
        found = [
            step
            for owner in _owners_with_revisions(script)
            for step in script._upgrade_revs(f"{owner}@head", heads)  # noqa: SLF001  (Alembic's recipe)
        ]
        applied.extend(step.revision.revision for step in found)
        return found

    with _connection(database_url) as connection, connection.begin():
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context = _context(connection, script=script, fn=steps)
        with Operations.context(context):
            context.run_migrations()
    return applied


def waiting(database_url: str) -> list[str]:
    """Return the newest revisions of the code that the database does not have.

    Raises NewerDatabase.
    """
    script = _script()
    with _connection(database_url) as connection:
        heads = _context(connection).get_current_heads()
    _refuse_newer(script, heads)
    return sorted(set(script.get_heads()) - set(heads))


def check(database_url: str) -> None:
    """Raise OlderDatabase or NewerDatabase unless code and database fit together."""
    if waiting(database_url):
        raise OlderDatabase("The database is older than this Szansa: run `szansa migrate`.")


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """Return what the models have and the migrated database has not, and the other way round."""
    return list(compare_metadata(_context(connection, **_comparison()), metadata))


def draft(database_url: str, metadata: MetaData, owner: str, message: str) -> Path:
    """Write a revision for `owner` from what its models have and the database has not."""
    script = _script()
    folder = ROOT / ("core" if owner == "core" else f"plugins/{owner}") / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    numbers = [
        each.revision for each in script.walk_revisions() if owner_of(each.revision) == owner
    ]
    with _connection(database_url) as connection:
        found = produce_migrations(_context(connection, **_comparison(owner)), metadata)
    number = f"{len(numbers) + 1:04}"
    code = render_python_code(found.upgrade_ops) if found.upgrade_ops else ""
    code = "\n".join(line for line in code.splitlines() if "### " not in line).strip()
    written = _script(folder).generate_revision(
        f"{owner}_{number}",
        message,
        head=f"{owner}@head" if numbers else "base",
        branch_labels=None if numbers else owner,
        version_path=folder,
        upgrades=code,
        downgrades="",
        imports="",
    )
    return Path(written.path) if written else folder


def _owners_with_revisions(script: ScriptDirectory) -> list[str]:
    named = {owner_of(each.revision) for each in script.walk_revisions()}
    return [owner for owner in owners() if owner in named]


def _script(*more: Path) -> ScriptDirectory:
    locations = [str(folder) for folder in dict.fromkeys([*owners().values(), *more])]
    return ScriptDirectory(str(ROOT / "core" / "migrations"), version_locations=locations)


def _context(connection: Connection, **options: Any) -> _Context:
    return _Context(connection.dialect, connection, options)


def _comparison(owner: str = "") -> dict[str, Any]:
    """Return what Alembic compares: types and defaults, and only tables of `owner`, if given."""

    def wanted(thing: Any, name: str, kind: str, *others: Any) -> bool:
        return kind != "table" or name.startswith(f"{owner}_" if owner else "")

    return {"compare_type": True, "compare_server_default": True, "include_object": wanted}


def _refuse_newer(script: ScriptDirectory, heads: Any) -> None:
    known = {each.revision for each in script.walk_revisions()}
    unknown = sorted(set(heads) - known)
    if unknown:
        raise NewerDatabase(
            f"The database is newer than this Szansa, which does not know {', '.join(unknown)}: "
            "start the newer version."
        )


@contextmanager
def _connection(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
