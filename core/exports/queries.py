"""Questions about exports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import cast

from core import clock
from core.access import Actor, rule_for
from core.access.rule import right_sql
from core.db import db, sql
from core.errors import NotFound
from core.exports.models import DONE, OVER, Export, ExportPiece, ExportRows
from core.i18n import _
from core.records.kinds import Kind
from core.registry import registry

RIGHT = "export"
KEPT = timedelta(days=7)
LISTED = 50


def exportable(actor: Actor) -> list[Kind]:
    """Return the kinds of which the actor may export something."""
    kinds = registry().kinds.of(actor.active_plugins)
    return [kind for kind in kinds if actor.may_on_some(kind.key, RIGHT)]


def may_export(actor: Actor) -> bool:
    """Tell whether the actor may export anything."""
    return bool(exportable(actor))


def export_of(export_id: int, actor: Actor, *, lock: bool = False) -> Export:
    """Return one of the actor's own exports, of a kind that he may export; NotFound otherwise."""
    statement = db.select(Export).where(Export.id == export_id, Export.user_id == actor.user_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None or found.kind not in {kind.key for kind in exportable(actor)}:
        raise NotFound(_("There is no such export."))
    return cast(Export, found)


def find_export(export_id: int) -> Export | None:
    """Return an export of the account, for work that it asked for itself."""
    statement = db.select(Export).where(Export.id == export_id)
    return db.session.execute(statement).scalar_one_or_none()


def exports_of(actor: Actor) -> list[Export]:
    """Return the actor's last exports, newest first."""
    statement = (
        db.select(Export)
        .where(
            Export.user_id == actor.user_id,
            Export.kind.in_([kind.key for kind in exportable(actor)]),
        )
        .order_by(Export.id.desc())
        .limit(LISTED)
    )
    return list(db.session.execute(statement).scalars())


def under_way_count(actor: Actor) -> int:
    """Return how many exports of the actor are not over."""
    statement = (
        db.select(db.func.count())
        .select_from(Export)
        .where(Export.user_id == actor.user_id, Export.state.not_in(OVER))
    )
    return int(db.session.execute(statement).scalar_one())


def record_ids_of(export: Export) -> list[int]:
    """Return the records of an export; none when they are no longer kept."""
    statement = db.select(ExportRows.record_ids).where(ExportRows.export_id == export.id)
    return db.session.execute(statement).scalar_one_or_none() or []


def is_kept(export: Export) -> bool:
    """Tell whether the file of an export is still there."""
    return export.state == DONE and clock.now() - (export.ended_at or clock.now()) < KEPT


def has_lost_rows(export: Export, actor: Actor) -> bool:
    """Tell whether the file holds a record on which the actor no longer has the right.

    Records that nobody sees any more, being in the trash or gone, do not count.
    """
    rule = rule_for(actor, (export.kind,))
    right = right_sql(actor, export.kind, RIGHT)
    statement = f"""select exists (select 1 from core_record r
      where r.account_id = :account and r.id = any(:ids) and r.deleted_at is null
      and not coalesce({rule.full} and {right}, false))"""
    return bool(sql(statement, ids=record_ids_of(export), **rule.values).scalar_one())


def pieces_of(export: Export) -> Iterator[bytes]:
    """Return the file, piece by piece."""
    number = 0
    while content := db.session.execute(
        db.select(ExportPiece.content).where(
            ExportPiece.export_id == export.id, ExportPiece.number == number
        )
    ).scalar_one_or_none():
        yield content
        number += 1
