"""Restoring several records, deleting for good, and emptying the trash by the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from core import clock
from core.access import Actor
from core.access.actor import actors
from core.accounts.services import store_setting
from core.changes.capture import Written, change_set, record_many
from core.db import db, sql
from core.errors import Invalid
from core.i18n import _
from core.jobs.runner import checkpoint
from core.notifications.services import notify
from core.records import bulk, trashing
from core.records.kinds import Kind
from core.records.links import linked_to
from core.records.models import Record
from core.records.services import announce
from core.registry import registry
from core.trash import queries
from core.trash.queries import NOTICE_DAYS, empties_after

PURGED = "purged"
DUE = "core.trash_due"
AT_ONCE = 200
LONGEST_DAYS = 3_650
LIST_URL = "/settings/account/general/trash"


def restore_many(kind: Kind, record_ids: Collection[int], actor: Actor) -> int:
    """Restore those of the records that the actor may restore; return how many there were."""
    held = bulk.allowed(kind, record_ids, actor, "delete", where=bulk.TRASHED)
    found = bulk.stored(kind, held, lock=True, where=bulk.TRASHED)
    return len(trashing.restore_many(kind, list(found.values()), actor))


def delete_for_good(kind: Kind, record_ids: Iterable[int]) -> dict[int, str]:
    """Delete records that lie in the trash, with all that hangs on them; return their names by ID.

    What points at them is emptied, as changes of their own; their change sets stay, with the name.
    Those that are restored or gone by now are passed over.
    """
    rows = sql(
        "select id, name, version from core_record where account_id = :account and kind = :kind"
        " and deleted_at is not null and id = any(:ids) order by id for update",
        kind=kind.key,
        ids=sorted(set(record_ids)),
    ).all()
    names = {row.id: row.name for row in rows}
    if not names:
        return {}
    _empty_links(kind, names)
    written = [Written(row.id, PURGED, row.version, {"name": [row.name, None]}) for row in rows]
    record_many(db.session(), written)
    sql(
        "insert into core_deleted_record (account_id, record_id, kind, name)"
        " select account_id, id, kind, name from core_record"
        " where account_id = :account and id = any(:ids)",
        ids=list(names),
    )
    _forget(kind, names)
    sql("delete from core_record where account_id = :account and id = any(:ids)", ids=list(names))
    announce(kind, list(names), PURGED)
    return names


def _empty_links(kind: Kind, record_ids: Collection[int]) -> None:
    for linked in linked_to(kind, record_ids, record_ids, lock=True):
        emptied = [
            (record, dict.fromkeys(linked.fields[record.id])) for record in linked.records.values()
        ]
        bulk.change_many(linked.kind, emptied, None)


def _forget(kind: Kind, record_ids: Collection[int]) -> None:
    """Let the session no longer hold rows that are deleted beneath it."""
    for thing in list(db.session.identity_map.values()):
        if isinstance(thing, Record | kind.row) and thing.id in record_ids:
            db.session.expunge(thing)


def empty_after(typed: str) -> None:
    """Store after how many days the trash is emptied, as typed; nothing is never."""
    text = typed.strip()
    if text and not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= LONGEST_DAYS):
        raise Invalid(
            _("Empty the trash: type a number of days from 1 to %(most)s, or leave it empty.",
              most=LONGEST_DAYS),
            "trash_days",
        )  # fmt: skip
    store_setting(queries.EMPTY_AFTER, int(text) if text else 0)


def empty_trash() -> None:
    """Tell administrators what goes for good in seven days, and delete what they were told of.

    A transaction for the telling, and one for every AT_ONCE records; a killed run goes on with
    the next.
    """
    days = empties_after()
    if not days:
        return
    _tell(days)
    checkpoint()
    while found := queries.overdue(days, AT_ONCE):
        with change_set("automatic"):
            for kind in registry().kinds:
                delete_for_good(kind, [row.id for row in found if row.kind == kind.key])
        checkpoint()


def _tell(days: int) -> None:
    """Note what is due within seven days, and tell administrators of what they do not know yet.

    Nothing goes before they had as many days as there are, seven at most: also right after the
    setting was switched on.
    """
    now, warning = clock.now(), min(days, NOTICE_DAYS)
    due = sql(
        "insert into core_trash_notice (account_id, record_id, deleted_at, due_at)"
        " select r.account_id, r.id, r.deleted_at,"
        "  greatest(r.deleted_at + make_interval(days => :days), :earliest)"
        " from core_record r where r.account_id = :account and r.deleted_at <= :before"
        " and not exists (select from core_trash_notice n where n.account_id = r.account_id"
        "  and n.record_id = r.id and n.deleted_at = r.deleted_at)"
        " on conflict (account_id, record_id)"
        " do update set deleted_at = excluded.deleted_at, due_at = excluded.due_at"
        " returning due_at",
        days=days,
        earliest=now + timedelta(days=warning),
        before=now - timedelta(days=days - warning),
    )
    moments = list(due.scalars())
    if moments:
        told = [each.user_id for each in actors().values() if each.is_administrator]
        parameters = {"count": len(moments), "first": min(moments).date().isoformat()}
        notify(told, DUE, parameters=parameters, url=LIST_URL)
