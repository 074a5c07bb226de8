"""Questions about list operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from core.access import Actor, actor_of
from core.contracts import ListOperation
from core.db import db, sql
from core.errors import NotFound
from core.i18n import _
from core.operations.models import CHANGED, REFUSED, ROW_STATES, UNCHANGED, Batch, Operation
from core.operations.planning import Plan
from core.records.kinds import Kind
from core.registry import registry

RIGHT = "list_operations"
ROWS_A_PAGE = 100


def may_operate(actor: Actor) -> bool:
    """Tell whether an actor may use list operations."""
    return actor.has("general", RIGHT)


def operation_of(operation_id: int, actor: Actor, *, lock: bool = False) -> Operation:
    """Return one of the actor's own operations; NotFound for all others."""
    statement = db.select(Operation).where(
        Operation.id == operation_id, Operation.user_id == actor.user_id
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None or spec_of(found).plugin not in actor.active_plugins | {"core"}:
        raise NotFound(_("There is no such operation."))
    return cast(Operation, found)


def find_operation(operation_id: int) -> Operation | None:
    """Return an operation of the account, for work that it asked for itself."""
    statement = db.select(Operation).where(Operation.id == operation_id)
    return db.session.execute(statement).scalar_one_or_none()


def spec_of(operation: Operation) -> ListOperation:
    """Return what is done."""
    return registry().list_operations[operation.key]


def kind_of(operation: Operation) -> Kind:
    """Return the kind of the ticked records."""
    return registry().kinds[operation.kind]


def plan_of(operation: Operation) -> Plan:
    """Return what is to be done, with the rights that its user has now."""
    actor = actor_of(operation.user_id)
    return Plan(kind_of(operation), spec_of(operation), operation.arguments, actor)


def record_ids_of(operation: Operation) -> list[int]:
    """Return the records that were ticked, in the order of the list."""
    rows = sql(
        "select record_ids from core_operation_batch"
        " where account_id = :account and operation_id = :id order by number",
        id=operation.id,
    )
    return [each for row in rows for each in row.record_ids]


def next_batch(operation: Operation) -> Batch | None:
    """Return the first batch that is not done; None when all are."""
    statement = (
        db.select(Batch)
        .where(Batch.operation_id == operation.id, Batch.done_at.is_(None))
        .order_by(Batch.number)
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def row_counts(operation: Operation) -> dict[str, int]:
    """Return how many rows there are of each state, as the stored changes and refusals say."""
    row = sql(
        "select coalesce(sum(cardinality(b.record_ids)), 0) as rows,"
        " coalesce(sum(jsonb_array_length(b.refused)), 0) as refused,"
        " (select count(*) from core_operation_batch d join core_change c"
        "   on c.account_id = d.account_id and c.change_set_id = d.change_set_id"
        "   where d.account_id = :account and d.operation_id = :id) as changed"
        " from core_operation_batch b where b.account_id = :account and b.operation_id = :id"
        " and b.done_at is not null",
        id=operation.id,
    ).one()
    changed, refused = int(row.changed), int(row.refused)
    return {CHANGED: changed, UNCHANGED: int(row.rows) - changed - refused, REFUSED: refused}


_RESULTS = """
select b.record_ids, b.refused,
  array(select c.record_id from core_change c where c.account_id = b.account_id
    and c.change_set_id = b.change_set_id) as changed
from core_operation_batch b
where b.account_id = :account and b.operation_id = :id and b.number = any(:numbers)
order by b.number
"""


def results_of(operation: Operation, state: str, page: int) -> list[tuple[int, str]]:
    """Return one page of the records of a state, each with the reason why it was left alone."""
    first, before = (page - 1) * ROWS_A_PAGE, 0
    found: list[tuple[int, str]] = []
    for number, count in _batch_counts(operation, state):
        if before + count > first:
            found += _results_in(operation, [number], state)[max(first - before, 0) :]
        before += count
        if len(found) >= ROWS_A_PAGE:
            break
    return found[:ROWS_A_PAGE]


def _batch_counts(operation: Operation, state: str) -> Sequence[tuple[int, int]]:
    rows = sql(
        "select number, coalesce(cast(counts ->> :state as bigint), 0) as of_state"
        " from core_operation_batch where account_id = :account and operation_id = :id"
        " and done_at is not null order by number",
        id=operation.id,
        state=state,
    )
    return [(row.number, row.of_state) for row in rows]


def _results_in(operation: Operation, numbers: list[int], state: str) -> list[tuple[int, str]]:
    found = []
    for row in sql(_RESULTS, id=operation.id, numbers=numbers):
        reasons, changed = dict(row.refused), set(row.changed)
        for record_id in row.record_ids:
            is_in = {CHANGED: record_id in changed, REFUSED: record_id in reasons}
            if is_in.get(state, not any(is_in.values())):
                found.append((record_id, reasons.get(record_id, "")))
    return found


def all_counts(operation: Operation) -> dict[str, int]:
    """Return the counts so far, a zero where there is none."""
    return {state: operation.counts.get(state, 0) for state in ROW_STATES}
