"""Merging records into one, as one change set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.changes.capture import change_set, open_set
from core.db import db
from core.merging import pointers
from core.merging.models import MERGED, MERGED_INTO, Merge, Merged
from core.merging.planning import Plan
from core.records.bulk import TRASHED, Stored, change_many, note, stored
from core.records.trashing import trash_many

ORIGIN = "merge"


def merge(plan: Plan) -> Merge:
    """Do what was planned while all records were locked, and return the merge.

    Raises Conflict where a record was changed since it was read, and then nothing may be
    committed.
    """
    kind, actor, main = plan.kind, plan.actor, plan.main
    with change_set(ORIGIN, actor.user_id):
        change_many(kind, [(main, plan.changed)], actor)
        for each in plan.linked:
            change_many(
                each.kind,
                [
                    (record, dict.fromkeys(each.fields[record.id], main.id))
                    for record in each.records.values()
                ],
                actor,
            )
        trash_many(kind, plan.others, actor)
        note(kind, _noted(plan))
        moved, dropped = pointers.move([each.id for each in plan.others], main.id)
        made = Merge(
            main_id=main.id,
            user_id=actor.user_id,
            change_set_id=open_set(db.session()).set_id,
            moved=moved,
            dropped=dropped,
        )
        db.session.add(made)
        db.session.flush()
        _mark(made, plan)
    return made


def _noted(plan: Plan) -> Mapping[int, dict[str, list[Any]]]:
    """Return what the history of each record says besides its fields: with whom it was merged."""
    main = plan.main
    return {
        main.id: {MERGED: [[], [[each.id, each.name] for each in plan.others]]},
        **{each.id: {MERGED_INTO: [None, [main.id, main.name]]} for each in plan.others},
    }


def _mark(made: Merge, plan: Plan) -> None:
    trashed: Mapping[int, Stored] = stored(
        plan.kind, [each.id for each in plan.others], where=TRASHED
    )
    for each in trashed.values():
        db.session.add(Merged(merge_id=made.id, record_id=each.id, deleted_at=each.deleted_at))
    db.session.flush()
