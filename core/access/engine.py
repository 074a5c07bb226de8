"""Loading records by the rule: the only way to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from core.access.actor import Actor
from core.access.rule import HOLDINGS, rule_for
from core.db import current_account, db, sql
from core.errors import Forbidden, NotFound
from core.i18n import _
from core.records.models import Record
from core.registry import registry


class NoAccess(Forbidden):
    """A private record without full access: only its basic line may be shown."""

    def __init__(self, basic: Basic) -> None:
        super().__init__(_("You have no access. Ask the owner."))
        self.basic = basic


@dataclass(frozen=True)
class Basic:
    """The basic line of a record: its name, kind and owner, and nothing else."""

    id: int
    kind: str
    name: str
    owner_id: int | None


@dataclass(frozen=True)
class Access:
    """A record to which the actor has full access, with what he holds on it."""

    record: Record
    row: Any
    actor: Actor
    is_owner: bool
    is_participant: bool

    def can(self, right: str) -> bool:
        """Tell whether the actor holds a right on the record; full access is the right View."""
        kind = self.record.kind
        return (
            right == "view"
            or self.actor.has(kind, right)
            or (self.is_owner and (kind, right) in self.actor.owner_ticks)
            or (self.is_participant and (kind, right) in self.actor.participant_ticks)
        )

    def require(self, right: str) -> None:
        """Raise Forbidden where the actor lacks a right, naming it and who can grant it."""
        if not self.can(right):
            label = registry().rights.get(self.record.kind, right).label
            raise Forbidden(
                _(
                    "You do not have the right “%(right)s” here. "
                    "The owner or an administrator can help.",
                    right=label,
                )
            )


def fetch(
    kind: str,
    record_id: int,
    actor: Actor,
    right: str = "view",
    *,
    trashed: bool = False,
    lock: bool = False,
) -> Access:
    """Return the record with what the actor holds on it.

    Raises NotFound where he may not know of it, NoAccess where he has the basic line alone, and
    Forbidden where he lacks the right. With `trashed` it looks in the trash, with `lock` the row
    stays locked until the transaction ends.
    """
    found = _looked_up(kind, record_id, actor, trashed=trashed)
    if found.is_full and lock:  # nothing else is locked: whoever waits for a record knows of it
        sql(_LOCK, id=record_id)
        found = _looked_up(kind, record_id, actor, trashed=trashed)
    if not found.is_basic or (trashed and not found.is_full):
        raise NotFound(_("There is no such record."))
    if not found.is_full:
        raise NoAccess(Basic(record_id, kind, found.name, found.owner_id))
    record, row = _load(registry().kinds[kind].row, record_id, refresh=lock)
    access = Access(
        record=record,
        row=row,
        actor=actor,
        is_owner=found.is_owner,
        is_participant=found.is_participant,
    )
    if right != "view":
        access.require(right)
    return access


# One row whether there is such a record or not, and for whoever may not know of it the same one,
# found by the same steps: what differs takes time, and time tells.
_FETCH_ONE = """
select f.is_full, f.is_basic, f.is_owner, f.is_participant,
  case when f.is_basic then f.name end as name,
  case when f.is_basic then f.owner_id end as owner_id
from (
  select r.name, r.owner_id, r.is_there and coalesce({full}, false) as is_full,
    r.is_there and coalesce({basic}, false) as is_basic, {holdings}
  from (
    select a.account_id, a.id, x.kind, x.name, x.owner_id, x.visibility, x.participant_ids,
      x.further_owner_ids, x.id is not null as is_there
    from (select cast(:account as bigint) as account_id, cast(:id as bigint) as id) a
    left join core_record x on x.account_id = a.account_id and x.id = a.id
      and x.kind = :kind and {alive}
  ) r offset 0
) f
"""

_LOCK = "select from core_record x where x.account_id = :account and x.id = :id for update"


def _looked_up(kind: str, record_id: int, actor: Actor, *, trashed: bool) -> Any:
    """Return what the rule says of an ID, with the name and owner where he may know of it."""
    rule = rule_for(actor, (kind,))
    statement = _FETCH_ONE.format(
        full=rule.full,
        basic=rule.basic,
        holdings=HOLDINGS,
        alive="x.deleted_at is not null" if trashed else "x.deleted_at is null",
    )
    return sql(statement, id=record_id, kind=kind, **_without_kinds(rule.values)).one()


def _without_kinds(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "kinds"}


def _load(model: Any, record_id: int, *, refresh: bool) -> tuple[Record, Any]:
    together = (model.account_id == Record.account_id) & (model.id == Record.id)
    statement = select(Record, model).join(model, together).where(Record.id == record_id)
    options = {"by_rule": True, "populate_existing": refresh}
    record, row = db.session.execute(statement, execution_options=options).one()
    return record, row


def levels_of(actor: Actor, record_ids: Iterable[int]) -> dict[int, Level]:
    """Return what the actor may know of each record: absent IDs are absent to him.

    Records in the trash are absent too.
    """
    wanted = sorted(set(record_ids))
    if not wanted:
        return {}
    kinds = tuple(kind.key for kind in registry().kinds.of(actor.active_plugins))
    rule = rule_for(actor, kinds)
    statement = f"""
        select r.id, r.kind, r.name, r.owner_id, coalesce({rule.full}, false) as is_full
        from core_record r
        where r.account_id = :account and r.id = any(:ids) and r.kind = any(:kinds)
          and r.deleted_at is null and {rule.basic}
    """
    rows = sql(statement, ids=wanted, **rule.values)
    return {
        row.id: Level(Basic(row.id, row.kind, row.name, row.owner_id), row.is_full) for row in rows
    }


def trashed_among(actor: Actor, record_ids: Iterable[int]) -> set[int]:
    """Return those of the records that lie in the trash and that the actor could see otherwise.

    Of them he may know that they are deleted, and nothing more (TRASH-5).
    """
    wanted = sorted(set(record_ids))
    if not wanted:
        return set()
    kinds = tuple(kind.key for kind in registry().kinds.of(actor.active_plugins))
    rule = rule_for(actor, kinds)
    statement = (
        "select r.id from core_record r where r.account_id = :account and r.id = any(:ids)"
        f" and r.kind = any(:kinds) and r.deleted_at is not null and {rule.basic}"
    )
    return set(sql(statement, ids=wanted, **rule.values).scalars())


@dataclass(frozen=True)
class Level:
    """What an actor may know of a record: everything, or its basic line."""

    basic: Basic
    is_full: bool


def everything(model: Any, *, reason: str) -> Select[Any]:
    """Return a statement over all records of the account, for work that serves no single user.

    `reason` says why no user's rights apply; execute it with `db.session.execute`.
    """
    if not reason:
        raise ValueError("everything() needs a reason")
    current_account()
    return select(model).execution_options(by_rule=True, reason=reason)
