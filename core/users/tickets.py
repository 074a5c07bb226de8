"""Tickets: what lets the holder of a token do one thing for a while.

A token has 256 random bits and is stored hashed. A ticket dies with its user's being suspended,
since nothing finds it any more, and with a reset of the password.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from core import clock
from core.db import apart, current_account, db, installation_sql
from core.users.models import Ticket
from core.users.sessions import hash_of

RESET = "reset"  # choose a new password (AUTH-4)
NEW_LOGIN = "new_login"  # make `email` the login (AUTH-9)
CODE = "code"  # the password was right, the code is still missing
DEVICE = "device"  # this browser need not give a code (AUTH-5)

VALID = {
    RESET: timedelta(minutes=60),
    NEW_LOGIN: timedelta(hours=24),
    CODE: timedelta(minutes=10),
    DEVICE: timedelta(days=30),
}
MOST_TRIES = 5  # AUTH-6


def issue(purpose: str, user_id: int, *, email: str = "", agent: str = "") -> str:
    """Return the token of a new ticket for a user of the current account."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        Ticket(
            token_hash=hash_of(token),
            account_id=current_account(),
            user_id=user_id,
            purpose=purpose,
            email=email,
            agent=agent[:255],
            ends_at=clock.now() + VALID[purpose],
        )
    )
    db.session.flush()
    return token


_FIND = """
select t.account_id, t.user_id, t.email as new_email, t.try_count, l.email, u.language,
  u.first_name
from core_ticket t
join core_user u on u.account_id = t.account_id and u.id = t.user_id
join core_login l on l.account_id = t.account_id and l.user_id = t.user_id
where t.token_hash = :hash and t.purpose = :purpose and t.ends_at > :now and u.status = 'active'
"""


def find(purpose: str, token: str) -> Any:
    """Return the ticket of a token with its user's login; None where it is none (any more)."""
    return installation_sql(
        _FIND, hash=hash_of(token), purpose=purpose, now=clock.now()
    ).one_or_none()


def spend(purpose: str, token: str) -> bool:
    """Use a ticket up; return whether it was still there, so that only one of many succeeds."""
    gone = installation_sql(
        "delete from core_ticket where token_hash = :hash and purpose = :purpose"
        " returning token_hash",
        hash=hash_of(token),
        purpose=purpose,
    )
    return gone.first() is not None


def count_try(token: str) -> bool:
    """Count a try with a ticket, before it is known to be right; return whether it is allowed.

    It is stored whatever becomes of the request, so many at once learn no more than few.
    """
    with apart() as run:
        counted = run(
            "update core_ticket set try_count = try_count + 1"
            " where token_hash = :hash and try_count < :most returning try_count",
            hash=hash_of(token),
            most=MOST_TRIES,
        )
        return counted.first() is not None


def is_trusted(user_id: int, token: str) -> bool:
    """Tell whether the browser that holds this token need not give this user's codes."""
    found = find(DEVICE, token) if token else None
    return found is not None and (found.account_id, found.user_id) == (current_account(), user_id)


def devices_of(user_id: int) -> list[Any]:
    """Return the trusted devices of a user of the current account, the newest first."""
    return list(
        installation_sql(
            "select left(token_hash, 16) as key, agent, created_at, ends_at from core_ticket"
            " where account_id = :account and user_id = :user and purpose = :purpose"
            " and ends_at > :now order by created_at desc",
            account=current_account(),
            user=user_id,
            purpose=DEVICE,
            now=clock.now(),
        )
    )


def end(user_id: int, *purposes: str, key: str = "") -> int:
    """End a user's tickets of these purposes, or the one with this key; return how many."""
    gone = installation_sql(
        "delete from core_ticket where account_id = :account and user_id = :user"
        " and purpose = any(:purposes) and (:key = '' or left(token_hash, 16) = :key)"
        " returning token_hash",
        account=current_account(),
        user=user_id,
        purposes=list(purposes),
        key=key,
    )
    return len(gone.all())
