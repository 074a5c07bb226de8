"""Looking for duplicates batch by batch, and what is said of the groups that were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core import clock
from core.access import Actor
from core.db import copy_rows, db, sql
from core.errors import Conflict
from core.i18n import _
from core.jobs.runner import Stopped, checkpoint
from core.jobs.services import enqueue, stop as stop_job
from core.notifications.services import notify
from core.records.fields import RECORD, ROW
from core.records.kinds import Kind
from core.records.matching import tiers_of
from core.registry import registry
from plugins.duplicates.grouping import Pair, groups_of
from plugins.duplicates.models import (
    DONE,
    FAILED,
    LATER,
    MOVING,
    OPEN,
    RUNNING,
    STOPPED,
    Group,
    Run,
)
from plugins.duplicates.queries import MOST_SHOWN, latest_run, pairs_among

RUN, FINISHED = "duplicates.run", "duplicates.finished"
BATCH = 5_000  # records
MOST_SAID = 50  # records of one group whose pairs are remembered as different


def begin(kind: Kind, actor: Actor) -> Run:
    """Return a new search over all records of a kind, which runs in a job.

    Raises Conflict while one is under way. The result of the last one is replaced.
    """
    sql("select from core_account where id = :account for update")
    last = latest_run(kind)
    if last is not None and last.state in MOVING:
        raise Conflict(_("A search is under way already."))
    run = Run(kind=kind.key, user_id=actor.user_id, row_count=_record_count(kind))
    db.session.add(run)
    db.session.flush()
    run.job_id = enqueue(RUN, {"run_id": run.id}, actor.user_id).id
    db.session.flush()
    return run


def _record_count(kind: Kind) -> int:
    return int(
        sql(
            "select count(*) from core_record"
            " where account_id = :account and kind = :kind and deleted_at is null",
            kind=kind.key,
        ).scalar_one()
    )


def stop(run: Run) -> None:
    """Ask a search to stop after the batch it is at; what it found until then is forgotten."""
    if run.state not in MOVING:
        raise Conflict(_("The search has ended already."))
    if run.job_id is None or stop_job(run.job_id):
        _end(run, STOPPED)


def run(run: Run) -> None:
    """Look at all records that were not looked at yet, and put together what is alike.

    Killed, it goes on behind the last batch that was stored.
    """
    kind = registry().kinds[run.kind]
    run.state = RUNNING
    db.session.flush()
    try:
        checkpoint()
        while _look(kind, run):
            checkpoint()
    except Stopped:
        _end(run, STOPPED)
        raise
    _put_together(run)
    _end(run, DONE)
    notify([run.user_id or 0], FINISHED, parameters={"kind": run.kind, "count": _found(run)},
           url="/settings/account/contacts/duplicates")  # fmt: skip


def give_up(run: Run) -> None:
    """Say that a search broke for good."""
    _end(run, FAILED)


def _end(run: Run, state: str) -> None:
    run.state, run.ended_at = state, clock.now()
    sql("delete from duplicates_pair where account_id = :account and run_id = :run", run=run.id)
    if state == DONE:  # it stands for all before it
        sql(
            "delete from duplicates_run where account_id = :account and kind = :kind and id < :run",
            kind=run.kind,
            run=run.id,
        )
    db.session.flush()


def _found(run: Run) -> int:
    return int(
        sql(
            "select count(*) from duplicates_group where account_id = :account and run_id = :run",
            run=run.id,
        ).scalar_one()
    )


# ---------------------------------------------------------------- a batch

# Keys first, then each record that has them: the work is that of the batch at hand. Of all records
# under a key the oldest is enough, since the others lead to it too.
_ALIKE = """
select w.record_id, w.tier, min(r.id) as other_id
from unnest(cast(:ids as bigint[]), cast(:tiers as int[]), cast(:keys as bigint[]))
  as w(record_id, tier, key)
cross join lateral (
  select r.id from core_match m
  join core_record r on r.account_id = :account and r.id = m.record_id
  where m.account_id = :account and m.key = w.key and m.record_id <> w.record_id
    and r.kind = :kind and r.deleted_at is null
  order by m.record_id limit 1) r
