"""Filters as SQL: every test becomes a condition over the record `r`, and a way to gather IDs.

A row of which the reader may know the basic line alone counts as one whose other fields are empty
(VIS-3). So a test of a field holds only with full access, and its opposite is the plain opposite
of that: nothing can be inferred from who is listed and who is not.

Where a field lives decides how it is asked: each home makes a `Claim`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import inspect

from core import clock
from core.access import Actor, rule_for
from core.access.rule import under_alias
from core.db import current_account, sql
from core.records.fields import FILTER, HOLDERS, LABELS, RECORD, ROW, SHORT, Field, RecordLink
from core.records.filter_values import check_test, fields_of, names_the_record
from core.records.filters import ANY, Group, Test
from core.records.folding import mark_of, search_query
from core.records.gathering import Condition, all_of, any_of
from core.records.kinds import Kind
from core.records.operators import ME, MY_TEAMS
from core.records.periods import days_of, moments_of
from core.registry import registry

SHORTEST_NUMBER = 2
SEARCHED = 2_000  # bytes of a text that the search holds for certain


@dataclass(frozen=True)
class Claim:
    """What a test says, without the rule: `where` over `r`, and which IDs it holds for.

    `ids` may select more than those, never fewer; `others` the rest of them, likewise.
    """

    where: str
    ids: str
    others: str


def condition_of(
    kind: Kind, actor: Actor, tree: Group, zone: str
) -> tuple[Condition | None, list[str]]:
    """Return the condition of a filter, None where it asks nothing, and the fields it misses.

    `zone` is the reader's, in which days begin. A test that means nothing is Invalid.
    """
    compiler = _Compiler(kind, actor, zone)
    condition = compiler.group(tree)
    return condition, list(dict.fromkeys(compiler.missing))


class _Compiler:
    def __init__(self, kind: Kind, actor: Actor, zone: str) -> None:
        self.kind, self.actor, self.zone = kind, actor, zone
        self.fields = fields_of(kind)
        self.missing: list[str] = []
        self.values: dict[str, Any] = {}

    def group(self, tree: Group) -> Condition | None:
        """Return what all or any of the parts say together."""
        found = [
            each
            for each in (
                self.group(part) if isinstance(part, Group) else self.test(part)
                for part in tree.parts
            )
            if each is not None
        ]
        if not found:
            return None
        joint = " or " if tree.match == ANY else " and "
        sources = [each.ids for each in found if each.ids is not None]
        together = any_of if tree.match == ANY else all_of
        return Condition(
            f"({joint.join(each.where for each in found)})",
            self.values,
            together(sources) if tree.match != ANY or len(sources) == len(found) else None,
        )

    def test(self, test: Test) -> Condition | None:
        """Return what one test says; None where its field is not there any more."""
        field = self.fields.get(test.field)
        if field is None:
            self.missing.append(test.field)
            return None
        operator = check_test(field, test)
        asked = Test(test.field, operator.opposite_of or operator.key, test.values)
        claim = HOMES[field.home](self, field, asked)
        where = claim.where if field.is_basic else f"({{full}} and {claim.where})"
        if not operator.opposite_of:
            return Condition(where, self.values, claim.ids)
        # Rows without full access have nothing in this field, and only private ones are such.
        others = claim.others if field.is_basic else f"{claim.others} union all {self.private}"
        return Condition(f"(not coalesce({where}, false))", self.values, others)

    # ------------------------------------------------------------ parts of SQL

    def bound(self, value: Any) -> str:
        """Return the name of a new bound value."""
        name = f"filter_{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    @property
    def records(self) -> str:
        """All records of the kind, as the beginning of a statement."""
        return (
            "select r.id from core_record r where r.account_id = :account"
            " and r.kind = :kind and r.deleted_at is null"
        )

    @property
    def private(self) -> str:
        return f"{self.records} and r.visibility = 'private'"

    def of_record(self, says: str) -> Claim:
        """Return the claim of what is said of `r` itself."""
        return Claim(
            f"({says})",
            f"{self.records} and ({says})",
            f"{self.records} and not coalesce(({says}), false)",
        )

    def of_row(self, says: str, ids: str = "") -> Claim:
        """Return the claim of what is said of `k`, the row of the kind's own table."""
        rows = f"select k.id from {self.kind.table} k where k.account_id = :account"
        own = f"from {self.kind.table} k where k.account_id = r.account_id and k.id = r.id"
        return Claim(
            f"exists (select 1 {own} and ({says}))",
            ids or f"{rows} and ({says})",
            f"{rows} and not coalesce(({says}), false)",
        )

    def of_link(self, table: str, says: str) -> Claim:
        """Return the claim that a record has a row `h` of which something is said."""
        hangs = f"{table} h where h.account_id = r.account_id and h.record_id = r.id and {says}"
        return Claim(
            f"exists (select 1 from {hangs})",
            f"select h.record_id as id from {table} h where h.account_id = :account and {says}",
            f"{self.records} and not exists (select 1 from {hangs})",
        )

    # ------------------------------------------------------------ homes

    def column(self, field: Field, test: Test) -> Claim:
        """Return the claim about a column of the record or of the kind's own table."""
        alias, claim = ("r", self.of_record) if field.home == RECORD else ("k", self.of_row)
        column = f"{alias}.{field.column}"
        if test.operator == "filled" and field.type.asked_as != "text":
            filled = f"{column} is not null"
            if isinstance(field.type, RecordLink):
                filled += f" and {self.linked(field, 'true')}"
            return claim(filled)
        return FAMILIES[field.type.asked_as](self, field, column, test)

    def text(self, field: Field, column: str, test: Test) -> Claim:
        """Return the claim about a text, or about any of several."""
        if field.home == RECORD:
            ways = [text_says(self, f"r.{each}", test) for each in ("name", "sort_name")]
            ids = self.found_by_name(test)
            claim = self.of_record(" or ".join(f"({each})" for each in ways))
            return Claim(claim.where, ids or claim.ids, claim.others)
        sought = Test(test.field, test.operator, tuple(map(field.type.sought, test.values)))
        texts = field.type.texts_sql(column)
        if texts:
            says = text_says(self, "found.text", sought)
            says = f"exists (select 1 from ({texts}) found (text) where {says})"
        else:
            is_indexed = _is_indexed(self.kind, field.column)
            says = text_says(self, column, sought, is_indexed=is_indexed)
        return self.of_row(says, self.found_by_word(field, sought))

    def found_by_word(self, field: Field, test: Test) -> str:
        """Return the IDs that the search finds for a text; empty where it cannot help."""
        if test.operator == "filled":
            return ""
        if names_the_record(self.kind, field.key):
            return self.found_by_name(test)
        if not field.search:
            return ""
        text = test.values[0]
        if field.search == "digits":
            digits = "".join(each for each in text if each.isascii() and each.isdigit())
            return (
                self.found(f"'{self.mark()}{digits}':*") if len(digits) >= SHORTEST_NUMBER else ""
            )
        query = search_query(text, self.mark())
        if query is None or field.type.max_length <= SHORT:
            return self.found(query[0]) if query else ""
        # What is too long to be searched through is looked at itself.
        long = (
            f"select k.id from {self.kind.table} k where k.account_id = :account"
            f" and octet_length(k.{field.column}) > {SEARCHED}"
        )
        return f"{self.found(query[0])} union all {long}"

    def mark(self) -> str:
        return mark_of(current_account(), self.kind.key)

    def found_by_name(self, test: Test) -> str:
        query = search_query(test.values[0], self.mark()) if test.values else None
        return self.found(query[1]) if query else ""

    def found(self, query: str) -> str:
        return (
            "select s.record_id as id from core_search s where s.account_id = :account"
            f" and s.document @@ cast({self.bound(query)} as tsquery)"
        )

    def moment(self, _field: Field, column: str, test: Test) -> Claim:
        """Return the claim about a point in time."""
        today = clock.today(self.zone)
        bounds = moments_of(days_of(test.operator, test.values, today), self.zone)
        says = [
            f"{column} {sign} {self.bound(moment)}"
            for sign, moment in zip((">=", "<"), bounds, strict=True)
            if moment is not None
        ]
        return self.of_record(" and ".join(says))

    def user(self, _field: Field, column: str, test: Test) -> Claim:
        """Return the claim about the owner."""
        return self.of_record(f"{column} = any({self.bound(self.users(test))})")

    def visibility(self, _field: Field, column: str, test: Test) -> Claim:
        """Return the claim about the visibility."""
        return self.of_record(f"{column} = any({self.bound(list(test.values))})")

    def label(self, _field: Field, column: str, test: Test) -> Claim:
        """Return the claim about a label in a column."""
        return self.of_row(f"{column} = any({self.bound(_ids(test))})")

    def link(self, field: Field, column: str, test: Test) -> Claim:
        """Return the claim about a linked record, as far as the actor may know of that."""
        rows = f"select k.id from {self.kind.table} k"
        if test.operator == "is":
            ids = f"{column} = any({self.bound(_ids(test))})"
            says = f"{ids} and {self.linked(field, 'true')}"
            return self.of_row(says, f"{rows} where k.account_id = :account and {ids}")
        says = self.linked(field, text_says(self, "c.name", test))
        query = search_query(test.values[0], mark_of(current_account(), field.type.kind))  # type: ignore[attr-defined]
        if query is None:
            return self.of_row(says)
        named = (
            f"{rows} join core_search s on s.account_id = k.account_id"
            f" and s.record_id = {column} where k.account_id = :account"
            f" and s.document @@ cast({self.bound(query[1])} as tsquery)"
        )
        return self.of_row(says, named)

    def linked(self, field: Field, says: str) -> str:
        """Return that `k` links to a record `c` whose name the actor may know, and more of it."""
        kind = field.type.kind  # type: ignore[attr-defined]
        basic = under_alias(rule_for(self.actor, (kind,)).basic, "c")
        return (
            "exists (select 1 from core_record c where c.account_id = k.account_id"
            f" and c.id = k.{field.column} and c.kind = '{kind}' and c.deleted_at is null"
            f" and {basic} and {says})"
        )

    def holders(self, field: Field, test: Test) -> Claim:
        """Return the claim about participants or further owners."""
        says = f"h.role = '{field.role}'"
        if test.operator != "filled":
            says += f" and h.principal_id = any({self.bound(self.principals(test))})"
        return self.of_link("core_holder", says)

    def labels(self, field: Field, test: Test) -> Claim:
        """Return the claim about groups or tags."""
        says = f"h.field = '{field.key}'"
        if test.operator == "filled":
            return self.of_link("core_record_label", says)
        ids = self.bound(_ids(test))
        claim = self.of_link("core_record_label", f"{says} and h.label_id = any({ids})")
        if test.operator == "is":
            return claim
        number = self.bound(len(set(_ids(test))))
        every = (
            "(select count(*) from core_record_label h where h.account_id = r.account_id"
            f" and h.record_id = r.id and {says} and h.label_id = any({ids})) = {number}"
        )
        return Claim(every, claim.ids, claim.others)

    def registered(self, field: Field, test: Test) -> Claim:
        """Return the claim of a plugin's own filter; of a value that means nothing, none."""
        brought = registry().list_filters[field.key]
        value = test.values[0]
        if len(test.values) > 1 or brought.label(value, self.actor) is None:
            return self.of_record("false")
        where = brought.condition.replace(":filter_value", self.bound(value))
        return self.of_record(where)

    # ------------------------------------------------------------ who is meant

    def users(self, test: Test) -> list[int]:
        """Return the users who are named; `my_teams` are all who stand in one of the teams."""
        ids = {int(each) for each in test.values if each not in {ME, MY_TEAMS}}
        if ME in test.values:
            ids.add(self.actor.user_id)
        if MY_TEAMS in test.values:
            ids |= set(_members(list(self.actor.principals)))
        return sorted(ids)

    def principals(self, test: Test) -> list[int]:
        """Return the users and teams who are named; `my_teams` are the teams themselves."""
        ids = {int(each) for each in test.values if each not in {ME, MY_TEAMS}}
        if ME in test.values:
            ids.add(self.actor.user_id)
        if MY_TEAMS in test.values:
            ids |= {each for each in self.actor.principals if each != self.actor.user_id}
        return sorted(ids)


