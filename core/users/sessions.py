"""Sessions of signed-in browsers: kept in the database, known by the hash of their token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app

from core import clock
from core.db import db, installation_sql
from core.users.models import UserSession

TOUCH_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class SignedIn:
    """The user of a request, as the session knows him (the interface of Flask-Login)."""

    token: str
    account_id: int
    user_id: int
    epoch: int
    name: str
    initials: str
    email: str
    language: str
    zone: str
    date_format: str
    number_format: str
    is_clock_24: bool
    theme: str
    preferences: dict[str, Any]
    unread_count: int
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return what the browser's cookie keeps."""
        return self.token


_LOAD = """
select s.account_id, s.user_id, s.last_used_at, a.epoch,
  u.first_name || ' ' || u.last_name as name, u.initials, u.email, u.language, u.zone,
  u.date_format, u.number_format, u.is_clock_24, u.theme,
  (select jsonb_object_agg(p.key, p.value) from core_preference p
    where p.account_id = s.account_id and p.user_id = s.user_id) as preferences,
  (select count(*) from (select 1 from core_notification n
    where n.account_id = s.account_id and n.user_id = s.user_id and n.read_at is null
    limit 100) unread) as unread_count
from core_session s
join core_user u on u.account_id = s.account_id and u.id = s.user_id
join core_account a on a.id = s.account_id
where s.token_hash = :hash and u.status = 'active' and s.last_used_at > :oldest
"""


def hash_of(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def load(token: str) -> SignedIn | None:
    """Return the user of a session; None when it ended or its user may not sign in."""
    days = current_app.config["SZANSA"].limits.session_days
    now = clock.now()
    found = installation_sql(
        _LOAD, hash=hash_of(token), oldest=now - timedelta(days=days)
    ).one_or_none()
    if found is None:
        return None
    if now - found.last_used_at > TOUCH_EVERY:
        _touch(token)
    values = found._asdict()
    values.pop("last_used_at")
    values["preferences"] = found.preferences or {}
    return SignedIn(token=token, **values)


def _touch(token: str) -> None:
    installation_sql(
        "update core_session set last_used_at = :now where token_hash = :hash",
        now=clock.now(),
        hash=hash_of(token),
    )
    db.session.commit()


def begin(account_id: int, user_id: int, address: str, agent: str) -> str:
    """Return the token of a new session."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            token_hash=hash_of(token),
            account_id=account_id,
            user_id=user_id,
            address=address,
            agent=agent[:255],
        )
    )
    db.session.flush()
    return token


def end(token: str) -> None:
    """End a session."""
    installation_sql("delete from core_session where token_hash = :hash", hash=hash_of(token))
