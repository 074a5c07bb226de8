"""The database: session, tenant wall, and the one way to run plain SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, ClassVar, cast

import psycopg
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as ExtensionSession
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    Result,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql.visitors import iterate

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
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
        date: Date,
    }


class OneConnection(ExtensionSession):
    """A session that stays on the connection in its `info`, where a job put one there."""

    def get_bind(self, *arguments: Any, **options: Any) -> Engine | Connection:
        """Return the connection that statements go to."""
        kept: Connection | None = self.info.get("connection")
        return kept or cast(Engine, super().get_bind(*arguments, **options))


# Models derive from Base itself; the extension brings the engine and the session's life.
db = SQLAlchemy(
    disable_autonaming=True,
    session_options={"class_": OneConnection, "expire_on_commit": False},
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


class Part(Tenant):
    """A tenant table whose rows hang on another row of the account, by a link that is never empty.

    That link proves the account, so a foreign key to the account would only be checked twice,
    which large imports feel.
    """

    @declared_attr
    @classmethod
    def account_id(cls) -> Mapped[int]:
        """The account that the row belongs to."""
        return mapped_column(
            BigInteger,
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


def _names_records(statement: Any) -> bool:
    """Tell whether a statement names a table of records anywhere, in sub-selects and joins too."""
    guarded = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if getattr(mapper.class_, "is_guarded", False)
    }
    return any(isinstance(part, Table) and part in guarded for part in iterate(statement))


@event.listens_for(Session, "do_orm_execute")
def _wall(state: ORMExecuteState) -> None:
    if state.is_column_load or state.is_relationship_load or _across.get() is not None:
        return
    if not state.is_orm_statement:
        if not state.execution_options.get("walled"):
            raise WallError("plain SQL goes through core.db.sql(), which names the account")
        return
    by_rule = state.is_select and state.execution_options.get("by_rule")
    if not by_rule and _names_records(state.statement):
        raise WallError("records are loaded by core.access alone, and written one by one")
    account = current_account()
    state.statement = state.statement.options(
        with_loader_criteria(Tenant, lambda cls: cls.account_id == account, include_aliases=True)
    )


@event.listens_for(Session, "before_flush")
def _wall_of_writes(session: Session, *_unused: Any) -> None:
    if _across.get() is None:
        for row in [*session.new, *session.dirty, *session.deleted]:
            if isinstance(row, Tenant) and row.account_id not in {None, current_account()}:
                raise WallError(f"{row} belongs to another account")


_NAMES_ACCOUNT = re.compile(r"(?<!:):account\b")


def sql(statement: str, **values: Any) -> Result[Any]:
    """Run plain SQL for the current account, which the statement must name as `:account`."""
    if not _NAMES_ACCOUNT.search(statement):
        raise WallError("plain SQL on an account's data must restrict to :account")
    return db.session.execute(
        text(statement),
        {"account": current_account(), **values},
        execution_options={"walled": True},
    )


def installation_sql(statement: str, **values: Any) -> Result[Any]:
    """Run plain SQL on what belongs to no account: logins, sessions, the outbox, health."""
    return db.session.execute(text(statement), values, execution_options={"walled": True})


def after_commit(call: Callable[[], None]) -> None:
    """Run `call` when the transaction under way has been stored; a rollback drops it.

    It may not use the session, and what it raises reaches the edge although all is stored.
    """
    db.session.info.setdefault("after_commit", []).append(call)


@event.listens_for(Session, "after_commit")
def _stored(session: Session) -> None:
    if not session.in_nested_transaction():  # the event also ends each savepoint
        for call in session.info.pop("after_commit", ()):
            call()


@event.listens_for(Session, "after_transaction_end")
def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("after_commit", None)


# What PostgreSQL says when it is not there for us (Appendix A of its manual); without any code
# the connection was lost or never made.
_AWAY = ("08", "57P01", "57P02", "57P03", "53300")


def is_away(error: DBAPIError) -> bool:
    """Tell whether a statement failed because the database is gone, starting or full up."""
    if isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError):
        code = error.orig.sqlstate
        return code is None or code.startswith(_AWAY)
    return bool(error.connection_invalidated)


@contextmanager
def apart() -> Iterator[Callable[..., Result[Any]]]:
    """Give a way to run SQL in a transaction of its own, on what belongs to no account.

    It is stored at the end of the block, whatever becomes of the work around it. Use it while the
    session is idle: it takes a connection of its own.
    """
    with Session(db.engine, join_transaction_mode="create_savepoint") as session, session.begin():
        yield lambda statement, **values: session.execute(
            text(statement), values, execution_options={"walled": True}
        )


@contextmanager
def kept_plans() -> Iterator[None]:
    """Let the statements inside use plans that are made once.

    Lists and search need a plan for the values at hand. The checks of foreign keys do not, and
    take three times as long when each of them is planned anew. Where the block fails, rolling
    back to where it began restores the setting too.
    """
    db.session.execute(
        text("set local plan_cache_mode = force_generic_plan"), execution_options={"walled": True}
    )
    yield
    db.session.execute(
        text("set local plan_cache_mode = force_custom_plan"), execution_options={"walled": True}
    )


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add many rows to a table of the current account by COPY; the account comes by itself."""
    ahead = iter(rows)
    first = next(ahead, None)
    if first is None:
        return
    account = current_account()
    driver: Any = db.session.connection().connection.driver_connection
    statement = f"copy {table} (account_id, {', '.join(columns)}) from stdin"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row((account, *first))
        for row in ahead:
            copy.write_row((account, *row))
