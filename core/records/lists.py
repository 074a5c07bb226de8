"""Lists of records: pages by key in any order, under the access rule, quick at any size.

An order has two segments. The first holds the rows whose value may be seen and is there, in the
order of the value; the second the rest, by name. So a private row, of which only name and owner
may be known, stands where an empty value stands and nothing can be inferred from its place.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.access import Actor, Rule, rule_for
from core.access.rule import under_alias
from core.accounts.epoch import current_epoch
from core.accounts.queries import account_facts
from core.db import current_account, sql
from core.records.fields import RECORD, ROW, Field, Moment, RecordLink
from core.records.folding import mark_of, search_query
from core.records.gathering import GATHERED as SPARSE, Condition, Gathered, gather
from core.records.kinds import Kind

SIZES = (25, 50, 100, 200)
EXACT = 1_000
BY_NAME = "name"
MOST_PARTS = 5

# What every row brings along.
SHOWN = "r.id, r.name, r.sort_name, r.owner_id, r.visibility, r.created_at, r.updated_at"

PUBLIC = """(select count(*) from (
  select 1 from core_record r where r.account_id = :account and r.kind = :kind
  and r.deleted_at is null and r.visibility = 'public' order by r.id limit {limit}) public)"""

# What an actor holds: each of these has a record once, so it is never more than what he sees.
OWNED = """(select count(*) from (
  select 1 from core_record r where r.account_id = :account and r.kind = :kind
  and r.deleted_at is null and r.owner_id = any(:reached) limit {limit}) owned)"""
JOINED = """(select count(*) from (
  select 1 from core_holder h
  join core_record r on r.account_id = h.account_id and r.id = h.record_id
  where h.account_id = :account and h.principal_id = {principal} and h.role = 'participant'
  and r.kind = :kind and r.deleted_at is null limit {limit}) joined)"""

_FOOTPRINT_SECONDS = 600.0
_CACHED = 5_000
_LINES = 100  # so many lines the walk is expected to look for
_footprints: OrderedDict[tuple[int, int, int, str], tuple[bool, float]] = OrderedDict()
_totals: OrderedDict[tuple[int, str], tuple[int, float]] = OrderedDict()


@dataclass(frozen=True)
class Cursor:
    """A place in an order: the segment, the sorted value as text, and the record's ID."""

    segment: int
    value: str | None
    id: int


@dataclass(frozen=True)
class ListRow:
    """A row of a list; of a basic one only ID, name and owner may be shown."""

    id: int
    is_full: bool
    cursor: Cursor
    values: Any


@dataclass(frozen=True)
class Listed:
    """One page of a list; `count` is exact, or None when there are more than EXACT rows.

    Where counting them would take longer than the page, `is_counted` is off.
    """

    rows: list[ListRow]
    has_before: bool
    has_after: bool
    count: int | None
    is_counted: bool = True


@dataclass(frozen=True)
class Wanted:
    """What a list shall show: order, direction, place, size, filters."""

    sort: str = BY_NAME
    is_descending: bool = False
    size: int = 50
    cursor: Cursor | None = None
    is_backwards: bool = False
    conditions: tuple[Condition, ...] = ()
    columns: tuple[str, ...] = ()


def search_condition(typed: str, kind: str) -> Condition | None:
    """Return the filter for what was typed into a list's search; None for less than two letters.

    Rows with the basic line alone are found by their name only.
    """
    queries = search_query(typed, mark_of(current_account(), kind))
    if queries is None:
        return None
    where = """exists (select 1 from core_search s
      where s.account_id = r.account_id and s.record_id = r.id
      and ((s.document @@ cast(:list_query as tsquery) and {full})
        or s.document @@ cast(:list_names as tsquery)))"""
    ids = """select s.record_id as id from core_search s
      where s.account_id = :account and s.document @@ cast(:list_query as tsquery)"""
    return Condition(where, {"list_query": queries[0], "list_names": queries[1]}, ids)


def listed(kind: Kind, actor: Actor, wanted: Wanted) -> Listed:
    """Return one page of the records of a kind that the actor may see."""
    return _List(kind, actor, wanted).page()


def count_up_to_bound(kind: Kind, actor: Actor, conditions: Sequence[Condition] = ()) -> int | None:
    """Return how many records of a kind the actor may see; None for more than EXACT."""
    wanted = Wanted(conditions=tuple(conditions))
    return _List(kind, actor, wanted).count(EXACT + 1)


def count_exactly(kind: Kind, actor: Actor, conditions: Sequence[Condition] = ()) -> int:
    """Return how many records of a kind the actor may see; for one who asked for it."""
    wanted = Wanted(conditions=tuple(conditions))
    return _List(kind, actor, wanted).count(None) or 0


