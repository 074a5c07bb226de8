"""Rights that an account has not known before, and the ticks with which they are shipped.

An account is told of each right once: at its founding, or when an upgrade or a new plugin brings
it. What its administrators tick and untick from then on is theirs.
"""

from __future__ import annotations

import json

from core.db import installation_sql
from core.registry import registry
from core.roles.rights import ACCESS_ROLES

# One statement, so that two processes that start at once tell each account once: the second waits
# at the key of `core_known_right` and then finds nothing new.
_LEARN = """
with shipped as (
  select s.kind, s."right", s.roles
  from jsonb_to_recordset(cast(:rights as jsonb)) as s(kind text, "right" text, roles text[])
), learned as (
  insert into core_known_right (account_id, kind, "right")
  select a.id, s.kind, s."right" from core_account a cross join shipped s
  where (cast(:account as bigint) is null or a.id = :account)
    and not exists (select from core_known_right k
      where k.account_id = a.id and k.kind = s.kind and k."right" = s."right")
  on conflict do nothing returning account_id, kind, "right"
), given as (
  select l.account_id, l.kind, l."right", unnest(s.roles) as role
  from learned l join shipped s on s.kind = l.kind and s."right" = l."right"
), ticked as (
  insert into core_role_tick (account_id, role_id, kind, "right")
  select g.account_id, r.id, g.kind, g."right"
  from given g join core_role r on r.account_id = g.account_id and r.key = g.role
  on conflict do nothing
), held as (
  insert into core_access_tick (account_id, access_role, kind, "right")
  select g.account_id, g.role, g.kind, g."right" from given g where g.role = any(:access_roles)
  on conflict do nothing
), raised as (
  update core_account set epoch = epoch + 1 where id in (select account_id from learned)
)
select account_id, array_agg(kind || '.' || "right" order by kind, "right") as names
from learned group by account_id order by account_id
"""


def learn_rights(account_id: int | None = None) -> dict[int, list[str]]:
    """Tell an account, or all of them, of the rights they do not know, and tick what is shipped.

    Returns the names of those rights (`kind.right`) by account; accounts that know all are not
    among them.
    """
    rights = [
        {"kind": each.kind, "right": each.key, "roles": list(each.shipped)}
        for each in registry().rights.all()
    ]
    rows = installation_sql(
        _LEARN, rights=json.dumps(rights), account=account_id, access_roles=list(ACCESS_ROLES)
    )
    return {row.account_id: row.names for row in rows}
