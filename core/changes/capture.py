"""Capturing every write of records as change sets, at the flush, so that none can be forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import event, inspect, text
from sqlalchemy.orm import Session, SessionTransaction

from core import clock
from core.changes.models import ChangeSet
from core.db import copy_rows, current_account
from core.records.models import Holder, Record, RecordLabel

TRACKED_RECORD = ("name", "owner_id", "visibility", "deleted_at")
UNTRACKED = {"account_id", "id"}


@dataclass(frozen=True)
class Author:
    """Who writes, and from where: form, import, automatic …, and the network address."""

    user_id: int | None
    origin: str
    undo_of_id: int | None = None
    address: str | None = None


_author: ContextVar[Author | None] = ContextVar("author", default=None)


class NoAuthor(RuntimeError):
    """A record was written outside any change set; always a bug."""


@contextmanager
def change_set(
    origin: str, user_id: int | None = None, undo_of_id: int | None = None
) -> Iterator[None]:
    """Record the writes inside as one change set of this user and origin."""
    token = _author.set(Author(user_id, origin, undo_of_id))
    try:
        yield
    finally:
        _author.reset(token)


def writing_as(user_id: int | None, origin: str, address: str | None = None) -> None:
    """Let the rest of this request write as one change set of this user."""
    _author.set(Author(user_id, origin, address=address))


def no_longer_writing() -> None:
    """End what `writing_as` began."""
    _author.set(None)


def author_or_none() -> Author | None:
    """Return who writes now; None where nobody said, as in the operator's commands."""
    return _author.get()


def author() -> Author:
    """Return who writes now; NoAuthor where nobody said."""
    found = _author.get()
    if found is None:
        raise NoAuthor("records are written inside change_set(...)")
    return found


@dataclass
class _Open:
    """The change set of this transaction under way: its ID, and each record's diff so far."""

    author: Author
    set_id: int
    diffs: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    acts: dict[int, str] = field(default_factory=dict)


def open_set(session: Session) -> _Open:
    """Return the change set under way, begun with the first write of this author."""
    who = author()
    opened: _Open | None = session.info.get("change_set")
    if opened is None or opened.author is not who:
        row = ChangeSet(user_id=who.user_id, origin=who.origin, undo_of_id=who.undo_of_id)
        opened = _Open(who, _insert_set(session, row))
        session.info["change_set"] = opened
    return opened


def _insert_set(session: Session, row: ChangeSet) -> int:
    statement = text(
        "insert into core_change_set (account_id, user_id, origin, at, undo_of_id)"
        " values (:account, :user, :origin, :at, :undo) returning id"
    )
    values = {
        "account": current_account(),
        "user": row.user_id,
        "origin": row.origin,
        "at": clock.now(),
        "undo": row.undo_of_id,
    }
    return int(session.connection().execute(statement, values).scalar_one())


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # a moment is a date too


def _key(attribute: str) -> str:
    return attribute.removesuffix("_id")


def _is_row(thing: Any) -> bool:
    return getattr(thing, "is_guarded", False) and not isinstance(thing, Record)


def _column_diff(thing: Any) -> dict[str, list[Any]]:
    state = inspect(thing)
    names = (
        TRACKED_RECORD
        if isinstance(thing, Record)
        else [each.key for each in state.mapper.column_attrs if each.key not in UNTRACKED]
    )
    diff = {}
    for name in names:
        history = state.attrs[name].history
        if not history.has_changes():
            continue
        before = history.deleted[0] if history.deleted else None
        after = history.added[0] if history.added else None
        if before != after:
            diff[_key(name)] = [_json(before), _json(after)]
    return diff


def _touched(session: Session) -> dict[int, dict[str, list[Any]]]:
    """Return the diffs of all records that this flush writes, by record ID."""
    diffs: dict[int, dict[str, list[Any]]] = {}
    for thing in [*session.new, *session.dirty]:
        if isinstance(thing, Record) or _is_row(thing):
            diff = _column_diff(thing)
            if diff or thing in session.new:
                diffs.setdefault(thing.id, {}).update(diff)
    for record_id, key, before, after in _link_diffs(session):
        diffs.setdefault(record_id, {})[key] = [before, after]
    return diffs


def _link_diffs(session: Session) -> Iterator[tuple[int, str, list[int], list[int]]]:
    added: dict[tuple[int, str], set[int]] = {}
    removed: dict[tuple[int, str], set[int]] = {}
    for things, found in ((session.new, added), (session.deleted, removed)):
        for thing in things:
            if isinstance(thing, Holder):
                key = "owners" if thing.role == "owner" else "participants"
                found.setdefault((thing.record_id, key), set()).add(thing.principal_id)
            elif isinstance(thing, RecordLabel):
                found.setdefault((thing.record_id, thing.field), set()).add(thing.label_id)
    for record_id, key in sorted(added.keys() | removed.keys()):
        before = _links_before(session, record_id, key)
        after = (before - removed.get((record_id, key), set())) | added.get((record_id, key), set())
        yield record_id, key, sorted(before), sorted(after)


