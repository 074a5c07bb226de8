"""Keeping search documents, and searching by the access rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.access import Actor, rule_for
from core.db import sql
from core.records.folding import search_document, search_query
from core.records.kinds import Kind
from core.records.labels import names_of
from core.records.fields import LABELS
from core.records.models import Record
from core.registry import registry

CANDIDATES = 500


@dataclass(frozen=True)
class Hit:
    """A found record: the basic line, and whether the actor sees more of it."""

    id: int
    kind: str
    name: str
    owner_id: int | None
    is_full: bool
    is_by_name: bool


def document_of(kind: Kind, name: str, values: Mapping[str, Any], tags: Iterable[str]) -> str:
    """Return the tsvector literal by which a record is found."""
    words: list[str] = list(tags)
    digits: list[str] = []
    for field in kind.fields:
        value = values.get(field.key)
        if field.search and value not in (None, "", []):
            (digits if field.search == "digits" else words).extend(field.type.words(value))
    return search_document(name, words, digits)


def index(kind: Kind, record: Record, values: Mapping[str, Any]) -> None:
    """Store by what a record is found, from the values that it has now."""
    ids = [
        each for field in kind.homed(LABELS) if field.search for each in values.get(field.key) or ()
    ]
    document = document_of(kind, record.name, values, names_of(ids).values() if ids else ())
    sql(
        "insert into core_search (account_id, record_id, document)"
        " values (:account, :record, cast(:document as tsvector))"
        " on conflict (account_id, record_id) do update set document = excluded.document",
        record=record.id,
        document=document,
    )


_SEARCH = """
with found as materialized (
  select r.id, r.kind, r.name, r.sort_key, r.owner_id, coalesce({full}, false) as is_full,
    s.document @@ cast(:by_name as tsquery) as is_by_name
  from core_search s
  join core_record r on r.account_id = s.account_id and r.id = s.record_id
  where s.account_id = :account and s.document @@ cast(:query as tsquery)
    and r.kind = any(:kinds) and r.deleted_at is null and {basic}
    and ({full} or s.document @@ cast(:by_name as tsquery))
  limit :candidates
)
select *, count(*) over (partition by kind) as of_kind,
  row_number() over (partition by kind order by is_by_name desc,
    sort_key like :beginning desc, sort_key, id) as place
from found order by kind, place
"""


def search(
    actor: Actor, typed: str, kinds: Iterable[str] = (), *, most: int = 8
) -> dict[str, tuple[list[Hit], int]]:
    """Return for each kind the best hits and how many there are (at most CANDIDATES together).

    Nothing for fewer than two letters or digits. Private records without full access are found
    by their name alone, hidden ones not at all.
    """
    queries = search_query(typed)
    keys = tuple(kinds) or tuple(kind.key for kind in registry().kinds.of(actor.active_plugins))
    if queries is None or not keys:
        return {}
    rule = rule_for(actor, keys)
    statement = (
        f"select * from ({_SEARCH.format(full=rule.full, basic=rule.basic)}) best"
        " where place <= :most"
    )
    rows = sql(
        statement,
        query=queries[0],
        by_name=queries[1],
        beginning=typed.strip().lower().replace("%", "").replace("_", "") + "%",
        candidates=CANDIDATES,
        most=most,
        **rule.values,
    )
    groups: dict[str, tuple[list[Hit], int]] = {}
    for row in rows:
        hits, _count = groups.setdefault(row.kind, ([], row.of_kind))
        hits.append(Hit(row.id, row.kind, row.name, row.owner_id, row.is_full, row.is_by_name))
    return {key: groups[key] for key in keys if key in groups}
