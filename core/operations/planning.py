"""What an operation would do with records: which change, which are so already, which are refused."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.access import Actor, Effect, Holding, actors_of, effects_of, levels_of
from core.accounts.queries import account_facts
from core.contracts import ListOperation
from core.errors import Invalid
from core.i18n import _
from core.records import bulk
from core.records.bulk import Stored
from core.records.kinds import Kind, Values
from core.records.services import LOSE_ACCESS, keeps_access
from core.registry import registry


@dataclass(frozen=True)
class Plan:
    """What is to be done: an operation with its arguments, on records of a kind, by an actor."""

    kind: Kind
    operation: ListOperation
    arguments: dict[str, Any]
    actor: Actor


@dataclass
class Verdict:
    """What becomes of records: those that change, with their new values; the others by ID."""

    changes: list[tuple[Stored, dict[str, Any]]] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


def judge(
    plan: Plan, record_ids: Sequence[int], confirmed: Collection[str], *, lock: bool = False
) -> Verdict:
    """Return what becomes of each record, in the order of the IDs.

    Each is judged for itself. Unless losing access was `confirmed`, records that the actor would
    no longer see are refused. With `lock` they stay locked until the transaction ends.
    """
    kind, actor, right = plan.kind, plan.actor, plan.operation.right(plan.arguments)
    stored = bulk.stored(kind, record_ids, lock=lock)
    levels = levels_of(actor, record_ids)
    held = bulk.allowed(kind, record_ids, actor, right)
    lacking = _(
        "you do not have the right “%(right)s”", right=registry().rights.get(kind.key, right).label
    )
    verdict = Verdict()
    for record_id in record_ids:
        now, level = stored.get(record_id), levels.get(record_id)
        if now is None or level is None:
            verdict.refused[record_id] = _("it is no longer there")
        elif not level.is_full:
            verdict.refused[record_id] = _("you have no access")
        elif record_id not in held:
            verdict.refused[record_id] = lacking
        else:
            _judge_one(plan, now, verdict, is_loss_confirmed=LOSE_ACCESS in confirmed)
    return verdict


def _judge_one(plan: Plan, now: Stored, verdict: Verdict, *, is_loss_confirmed: bool) -> None:
    try:
        after = plan.operation.after(plan.kind, plan.arguments, now.values)
    except Invalid as wrong:
        verdict.refused[now.id] = wrong.message
        return
    changed = {key: value for key, value in after.items() if value != now.values[key]}
    if not changed:
        verdict.unchanged.append(now.id)
    elif not is_loss_confirmed and _is_lost(plan, now.values, changed):
        verdict.refused[now.id] = _("you would no longer see it")
    else:
        verdict.changes.append((now, changed))


HOLDING = {"owner", "owners", "participants", "visibility"}


def _is_lost(plan: Plan, values: Values, changed: Values) -> bool:
    return bool(changed.keys() & HOLDING) and not keeps_access(
        plan.actor, {**values, **changed}, plan.kind
    )


def effects(plan: Plan, verdict: Verdict) -> list[Effect]:
    """Return who begins or ceases to see which of the changing records, by their places."""
    if not any(changed.keys() & HOLDING for _now, changed in verdict.changes):
        return []
    active = [each.id for each in account_facts().users.values() if each.is_active]
    return effects_of(
        plan.kind.key,
        [_holding(now.values) for now, _changed in verdict.changes],
        [_holding({**now.values, **changed}) for now, changed in verdict.changes],
        actors_of(active).values(),
    )


def _holding(values: Values) -> Holding:
    owner = values["owner"]
    owners = [*([] if owner is None else [owner]), *values.get("owners", ())]
    return Holding(values["visibility"], tuple(owners), tuple(values["participants"]))
