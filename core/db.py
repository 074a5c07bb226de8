"""The database: session, tenant wall, and the one way to run plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Result,
    Text,
    event,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# What opens the wall: a current account, or a stated reason to look across accounts.
_account: ContextVar[int | None] = ContextVar("account", default=None)
_across: ContextVar[str | None] = ContextVar("across", default=None)


class Base(DeclarativeBase):
    """Ancestor of every model."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
        date: Date,
    }


# Models derive from Base itself; the extension brings the engine and the session's life.
db = SQLAlchemy(
    disable_autonaming=True,
    session_options={"expire_on_commit": False},
    engine_options={
        "pool_pre_ping": True,
        "connect_args": {"options": "-c plan_cache_mode=force_custom_plan -c jit=off"},
    },
)


class WallError(RuntimeError):
    """A statement on an account's data without a current account; always a bug."""


def current_account() -> int:
    """Return the ID of the account that this request, job or command works for."""
    account = _account.get()
    if account is None:
        raise WallError("no current account: nothing of any account may be read or written")
    return account


def current_account_or_none() -> int | None:
    """Return the current account's ID, or None before anyone has signed in."""
    return _account.get()


@contextmanager
def account_scope(account_id: int) -> Iterator[None]:
    """Let the statements inside see this one account."""
    token = _account.set(account_id)
    try:
        yield
    finally:
        _account.reset(token)


def enter_account(account_id: int) -> None:
    """Let the rest of this request see one account; `leave_account` ends it."""
    _account.set(account_id)


def leave_account() -> None:
    """End what `enter_account` began."""
    _account.set(None)


@contextmanager
def across_accounts(reason: str) -> Iterator[None]:
    """Let the statements inside see all accounts; for the operator's work, with its reason."""
    token = _across.set(reason)
    try:
        yield
    finally:
        _across.reset(token)


class Tenant:
    """A table of one account's rows; its key begins with the account."""

    @declared_attr
    @classmethod
    def account_id(cls) -> Mapped[int]:
        """The account that the row belongs to."""
        return mapped_column(
            BigInteger,
            ForeignKey("core_account.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
            default=current_account,
            sort_order=-20,
        )


class TenantRow(Tenant):
    """A tenant table whose rows have an ID of their own."""

    @declared_attr
    @classmethod
    def id(cls) -> Mapped[int]:
        """The row's own number, unique in the installation."""
        return mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-10)


def link(column: str, target: str, *, ondelete: str = "CASCADE") -> ForeignKeyConstraint:
    """Return the foreign key `(account_id, column)` to `(account_id, id)` of a tenant table.

    With `ondelete="SET NULL"` only the column itself is emptied, never the account.
    """
    action = f"SET NULL ({column})" if ondelete == "SET NULL" else ondelete
    return ForeignKeyConstraint(
        ["account_id", column], [f"{target}.account_id", f"{target}.id"], ondelete=action
    )


def guarded(statement_state: ORMExecuteState) -> bool:
    """Tell whether a statement loads a record's rows, which only the access engine may do."""
    return any(
        getattr(mapper.class_, "is_guarded", False) for mapper in statement_state.all_mappers
    )


@event.listens_for(Session, "do_orm_execute")
def _wall(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load:
        return
    if _across.get() is not None:
        return
    if not (state.is_orm_statement or state.execution_options.get("walled")):
        raise WallError("plain SQL goes through core.db.sql(), which names the account")
    if not state.is_orm_statement:
        return
    if guarded(state) and state.is_select and not state.execution_options.get("by_rule"):
        raise WallError("records are loaded by core.access alone")
    account = current_account()
    state.statement = state.statement.options(
        with_loader_criteria(Tenant, lambda cls: cls.account_id == account, include_aliases=True)
    )


def sql(statement: str, **values: Any) -> Result[Any]:
    """Run plain SQL for the current account, which the statement must name as `:account`."""
    if ":account" not in statement:
        raise WallError("plain SQL on an account's data must restrict to :account")
    return db.session.execute(
        text(statement),
        {"account": current_account(), **values},
        execution_options={"walled": True},
    )


def installation_sql(statement: str, **values: Any) -> Result[Any]:
    """Run plain SQL on what belongs to no account: logins, sessions, the outbox, health."""
    return db.session.execute(text(statement), values, execution_options={"walled": True})
