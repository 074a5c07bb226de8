"""Signing in: password, then code where the user has two-factor login (AUTH-1, 3, 5, 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.accounts.services import log_security
from core.addresses import LONGEST as LONGEST_EMAIL
from core.db import account_scope, apart, current_account, db
from core.errors import Invalid, SzansaError
from core.i18n import _
from core.records.fields import clean
from core.users import passwords, second_factors, sessions, throttle, tickets
from core.users.models import ACTIVE, Login

# Twice what a password may have in characters, since letters may be typed in two parts.
LONGEST_TRY = 2 * passwords.LONGEST


@dataclass(frozen=True)
class Visit:
    """Where a browser signs in from: network address, what it says it is, its trusted device."""

    address: str
    agent: str
    device: str = ""


@dataclass(frozen=True)
class Entered:
    """How far signing in came: a `session`, or a `ticket` for the code that is still missing.

    `device` is the token of a device that is trusted from now on.
    """

    session: str = ""
    ticket: str = ""
    device: str = ""


class WrongPair(Invalid):
    """No active user has this login and password; which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__(_("E-mail or password is wrong."), "password")


class StartAgain(SzansaError):
    """The sign-in has to begin anew: too many wrong codes, or too much time went by."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("This took too long or too many codes were wrong. Sign in again."))


_LOGIN = """
select l.account_id, l.user_id, l.password_hash, u.status
from core_login l
join core_user u on u.account_id = l.account_id and u.id = l.user_id
where l.email = :email
"""


def sign_in(email: str, password: str, visit: Visit) -> Entered:
    """Return a new session for the user of a login and password, or a ticket for his code.

    Raises WrongPair, which is counted and stored even though the work around it is not, and
    TooManyTries. Both come alike, and after the same time, for logins that do not exist.
    """
    email = clean(email).lower()[:LONGEST_EMAIL]
    password = password[:LONGEST_TRY]
    throttle.refuse_too_many(email, visit.address)
    with apart() as run:
        found = run(_LOGIN, email=email).one_or_none()
    fits = _fits(found, password)
    throttle.settle(email, visit.address, fits=fits)
    if found is None or not fits:
        raise WrongPair
    with account_scope(found.account_id):
        _renew_hash(found, password)
        return _past_the_password(found.user_id, visit)


def _fits(found: Any, password: str) -> bool:
    if found is None:
        return passwords.dummy_verify(password)
    return passwords.verify(found.password_hash, password) and found.status == ACTIVE


def _renew_hash(found: Any, password: str) -> None:
    if passwords.needs_rehash(found.password_hash):
        login_of(found.user_id).password_hash = passwords.hash_password(password)


def _past_the_password(user_id: int, visit: Visit) -> Entered:
    if second_factors.is_on(user_id) and not tickets.is_trusted(user_id, visit.device):
        return Entered(ticket=tickets.issue(tickets.CODE, user_id, agent=visit.agent))
    return Entered(session=begin_session(user_id, visit))


def begin_session(user_id: int, visit: Visit) -> str:
    """Return the token of a new session for a user of the current account."""
    token = sessions.begin(current_account(), user_id, visit.address, visit.agent)
    log_security("signed_in", {}, user_id, visit.address)
    db.session.flush()
    return token


def enter_code(ticket: str, code: str, visit: Visit, *, trust: bool) -> Entered:
    """Return a new session for a ticket and a right code; with `trust`, a trusted device too.

    Raises StartAgain, WrongCode and TooManyTries; wrong codes count like wrong passwords.
    """
    found = tickets.find(tickets.CODE, ticket)
    if found is None:
        raise StartAgain
    throttle.refuse_too_many(found.email, visit.address)
    if not tickets.count_try(ticket):
        raise StartAgain
    with account_scope(found.account_id):
        used = _used(found, code, visit)
        if not tickets.spend(tickets.CODE, ticket):
            raise StartAgain
        if used == "recovery":
            left = second_factors.recovery_code_count(found.user_id)
            log_security("recovery_code_used", {"left": left}, found.user_id, visit.address)
        device = tickets.issue(tickets.DEVICE, found.user_id, agent=visit.agent) if trust else ""
        return Entered(session=begin_session(found.user_id, visit), device=device)


def _used(found: Any, code: str, visit: Visit) -> str:
    try:
        used = second_factors.use(found.user_id, code)
    except second_factors.WrongCode:
        throttle.settle(found.email, visit.address, fits=False)
        if found.try_count + 1 >= tickets.MOST_TRIES:
            raise StartAgain from None
        raise
    throttle.settle(found.email, visit.address, fits=True)
    return used


def login_of(user_id: int) -> Login:
    """Return the login of a user of the current account; an error for others."""
    statement = db.select(Login).where(
        Login.account_id == current_account(), Login.user_id == user_id
    )
    found: Login = db.session.execute(statement).scalar_one()
    return found


def confirm_password(user_id: int, password: str, address: str) -> Login:
    """Return the login of a user who typed his password again; wrong ones count as at sign-in.

    Raises Invalid naming the field `current`, and TooManyTries.
    """
    login = login_of(user_id)
    throttle.refuse_too_many(login.email, address)
    fits = passwords.verify(login.password_hash, password[:LONGEST_TRY])
    throttle.settle(login.email, address, fits=fits)
    if not fits:
        raise Invalid(_("The password is wrong."), "current")
    return login
