"""Keeping search documents, and searching by the access rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.access import Actor, Rule, rule_for
from core.db import current_account, sql
from core.records.fields import LABELS, ROW, Field
from core.records.folding import fold, mark_of, search_document, search_query
from core.records.kinds import Kind
from core.records.labels import names_of
from core.records.lists import is_sparse
from core.records.models import Record
from core.records.queries import label_names_on
from core.registry import registry

# Per kind at least so many hits are looked at and counted.
CANDIDATES = 200
BEGINNINGS = 50
# What more records than this hold is common; so many are walked to find CANDIDATES of them, and
# with fewer than ENOUGH it was not so common among those that the actor sees.
COMMON = 25_000
WALKED = 20_000
ENOUGH = 50

LONGEST_PLACE = 60
SHORTEST_NUMBER = 4

_NUMBER = re.compile(r"[0-9\s+()./-]+")
_NO_DIGIT = re.compile(r"[^0-9]+")


@dataclass(frozen=True)
class Hit:
    """A found record: the basic line, and whether the actor sees more of it.

    `rank` is 0 for an exact number or e-mail, 1 for the beginning of the name, 2 for another
    place in the name, 3 for the rest. `sort_key` orders hits of one rank.
    """

    id: int
    kind: str
    name: str
    sort_key: str
    owner_id: int | None
    is_full: bool
    is_by_name: bool
    rank: int = 3


def document_of(kind: Kind, name: str, values: Mapping[str, Any], tags: Iterable[str]) -> str:
    """Return the tsvector literal by which a record is found; `tags` are its labels' names."""
    words: list[str] = list(tags)
    digits: list[str] = []
    for field in kind.fields:
        value = values.get(field.key)
        if field.search and field.home != LABELS and value not in (None, "", []):
            (digits if field.search == "digits" else words).extend(field.type.words(value))
    return search_document(name, words, digits, mark_of(current_account(), kind.key))


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


_SEEN = """
select r.id, r.kind, r.name, r.sort_key, r.owner_id, coalesce({full}, false) as is_full,
  s.document @@ cast(:by_name as tsquery) as is_by_name
from {source} s
join core_record r on r.account_id = :account and r.id = s.record_id
where r.kind = :kind and r.deleted_at is null and {basic}
  and ({full} or s.document @@ cast(:by_name as tsquery))
{order} limit :most_seen
"""

# A rare fragment: read as found, so that the limit ends the reading; never joined the other way.
_RARE = """(
  select c.record_id, c.document from core_search c
  where c.account_id = :account and c.document @@ cast(:query as tsquery) offset 0)"""

# For an actor who may see few records: those first, and of them what begins with the typed text.
_FEW = """(
  select c.record_id, c.document from ({candidates} offset 0) few
  join core_search c on c.account_id = :account and c.record_id = few.id
  where c.document @@ cast(:query as tsquery) offset 0)"""

# A common fragment: records in the order of names, until enough of them hold it.
_COMMON = """
select r.id, r.kind, r.name, r.sort_key, r.owner_id, coalesce({full}, false) as is_full,
  c.document @@ cast(:by_name as tsquery) as is_by_name
from (select w.account_id, w.id, w.kind, w.name, w.sort_key, w.owner_id, w.visibility,
    w.participant_ids, w.further_owner_ids
  from core_record w
  where w.account_id = :account and w.kind = :kind and w.deleted_at is null
  order by w.sort_key, w.id limit :most_walked) r
join core_search c on c.account_id = r.account_id and c.record_id = r.id
where {basic} and c.document @@ cast(:query as tsquery)
  and ({full} or c.document @@ cast(:by_name as tsquery))
limit :most_seen
"""

# How many records hold a fragment, as the planner estimates it.
_ESTIMATE = """
explain (format json) select from core_search c
where c.account_id = :account and c.document @@ cast(:query as tsquery)
"""

_BEGINS = """r.sort_key >= core_sort_key(:typed)
  and r.sort_key < core_sort_key(:typed) || chr(1114111)"""

# What begins with the typed text comes first, so it is there whatever the limit above cut off.
_BEGINNING = """
select r.id, r.kind, r.name, r.sort_key, r.owner_id, coalesce({full}, false) as is_full,
  true as is_by_name
from core_record r
where r.account_id = :account and r.kind = :kind and r.deleted_at is null
  and {begins} and {basic}
order by r.sort_key, r.id limit :most_beginning
"""


def search(
    actor: Actor, typed: str, kinds: Iterable[str] = (), *, most: int = 8
) -> dict[str, tuple[list[Hit], int]]:
    """Return for each kind the best hits, best first, and how many there are.

    CANDIDATES or more hits are not all that there are. Nothing for fewer than two letters or
    digits. Private records without full access are found by their name alone, hidden ones not at
    all.
    """
    active = registry().kinds.of(actor.active_plugins)
    wanted = [kind for kind in active if not kinds or kind.key in set(kinds)]
    groups: dict[str, tuple[list[Hit], int]] = {}
    for kind in wanted:
        queries = search_query(typed, mark_of(actor.account_id, kind.key))
        if queries is None:
            return {}
        hits: dict[int, Hit] = {}
        for found in _found(actor, typed, queries, kind):
            hits.setdefault(found.id, Hit(*found))
        if hits:
            groups[kind.key] = (_ranked(kind, list(hits.values()), typed)[:most], len(hits))
    return groups


