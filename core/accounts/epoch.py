"""The account's epoch: it rises with every change of users, teams, roles, ticks and settings."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import event, text
from sqlalchemy.orm import Session, SessionTransaction

from core.db import current_account, db, sql

Derived = TypeVar("Derived")


def current_epoch() -> int:
    """Return the account's epoch as this transaction sees it."""
    remembered = db.session.info.get("epoch")
    if remembered is None or remembered[0] != current_account():
        number = sql("select epoch from core_account where id = :account").scalar_one()
        remembered = db.session.info["epoch"] = (current_account(), number)
    return int(remembered[1])


def raise_epoch(session: Session) -> None:
    """Let everything that is cached under the epoch be computed anew."""
    account = current_account()
    statement = text(
        "update core_account set epoch = epoch + 1 where id = :account returning epoch"
    )
    number = session.connection().execute(statement, {"account": account}).scalar()
    session.info["epoch"] = (account, number)
    session.info["own_epoch"] = {}


class EpochCache(Generic[Derived]):
    """What is derived from an account's facts, kept for all while its epoch stands.

    A transaction that raised an epoch keeps what it derives to itself until it ends, because a
    rollback would give the number of that epoch to somebody else.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.lock = Lock()
        self.kept: OrderedDict[tuple[int, ...], Derived] = OrderedDict()

    def get(self, make: Callable[[], Derived], *key: int) -> Derived:
        """Return what is kept for the current account and the key, made now if it is not."""
        whole = (current_account(), current_epoch(), *key)
        own: dict[Any, Any] | None = db.session.info.get("own_epoch")
        if own is not None:
            if (self, whole) not in own:
                own[self, whole] = make()
            return cast(Derived, own[self, whole])
        found = self.kept.get(whole)
        derived = make() if found is None else found
        with self.lock:
            self.kept[whole] = derived
            self.kept.move_to_end(whole)
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)
        return derived


@event.listens_for(Session, "before_flush")
def _raise(session: Session, *_unused: Any) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    if any(getattr(thing, "raises_epoch", False) for thing in changed):
        raise_epoch(session)


@event.listens_for(Session, "after_soft_rollback")
def _back(session: Session, _transaction: SessionTransaction) -> None:
    session.info.pop("epoch", None)
    if "own_epoch" in session.info:
        session.info["own_epoch"] = {}


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("epoch", None)
        session.info.pop("own_epoch", None)
