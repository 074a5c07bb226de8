"""Operations on ticked rows: begun, checked, run batch by batch, stopped and told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from core import clock
from core.access import Actor, actor_of, levels_of
from core.changes.capture import change_set, open_set
from core.contracts import ListOperation
from core.db import db, sql
from core.errors import Conflict, Forbidden, Invalid, NeedsConfirmation
from core.i18n import _, ngettext
from core.jobs.runner import Stopped, checkpoint
from core.jobs.services import enqueue, stop as stop_job
from core.notifications.holders import tell_of_many
from core.notifications.services import notify
from core.operations import queries
from core.operations.models import (
    CHANGED,
    CHECKED,
    CHOOSING,
    DONE,
    FAILED,
    REFUSED,
    RUNNING,
    STOPPED,
    UNCHANGED,
    WAITING,
    Batch,
    Operation,
)
from core.operations.planning import effects, judge
from core.records.bulk import change_many
from core.records.kinds import Kind
from core.records.services import LOSE_ACCESS

RUN = "core.run_list_operation"
FINISHED = "core.list_operation_finished"
ORIGIN = "list operation"

AT_ONCE = 500  # rows that the request itself changes; more run in a job
ROWS_A_BATCH = 500
MOST_DRAFTS = 20


def begin(
    kind: Kind, spec: ListOperation, actor: Actor, record_ids: Sequence[int], query: str
) -> Operation:
    """Return a new operation on these records, which is not checked yet."""
    if not record_ids:
        raise Invalid(_("Tick at least one row."))
    operation = Operation(
        user_id=actor.user_id,
        kind=kind.key,
        key=spec.key,
        query=query,
        row_count=len(record_ids),
    )
    db.session.add(operation)
    db.session.flush()
    for number, first in enumerate(range(0, len(record_ids), ROWS_A_BATCH)):
        ids = list(record_ids[first : first + ROWS_A_BATCH])
        db.session.add(Batch(operation_id=operation.id, number=number, record_ids=ids))
    db.session.flush()
    _forget_old_drafts(actor)
    return operation


def _forget_old_drafts(actor: Actor) -> None:
    sql(
        "delete from core_operation where account_id = :account and id = any(array("
        " select id from core_operation where account_id = :account and user_id = :user"
        " and state = any(:drafts) order by id desc offset :most))",
        user=actor.user_id,
        drafts=[CHOOSING, CHECKED],
        most=MOST_DRAFTS,
    )


def choose(operation: Operation, arguments: dict[str, Any]) -> None:
    """Store what its form asked for, which was checked there."""
    _require(operation, CHOOSING, CHECKED)
    operation.arguments, operation.state = arguments, CHECKED
    db.session.flush()


def start(operation: Operation, confirmed: Collection[str]) -> None:
    """Run the operation now, or many rows in a job.

    Raises NeedsConfirmation where its user would lose sight of records and did not agree.
    """
    _require(operation, CHECKED)
    if LOSE_ACCESS not in confirmed:
        lost = losses(operation)
        if lost:
            raise NeedsConfirmation({LOSE_ACCESS: losing(lost)})
    operation.confirmed = [each for each in confirmed if each == LOSE_ACCESS]
    if operation.row_count <= AT_ONCE:
        run(operation)
        return
    operation.state = WAITING
    operation.job_id = enqueue(RUN, {"operation_id": operation.id}, operation.user_id).id
    db.session.flush()


def losses(operation: Operation) -> int:
    """Return how many records the operation's user would no longer see."""
    plan = queries.plan_of(operation)
    verdict = judge(plan, queries.record_ids_of(operation), {LOSE_ACCESS})
    mine = [each for each in effects(plan, verdict) if each.user_id == operation.user_id]
    return sum(len(each.lost) for each in mine)


def losing(count: int) -> str:
    """Return the warning about records that its user would no longer see."""
    return ngettext(
        "You will no longer see %(num)s of these records.",
        "You will no longer see %(num)s of these records.",
        count,
    )


def _require(operation: Operation, *states: str) -> None:
    if operation.state not in states:
        raise Conflict(_("The operation is no longer in that state. Open it again."))


