"""What the search for duplicates does outside requests."""

from __future__ import annotations

from core.contracts import JobType
from plugins.duplicates import queries, services
from plugins.duplicates.models import MOVING


def search(run_id: int) -> None:
    """Look at the records that were not looked at yet."""
    run = queries.find_run(run_id)
    if run is not None and run.state in MOVING:
        services.run(run)


def give_up(run_id: int) -> None:
    """Say that no further try is made."""
    run = queries.find_run(run_id)
    if run is not None and run.state in MOVING:
        services.give_up(run)


JOBS = [JobType(services.RUN, search, failed=give_up)]