def ids_of(kind: Kind, actor: Actor, conditions: Sequence[Condition] = ()) -> list[int]:
    """Return all records of a kind that the actor may see, basic ones too, in order of names."""
    return _List(kind, actor, Wanted(conditions=tuple(conditions))).ids()


class _List:
    def __init__(self, kind: Kind, actor: Actor, wanted: Wanted) -> None:
        self.kind, self.actor, self.wanted = kind, actor, wanted
        self.rule: Rule = rule_for(actor, (kind.key,))
        self.values = {
            **self.rule.values,
            "kind": kind.key,
        }
        for condition in wanted.conditions:
            self.values |= condition.values
        self.field = kind.by_key.get(wanted.sort)
        self.is_sparse = is_sparse(kind, actor, self.rule)
        self.gathered = Gathered(None)
        self.gathered = self.gather()
        self.seen: int | None = None
        self.by_name: list[int] = []

    def gather(self) -> Gathered:
        """Return the rows of a filter where that is quicker than to look for them in order."""
        if self.is_sparse or not self.wanted.conditions:
            return Gathered(None)
        rows = f"select r.id from {self.source('')} "
        gathered = gather(
            self.wanted.conditions, self.rule.basic, self.filters(), rows, self.values
        )
        if gathered.ids is not None:
            self.values["gathered"] = gathered.ids
        return gathered

    def filters(self) -> str:
        """Return what all filters say, as one condition."""
        wheres = [each.where.replace("{full}", self.rule.full) for each in self.wanted.conditions]
        return " and ".join(wheres) or "true"

    def where(self) -> str:
        """Return the conditions of every row on the list; what was gathered fulfils the filters."""
        if self.gathered.ids is not None:
            return self.rule.basic
        return f"{self.rule.basic} and {self.filters()}"

    def source(self, joins: str) -> str:
        """Return the rows to choose from: all of the kind, or the few that are known."""
        few = "few join core_record r on r.account_id = :account and r.id = few.id"
        return (
            f"{few if self.few() else 'core_record r'} {joins}"
            " where r.account_id = :account and r.kind = :kind and r.deleted_at is null"
        )

    def few(self) -> str:
        """Return the CTE of the rows that are known ahead; empty where none are."""
        if self.is_sparse:
            return f"few as materialized ({self.rule.candidates}),"
        if self.gathered.ids is not None:
            return "few as materialized (select unnest(cast(:gathered as bigint[])) as id),"
        return ""

    def page(self) -> Listed:
        wanted = self.wanted
        rows: list[ListRow] = []
        segments = [0] if self.field is None else [0, 1]
        if wanted.is_backwards:
            segments.reverse()
        for segment in segments:
            cursor = wanted.cursor
            if cursor is not None and _is_before(segment, cursor, backwards=wanted.is_backwards):
                continue
            place = cursor if cursor is not None and cursor.segment == segment else None
            rows += self.segment(segment, place, wanted.size + 1 - len(rows))
            if len(rows) > wanted.size:
                break
        more = len(rows) > wanted.size
        rows = rows[: wanted.size]
        if wanted.is_backwards:
            rows.reverse()
        has_before = more if wanted.is_backwards else wanted.cursor is not None
        has_after = True if wanted.is_backwards else more
        if wanted.cursor is None and not more:
            return Listed(rows, has_before, has_after, len(rows))
        if self.is_slow_to_count:
            return Listed(rows, has_before, has_after, None, is_counted=False)
        return Listed(rows, has_before, has_after, self.bounded_count())

    @property
    def is_slow_to_count(self) -> bool:
        """Whether only a walk along the whole list would tell how many rows a filter has."""
        is_known = self.is_sparse or self.gathered.ids is not None or self.gathered.is_many
        return bool(self.wanted.conditions) and not is_known

    def bounded_count(self) -> int | None:
        """Return the number of rows up to EXACT; what was gathered is known."""
        if self.gathered.is_many:
            return None
        if self.gathered.ids is not None:
            return len(self.gathered.ids) if len(self.gathered.ids) <= EXACT else None
        if self.seen is None or self.wanted.conditions:
            return self.count(EXACT + 1)
        if self.seen > SPARSE:
            _footprints[_footprint_key(self.kind, self.actor)] = (False, _later())
        return self.seen if self.seen <= EXACT else None

    def segment(self, segment: int, cursor: Cursor | None, limit: int) -> list[ListRow]:
        """Return up to `limit` rows of a segment, from the cursor on in the wanted direction."""
        order = self.order(segment)
        if order.type != "integer":
            return self.part(segment, order, cursor, limit)
        # Sorted by owner: the owners come one after another in the order of their names, so the
        # rows of a few of them are enough for a page.
        rows: list[ListRow] = []
        for owners in self.owners_from(cursor):
            values: dict[str, Any] = {"by_name": self.by_name, "owners": owners}
            some = replace(order, condition="r.owner_id = any(:owners)", values=values)
            if len(owners) == 1:
                # One owner's place is the same for all rows, so his index gives their order.
                place = str(self.by_name.index(owners[0]) + 1)
                condition = f"r.owner_id = {int(owners[0])}"
                some = replace(order, value=f"cast({place} as integer)", condition=condition)
            rows += self.part(segment, some, cursor, limit - len(rows))
            if len(rows) >= limit:
                break
        return rows

    def owners_from(self, cursor: Cursor | None) -> Iterator[list[int]]:
        """Return the owners whose rows come next, a few at first and then ever more at once."""
        self.by_name = list(account_facts().users)
        place = int(cursor.value) - 1 if cursor and cursor.value else None
        is_downwards = self.wanted.is_descending != self.wanted.is_backwards
        if is_downwards:
            owners = self.by_name[: None if place is None else place + 1][::-1]
        else:
            owners = self.by_name[place or 0 :]
        for size in (1, 1, 4, 16, len(self.by_name)):
            if owners:
                yield owners[:size]
            owners = owners[size:]

    def part(self, segment: int, order: _Order, cursor: Cursor | None, limit: int) -> list[ListRow]:
        """Return up to `limit` rows of one order by one statement."""
        descending = self.wanted.is_descending and segment == 0
        if self.wanted.is_backwards:
            descending = not descending
        direction, compare = ("desc", "<") if descending else ("asc", ">")
        after = ""
        values = {**self.values, "limit": limit}
        if cursor is not None:
            after = (
                f" and ({order.value}, {order.id}) {compare} (cast(:value as {order.type}), :after)"
            )
            values |= {"value": cursor.value, "after": cursor.id}
        where = f"{self.where()} and {order.condition}{after}"
        statement = f"""
            with {self.few()} page as materialized (
              select {SHOWN}, {order.value} as value,
                coalesce({self.rule.full}, false) as is_full
              from {self.source(order.joins)} and {where}
              order by {order.value} {direction}, {order.id} {direction} limit :limit)
            select page.*, {self.few_count()} as few{self.selected()}
            from page
            join {self.kind.table} k on k.account_id = :account and k.id = page.id
            order by page.value {direction}, page.id {direction}
        """
        found = sql(statement, **values, **order.values).all()
        if found and self.is_sparse:
            self.seen = found[0].few
        return [
            ListRow(row.id, row.is_full, Cursor(segment, _text(row.value), row.id), row)
            for row in found
        ]

    def few_count(self) -> str:
        """Return how many rows the sparse form gathered, as SQL."""
        return "(select count(*) from few)" if self.is_sparse else "0"

    def order(self, segment: int) -> _Order:
        """Return by what a segment is sorted, and which rows belong to it."""
        by_name = _Order("r.sort_key", "text", "true")
        if self.field is None:
            return by_name
        valued = _order_by(self.field, self.kind, self.actor, self.rule)
        if segment == 0:
            return valued
        rest = f"not coalesce({valued.condition}, false)"
        return _Order("r.sort_key", "text", rest, valued.rest_joins, values=valued.values)

    def selected(self) -> str:
        """Return the columns of the kind's own table that the rows bring along."""
        wanted = [self.kind.by_key.get(key) for key in self.wanted.columns]
        return "".join(f", k.{each.column}" for each in wanted if each and each.home == ROW)

    def ids(self) -> list[int]:
        """Return the IDs of all rows."""
        statement = f"""
            with {self.few()} rows as materialized (
              select r.id, r.sort_key from {self.source("")} and {self.where()})
            select id from rows order by sort_key, id
        """
        return list(sql(statement, **self.values).scalars())

    def count(self, limit: int | None) -> int | None:
        """Return the number of rows; None where there are `limit` or more."""
        # The order keeps a bounded count on the index; a scan might pass over other kinds first.
        bound = f" order by r.sort_key, r.id limit {limit}" if limit else ""
        statement = f"""(with {self.few()} counted as (
              select 1 from {self.source("")} and {self.where()}{bound})
            select count(*) from counted)"""
        is_ruled = self.actor.is_active and not self.actor.is_administrator
        if limit and is_ruled and not self.wanted.conditions:
            # Where one index alone finds so many, the rule need not be asked.
            enough = " ".join(f"when {each} = {limit} then {limit}" for each in self.parts(limit))
            statement = f"case {enough} else {statement} end"
        number = int(sql(f"select {statement}", **self.values).scalar_one())
        return number if limit is None or number < limit else None

    def parts(self, limit: int) -> list[str]:
        """Return counts up to a limit, as SQL, of parts of what the actor sees, each by one index."""
        public = [PUBLIC.format(limit=limit)] if self.sees_public else []
        joined = [JOINED.format(principal=int(each), limit=limit) for each in self.actor.principals]
        return [*public, OWNED.format(limit=limit), *joined[:MOST_PARTS]]

    @property
    def sees_public(self) -> bool:
        """Whether all that is public is on the list, and more besides."""
        return self.kind.key in self.rule.values.get("viewable", ())


