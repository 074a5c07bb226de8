"""Sessions of signed-in browsers: kept in the database, known by the hash of their token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app

from core import clock
from core.db import current_account, db, installation_sql
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
    must_change_password: bool
    has_second_factor: bool
    photo_version: int
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
    limit 100) unread) as unread_count,
  coalesce(l.must_change_password, false) as must_change_password,
  exists(select 1 from core_second_factor f
    where f.account_id = s.account_id and f.user_id = s.user_id) as has_second_factor,
  coalesce((select extract(epoch from p.changed_at)::bigint from core_user_photo p
    where p.account_id = s.account_id and p.user_id = s.user_id), 0) as photo_version
from core_session s
join core_user u on u.account_id = s.account_id and u.id = s.user_id
left join core_login l on l.account_id = s.account_id and l.user_id = s.user_id
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


def sessions_of(user_id: int) -> list[Any]:
    """Return the open sessions of a user of the current account, the last used one first."""
    days = current_app.config["SZANSA"].limits.session_days
    return list(
        installation_sql(
            "select token_hash, left(token_hash, 16) as key, address, agent, created_at,"
            " last_used_at from core_session where account_id = :account and user_id = :user"
            " and last_used_at > :oldest order by last_used_at desc, created_at desc",
            account=current_account(),
            user=user_id,
            oldest=clock.now() - timedelta(days=days),
        )
    )


def end_of(user_id: int, *, but: str = "", key: str = "") -> int:
    """End the sessions of a user of the current account; return how many.

    The one of the token `but` stays; with a `key` only the one that it stands for is ended.
    """
    gone = installation_sql(
        "delete from core_session where account_id = :account and user_id = :user"
        " and token_hash <> :but and (:key = '' or left(token_hash, 16) = :key)"
        " returning token_hash",
        account=current_account(),
        user=user_id,
        but=hash_of(but) if but else "",
        key=key,
    )
    return len(gone.all())
