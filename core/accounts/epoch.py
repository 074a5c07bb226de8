"""The account's epoch: it rises with every change of users, teams, roles, ticks and settings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from core.db import current_account


def raise_epoch(session: Session) -> None:
    """Let everything that is cached under the epoch be computed anew.

    Until the transaction ends nothing may be cached under the new number, because a rollback
    would give it to somebody else.
    """
    account = current_account()
    statement = text(
        "update core_account set epoch = epoch + 1 where id = :account returning epoch"
    )
    number = session.connection().execute(statement, {"account": account}).scalar()
    session.info["epoch"] = (account, number)
    session.info["epoch_is_own"] = True


@event.listens_for(Session, "before_flush")
def _raise(session: Session, *_unused: Any) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    if any(getattr(thing, "raises_epoch", False) for thing in changed):
        raise_epoch(session)


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("epoch", None)
    session.info.pop("epoch_is_own", None)