@dataclass(frozen=True)
class _Order:
    """By what a segment is sorted: SQL of the value, its type, which rows belong to it."""

    value: str
    type: str
    condition: str
    joins: str = ""
    rest_joins: str = ""
    id: str = "r.id"
    values: dict[str, Any] = field(default_factory=dict)


def _order_by(wanted: Field, kind: Kind, actor: Actor, rule: Rule) -> _Order:
    own = f"join {kind.table} k on k.account_id = r.account_id and k.id = r.id"
    plain = wanted.sort_sql
    condition = f"{rule.full} and {plain} is not null"
    if wanted.key == "owner":
        value = "array_position(cast(:by_name as bigint[]), r.owner_id)"
        return _Order(value, "integer", "r.owner_id is not null")
    if isinstance(wanted.type, RecordLink):
        basic = under_alias(rule_for(actor, (wanted.type.kind,)).basic, "c")
        linked = (
            f"core_record c on c.account_id = k.account_id"
            f" and c.id = k.{wanted.column} and c.deleted_at is null"
            f" and c.kind = '{wanted.type.kind}' and {basic}"
        )
        condition = f"{rule.full} and c.sort_key is not null"
        joins, rest = f"{own} join {linked}", f"{own} left join {linked}"
        return _Order("c.sort_key", "text", condition, joins, rest, id="k.id")
    if wanted.home == RECORD:
        kind_of_value = "timestamptz" if isinstance(wanted.type, Moment) else "text"
        return _Order(plain, kind_of_value, "true" if wanted.is_basic else condition)
    # The very expression and condition of the index on the column.
    value = f'core_sort_key({plain}) collate "C"'
    return _Order(value, "text", condition, own, own, id="k.id")


