"""`make bench`: fills accounts of 10k and 1M records and prints the table of figures."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from config.settings import load
from core import migrate
from core.access import Actor, actor_of, fetch, why
from core.app import create_app
from core.db import account_scope, db
from core.embedded import FORGETFUL, services
from core.records.lists import Wanted, listed
from core.records.search import search
from core.registry import registry
from core.users import sessions
from tests.bench.dataset import Personas, fill
from tests.bench.floor import make_floor
from tests.bench.machine import describe
from tests.bench.measure import Measured, Watch, repeat
from tests.bench.permissions import permissions

PERSONAS = ("administrator", "manager", "ordinary")
SORTS = ("name", "updated_at", "position", "company", "owner")
FRAGMENTS = ("kowal", "owals", "an", "jan kowal", "601", "zzzqq", "prezes")
# By an index, by the search, by none, by many; an opposite, and a group.
FILTERS = (
    "city:is:radom", "city:begins:ra", "last_name:contains:owals", "note:contains:owals",
    "street:contains:owals", "owner:is:me", "updated_at:last:30;days", "visibility:is:private",
    "city:empty", "city:is_not:radom", "any(city:is:radom,position:contains:dyrektor)",
    "position:filled,city:is:radom", "street:contains:xyzzy",
)  # fmt: skip


def main() -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--sizes", default="10000,1000000", help="records per account")
    parser.add_argument("--mixes", default="mixed,hidden", help="visibilities of the records")
    parser.add_argument("--home", default="", help="keep the data set in this folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="szansa-bench-") as scratch:
        home = Path(asked.home or scratch).absolute()
        with services(load({"SZANSA_HOME": str(home)}), FORGETFUL) as settings:
            assert settings.database_url
            migrate.upgrade(settings.database_url)
            app = create_app(settings)
            app.config["WTF_CSRF_ENABLED"] = False  # forms are sent without being read first
            with app.app_context():
                watch = Watch(db.engine)
                db.engine.dispose()  # what was connected before is not watched
            print(describe())
            for size in (int(each) for each in asked.sizes.split(",")):
                for mix in asked.mixes.split(","):
                    run(app, watch, settings.database_url, size, mix)


def run(app: Flask, watch: Watch, url: str, size: int, mix: str) -> None:
    """Print the figures of an account with `size` records, which is made where it is missing."""
    with app.app_context():
        personas = personas_of(url, size, mix)
    head = f"\n{size:,} records, {mix}"
    print(f"{head:48}{'wall':>9}{'CPU':>9}{'database':>10}{'server':>9}{'stmts':>7}{'x floor':>9}")
    floor = repeat(None, _page(make_floor(url, personas.account_id), "/"))
    line("floor: list page", floor, floor)
    for name in PERSONAS:
        client = _signed_in(app, personas.account_id, getattr(personas, name))
        for sort in SORTS if name == "ordinary" else SORTS[:1]:
            for order in ("asc", "desc"):
                page = _page(client, f"/people?sort={sort}&dir={order}")
                line(f"list by {sort} {order}, {name}", repeat(watch, page), floor)
        for asked in FILTERS:
            page = _page(client, f"/people?filter={asked}")
            line(f"list where {asked}, {name}", repeat(watch, page, 15), floor)
        for query in FRAGMENTS:
            line(
                f"search {query!r}, {name}",
                repeat(watch, _page(client, f"/search?q={query}"), 15),
                floor,
            )
        with app.app_context(), account_scope(personas.account_id):
            record_id = _some_person(getattr(personas, name))
        page = _page(client, f"/people/{record_id}")
        line(f"profile, {name}", repeat(watch, page), floor)
        line(f"add a person, {name}", repeat(watch, _form(client, "/people/new")), floor)
        own = _form(client, f"{_added(client)}/edit")
        line(f"edit a person, {name}", repeat(watch, own), floor)
        with app.app_context(), account_scope(personas.account_id):
            engine(watch, actor_of(getattr(personas, name)), record_id, name, floor)
    with app.app_context(), account_scope(personas.account_id):
        permissions(personas)


def engine(watch: Watch, actor: Actor, record_id: int, name: str, floor: Measured) -> None:
    """Print the figures of the access engine itself for one persona."""
    record = fetch("person", record_id, actor).record
    check = partial(fetch, "person", record_id, actor)
    line(f"single check, {name}", repeat(watch, check), floor)
    line(f"explanation, {name}", repeat(watch, partial(why, actor, record, str)), floor)
    line(f"search engine 'owals', {name}", repeat(watch, partial(search, actor, "owals")), floor)


def line(what: str, found: Measured, floor: Measured) -> None:
    """Print one row of the table, times in milliseconds."""
    print(
        f"{what:47}{found.wall:9.2f}{found.cpu:9.2f}{found.database:10.2f}"
        f"{found.server:9.2f}{found.statements:7}{found.cpu / floor.cpu:9.2f}",
        flush=True,
    )


def personas_of(url: str, size: int, mix: str = "mixed") -> Personas:
    """Return the personas of the account of a size and mix, which is made where it is missing."""
    name = f"Bench {size} {mix}"
    with db.engine.connect() as connection:
        found = connection.execute(
            text("select id from core_account where name = :name"), {"name": name}
        ).scalar()
        if found is None:
            return fill(url, name, size, mix)
        users = connection.execute(
            text("select id from core_user where account_id = :a order by id limit 3"),
            {"a": found},
        ).scalars()
        return Personas(found, *users)


def _some_person(user_id: int) -> int:
    rows = listed(registry().kinds["person"], actor_of(user_id), Wanted(sort="")).rows
    return next(row.id for row in rows if row.is_full)


def _signed_in(app: Flask, account_id: int, user_id: int) -> FlaskClient:
    with app.app_context():
        token = sessions.begin(account_id, user_id, "", "")
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return client


def _page(client: Any, url: str) -> Callable[[], None]:
    def call() -> None:
        answer = client.get(url)
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"{url} answered {answer.status_code}")

    return call


def _form(client: Any, url: str) -> Callable[[], Any]:
    """Send a form of a person, each time with another name and note."""
    numbers = count()

    def call() -> Any:
        number = next(numbers)
        sent = {"first_name": "Zofia", "last_name": f"Zmierzona{number}",
                "emails": f"zofia{number}@zmierzona.example", "note": f"Note {number}",
                "visibility": "public"}  # fmt: skip
        answer = client.post(url, data=sent)
        if answer.status_code not in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        return answer

    return call


def _added(client: Any) -> str:
    """Return the address of a person that was added."""
    return str(_form(client, "/people/new")().location)


if __name__ == "__main__":
    main()
