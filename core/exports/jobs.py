"""What exports do outside requests."""

from __future__ import annotations

from core.contracts import JobType
from core.exports import queries, services
from core.exports.models import OVER


def run(export_id: int) -> None:
    """Make the file."""
    export = queries.find_export(export_id)
    if export is not None and export.state not in OVER:
        services.run(export)


def give_up(export_id: int) -> None:
    """Say that no further try is made."""
    export = queries.find_export(export_id)
    if export is not None and export.state not in OVER:
        services.give_up(export)


JOBS = [JobType(services.RUN, run, failed=give_up)]