def _found(actor: Actor, typed: str, queries: tuple[str, str], kind: Kind) -> list[Any]:
    """Return the rows of `Hit`, in one of three ways that find the same, each quick at its own.

    For whoever sees many records, those whose names begin with the typed text come first.
    """
    rule = rule_for(actor, (kind.key,))
    values = {
        **rule.values,
        "kind": kind.key,
        "query": queries[0],
        "by_name": queries[1],
        "typed": typed.strip(),
        "most_seen": CANDIDATES,
    }
    if is_sparse(kind, actor, rule):
        first = f"order by ({_BEGINS}) desc, r.sort_key"
        return _rows(_SEEN, rule, values, source=_FEW, order=first)
    rows = _rows(_BEGINNING, rule, values, most_beginning=BEGINNINGS)
    if _estimate(queries[0]) > COMMON:
        found = _rows(_COMMON, rule, values, most_walked=WALKED)
        if len(found) >= ENOUGH:
            return rows + found
    return rows + _rows(_SEEN, rule, values, source=_RARE)


def _rows(
    statement: str,
    rule: Rule,
    values: Mapping[str, Any],
    source: str = "",
    order: str = "",
    **more: Any,
) -> list[Any]:
    made = statement.format(
        full=rule.full,
        basic=rule.basic,
        source=source.format(candidates=rule.candidates),
        order=order,
        begins=_BEGINS,
    )
    return list(sql(made, **values, **more))


def _estimate(query: str) -> int:
    plan: list[dict[str, Any]] = sql(_ESTIMATE, query=query).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


def _ranked(kind: Kind, hits: list[Hit], typed: str) -> list[Hit]:
    folded = fold(typed).strip()
    exact = _exact_ids(kind, hits, folded)
    ranked = []
    for hit in hits:
        if hit.id in exact:
            rank = 0
        elif fold(hit.name).startswith(folded) or _plain(hit.sort_key).startswith(folded):
            rank = 1
        else:
            rank = 2 if hit.is_by_name else 3
        ranked.append(replace(hit, rank=rank))
    return sorted(ranked, key=lambda hit: (hit.rank, hit.sort_key, hit.id))


def _plain(sort_key: str) -> str:
    return sort_key.replace("\x7f", "")


def _exact_ids(kind: Kind, hits: list[Hit], folded: str) -> set[int]:
    """Return the hits of which a whole e-mail address or number was typed."""
    is_number = bool(_NUMBER.fullmatch(folded)) and len(_digits(folded)) >= SHORTEST_NUMBER
    if not is_number and "@" not in folded:
        return set()
    wanted = _numbers(folded) if is_number else {folded}
    exact = set()
    for record_id, values in values_of_many(kind, [hit.id for hit in hits if hit.is_full]).items():
        for field in _searched(kind):
            words = field.type.words(values[field.key]) if values.get(field.key) else []
            known = {_digits(word) if field.search == "digits" else fold(word) for word in words}
            if known & wanted and is_number == (field.search == "digits"):
                exact.add(record_id)
    return exact


def _numbers(folded: str) -> set[str]:
    """Return the ways in which a number may be stored: with and without +48."""
    number = _digits(folded)
    plain = number.removeprefix("00").removeprefix("48") if len(number) > 9 else number
    return {number, plain, f"48{plain}"}


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", text)


def _searched(kind: Kind) -> list[Field]:
    return [field for field in kind.fields if field.search and field.home == ROW]


def values_of_many(kind: Kind, record_ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return the values that stand in the kind's own table, by record and field key.

    Only for records to which full access is known.
    """
    if not record_ids:
        return {}
    rows = sql(
        f"select k.* from {kind.table} k where k.account_id = :account and k.id = any(:ids)",
        ids=record_ids,
    ).mappings()
    fields = kind.homed(ROW)
    return {row["id"]: {field.key: row[field.column] for field in fields} for row in rows}


def places_of(
    kind: Kind, hits: list[Hit], values: Mapping[int, Mapping[str, Any]], typed: str
) -> dict[int, str]:
    """Return where each hit was found besides its name, as “field: text”.

    Nothing for hits by name, nor for those without full access.
    """
    wanted = [hit.id for hit in hits if hit.is_full and (hit.rank == 0 or not hit.is_by_name)]
    labels = {
        field: label_names_on(wanted, field.key)
        for field in kind.homed(LABELS)
        if field.search and wanted
    }
    places = {}
    for record_id in wanted:
        texts = [
            (field, text)
            for field in _searched(kind)
            if values[record_id].get(field.key)
            for text, _url, _more in field.type.entries(values[record_id][field.key])
        ]
        texts += [(field, name) for field, names in labels.items()
                  for name in names.get(record_id, ())]  # fmt: skip
        places[record_id] = _place(texts, typed)
    return places


def _place(texts: list[tuple[Field, str]], typed: str) -> str:
    """Return the field and the text in which most of the typed words stand."""
    words, digits = fold(typed).split(), _digits(typed)
    best, most = "", 0
    for field, text in texts:
        if field.search == "digits":
            fitting = len(words) if digits and _fits(digits, _digits(text)) else 0
        else:
            fitting = sum(word in fold(text) for word in words)
        if fitting > most:
            best, most = f"{field.label}: {_snippet(text, words)}", fitting
    return best


def _fits(typed: str, stored: str) -> bool:
    return typed in stored or bool(_numbers(typed) & {stored})


def _snippet(text: str, words: list[str]) -> str:
    """Return the surroundings of the first word in a long text."""
    text = " ".join(text.split())
    if len(text) <= LONGEST_PLACE:
        return text
    at = min((fold(text).find(word) for word in words if word in fold(text)), default=0)
    start = max(0, at - LONGEST_PLACE // 3)
    end = start + LONGEST_PLACE
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
