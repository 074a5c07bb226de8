"""Questions about searches for duplicates."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

from core.access import Actor, levels_of
from core.accounts.queries import account_facts
from core.db import db, sql
from core.errors import NotFound
from core.i18n import Text, _
from core.records.bulk import Stored, stored
from core.records.kinds import Kind
from core.records.matching import numbers_of, tiers_of
from core.registry import registry
from plugins.duplicates.grouping import Pair, alike_pairs, groups_of
from plugins.duplicates.models import Group, Run

GROUPS_A_PAGE = 20
MOST_SHOWN = 10  # of one group, as many as can be merged at once


def searched_kinds() -> list[Kind]:
    """Return the kinds in which duplicates are looked for: those that can be merged."""
    kinds = registry().kinds.of(account_facts().active_plugins)
    return [each for each in kinds if each.is_mergeable and each.matching.needs]


def latest_run(kind: Kind) -> Run | None:
    """Return the last search over a kind."""
    statement = db.select(Run).where(Run.kind == kind.key).order_by(Run.id.desc()).limit(1)
    return cast("Run | None", db.session.execute(statement).scalar_one_or_none())


def find_run(run_id: int, *, lock: bool = False) -> Run | None:
    """Return a search of the account."""
    statement = db.select(Run).where(Run.id == run_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return cast("Run | None", db.session.execute(statement).scalar_one_or_none())


def run_of(run_id: int, *, lock: bool = False) -> Run:
    """Return a search of the account; NotFound where there is none."""
    found = find_run(run_id, lock=lock)
    if found is None:
        raise NotFound(_("There is no such search."))
    return found


def group_of(group_id: int) -> Group:
    """Return a group, locked; NotFound where there is none."""
    statement = db.select(Group).where(Group.id == group_id).with_for_update()
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such group."))
    return cast(Group, found)


def group_counts(run: Run) -> dict[str, int]:
    """Return how many groups a search left, by state."""
    rows = sql(
        "select state, count(*) as number from duplicates_group"
        " where account_id = :account and run_id = :run group by state",
        run=run.id,
    )
    return {row.state: row.number for row in rows}


def groups_on_page(run: Run, state: str, page: int) -> Sequence[Group]:
    """Return one page of the groups of a state, and one more where there is a next page."""
    statement: Any = (
        db.select(Group)
        .where(Group.run_id == run.id, Group.state == state)
        .order_by(Group.id)
        .offset((page - 1) * GROUPS_A_PAGE)
        .limit(GROUPS_A_PAGE + 1)
    )
    return cast(Sequence[Group], db.session.execute(statement).scalars().all())


@dataclass(frozen=True)
class Checked:
    """A group as it is now: the records that still are alike, and what they have in common.

    `rest_count` is how many more there are than are shown, `has_changed` whether it is not any
    more what was found.
    """

    group: Group
    records: list[Stored]
    reasons: list[list[Text]]
    rest_count: int
    has_changed: bool


def checked(kind: Kind, groups: Sequence[Group], actor: Actor) -> list[Checked]:
    """Return groups as they are now, read and compared anew; nothing is written."""
    ids = {record_id for group in groups for record_id in group.record_ids[: MOST_SHOWN * 10]}
    levels = levels_of(actor, ids)
    records = stored(kind, [each for each in ids if each in levels and levels[each].is_full])
    different = different_pairs(ids)
    return [_checked(kind, group, records, different) for group in groups]


def _checked(
    kind: Kind, group: Group, records: dict[int, Stored], different: Collection[Pair]
) -> Checked:
    looked_at = group.record_ids[: MOST_SHOWN * 10]
    own = [records[each] for each in looked_at if each in records]
    pairs = alike_pairs(
        {each.id: tiers_of(kind, each.values) for each in own},
        {each.id: numbers_of(kind, each.values) for each in own},
    )
    still = max(groups_of(pairs, different), key=len, default=[])
    first = [records[each] for each in still[:MOST_SHOWN]]
    return Checked(
        group,
        first,
        [_reasons(kind, each, first) for each in first],
        len(still) - len(first) + len(group.record_ids) - len(looked_at),
        set(still) != set(looked_at),
    )


def _reasons(kind: Kind, record: Stored, among: Sequence[Stored]) -> list[Text]:
    """Return most that a record has in common with any other of a group."""
    found = [
        kind.matching.reasons(record.values, each.values) for each in among if each.id != record.id
    ]
    return max(found, key=len, default=[])


def different_pairs(record_ids: Iterable[int]) -> set[Pair]:
    """Return the pairs of some records that are known to be different."""
    rows = sql(
        "select record_id, other_id from duplicates_different"
        " where account_id = :account and record_id = any(:ids)",
        ids=list(record_ids),
    )
    return {(row.record_id, row.other_id) for row in rows}


def pairs_among(record_ids: Sequence[int]) -> list[Pair]:
    """Return all pairs of some records, the older one first in each."""
    return list(combinations(sorted(set(record_ids)), 2))
