"""Masking earlier values of records in their change sets, so that what was erased stays erased."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.changes.capture import open_set
from core.db import current_account

Mask = Callable[[str, Any], Any]

ERASED = "erased"  # the key under which a change names the fields that it erased
MOST_CHANGES = 500


def erase_earlier(
    session: Session, record_id: int, keys: Collection[str], mask: Mask, act: str = ""
) -> None:
    """Mask these fields in everything that is recorded of a record, this change set included.

    `mask(key, value)` returns what stands for a value. The change under way says which fields it
    erased; with `act` it is known as that.
    """
    opened = open_set(session)
    mine = opened.diffs.setdefault(record_id, {})
    mine[ERASED] = [[], sorted(keys)]
    _mask_stored(session, record_id, keys, mask, opened.set_id)
    for key in keys & mine.keys():
        mine.pop(key)
    if act:
        opened.acts[record_id] = act
    statement = (
        "update core_change set diff = cast(:diff as jsonb), act = coalesce(:act, act)"
        " where account_id = :account and change_set_id = :set and record_id = :record"
    )
    _run(session, statement, set=opened.set_id, record=record_id, act=act or None,
         diff=json.dumps({key: pair for key, pair in mine.items() if pair[0] != pair[1]}))  # fmt: skip


def _mask_stored(
    session: Session, record_id: int, keys: Collection[str], mask: Mask, set_id: int
) -> None:
    """Mask what earlier change sets say, some hundred at a time."""
    after = 0
    while True:
        rows = _run(
            session,
            "select change_set_id, diff from core_change where account_id = :account"
            " and record_id = :record and change_set_id <> :set and change_set_id > :after"
            " order by change_set_id limit :most",
            record=record_id, set=set_id, after=after, most=MOST_CHANGES,
        ).all()  # fmt: skip
        if not rows:
            return
        after = rows[-1].change_set_id
        for row in rows:
            if keys & row.diff.keys():
                masked = {
                    key: [mask(key, each) for each in pair] if key in keys else pair
                    for key, pair in row.diff.items()
                }
                _run(
                    session,
                    "update core_change set diff = cast(:diff as jsonb) where account_id = :account"
                    " and change_set_id = :set and record_id = :record",
                    diff=json.dumps(masked), set=row.change_set_id, record=record_id,
                )  # fmt: skip


def _run(session: Session, statement: str, **values: Any) -> Any:
    return session.connection().execute(text(statement), {"account": current_account(), **values})
