"""The command that imports a file from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.access import Actor
from core.accounts.queries import setting
from core.errors import Invalid
from plugins.imports import queries, services
from plugins.imports.aims import Aim
from plugins.imports.models import BROKEN, Import
from plugins.imports.options import ImportOptions
from plugins.imports.recognising import letter, normalised
from plugins.imports.telling import imported

MOST_TOLD = 100


def bring_in(actor: Actor, arguments: argparse.Namespace) -> dict[str, Any]:
    """Import a file as the pages would; all of it is stored, or nothing where it breaks."""
    path = Path(arguments.file)
    import_ = services.add_file(actor, arguments.kind, path, path.name, max(path.stat().st_size, 1))
    services.take_in(import_, services.read_at(path, import_))
    if arguments.map:
        services.assign(import_, _assignment(import_, arguments.map))
    services.choose(import_, _options(import_, arguments))
    services.prepare(import_)
    services.run(import_)
    return _facts(import_)


def _options(import_: Import, arguments: argparse.Namespace) -> ImportOptions:
    options = replace(queries.options_for(import_), on_match=arguments.on_match)
    offered = setting(f"visibility.{queries.kind_of(import_).visibility_area}.offered")
    if arguments.visibility is None:
        return options
    if arguments.visibility not in offered:
        raise Invalid(f"The visibility {arguments.visibility} is switched off for new records.")
    return replace(options, visibility=arguments.visibility)


def _assignment(import_: Import, asked: Sequence[str]) -> list[str | None]:
    """Return the recognised assignment with what was asked for."""
    columns: list[str] = import_.facts["columns"]
    assignment = list(import_.assignment)
    known = {aim.key: aim for aim in queries.aims_for(import_)}
    for each in asked:
        name, _equals, field = each.partition("=")
        places = [
            at
            for at, column in enumerate(columns)
            if normalised(column) == normalised(name) or letter(at) == name
        ]
        if len(places) != 1:
            raise Invalid(f"The file has {len(places)} columns called {name}.")
        assignment[places[0]] = _key(import_, known, field) if field else None
    return assignment


def _key(import_: Import, known: dict[str, Aim], field: str) -> str:
    for key in (field, f"{import_.kind}.{field}"):
        if key in known:
            return key
    raise Invalid(f"There is no field {field}; there are {', '.join(known)}.")


def _facts(import_: Import) -> dict[str, Any]:
    failed = [
        {"row": each.number, "state": each.state, "reasons": each.reasons}
        for each in queries.results_of(import_, BROKEN, 1)[:MOST_TOLD]
    ]
    counts = ", ".join(f"{state} {count}" for state, count in import_.counts.items() if count)
    return {
        "import_id": import_.id,
        "rows": import_.row_count,
        "counts": import_.counts,
        "failed_rows": failed,
        "message": f"{imported(import_.counts, import_.row_count)}: {counts or 'nothing'}.",
    }
