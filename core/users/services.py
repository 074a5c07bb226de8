"""Making users, and letting them sign in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.accounts.models import Account
from core.accounts.services import log_security
from core.db import account_scope, apart, current_account, db, sql
from core.errors import Conflict, Invalid
from core.i18n import _
from core.records.fields import clean
from core.teams.services import join, new_principal
from core.users import passwords, sessions, throttle
from core.users.models import ACTIVE, Login, User

LONGEST_NAME = 100
LONGEST_EMAIL = 254
THEMES = {"", "light", "dark"}

# Twice what a password may have in characters, since letters may be typed in two parts.
LONGEST_TRY = 2 * passwords.LONGEST


def normalise_login(email: str) -> str:
    """Return a login as it is compared: without blanks around it, in lower case."""
    email = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email) or len(email) > LONGEST_EMAIL:
        raise Invalid(_("E-mail: type an address such as a@b.com."), "email")
    return email


@dataclass(frozen=True)
class Newcomer:
    """Who is to become a user, as typed."""

    email: str
    first_name: str
    last_name: str
    password: str


def create_user(who: Newcomer, *, team_id: int, role: str) -> User:
    """Return a new user of the current account, member of one team with a role.

    Raises Invalid naming the field, and Conflict where the address is taken.
    """
    email = normalise_login(who.email)
    first_name = _checked_name(who.first_name, "first_name", _("First name"))
    last_name = _checked_name(who.last_name, "last_name", _("Last name"))
    passwords.check_password(who.password, email)
    if db.session.get(Login, email) is not None:
        raise Conflict(_("E-mail: %(email)s is in use already.", email=email))
    account = db.session.get_one(Account, current_account())
    user = User(
        id=new_principal("user"),
        email=email,
        first_name=first_name,
        last_name=last_name,
        initials=(first_name[0] + last_name[0]).upper(),
        language=account.language,
        zone=account.zone,
    )
    db.session.add(user)
    db.session.flush()
    _add_login(user, who.password)
    join(user, team_id, role)
    return user


def _checked_name(typed: str, field: str, label: str) -> str:
    name = clean(typed)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(_("%(field)s: 1 to 100 characters are needed.", field=label), field)
    return name


def _add_login(user: User, password: str) -> None:
    login = Login(
        email=user.email,
        account_id=user.account_id,
        user_id=user.id,
        password_hash=passwords.hash_password(password),
    )
    db.session.add(login)
    db.session.flush()


def choose_theme(user_id: int, theme: str) -> None:
    """Let pages look light or dark for a user; empty: as his system does. Invalid for others."""
    if theme not in THEMES:
        raise Invalid(_("There is no such look."), "theme")
    sql(
        "update core_user set theme = :theme where account_id = :account and id = :user",
        theme=theme,
        user=user_id,
    )


class WrongPair(Invalid):
    """No active user has this login and password; which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__(_("E-mail or password is wrong."), "password")


_LOGIN = """
select l.account_id, l.user_id, l.password_hash, u.status
from core_login l
join core_user u on u.account_id = l.account_id and u.id = l.user_id
where l.email = :email
"""


def sign_in(email: str, password: str, *, address: str, agent: str) -> str:
    """Return the token of a new session for the user of a login and password.

    Raises WrongPair, which is counted and stored even though the work around it is not, and
    TooManyTries. Both come alike, and after the same time, for logins that do not exist.
    """
    email = clean(email).lower()[:LONGEST_EMAIL]
    password = password[:LONGEST_TRY]
    throttle.refuse_too_many(email, address)
    with apart() as run:
        found = run(_LOGIN, email=email).one_or_none()
    fits = _fits(found, password)
    throttle.settle(email, address, fits=fits)
    if not fits:
        raise WrongPair
    return _begin_session(found, password, address, agent)


def _fits(found: Any, password: str) -> bool:
    if found is None:
        return passwords.dummy_verify(password)
    return passwords.verify(found.password_hash, password) and found.status == ACTIVE


def _begin_session(found: Any, password: str, address: str, agent: str) -> str:
    with account_scope(found.account_id):
        token = sessions.begin(found.account_id, found.user_id, address, agent)
        log_security("signed_in", {}, found.user_id, address)
        if passwords.needs_rehash(found.password_hash):
            login = db.session.execute(db.select(Login).where(Login.user_id == found.user_id))
            login.scalar_one().password_hash = passwords.hash_password(password)
        db.session.flush()
    return token
