"""What imports do outside requests: reading large files, and importing."""

from __future__ import annotations

from core.contracts import JobType
from plugins.imports import queries, services
from plugins.imports.models import DONE, STOPPED
from plugins.imports.refusals import Refused


def read(import_id: int) -> None:
    """Read the file of an import; a refusal is its result."""
    import_ = queries.find_import(import_id)
    if import_ is None:
        return
    try:
        services.read(import_)
    except Refused as refused:
        services.refuse(import_, refused)


def run(import_id: int) -> None:
    """Import the rows that are not done."""
    import_ = queries.find_import(import_id)
    if import_ is not None and import_.state not in {DONE, STOPPED}:
        services.run(import_)


def give_up(import_id: int) -> None:
    """Say that no further try is made."""
    import_ = queries.find_import(import_id)
    if import_ is not None:
        services.give_up(import_)


JOBS = [
    JobType(services.READ, read, failed=give_up),
    JobType(services.RUN, run, failed=give_up),
]
