"""Moving many records to the trash and back, in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core import clock
from core.access import Actor
from core.changes.capture import Written, record_many
from core.db import db, sql
from core.errors import Conflict
from core.i18n import _
from core.records.bulk import Stored, expire
from core.records.kinds import Kind
from core.records.services import announce

TRASHED, RESTORED = "trashed", "restored"

_MOVED = """
update core_record r set deleted_at = :deleted_at, deleted_by_id = :deleted_by,
  version = s.version, updated_at = :now, updated_by_id = :user
from unnest(cast(:ids as bigint[]), cast(:seen as bigint[]), cast(:versions as bigint[]))
  as s(id, seen, version)
where r.account_id = :account and r.id = s.id and r.version = s.seen
"""


def trash_many(kind: Kind, records: Sequence[Stored], actor: Actor | None) -> list[int]:
    """Move records to the trash as `services.trash` would, and return their IDs.

    Who may do so was asked before. Raises Conflict where one was changed since it was read, and
    then nothing may be committed.
    """
    return _move(kind, records, actor, clock.now())


def restore_many(kind: Kind, records: Sequence[Stored], actor: Actor | None) -> list[int]:
    """Bring records back from the trash as `services.restore` would, and return their IDs.

    As `trash_many`.
    """
    return _move(kind, records, actor, None)


def _move(
    kind: Kind, records: Sequence[Stored], actor: Actor | None, deleted_at: datetime | None
) -> list[int]:
    moved = [each for each in records if (each.deleted_at is None) != (deleted_at is None)]
    if not moved:
        return []
    db.session.flush()
    act = RESTORED if deleted_at is None else TRASHED
    versions = record_many(
        db.session(),
        [
            Written(
                each.id,
                act,
                each.version,
                {"deleted_at": [_iso(each.deleted_at), _iso(deleted_at)]},
            )
            for each in moved
        ],
    )
    ids = [each.id for each in moved]
    user_id = actor.user_id if actor else None
    met: Any = sql(
        _MOVED,
        deleted_at=deleted_at,
        deleted_by=user_id if deleted_at else None,
        now=clock.now(),
        user=user_id,
        ids=ids,
        seen=[each.version for each in moved],
        versions=[versions[each.id] for each in moved],
    )
    if met.rowcount != len(ids):
        raise Conflict(_("Somebody changed this meanwhile. Try again."))
    expire(kind, set(ids))
    announce(kind, ids, act)
    return ids


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
