"""Questions about merges, and which records are proposed for merging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from core import clock
from core.access import Actor
from core.db import db
from core.errors import NotFound
from core.i18n import Text, _
from core.merging.models import Merge
from core.merging.planning import RIGHT
from core.merging.splitting import DAYS
from core.records.alike import alike
from core.records.bulk import Stored, allowed, stored
from core.records.kinds import Kind, Values


@dataclass(frozen=True)
class Proposal:
    """A record that is probably the same, and what both have in common."""

    record: Stored
    reasons: list[Text]


def proposals(kind: Kind, record_id: int, values: Values, actor: Actor) -> list[Proposal]:
    """Return the records that are probably the same as one and that the actor may merge."""
    found = [each.id for each in alike(kind, values, actor, (record_id,)) if each.is_full]
    open_ones = allowed(kind, found, actor, RIGHT)
    records = stored(kind, open_ones)
    return [
        Proposal(records[each], kind.matching.reasons(values, records[each].values))
        for each in found
        if each in records
    ]


def splittable_merges(record_id: int) -> Sequence[Merge]:
    """Return what was merged into a record and can still be split, the newest first."""
    statement = (
        db.select(Merge)
        .where(
            Merge.main_id == record_id,
            Merge.split_at.is_(None),
            Merge.merged_at > clock.now() - timedelta(days=DAYS),
        )
        .order_by(Merge.id.desc())
    )
    return cast(Sequence[Merge], db.session.execute(statement).scalars().all())


def merge_of(merge_id: int, main_id: int, *, lock: bool = False) -> Merge:
    """Return a merge into a record; NotFound where there is none."""
    statement: Any = db.select(Merge).where(Merge.id == merge_id, Merge.main_id == main_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such record."))
    return cast(Merge, found)