def _is_before(segment: int, cursor: Cursor, *, backwards: bool) -> bool:
    return segment > cursor.segment if backwards else segment < cursor.segment


def _text(value: Any) -> str | None:
    return (
        value.isoformat() if hasattr(value, "isoformat") else None if value is None else str(value)
    )


def is_sparse(kind: Kind, actor: Actor, rule: Rule) -> bool:
    """Tell whether the actor may see so few records that gathering them first is quicker.

    Of `total` records `seen` may be seen: gathering costs `seen` rows, a page of the walk along
    the index `total / seen` rows for each of its lines.
    """
    if actor.is_administrator:
        return False
    key = _footprint_key(kind, actor)
    found = _footprints.get(key)
    if found is not None and found[1] > time.monotonic():
        return found[0]
    counts = [f"(select count(*) from ({arm} limit {SPARSE + 1}) counted)" for arm in rule.arms]
    statement = f"select {' + '.join(counts)}"
    seen = int(sql(statement, **rule.values).scalar_one())
    is_sparse = seen <= SPARSE and seen * seen <= _LINES * _total(kind)
    _footprints[key] = (is_sparse, _later())
    while len(_footprints) > _CACHED:
        _footprints.popitem(last=False)
    return is_sparse


def _total(kind: Kind) -> int:
    """Return how many records of a kind the account has, or had a while ago."""
    key = (current_account(), kind.key)
    found = _totals.get(key)
    if found is not None and found[1] > time.monotonic():
        return found[0]
    number = sql(
        "select count(*) from core_record r"
        " where r.account_id = :account and r.kind = :kind and r.deleted_at is null",
        kind=kind.key,
    ).scalar_one()
    _totals[key] = (int(number), _later())
    while len(_totals) > _CACHED:
        _totals.popitem(last=False)
    return int(number)


def _footprint_key(kind: Kind, actor: Actor) -> tuple[int, int, int, str]:
    return actor.account_id, current_epoch(), actor.user_id, kind.key


def _later() -> float:
    return time.monotonic() + _FOOTPRINT_SECONDS
