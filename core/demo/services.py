"""Filling the demo account: users, teams, and whatever the plugins add."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.accounts.founding import open_account
from core.accounts.models import Account
from core.accounts.queries import account_facts
from core.changes.capture import change_set
from core.db import account_scope, db, installation_sql, sql
from core.demo.password import demo_password
from core.errors import Conflict
from core.i18n import _
from core.registry import registry
from core.teams.services import create_team
from core.users import passwords
from core.users.models import Login
from core.users.services import Newcomer, create_user

ACCOUNT = "Demo"
DOMAIN = "demo.example"
LANGUAGE = "en"

# Each team stands below the one named behind it; the first is the account's own.
TEAMS = (("Sales", ACCOUNT), ("North", "Sales"), ("East", "Sales"), ("South", "Sales"))


@dataclass(frozen=True)
class DemoUser:
    """One of the people of the demo account; signs in as `key@demo.example`."""

    key: str
    first_name: str
    last_name: str
    team: str
    role: str

    @property
    def email(self) -> str:
        """The login."""
        return f"{self.key}@{DOMAIN}"


FOUNDER = DemoUser("ada", "Ada", "Wysocka", ACCOUNT, "administrator")
USERS = (
    DemoUser("maria", "Maria", "Zalewska", "Sales", "manager"),
    DemoUser("marek", "Marek", "Lis", "North", "manager"),
    DemoUser("anna", "Anna", "Krawczyk", "North", "user"),
    DemoUser("adam", "Adam", "Sikora", "North", "user"),
    DemoUser("beata", "Beata", "Górska", "East", "user"),
    DemoUser("celina", "Celina", "Baran", "South", "user"),
)


@dataclass(frozen=True)
class Demo:
    """The demo account, ready to be signed in to."""

    account_id: int
    password: str
    is_new: bool


def fill_demo(secret_key: str) -> Demo:
    """Return the demo account, made and filled now if it is not there.

    The password follows from the installation's key; users of an older key get the new one.
    Raises Conflict where an account of that name is somebody's own.
    """
    installation_sql("select pg_advisory_xact_lock(hashtextextended('demo', 0))")
    password = demo_password(secret_key, [each.email for each in (FOUNDER, *USERS)])
    account_id = installation_sql(
        "select id from core_account where lower(name) = lower(:name)", name=ACCOUNT
    ).scalar()
    if account_id is None:
        return Demo(_make(password).id, password, is_new=True)
    with account_scope(account_id):
        _renew_passwords(password)
    return Demo(account_id, password, is_new=False)


def _make(password: str) -> Account:
    opened = open_account(ACCOUNT, _newcomer(FOUNDER, password), language=LANGUAGE)
    with account_scope(opened.account.id), change_set("demo", opened.founder.id):
        teams = {ACCOUNT: opened.team.id}
        for name, parent in TEAMS:
            teams[name] = create_team(name, teams[parent]).id
        users = {FOUNDER.key: opened.founder.id}
        for each in USERS:
            newcomer = _newcomer(each, password)
            made = create_user(newcomer, team_id=teams[each.team], role=each.role)
            users[each.key] = made.id
        active = account_facts().active_plugins
        registry().hooks.call("demo_filled", active, users=users, teams=teams)
        db.session.flush()
    return opened.account


def _newcomer(who: DemoUser, password: str) -> Newcomer:
    return Newcomer(who.email, who.first_name, who.last_name, password)


def _renew_passwords(password: str) -> None:
    logins = installation_sql(
        "select email, account_id from core_login where email like :ours", ours=f"%@{DOMAIN}"
    ).all()
    if {each.account_id for each in logins} != {account_facts().account_id}:
        raise Conflict(_("There is an account “%(name)s” that is not the demo.", name=ACCOUNT))
    for each in logins:
        login = db.session.get_one(Login, each.email)
        if not passwords.verify(login.password_hash, password):
            login.password_hash = passwords.hash_password(password)
    db.session.flush()


def record_counts() -> dict[str, int]:
    """Return how many records of each kind the account has, by the kind's plural."""
    rows: Any = sql(
        "select kind, count(*) from core_record"
        " where account_id = :account and deleted_at is null group by kind"
    )
    return {registry().kinds[kind].plural: count for kind, count in rows}


def put_back(record_ids: list[int], moment: datetime) -> None:
    """Let records, and the change sets that made them, be of an earlier moment."""
    values = {"ids": record_ids, "moment": moment}
    sql(
        "update core_record set created_at = :moment, updated_at = :moment"
        " where account_id = :account and id = any(:ids)",
        **values,
    )
    sql(
        "update core_holder set added_at = :moment"
        " where account_id = :account and record_id = any(:ids)",
        **values,
    )
    sql(
        "update core_change_set s set at = :moment from core_change c"
        " where s.account_id = :account and c.account_id = s.account_id"
        " and c.change_set_id = s.id and c.record_id = any(:ids)",
        **values,
    )