def run(operation: Operation) -> None:
    """Change every batch that is not done; in a job each in a transaction of its own.

    A run that was killed is run again and goes on behind the last batch that was stored.
    """
    operation.state = RUNNING
    operation.run_at = operation.run_at or clock.now()
    db.session.flush()
    try:
        checkpoint()
        while batch := queries.next_batch(operation):
            run_batch(operation, batch)
            db.session.expunge(batch)
            checkpoint()
    except Stopped:
        _end(operation, STOPPED)
        raise
    _end(operation, DONE)


def run_batch(operation: Operation, batch: Batch) -> None:
    """Change the records of one batch that may be changed, and store what became of each."""
    plan = queries.plan_of(operation)
    active = plan.actor.active_plugins | {"core"}
    if (
        not queries.may_operate(plan.actor)
        or not {plan.kind.plugin, plan.operation.plugin} <= active
    ):
        raise Forbidden(_("The right to list operations was taken away."))
    verdict = judge(plan, batch.record_ids, operation.confirmed, lock=True)
    if verdict.changes:
        with change_set(ORIGIN, operation.user_id):
            batch.change_set_id = open_set(db.session()).set_id
            change_many(plan.kind, verdict.changes, plan.actor)
    batch.refused = [[record_id, reason] for record_id, reason in verdict.refused.items()]
    batch.counts = {
        CHANGED: len(verdict.changes),
        UNCHANGED: len(verdict.unchanged),
        REFUSED: len(verdict.refused),
    }
    batch.done_at = clock.now()
    operation.done_count += len(batch.record_ids)
    operation.counts = {
        state: operation.counts.get(state, 0) + number for state, number in batch.counts.items()
    }
    db.session.flush()


def stop(operation: Operation) -> None:
    """Ask a run to stop after the batch it is at; what is done stays."""
    _require(operation, WAITING, RUNNING)
    if operation.job_id is None or stop_job(operation.job_id):
        _end(operation, STOPPED)


def give_up(operation: Operation, reason: str = "") -> None:
    """Say that a run broke for good; what is done stays."""
    operation.reason = reason or _("The operation broke. What was done until then stays.")
    _end(operation, FAILED)


def _end(operation: Operation, state: str) -> None:
    """End a run: count what is stored, tell the new holders, and tell its user if he is away."""
    operation.state, operation.ended_at = state, clock.now()
    operation.counts = queries.row_counts(operation)
    db.session.flush()
    with change_set(ORIGIN, operation.user_id):
        _tell_new_holders(operation)
        if operation.job_id and state != STOPPED:
            notify(
                [operation.user_id],
                FINISHED,
                parameters={
                    "key": operation.key,
                    "state": state,
                    "counts": operation.counts,
                },
                url=f"/operations/{operation.id}",
            )


_NEW_HOLDERS = """
with done as (
  select c.record_id, c.diff from core_operation_batch b
  join core_change c on c.account_id = b.account_id and c.change_set_id = b.change_set_id
  where b.account_id = :account and b.operation_id = :id
), made as (
  select record_id, 'owner' as role, cast(diff #>> '{owner,1}' as bigint) as user_id from done
  where diff #>> '{owner,1}' is not null
    and not coalesce(diff #> '{owners,0}' @> (diff #> '{owner,1}'), false)
  union
  select record_id, 'owner', cast(each as bigint) from done,
    jsonb_array_elements(coalesce(diff #> '{owners,1}', '[]')) each
  where not diff #> '{owners,0}' @> each and each is distinct from diff #> '{owner,0}'
  union
  select record_id, 'participant', cast(each as bigint) from done,
    jsonb_array_elements(coalesce(diff #> '{participants,1}', '[]')) each
  where not diff #> '{participants,0}' @> each
)
select m.user_id, m.role, array_agg(m.record_id) as record_ids from made m
join core_user u on u.account_id = :account and u.id = m.user_id
group by m.user_id, m.role order by m.role, m.user_id
"""


def _tell_new_holders(operation: Operation) -> None:
    """Tell each user once of all records that the operation made him owner or participant of."""
    url = f"/{queries.kind_of(operation).plural}"
    for row in sql(_NEW_HOLDERS, id=operation.id):
        levels = levels_of(actor_of(row.user_id), row.record_ids)
        opened = [record_id for record_id, level in levels.items() if level.is_full]
        if opened:
            tell_of_many(row.user_id, row.role, len(opened), opened[0], url)
