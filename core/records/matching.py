"""Which records are the same: remembering the keys of each, and finding records by theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from core.access import Actor, rule_for
from core.db import sql
from core.records.kinds import Kind
from core.records.models import Record

# Longer lists of keys than this are the mark of a machine, not of a person or company.
MOST_KEYS = 50


@dataclass(frozen=True)
class Known:
    """A record found under some keys: whether the actor has full access to it."""

    id: int
    is_full: bool


@lru_cache(maxsize=32_768)
def number_of(key: str) -> int:
    """Return the number under which a key is stored: 64 bits of BLAKE2b (RFC 7693), signed."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def numbers_of(kind: Kind, values: Mapping[str, Any]) -> list[int]:
    """Return the numbers under which a record with these values is remembered."""
    keys = dict.fromkeys(kind.matching.keys(values))
    return [number_of(f"{kind.key} {key}") for key in keys][:MOST_KEYS]


def tiers_of(kind: Kind, values: Mapping[str, Any]) -> list[list[int]]:
    """Return the numbers under which the like of these values is looked for, best tier first."""
    return [
        [number_of(f"{kind.key} {key}") for key in tier[:MOST_KEYS]]
        for tier in kind.matching.tiers(values)
    ]


def remember(kind: Kind, record: Record, values: Mapping[str, Any]) -> None:
    """Store by what a record is recognised, from the values that it has now."""
    sql(
        "with gone as (delete from core_match where account_id = :account"
        " and record_id = :record and key <> all(:keys))"
        " insert into core_match (account_id, key, record_id)"
        " select :account, key, :record from unnest(cast(:keys as bigint[])) key"
        " on conflict do nothing",
        record=record.id,
        keys=numbers_of(kind, values),
    )


# Keys first, then each record by its ID: whatever the planner thinks of tables that grow under it,
# the work is that of the keys at hand.
_FOUND = """
select m.key, r.id, r.is_full
from (select key, record_id from core_match
  where account_id = :account and key = any(:keys) offset 0) m
cross join lateral (
  select r.id, coalesce({full}, false) as is_full from core_record r
  where r.account_id = :account and r.id = m.record_id and r.kind = any(:kinds)
    and r.deleted_at is null and {basic} offset 0) r
order by r.id
"""


def found_under(kind: Kind, keys: Iterable[int], actor: Actor) -> dict[int, list[Known]]:
    """Return for each key the records that the actor may know of, the oldest first.

    Hidden records without access are absent, private ones are there without full access.
    """
    rule = rule_for(actor, (kind.key,))
    statement = _FOUND.format(full=rule.full, basic=rule.basic)
    found: dict[int, list[Known]] = {}
    for row in sql(statement, keys=list(keys), **rule.values):
        found.setdefault(row.key, []).append(Known(row.id, row.is_full))
    return found


def best(tiers: Sequence[Sequence[int]], found: Mapping[int, Sequence[Known]]) -> Known | None:
    """Return the record that fits best: of the first tier that finds any, under most keys.

    Among equals a record with full access comes first, then the oldest.
    """
    for tier in tiers:
        counted = Counter(each for key in tier for each in found.get(key, ()))
        if counted:
            return max(counted, key=lambda each: (counted[each], each.is_full, -each.id))
    return None