def text_says(compiler: _Compiler, text: str, test: Test, *, is_indexed: bool = False) -> str:
    """Return what a test says of a text; upper and lower case never matter.

    `contains` does not mind diacritics, `is` and `begins` do, by the rules by which names are
    sorted. The folded text is quick to make, the sort key is not, so that is looked at last,
    except where it is indexed.
    """
    if test.operator == "filled":
        return f"{text} is not null"
    typed, folded = test.values[0], f"core_fold({text})"
    value = f"cast({compiler.bound(typed)} as text)"
    if test.operator == "contains":
        return f"{folded} like core_fold({compiler.bound(f'%{_like(typed)}%')})"
    key, same = f'core_sort_key({text}) collate "C"', f"core_sort_key({value})"
    indexed = ""
    if test.operator == "is":
        says = f"case when {folded} = core_fold({value}) then {key} = {same} end"
        indexed = f"{key} = {same}"
    else:
        # What differs from the prefix by a mark alone has chr(127) behind it.
        begins = f"substr({key}, length({same}) + 1, 1) <> chr(127)"
        starts = f"left({key}, length({same})) = {same} and {begins}"
        like = f"{folded} like core_fold({compiler.bound(f'{_like(typed)}%')})"
        says = f"case when {like} then {starts} end"
        indexed = f"{key} >= {same} and {key} < {same} || chr(1114111)"
    return f"({text} is not null and {indexed} and {says})" if is_indexed else f"({says})"


@cache
def _is_indexed(kind: Kind, column: str) -> bool:
    """Tell whether a column of the kind's own table has an index in the order of names."""
    return any(
        f"core_sort_key({kind.table}.{column})" in str(expression)
        for index in inspect(kind.row).local_table.indexes
        for expression in index.expressions
    )


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _ids(test: Test) -> list[int]:
    return [int(each) for each in test.values]


def _members(teams: list[int]) -> list[int]:
    rows = sql(
        "select distinct user_id from core_membership"
        " where account_id = :account and team_id = any(:teams)",
        teams=teams,
    )
    return list(rows.scalars())


HOMES: dict[str, Callable[[_Compiler, Field, Test], Claim]] = {
    ROW: _Compiler.column,
    RECORD: _Compiler.column,
    HOLDERS: _Compiler.holders,
    LABELS: _Compiler.labels,
    FILTER: _Compiler.registered,
}
FAMILIES: dict[str, Callable[[_Compiler, Field, str, Test], Claim]] = {
    "text": _Compiler.text,
    "moment": _Compiler.moment,
    "user": _Compiler.user,
    "visibility": _Compiler.visibility,
    "label": _Compiler.label,
    "link": _Compiler.link,
}
