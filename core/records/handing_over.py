"""What a user holds, and giving it to somebody else: many records at once, as change sets."""

from __future__ import annotations

from dataclasses import dataclass

from core import clock
from core.access import Actor
from core.changes.capture import author, open_set
from core.db import db, sql
from core.records.bulk import change_many, stored
from core.records.kinds import Kind
from core.registry import registry

PARTICIPATIONS = "participations"
BATCH = 1_000  # records


@dataclass(frozen=True)
class Holdings:
    """How many records a user owns, by kind, and in how many he takes part by name.

    What lies in the trash does not count, and stays as it is.
    """

    owned: dict[str, int]
    participation_count: int

    @property
    def count(self) -> int:
        """How many records that is altogether."""
        return sum(self.owned.values()) + self.participation_count


_OWNED = """
select r.kind, count(*) as number from core_record r
where r.account_id = :account and r.owner_id = :user and r.deleted_at is null group by r.kind
"""

_TAKES_PART = """
from core_holder h join core_record r on r.account_id = h.account_id and r.id = h.record_id
where h.account_id = :account and h.principal_id = :user and h.role = 'participant'
  and r.deleted_at is null
"""


def holdings_of(user_id: int) -> Holdings:
    """Return what a user owns and takes part in, kinds in the order of their registration."""
    found = {row.kind: row.number for row in sql(_OWNED, user=user_id)}
    return Holdings(
        owned={kind.key: found[kind.key] for kind in registry().kinds if kind.key in found},
        participation_count=sql(f"select count(*) {_TAKES_PART}", user=user_id).scalar_one(),
    )


def hand_over_owned(kind: Kind, from_id: int, to_id: int, actor: Actor) -> int:
    """Give a batch of a user's records of a kind to another owner; return how many it was.

    To be called inside a change set, until it returns nothing. Who may do so was asked before.
    """
    ids = sql(
        "select id from core_record where account_id = :account and kind = :kind"
        " and owner_id = :user and deleted_at is null order by id limit :most for update",
        kind=kind.key,
        user=from_id,
        most=BATCH,
    ).scalars()
    found = stored(kind, ids, lock=True)
    change_many(kind, [(each, {"owner": to_id}) for each in found.values()], actor)
    return len(found)


def hand_over_participations(from_id: int, to_id: int, actor: Actor) -> int:
    """Let another user take part in a batch of records instead; return how many it was.

    To be called as `hand_over_owned`. Where the other takes part already, the first one leaves.
    """
    rows = sql(
        f"select r.id, r.kind {_TAKES_PART} order by r.id limit :most for update of r",
        user=from_id,
        most=BATCH,
    ).all()
    for kind in registry().kinds:
        ids = [row.id for row in rows if row.kind == kind.key]
        change_many(
            kind,
            [
                (each, {"participants": _instead(each.values["participants"], from_id, to_id)})
                for each in stored(kind, ids, lock=True).values()
            ],
            actor,
        )
    return len(rows)


def _instead(participants: list[int], gone: int, new: int) -> list[int]:
    return sorted({*participants, new} - {gone})


# ---------------------------------------------------------------- a team that goes

_PARTICIPATIONS = """
select r.kind, count(*) as number from core_holder h
join core_record r on r.account_id = h.account_id and r.id = h.record_id
where h.account_id = :account and h.principal_id = :principal and h.role = 'participant'
group by r.kind order by r.kind
"""

# One statement a table: what each record's participants were and are, then the change, the version
# and the rows themselves. A record of which both take part keeps one of them.
_CHANGED = """
with held as (
  select h.record_id,
    array_agg(h.principal_id order by h.principal_id) as before,
    array_agg(distinct case when h.principal_id = :principal then cast(:instead as bigint)
      else h.principal_id end) filter (where h.principal_id <> :principal
      or cast(:instead as bigint) is not null) as after
  from core_holder h
  where h.account_id = :account and h.role = 'participant' and h.record_id in (
    select o.record_id from core_holder o where o.account_id = :account
    and o.principal_id = :principal and o.role = 'participant')
  group by h.record_id
), risen as (
  update core_record r set version = r.version + 1, updated_at = :now, updated_by_id = :user
  from held where r.account_id = :account and r.id = held.record_id
  returning r.id, r.version
)
insert into core_change (account_id, change_set_id, record_id, act, version, diff)
select :account, :set, held.record_id, 'changed', risen.version, jsonb_build_object(
  'participants', jsonb_build_array(to_jsonb(held.before),
    to_jsonb(coalesce(held.after, cast('{}' as bigint[])))))
from held join risen on risen.id = held.record_id
"""

_ADDED = """
insert into core_holder (account_id, record_id, principal_id, role, added_at, added_by_id)
select h.account_id, h.record_id, :instead, 'participant', :now, :user from core_holder h
where h.account_id = :account and h.principal_id = :principal and h.role = 'participant'
on conflict (account_id, record_id, principal_id, role) do nothing
"""

_REMOVED = """
delete from core_holder
where account_id = :account and principal_id = :principal and role = 'participant'
"""


def participations_of(principal_id: int) -> dict[str, int]:
    """Return on how many records of each kind a user or team takes part, the trash included."""
    return {row.kind: row.number for row in sql(_PARTICIPATIONS, principal=principal_id)}


def replace_participant(principal_id: int, instead: int | None) -> None:
    """Let another user or team take part where this one does, or with None nobody instead.

    Belongs to the change set under way; a record that it has touched before may not be among them.
    """
    if not participations_of(principal_id):
        return
    db.session.flush()
    who = author()
    common = {"principal": principal_id, "now": clock.now(), "user": who.user_id}
    sql(_CHANGED, instead=instead, set=open_set(db.session()).set_id, **common)
    if instead is not None:
        sql(_ADDED, instead=instead, **common)
    sql(_REMOVED, principal=principal_id)
    db.session.expire_all()