group by w.record_id, w.tier
"""


def _look(kind: Kind, run: Run) -> bool:
    """Look at the next batch of records; return whether there was one."""
    rows = _next(kind, run.cursor)
    if not rows:
        return False
    wanted = [
        (row["id"], place, key)
        for row in rows
        for place, tier in enumerate(tiers_of(kind, row))
        for key in tier
    ]
    found = sql(
        _ALIKE,
        kind=kind.key,
        ids=[each[0] for each in wanted],
        tiers=[each[1] for each in wanted],
        keys=[each[2] for each in wanted],
    ).all()
    best: dict[int, tuple[int, int]] = {}
    for row in found:
        if row.record_id not in best or row.tier < best[row.record_id][0]:
            best[row.record_id] = (row.tier, row.other_id)
    copy_rows(
        "duplicates_pair",
        ("run_id", "record_id", "other_id"),
        ((run.id, record_id, other_id) for record_id, (_tier, other_id) in best.items()),
    )
    run.cursor = rows[-1]["id"]
    run.done_count += len(rows)
    db.session.flush()
    return True


def _next(kind: Kind, cursor: int) -> list[dict[str, Any]]:
    """Return the fields that matching reads, of the next records that are not in the trash."""
    fields = [kind.by_key[key] for key in sorted(kind.matching.needs)]
    columns = [
        f"{'k' if field.home == ROW else 'r'}.{field.column} as v_{field.key}"
        for field in fields
        if field.home in (ROW, RECORD)
    ]
    rows = sql(
        f"select r.id, {', '.join(columns)} from core_record r"
        f" join {kind.table} k on k.account_id = r.account_id and k.id = r.id"
        " where r.account_id = :account and r.kind = :kind and r.deleted_at is null"
        " and r.id > :cursor order by r.id limit :most",
        kind=kind.key,
        cursor=cursor,
        most=BATCH,
    ).mappings()
    return [{key.removeprefix("v_"): value for key, value in row.items()} for row in rows]


def _put_together(run: Run) -> None:
    pairs = sql(
        "select record_id, other_id from duplicates_pair"
        " where account_id = :account and run_id = :run",
        run=run.id,
    ).all()
    different = sql(
        "select record_id, other_id from duplicates_different where account_id = :account"
    ).all()
    known: set[Pair] = {(row.record_id, row.other_id) for row in different}
    found = groups_of([(row.record_id, row.other_id) for row in pairs], known)
    later = _put_off(run)
    sql("delete from duplicates_group where account_id = :account and run_id = :run", run=run.id)
    db.session.add_all(
        Group(run_id=run.id, record_ids=ids, state=LATER if tuple(ids) in later else OPEN)
        for ids in found
    )
    db.session.flush()


def _put_off(run: Run) -> set[tuple[int, ...]]:
    """Return the groups of earlier searches that somebody put off, by their records."""
    rows = sql(
        "select g.record_ids from duplicates_group g"
        " join duplicates_run r on r.account_id = g.account_id and r.id = g.run_id"
        " where g.account_id = :account and r.kind = :kind and g.state = :later",
        kind=run.kind,
        later=LATER,
    )
    return {tuple(row.record_ids) for row in rows}


# ---------------------------------------------------------------- what is said of a group


def say_different(group: Group, record_ids: Sequence[int], actor: Actor) -> None:
    """Remember that records of a group are not the same, and put the group away.

    Those count that the page showed; of a group too large to be shown whole, all of them.
    """
    shown = [each for each in record_ids if each in group.record_ids]
    is_whole = len(group.record_ids) <= MOST_SHOWN and shown
    pairs = pairs_among((shown if is_whole else group.record_ids)[:MOST_SAID])
    sql(
        "insert into duplicates_different"
        " (account_id, record_id, other_id, said_by_id, said_at)"
        " select :account, p.one, p.other, :user, :now"
        " from unnest(cast(:ones as bigint[]), cast(:others as bigint[])) as p(one, other)"
        " join core_record a on a.account_id = :account and a.id = p.one"
        " join core_record b on b.account_id = :account and b.id = p.other"
        " on conflict do nothing",
        ones=[each[0] for each in pairs],
        others=[each[1] for each in pairs],
        user=actor.user_id,
        now=clock.now(),
    )
    db.session.delete(group)
    db.session.flush()


def put_off(group: Group, state: str) -> None:
    """Put a group off for later, or take it up again."""
    group.state = state
    db.session.flush()
