"""Records carry the IDs of their holders, and search entries the mark of account and kind.

With the holders at hand the access rule reads one row, not two. `core_holder` stays the truth,
with since when and by whom; triggers keep the copy true whoever writes, so that no code has to
remember it. With the mark a search reads the index entries of one kind in one account alone.
"""

from __future__ import annotations

import zlib

import sqlalchemy as sa
from alembic import op

revision = "core_0011"
down_revision = "core_0010"
branch_labels = None

# Two people may change the holders of one record at once. The record is therefore locked before
# its holders are read for the copy: the second waits, and then sees what the first has stored.
KEEP = """
create function core_keep_holders() returns trigger language plpgsql as $$
begin
  perform 1 from core_record r
    join (select distinct account_id, record_id from changed) c
      on c.account_id = r.account_id and c.record_id = r.id
    cross join lateral (
      select array_agg(h.principal_id order by h.principal_id)
          filter (where h.role = 'participant') as participants,
        array_agg(h.principal_id order by h.principal_id)
          filter (where h.role = 'owner') as owners
      from core_holder h where h.account_id = r.account_id and h.record_id = r.id) held
    where r.participant_ids is distinct from held.participants
      or r.further_owner_ids is distinct from held.owners
    order by r.id for no key update of r;
  if found then
    update core_record r
      set participant_ids = held.participants, further_owner_ids = held.owners
      from (
        select c.account_id, c.record_id,
          array_agg(h.principal_id order by h.principal_id)
            filter (where h.role = 'participant') as participants,
          array_agg(h.principal_id order by h.principal_id)
            filter (where h.role = 'owner') as owners
        from (select distinct account_id, record_id from changed) c
        left join core_holder h on h.account_id = c.account_id and h.record_id = c.record_id
        group by c.account_id, c.record_id) held
      where r.account_id = held.account_id and r.id = held.record_id
        and (r.participant_ids is distinct from held.participants
          or r.further_owner_ids is distinct from held.owners);
  end if;
  return null;
end
$$
"""

# What a statement touched is the new rows or the old ones, and for a change both.
TRIGGERS = (
    ("core_keep_holders_added", "insert", "new"),
    ("core_keep_holders_removed", "delete", "old"),
    ("core_keep_holders_before", "update", "old"),
    ("core_keep_holders_after", "update", "new"),
)

FILL = """
update core_record r
set participant_ids = held.participants, further_owner_ids = held.owners
from (
  select account_id, record_id,
    array_agg(principal_id order by principal_id) filter (where role = 'participant')
      as participants,
    array_agg(principal_id order by principal_id) filter (where role = 'owner') as owners
  from core_holder group by account_id, record_id) held
where r.account_id = held.account_id and r.id = held.record_id
"""

# Every entry begins with the mark; the entry that told the kind is not needed any more.
MARK = """
update core_search s
set document = cast(coalesce((
  select string_agg('''' || to_hex(s.account_id) || cast(:mark as text) || each.lexeme
    || '\'\'\\:1' || each.weights[1], ' ')
  from unnest(s.document) each where each.lexeme not like '=%'), '') as tsvector)
from core_record r
where r.account_id = s.account_id and r.id = s.record_id and r.kind = :kind
"""


def upgrade() -> None:
    for name in ("participant_ids", "further_owner_ids"):
        op.add_column("core_record", sa.Column(name, sa.ARRAY(sa.BigInteger)))
    op.execute(FILL)
    op.execute(KEEP)
    for name, event, table in TRIGGERS:
        op.execute(
            f"create trigger {name} after {event} on core_holder referencing {table} table"
            " as changed for each statement execute function core_keep_holders()"
        )
    kinds = op.get_bind().execute(sa.text("select distinct kind from core_record")).scalars()
    for kind in kinds.all():
        mark = f".{zlib.crc32(kind.encode()) & 0xFF:02x}"
        op.get_bind().execute(sa.text(MARK), {"kind": kind, "mark": mark})