def _links_before(session: Session, record_id: int, key: str) -> set[int]:
    if key in {"participants", "owners"}:
        statement = (
            "select principal_id from core_holder where account_id = :account"
            " and record_id = :record and role = :role"
        )
        values = {"role": key.removesuffix("s")}
    else:
        statement = (
            "select label_id from core_record_label where account_id = :account"
            " and record_id = :record and field = :field"
        )
        values = {"field": key}
    rows = session.connection().execute(
        text(statement), {"account": current_account(), "record": record_id, **values}
    )
    return set(rows.scalars())


@event.listens_for(Session, "before_flush")
def _before(session: Session, *_unused: Any) -> None:
    touched = _touched(session)
    session.info["touched"] = touched
    if not touched:
        return
    opened = open_set(session)
    moment = clock.now()
    for record_id, diff in touched.items():
        record = _record_in(session, record_id)
        if record is None or record in session.new or not diff or record_id in opened.diffs:
            continue
        record.version += 1
        record.updated_at = moment
        record.updated_by_id = opened.author.user_id


def _record_in(session: Session, record_id: int | None) -> Record | None:
    for thing in [*session.new, *session.dirty]:
        if isinstance(thing, Record) and thing.id == record_id:
            return thing
    if record_id is None:
        return None
    return session.get(Record, (current_account(), record_id), execution_options={"by_rule": True})


@event.listens_for(Session, "after_flush")
def _after(session: Session, *_unused: Any) -> None:
    touched = session.info.pop("touched", {})
    if not touched:
        return
    opened = open_set(session)
    for record_id, diff in touched.items():
        record = _record_in(session, record_id)
        if record is None:
            continue
        if record in session.new:
            opened.acts[record_id] = "created"
        kept = _combined(opened, record_id, diff)
        _write(session, opened, record_id, record.version, kept)


def _combined(opened: _Open, record_id: int, diff: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return everything that this change set did to a record, now including `diff`."""
    kept = opened.diffs.setdefault(record_id, {})
    for key, (before, after) in diff.items():
        kept[key] = [kept[key][0] if key in kept else before, after]
    return kept


def _write(
    session: Session, opened: _Open, record_id: int, version: int, diff: dict[str, list[Any]]
) -> None:
    act = opened.acts.get(record_id) or _act(diff)
    statement = text(
        "insert into core_change (account_id, change_set_id, record_id, act, version, diff)"
        " values (:account, :set, :record, :act, :version, cast(:diff as jsonb))"
        " on conflict (account_id, change_set_id, record_id)"
        " do update set diff = excluded.diff, act = excluded.act, version = excluded.version"
    )
    values = {
        "account": current_account(),
        "set": opened.set_id,
        "record": record_id,
        "act": act,
        "version": version,
        "diff": json.dumps({key: pair for key, pair in diff.items() if pair[0] != pair[1]}),
    }
    session.connection().execute(statement, values)


@dataclass(frozen=True, slots=True)
class Written:
    """What a set-based write did to one record; `version` is the one it had before.

    A new record has version 1.
    """

    record_id: int
    act: str
    version: int
    diff: dict[str, list[Any]]


def record_many(session: Session, written: Sequence[Written]) -> dict[int, int]:
    """Record set-based writes in the change set under way; return the new version of each record.

    A record that this change set has touched before keeps its version and its one row.
    """
    opened = open_set(session)
    again = [each for each in written if each.record_id in opened.diffs]
    first = [each for each in written if each.record_id not in opened.diffs]
    versions = {each.record_id: each.version for each in written}
    for each in first:
        versions[each.record_id] += each.act != "created"
        opened.diffs[each.record_id] = each.diff
        if each.act == "created":
            opened.acts[each.record_id] = each.act
    copy_rows(
        "core_change",
        ("change_set_id", "record_id", "act", "version", "diff"),
        (
            (
                opened.set_id,
                each.record_id,
                each.act,
                versions[each.record_id],
                json.dumps(each.diff),
            )
            for each in first
        ),
    )
    for each in again:
        kept = _combined(opened, each.record_id, each.diff)
        _write(session, opened, each.record_id, each.version, kept)
    return versions


def _act(diff: dict[str, list[Any]]) -> str:
    if "deleted_at" not in diff:
        return "changed"
    return "trashed" if diff["deleted_at"][1] else "restored"


@event.listens_for(Session, "after_soft_rollback")
def _back(session: Session, _transaction: SessionTransaction) -> None:
    """Begin anew after a savepoint too, since the set may have been opened behind it."""
    _forget(session)


@event.listens_for(Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        _forget(session)


def _forget(session: Session) -> None:
    for key in ("change_set", "touched"):
        session.info.pop(key, None)
