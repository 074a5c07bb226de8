"""Choosing how a filtered list is read: few rows gathered by an index, or many passed by in order.

A condition may say by which statement the IDs that it holds for, and perhaps more, are found. The
planner tells how many each would bring. The best one is read if that is quicker than to walk along
the order of the list until a page is full, never further than a bound, and what is found is held
against the whole condition. So neither a rare value nor a common one is slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from core.db import sql

GATHERED = 20_000  # so many rows are sorted for a page; more are walked
READ = 100_000  # so many IDs are read at most to find them
LINES = 100  # so many lines the walk is expected to look for

Source: TypeAlias = "str | tuple[Literal['all', 'any'], tuple[Source, ...]]"


@dataclass(frozen=True)
class Condition:
    """A filter: SQL over `r` with its bound values; `{full}` stands for full access.

    `ids` selects, as `id`, the IDs it holds for and perhaps more, never fewer; None where nothing
    is quicker than to look at each row.
    """

    where: str
    values: dict[str, Any] = field(default_factory=dict)
    ids: Source | None = None


@dataclass(frozen=True)
class Gathered:
    """The rows that are listed, all of them; `ids` is None where they were too many."""

    ids: list[int] | None
    is_many: bool = False


def all_of(sources: Sequence[Source]) -> Source | None:
    """Return the source of rows for which all conditions hold: the best of theirs will do."""
    return ("all", tuple(sources)) if sources else None


def any_of(sources: Sequence[Source]) -> Source | None:
    """Return the source of rows for which any condition holds: all of theirs together."""
    return ("any", tuple(sources)) if sources else None


def gather(
    conditions: Iterable[Condition], basic: str, where: str, rows: str, values: Mapping[str, Any]
) -> Gathered:
    """Return the IDs of the rows that are listed, where gathering them is the quicker way.

    `basic` is the rule and `where` what all conditions say, over `r`; `rows` is the beginning of a
    statement over all records of the kind. `is_many` says that there are more than GATHERED for
    certain.
    """
    source = all_of([each.ids for each in conditions if each.ids is not None])
    best = _best(source, values) if source else None
    asked = f"{basic} and {where}"
    if best is None or best[0] > READ or not _is_quicker(best[0], asked, rows, values):
        return Gathered(None)
    statement = f"""
        with found as materialized (select id from ({best[1]}) found limit {READ + 1}),
        kept as materialized (
          select r.id from (select distinct id from found) one
          join core_record r on r.account_id = :account and r.id = one.id
          where r.kind = :kind and r.deleted_at is null and {basic} and {where} limit {GATHERED + 1})
        select (select count(*) from found) as read, array(select id from kept) as ids"""
    found = sql(statement, **values).one()
    if len(found.ids) > GATHERED:
        return Gathered(None, is_many=True)
    return Gathered(None if found.read > READ else list(found.ids))


def _is_quicker(read: int, where: str, rows: str, values: Mapping[str, Any]) -> bool:
    """Tell whether reading so many IDs is less than what a walk would pass by."""
    if read <= GATHERED:
        return True
    total, kept = _estimate(rows, values), _estimate(f"{rows} and {where}", values)
    return read < total * LINES / max(kept, 1)


def _best(source: Source, values: Mapping[str, Any]) -> tuple[int, str] | None:
    """Return how many IDs the quickest way brings, and its statement."""
    if isinstance(source, str):
        return _estimate(source, values), source
    found = [each for each in (_best(part, values) for part in source[1]) if each]
    if source[0] == "all":
        return min(found, default=None)
    if len(found) < len(source[1]):
        return None
    return sum(number for number, _sql in found), " union all ".join(
        f"({statement})" for _number, statement in found
    )


def _estimate(statement: str, values: Mapping[str, Any]) -> int:
    plan: list[dict[str, Any]] = sql(f"explain (format json) {statement}", **values).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])
