"""Making users, and what a user says of himself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core import clock
from core.accounts.models import Account
from core.addresses import checked_address
from core.db import current_account, db, sql
from core.errors import Conflict, Invalid, InvalidForm, NotFound
from core.i18n import _
from core.records.fields import clean
from core.roles.models import Role
from core.teams.services import give_role, new_principal, role_named
from core.users import passwords, photos
from core.users.models import Login, User, UserPhoto

LONGEST_NAME, LONGEST_POSITION, LONGEST_PHONE, LONGEST_INITIALS = 100, 150, 50, 4
THEMES = {"", "light", "dark"}


def normalise_login(email: str) -> str:
    """Return a login as it is compared: without blanks around it, in lower case."""
    email = email.strip().lower()
    checked_address(email)
    if not re.fullmatch(r"[^@]+@.+\.[^.]+", email):
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
    """Return a new user as `add_user` does, with a shipped role."""
    return add_user(who, team_id, role_named(role))


def add_user(who: Newcomer, team_id: int, role: Role) -> User:
    """Return a new user of the current account, member of one team with a role.

    Raises InvalidForm naming every wrong field, and Conflict where the address is taken.
    """
    email, first_name, last_name = _checked(who)
    if db.session.get(Login, email) is not None:
        raise Conflict(_("E-mail: %(email)s is in use already.", email=email), "email")
    account = db.session.get_one(Account, current_account())
    user = User(
        id=new_principal("user"),
        email=email,
        first_name=first_name,
        last_name=last_name,
        initials=initials_of(first_name, last_name),
        language=account.language,
        zone=account.zone,
    )
    db.session.add(user)
    db.session.flush()
    _add_login(user, who.password)
    give_role(user, team_id, role)
    return user


def _checked(who: Newcomer) -> tuple[str, str, str]:
    """Return login, first and last name as they are stored."""
    errors: dict[str, list[Any]] = {}
    email, names = who.email, []
    for key in ("first_name", "last_name"):
        try:
            names.append(CHECKS[key](getattr(who, key)))
        except Invalid as wrong:
            errors[key] = [wrong.message]
    try:
        email = normalise_login(who.email)
    except Invalid as wrong:
        errors["email"] = [wrong.message]
    try:
        passwords.check_password(who.password, email)
    except Invalid as wrong:
        errors["password"] = [wrong.message]
    if errors:
        raise InvalidForm(errors)
    return email, names[0], names[1]


@dataclass(frozen=True)
class Profile:
    """What a user's page says of him, as typed (USER-1)."""

    first_name: str
    last_name: str
    position: str = ""
    phone: str = ""
    initials: str = ""


def user(user_id: int) -> User:
    """Return a user of the current account. Raises NotFound."""
    found: User | None = db.session.get(User, (current_account(), user_id))
    if found is None:
        raise NotFound(_("There is no such user."))
    return found


def change_profile(user_id: int, profile: Profile) -> None:
    """Change what is said of a user; initials left empty are made from the names.

    Raises InvalidForm with every wrong field.
    """
    changed = user(user_id)
    values, errors = {}, {}
    for key, check in CHECKS.items():
        try:
            values[key] = check(clean(getattr(profile, key)))
        except Invalid as wrong:
            errors[key] = [wrong.message]
    if errors:
        raise InvalidForm(errors)
    values["initials"] = values["initials"] or initials_of(**_names(values))
    for key, value in values.items():
        setattr(changed, key, value)
    db.session.flush()


def _names(values: dict[str, str]) -> dict[str, str]:
    return {key: values[key] for key in ("first_name", "last_name")}


def initials_of(first_name: str, last_name: str) -> str:
    """Return the first letters of both names."""
    return "".join(
        next((sign for sign in name if sign.isalpha()), name[0]) for name in (first_name, last_name)
    ).upper()[:LONGEST_INITIALS]


def _checked_initials(typed: str) -> str:
    if typed and not (len(typed) <= LONGEST_INITIALS and typed.isalpha()):
        raise Invalid(_("Initials: 1 to 4 letters are needed."), "initials")
    return typed


def _checked_length(typed: str, field: str, label: str, most: int) -> str:
    if len(typed) > most:
        raise Invalid(
            _(
                "%(field)s: %(length)s characters, allowed %(allowed)s.",
                field=label,
                length=len(typed),
                allowed=most,
            ),
            field,
        )
    return typed


CHECKS: dict[str, Callable[[str], str]] = {
    "first_name": lambda typed: _checked_name(typed, "first_name", _("First name")),
    "last_name": lambda typed: _checked_name(typed, "last_name", _("Last name")),
    "position": lambda typed: _checked_length(typed, "position", _("Position"), LONGEST_POSITION),
    "phone": lambda typed: _checked_length(typed, "phone", _("Phone"), LONGEST_PHONE),
    "initials": _checked_initials,
}


def change_photo(user_id: int, content: bytes) -> bytes:
    """Give a user a photo; return it as it is stored.

    Raises Invalid for what is no picture or is too large.
    """
    made = photos.redrawn(content)
    found = db.session.get(UserPhoto, (current_account(), user_id))
    if found is None:
        db.session.add(UserPhoto(user_id=user_id, content=made, media_type=photos.MEDIA_TYPE))
    else:
        found.content, found.changed_at = made, clock.now()
    db.session.flush()
    return made


def remove_photo(user_id: int) -> None:
    """Take a user's photo away, if there is one."""
    found = db.session.get(UserPhoto, (current_account(), user_id))
    if found is not None:
        db.session.delete(found)
    db.session.flush()


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
