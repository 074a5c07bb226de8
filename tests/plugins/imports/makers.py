"""Makers of imports."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.db import db
from core.users.models import User
from plugins.imports import queries, services
from plugins.imports.models import Import
from plugins.imports.queries import RowResult
from tests.makers import actor

MOST = 100 * 1024 * 1024


def csv_of(columns: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """Return a file of text with semicolons; every cell is quoted."""
    lines = [columns, *rows]
    quoted = [";".join('"' + str(cell).replace('"', '""') + '"' for cell in line) for line in lines]
    return "\r\n".join(quoted).encode()


def make_import(
    user: User,
    content: bytes,
    kind: str = "person",
    name: str = "osoby.csv",
    assign: Mapping[str, str | None] | None = None,
    **options: Any,
) -> Import:
    """Return an import whose columns are assigned as recognised, or as `assign` says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        import_ = services.add_file(actor(user), kind, path, name, MOST)
        services.read_soon(import_, path)
    if assign is not None:
        columns = import_.facts["columns"]
        known = dict(zip(columns, import_.assignment, strict=True))
        services.assign(import_, [{**known, **assign}.get(column) for column in columns])
    import_.options = options
    db.session.flush()
    return import_


def run_import(user: User, content: bytes, kind: str = "person", **values: Any) -> Import:
    """Return an import that has run."""
    import_ = make_import(user, content, kind, **values)
    services.start(import_)
    services.run(import_)
    return import_


def results(import_: Import, state: str = "") -> list[RowResult]:
    """Return the first page of results."""
    return queries.results_of(import_, state, 1)


def states(import_: Import) -> list[str]:
    """Return the state of every row."""
    return [each.state for each in results(import_)]
