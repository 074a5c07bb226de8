"""What list operations do outside requests."""

from __future__ import annotations

from core.contracts import JobType
from core.errors import Forbidden
from core.operations import queries, services
from core.operations.models import OVER


def run(operation_id: int) -> None:
    """Change the rows that are not done."""
    operation = queries.find_operation(operation_id)
    if operation is not None and operation.state not in OVER:
        try:
            services.run(operation)
        except Forbidden as refused:
            services.give_up(operation, refused.message)


def give_up(operation_id: int) -> None:
    """Say that no further try is made."""
    operation = queries.find_operation(operation_id)
    if operation is not None and operation.state not in OVER:
        services.give_up(operation)


JOBS = [JobType(services.RUN, run, failed=give_up)]
