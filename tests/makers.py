"""Makers: every argument has a default, so a test names only what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from flask.testing import FlaskClient

from core import db as wall
from core.access import Actor, NoAccess, actor_of, fetch
from core.accounts.models import Account
from core.accounts.services import found_account, store_setting
from core.changes.capture import change_set
from core.errors import NotFound
from core.records.models import Record
from core.records.services import create
from core.registry import registry
from core.roles.models import AccessTick, Role, RoleTick
from core.teams.models import Team
from core.teams.services import create_team, join, role_named
from core.users import sessions
from core.users.models import User
from core.users.services import Newcomer, create_user

PASSWORD = "correct-horse-7-battery"
_numbers = count(1)


def make_account(name: str = "", **values: Any) -> Account:
    """Return a new account, in English, which becomes the current one."""
    account = found_account(name or f"Account {next(_numbers)}", **{"language": "en", **values})
    wall.enter_account(account.id)
    return account


def make_team(name: str = "", parent: Team | None = None) -> Team:
    """Return a new team of the current account."""
    return create_team(name or f"Team {next(_numbers)}", parent.id if parent else None)


def make_user(
    name: str = "", team: Team | None = None, role: str = "user", email: str = ""
) -> User:
    """Return a new user; his first name is `name`."""
    number = next(_numbers)
    who = Newcomer(
        email=email or f"user{number}@example.com",
        first_name=name or f"User{number}",
        last_name="Test",
        password=PASSWORD,
    )
    return create_user(who, team_id=(team or make_team()).id, role=role)


def actor(user: User) -> Actor:
    """Return the actor of a user, as his next request would have it."""
    return actor_of(user.id)


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """Let a browser be this user's from its next request on, and return it."""
    account_id = user.account_id
    token = sessions.begin(account_id, user.id, "", "")
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    wall.enter_account(account_id)
    return client


def make_record(owner: User | None = None, kind: str = "person", **values: Any) -> Record:
    """Return a new record, made by its owner; participants are given as users and teams."""
    owner = owner or make_user()
    wall.enter_account(owner.account_id)
    number = next(_numbers)
    names = {"person": {"last_name": f"Nowak{number}"}, "company": {"name": f"Firma {number}"}}
    participants: Sequence[Any] = values.pop("participants", ())
    given = {
        **names.get(kind, {}),
        "owner": owner.id,
        "participants": sorted(each.id for each in participants),
        **values,
    }
    with change_set("form", owner.id):
        return create(
            registry().kinds[kind], given, actor(owner), confirmed={"confirm_lose_access"}
        )


def opens(user: User, record: Record) -> str:
    """Return what a user gets of a record: full, basic or nothing."""
    try:
        fetch(record.kind, record.id, actor(user))
    except NoAccess:
        return "basic"
    except NotFound:
        return "nothing"
    return "full"


def tick(role: str, kind: str, right: str, *, on: bool = True) -> None:
    """Tick a right for a team role or an access role of the current account."""
    if role in {"owner", "participant"}:
        model: Any = AccessTick
        key = {"access_role": role, "kind": kind, "right": right}
    else:
        model = RoleTick
        key = {"role_id": role_named(role).id, "kind": kind, "right": right}
    found = wall.db.session.get(model, (wall.current_account(), *key.values()))
    if on and found is None:
        wall.db.session.add(model(**key))
    elif not on and found is not None:
        wall.db.session.delete(found)
    wall.db.session.flush()


def set_up(**settings: Any) -> None:
    """Store account-wide settings; dots are written as two underscores."""
    for key, value in settings.items():
        store_setting(key.replace("__", "."), value)


def role(key: str) -> Role:
    """Return a shipped role."""
    return role_named(key)


def put(user: User, team: Team, role: str = "user") -> None:
    """Make a user member of a team."""
    join(user, team.id, role)
