"""Slowing down who guesses passwords: failures are counted by login and by network address.

Who reached a limit within the window waits as long as the window, from the last failure on. What
is tried meanwhile is refused unseen and does not count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from core import clock
from core.db import across_accounts, apart, installation_sql
from core.errors import SzansaError
from core.i18n import _, ngettext

Run = Callable[..., Any]


class TooManyTries(SzansaError):
    """Too many refused sign-ins lately; `seconds` are left to wait (429)."""

    status = 429

    def __init__(self, left: timedelta) -> None:
        self.seconds = max(1, math.ceil(left.total_seconds()))
        super().__init__(_("Too many tries. Try again in %(time)s.", time=_written(self.seconds)))


def _written(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(num)s second", "%(num)s seconds", seconds)
    minutes = math.ceil(seconds / 60)
    return ngettext("%(num)s minute", "%(num)s minutes", minutes)


@dataclass(frozen=True)
class Failures:
    """The last failures of one login or address: at most as many as the limit, and their span."""

    count: int
    oldest: datetime | None
    newest: datetime | None

    def wait(self, limit: int, window: timedelta, now: datetime) -> timedelta:
        """Return how long further tries wait; zero or less where they need not."""
        if self.count < limit or self.oldest is None or self.newest is None:
            return timedelta()
        if self.newest - self.oldest >= window:
            return timedelta()
        return self.newest + window - now


_LAST = """
select count(*) as count, min(at) as oldest, max(at) as newest
from (select at from core_sign_in_failure where {column} = :value order by at desc limit :limit) l
"""

_WAIT_FOR_EACH_OTHER = "select pg_advisory_xact_lock(hashtextextended(:name, 0))"


def refuse_too_many(login: str, address: str) -> None:
    """Raise TooManyTries where the login or the address has to wait."""
    with apart() as run:
        _refuse(run, login, address)


def settle(login: str, address: str, *, fits: bool) -> None:
    """Count a try that did not fit; raise TooManyTries where others failed too often meanwhile.

    Tries for one login or from one address are settled one after the other, so that however many
    come at once, no more than the limit learn whether the password was right.
    """
    with apart() as run:
        for name in (f"sign-in login {login}", f"sign-in address {address}"):
            run(_WAIT_FOR_EACH_OTHER, name=name)
        _refuse(run, login, address)
        if not fits:
            run(
                "insert into core_sign_in_failure (email, address, at)"
                " values (:login, :address, :now)",
                login=login,
                address=address,
                now=clock.now(),
            )


def _refuse(run: Run, login: str, address: str) -> None:
    limits = current_app.config["SZANSA"].limits
    window = timedelta(minutes=limits.sign_in_window_minutes)
    counted = (
        ("email", login, limits.sign_in_tries_per_login),
        ("address", address, limits.sign_in_tries_per_address),
    )
    waits = []
    for column, value, limit in counted:
        found = run(_LAST.format(column=column), value=value, limit=limit).one()
        failures = Failures(found.count, found.oldest, found.newest)
        waits.append(failures.wait(limit, window, clock.now()))
    if max(waits) > timedelta():
        raise TooManyTries(max(waits))


_FORGET = """
with gone as (
  delete from core_sign_in_failure where at < :oldest returning email, address, at
)
insert into core_security_entry (account_id, user_id, event, details, address, created_at)
select l.account_id, l.user_id, 'sign_in_failed', '{}', g.address, g.at
from gone g join core_login l on l.email = g.email
"""


def forget_old_failures() -> None:
    """Move failures that no longer count to the security logs of the accounts they concern.

    A sign-in itself writes nothing there when it fails: it would take longer for logins that
    exist.
    """
    minutes = current_app.config["SZANSA"].limits.sign_in_window_minutes
    with across_accounts("failed sign-ins are sorted to their accounts"):
        installation_sql(_FORGET, oldest=clock.now() - timedelta(minutes=2 * minutes))
