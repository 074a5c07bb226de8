"""Making users, and letting them sign in."""

from __future__ import annotations

import re

from core.accounts.models import Account
from core.db import current_account, db
from core.errors import Conflict, Invalid
from core.i18n import _
from core.teams.services import join, new_principal
from core.users import passwords
from core.users.models import Login, User

LONGEST_NAME = 100
LONGEST_EMAIL = 254


def normalise_login(email: str) -> str:
    """Return a login as it is compared: without blanks around it, in lower case."""
    email = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email) or len(email) > LONGEST_EMAIL:
        raise Invalid(_("E-mail: type an address such as a@b.com."), "email")
    return email


def create_user(
    *, email: str, first_name: str, last_name: str, password: str, team_id: int, role: str
) -> User:
    """Return a new user of the current account, member of one team with a role.

    Raises Invalid naming the field, and Conflict where the address is taken.
    """
    email = normalise_login(email)
    for field, value in (("first_name", first_name), ("last_name", last_name)):
        if not 1 <= len(value.strip()) <= LONGEST_NAME:
            raise Invalid(_("First and last name: 1 to 100 characters are needed."), field)
    passwords.check_password(password, email)
    if db.session.get(Login, email) is not None:
        raise Conflict(_("E-mail: %(email)s is in use already.", email=email))
    account = db.session.get_one(Account, current_account())
    user = User(
        id=new_principal("user"),
        email=email,
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        initials=(first_name.strip()[0] + last_name.strip()[0]).upper(),
        language=account.language,
        zone=account.zone,
    )
    db.session.add(user)
    db.session.flush()
    login = Login(
        email=email,
        account_id=account.id,
        user_id=user.id,
        password_hash=passwords.hash_password(password),
    )
    db.session.add(login)
    db.session.flush()
    join(user, team_id, role)
    return user
