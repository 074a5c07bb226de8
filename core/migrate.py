"""Bringing the database to the state that the code expects.

One line of revisions for core and one per plugin (see `core.revisions`), all in one Alembic
version table. Core's revisions come first, then those of the plugins. None says `depends_on`:
Alembic would then keep no row for what is depended on, and core's own place were lost with the
plugin that is deleted.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Index, MetaData, NullPool, create_engine, text

from config.settings import Settings
from core.revisions import FOLDER, ROOT, owner_of, owners, refuse_newer, revisions_of

LOCK = 5_374_616_001  # any number, the same in every process that migrates


class _Context(MigrationContext):
    """Passes over the revisions of plugins whose folder is gone; their tables stay as they are."""

    def get_current_heads(self) -> tuple[str, ...]:
        return tuple(each for each in super().get_current_heads() if owner_of(each) in owners())


def upgrade(database_url: str) -> list[str]:
    """Bring the database to the newest revisions; return those that were applied, in order.

    All of it happens in one transaction, and only one process at a time does it.
    Raises NewerDatabase.
    """
    script = _script()
    applied: list[str] = []

    def steps(heads: Any, context: Any) -> Any:
        refuse_newer(list(heads))
        found = [
            step
            for owner in owners()
            if revisions_of(owner)
            for step in script._upgrade_revs(f"{owner}@head", heads)  # noqa: SLF001  (Alembic's recipe)
        ]
        applied.extend(step.revision.revision for step in found)
        return found

    with connection(database_url) as opened, opened.begin():
        opened.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context = _context(opened, script=script, fn=steps)
        with Operations.context(context):
            context.run_migrations()
    return applied


def migrate(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """Bring the database up to date, as a command."""
    applied = upgrade(str(settings.database_url))
    message = f"Applied {', '.join(applied)}." if applied else "The database is up to date."
    return {"applied": applied, "message": message}


def differences(opened: Connection, metadata: MetaData) -> list[Any]:
    """Return what the models have and the migrated database has not, and the other way round.

    Indexes on expressions are compared by name alone: PostgreSQL writes expressions its own way.
    """
    found = compare_metadata(_context(opened, **_comparison()), metadata)
    added, removed = (
        {each[1].name for each in found if each[0] == sort and _is_on_expression(each[1])}
        for sort in ("add_index", "remove_index")
    )
    rewritten = added & removed
    return [each for each in found if not (_is_index(each) and each[1].name in rewritten)]


def _is_index(difference: Any) -> bool:
    return difference[0] in {"add_index", "remove_index"}


def _is_on_expression(index: Index) -> bool:
    return not all(isinstance(each, Column) for each in index.expressions)


def draft(database_url: str, metadata: MetaData, owner: str, message: str) -> Path:
    """Write a revision for `owner` from what its models have and the database has not."""
    folder = ROOT / ("core" if owner == "core" else f"plugins/{owner}") / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    numbers = revisions_of(owner)
    with connection(database_url) as opened:
        found = produce_migrations(_context(opened, **_comparison(owner)), metadata)
    number = f"{len(numbers) + 1:04}"
    code = render_python_code(found.upgrade_ops) if found.upgrade_ops else ""
    code = "\n".join(line for line in code.splitlines() if "### " not in line).strip()
    code = re.sub(r"(?<![.\w])Text\(", "sa.Text(", code)
    written = _script().generate_revision(
        f"{owner}_{number}",
        message,
        head=f"{owner}@head" if numbers else "base",
        branch_labels=None if numbers else owner,
        version_path=folder,
        upgrades=code,
        downgrades="",
        imports="from sqlalchemy.dialects import postgresql\n" if "postgresql." in code else "",
    )
    return Path(written.path) if written else folder


def _script() -> ScriptDirectory:
    locations = [str(folder) for folder in owners().values()]
    return ScriptDirectory(str(ROOT / "core" / "migrations"), version_locations=locations)


def _context(opened: Connection, **options: Any) -> _Context:
    return _Context(opened.dialect, opened, options)


def _comparison(owner: str = "") -> dict[str, Any]:
    """Return what Alembic compares: types and defaults, and only tables of `owner`, if given."""

    def wanted(thing: Any, name: str, kind: str, *others: Any) -> bool:
        return kind != "table" or name.startswith(f"{owner}_" if owner else "")

    return {"compare_type": True, "compare_server_default": True, "include_object": wanted}


@contextmanager
def connection(database_url: str) -> Iterator[Connection]:
    """Give a connection of its own to the database."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as opened:
        yield opened
