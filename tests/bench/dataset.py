"""One account with many contacts, 200 users and 40 teams in four levels, mixed visibilities."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from core.access import Actor, actor_of
from core.accounts.models import Account
from core.accounts.services import found_account
from core.db import account_scope, across_accounts, db
from core.demo.names import demo_companies, demo_persons
from core.records.search import document_of
from core.registry import registry
from core.teams.services import create_team, join
from core.users.services import Newcomer, create_user

USERS, TEAMS = 200, 40
SHARE_OF_COMPANIES = 0.1
# Shares of public, private and hidden records.
MIXES = {"mixed": (60, 25, 15), "hidden": (0, 0, 100)}
TEMPLATES = 5_000
MOST_HOLDERS = 3
SINCE = datetime(2026, 1, 1, tzinfo=UTC)

RECORD = [
    "account_id",
    "id",
    "kind",
    "name",
    "sort_name",
    "owner_id",
    "visibility",
    "version",
    "created_at",
    "created_by_id",
    "updated_at",
    "updated_by_id",
]
PERSON = [
    "account_id",
    "id",
    "first_name",
    "last_name",
    "position",
    "company_id",
    "emails",
    "phones",
    "web",
    "street",
    "postcode",
    "city",
    "country",
    "note",
]
COMPANY = [
    "account_id",
    "id",
    "nip",
    "regon",
    "emails",
    "phones",
    "web",
    "street",
    "postcode",
    "city",
    "country",
    "note",
]
HOLDER = ["account_id", "record_id", "principal_id", "role", "added_at", "added_by_id"]
SEARCH = ["account_id", "record_id", "document"]


@dataclass(frozen=True)
class Personas:
    """Those as whom everything is measured."""

    account_id: int
    administrator: int
    manager: int
    ordinary: int


def fill(url: str, name: str, size: int, mix: str = "mixed") -> Personas:
    """Return the personas of a new account with `size` records of a mix of visibilities."""
    with across_accounts("a bench account is made"):
        account = found_account(name)
    with account_scope(account.id):
        personas, users, teams = _people(account)
        db.session.commit()
        kinds = {key: registry().kinds[key] for key in ("person", "company")}
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
            indexes = _drop_indexes(connection)
            _load(connection, account.id, size, users, teams, kinds, MIXES[mix])
            for definition in indexes:
                connection.execute(definition)
            connection.commit()
            connection.autocommit = True
            connection.execute("vacuum analyze")
    return personas


def _people(account: Account) -> tuple[Personas, list[int], list[int]]:
    """Make 40 teams: 1, 3, 9 and 27 in four levels; a manager of one branch of the second."""
    teams: list[int] = []
    for number in range(TEAMS):
        parent = teams[(number - 1) // 3] if number else None
        teams.append(create_team(f"Team {number} {account.name}", parent).id)
    users = []
    for number in range(USERS):
        role = {0: "administrator", 1: "manager"}.get(number, "user")
        team = teams[0] if number == 0 else teams[1] if number == 1 else teams[number % TEAMS]
        newcomer = Newcomer(
            email=f"u{number}@{account.id}.example",
            first_name="User",
            last_name=f"Number{number}",
            password=f"battery-horse-{number}-x",
        )
        user = create_user(newcomer, team_id=team, role=role)
        if number == 1:
            join(user, teams[2], "manager")
        users.append(user.id)
    return Personas(account.id, users[0], users[1], users[2]), users, teams


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "select indexname, indexdef from pg_indexes where schemaname = 'public'"
        " and tablename in ('core_record', 'core_holder', 'core_search', 'contacts_person',"
        " 'contacts_company') and indexname like 'ix%'"
    ).fetchall()
    for name, _definition in rows:
        connection.execute(f'drop index "{name}"')
    return [definition for _name, definition in rows]


def _load(
    connection: psycopg.Connection,
    account_id: int,
    size: int,
    users: list[int],
    teams: list[int],
    kinds: dict[str, Any],
    shares: tuple[int, int, int],
) -> None:
    random = Random(7)
    companies = demo_companies(2_000)
    persons = demo_persons(TEMPLATES, companies)
    count = int(size * SHARE_OF_COMPANIES)
    row = connection.execute(
        "select max(x) from (select nextval(pg_get_serial_sequence('core_record', 'id')) x"
        " from generate_series(1, %s)) n",
        [size],
    ).fetchone()
    assert row
    first = row[0] - size + 1
    made = list(_records(account_id, size, count, first, random, companies, persons, users, shares))
    _copy(connection, "core_record", RECORD, (each[0] for each in made))
    _copy(connection, "contacts_company", COMPANY, (each[1] for each in made[:count]))
    _copy(connection, "contacts_person", PERSON, (each[1] for each in made[count:]))
    _copy(connection, "core_holder", HOLDER, _holders(account_id, made, users, teams, random))
    _copy(connection, "core_search", SEARCH, _documents(account_id, made, kinds))


def _records(
    account_id: int,
    size: int,
    companies: int,
    first: int,
    random: Random,
    company_values: list[dict[str, Any]],
    person_values: list[dict[str, Any]],
    users: list[int],
    shares: tuple[int, int, int],
) -> Iterator[tuple[list[Any], list[Any], dict[str, Any]]]:
    for number in range(size):
        is_company = number < companies
        pool = company_values if is_company else person_values
        values = dict(pool[random.randrange(len(pool))])
        tail = f"{number:x}"
        if is_company:
            values["name"] = f"{values['name']} {tail}"
            name = sort_name = values["name"]
        else:
            values["last_name"] = f"{values['last_name']}{tail[-2:]}"
            name = f"{values['first_name']} {values['last_name']}"
            sort_name = f"{values['last_name']} {values['first_name']}"
        values["emails"] = [f"{tail}.{each}" for each in values["emails"]]
        visibility = random.choices(("public", "private", "hidden"), shares)[0]
        owner = users[random.randrange(len(users))]
        at = SINCE + timedelta(seconds=number)
        record = [account_id, first + number, "company" if is_company else "person", name,
                  sort_name, owner, visibility, 1, at, owner, at, owner]  # fmt: skip
        common = [values["emails"], json.dumps(values["phones"]), values["web"] or None,
                  values["street"], values["postcode"], values["city"], values["country"],
                  values["note"] or None]  # fmt: skip
        if is_company:
            own = [account_id, first + number, values["nip"] or None, values["regon"] or None]
        else:
            company = first + random.randrange(companies) if random.random() < 0.8 else None
            own = [account_id, first + number, values["first_name"], values["last_name"],
                   values["position"] or None, company]  # fmt: skip
        yield record, own + common, values


def _holders(
    account_id: int, made: list[Any], users: list[int], teams: list[int], random: Random
) -> Iterator[list[Any]]:
    for record, _own, _values in made:
        held = {teams[random.randrange(len(teams))]}
        held |= {users[random.randrange(len(users))] for _number in range(MOST_HOLDERS - 1)}
        for each in held:
            yield [account_id, record[1], each, "participant", SINCE, record[5]]


def _documents(account_id: int, made: list[Any], kinds: dict[str, Any]) -> Iterator[list[Any]]:
    for record, _own, values in made:
        yield [account_id, record[1], document_of(kinds[record[2]], record[3], values, ())]


def _copy(
    connection: psycopg.Connection, table: str, columns: list[str], rows: Iterator[list[Any]]
) -> None:
    names = ", ".join(columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {table} ({names}) from stdin") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def persona(personas: Personas, name: str) -> Actor:
    """Return a persona's actor, inside the account's scope."""
    return actor_of(getattr(personas, name))
