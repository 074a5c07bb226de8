"""Imports: rows a second from the file to the stored records, against COPY of the same rows.

The jobs run in one worker process that is started and has imported a few rows before, as real
workers have; timed is everything from adding the file to the last row done. Wall times suffer
from whatever else the machine does, so the CPU seconds of the worker and of PostgreSQL's process
behind it stand beside them.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import resource
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

from sqlalchemy import text

from config.settings import Settings, load
from core import migrate
from core.access import actor_of
from core.app import create_app
from core.db import account_scope, db
from core.demo.names import demo_companies, demo_persons
from core.embedded import FORGETFUL, services
from core.jobs import runner
from plugins.imports import services as imports
from plugins.imports.models import Import
from tests.bench.machine import describe
from tests.bench.measure import Backends
from tests.makers import make_account, make_team, make_user

HEADS = ("First name", "Last name", "Position", "Company", "E-mail", "E-mail 2", "Phone", "Mobile",
         "Web address", "Street", "Postcode", "City", "Country", "Source", "Group", "Tags", "Note",
         "Owner", "Visibility", "Fax")  # fmt: skip
TABLES = ("core_record", "contacts_person", "core_holder", "core_record_label", "core_search",
          "core_match", "core_change")  # fmt: skip
FEW, MANY = 20_000, 100_000
WARM_UP = 500


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default=f"{FEW},{MANY}")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="szansa-bench-") as home,
        services(load({"SZANSA_HOME": home}), FORGETFUL) as settings,
    ):
        assert settings.database_url
        migrate.upgrade(settings.database_url)
        print(describe())
        print(
            f"{'import':30}{'rows/s':>10}{'x COPY':>10}{'worker CPU s':>14}{'server CPU s':>14}"
            f"{'memory of the worker':>24}"
        )
        context = multiprocessing.get_context("spawn")
        for rows in (int(each) for each in asked.rows.split(",")):
            with context.Pool(1, _begin, (settings,)) as worker:
                run(settings, Path(home), WARM_UP, worker)
                line(f"{rows:,} persons", run(settings, Path(home), rows, worker))


@dataclass
class Timed:
    """What an import took, and how quick COPY of the same rows is, by itself."""

    rows: int
    seconds: float
    worker: float
    server: float
    memory: float
    copied: float
    copied_server: float


def line(what: str, found: Timed) -> None:
    """Print the rows of the table."""
    rate = found.rows / found.seconds
    print(
        f"{what:30}{rate:10,.0f}{rate / found.copied:10.2f}{found.worker:14.2f}"
        f"{found.server:14.2f}{found.memory:21.0f} MB"
    )
    print(
        f"{'plain COPY of what it stored':30}{found.copied:10,.0f}{'':24}"
        f"{found.copied_server:14.2f}",
        flush=True,
    )


def run(settings: Settings, home: Path, rows: int, worker: Pool) -> Timed:
    """Import a file of so many rows and 20 columns, matched against what is there."""
    file = home / f"{rows}.csv"
    write(file, rows)
    app = create_app(settings)
    with app.app_context():
        backends = Backends(db.engine)
        account = make_account(f"Import {rows}").id
        user = make_user("Anna", make_team(), "administrator", email=f"a{account}@x.example").id
        db.session.commit()
        begun = time.monotonic()
        with account_scope(account):
            import_ = imports.add_file(actor_of(user), "person", file, file.name, 2**30)
            imports.read_soon(import_, file)
            import_id = import_.id
            db.session.commit()
        read = worker.apply(_work, (account, import_id))
        with account_scope(account):
            import_ = db.session.get_one(Import, (account, import_id), populate_existing=True)
            import_.options = {"on_unknown": "add"}
            imports.start(import_)
            db.session.commit()
        written = worker.apply(_work, (account, import_id))
        seconds = time.monotonic() - begun
        db.session.expire_all()
        with account_scope(account):
            import_ = db.session.get_one(Import, (account, import_id), populate_existing=True)
            assert import_.state == "done", (import_.state, import_.counts)
            copied, copied_server = _copied(account, backends)
        db.engine.dispose()
    return Timed(
        rows,
        seconds,
        worker=read[0] + written[0],
        server=read[1] + written[1],
        memory=written[2],
        copied=copied,
        copied_server=copied_server,
    )


def write(file: Path, rows: int) -> None:
    """Write a file with names, contact data, a company name, a source, groups and tags."""
    companies = demo_companies(2_000)
    persons = demo_persons(min(rows, 20_000), companies)
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(HEADS)
        for number in range(rows):
            person: dict[str, Any] = persons[number % len(persons)]
            phones = [phone for phone, _kind in person["phones"]] + ["", "", ""]
            emails = [f"{number}.{each}" for each in person["emails"]] + ["", ""]
            writer.writerow([
                person["first_name"], f"{person['last_name']}{number:x}", person["position"], "",
                emails[0], emails[1], phones[0], phones[1], person["web"], person["street"],
                person["postcode"], person["city"], person["country"], f"Fair {number % 7}",
                f"Group {number % 11}", f"tag{number % 13}, tag{number % 5}", person["note"], "",
                "", phones[2],
            ])  # fmt: skip


_worker: list[Any] = []


def _begin(settings: Settings) -> None:
    """Make the process a worker."""
    app = create_app(settings)
    with app.app_context():
        _worker[:] = [app, Backends(db.engine)]


def _work(account: int, import_id: int) -> tuple[float, float, float]:
    """Run the import's job; return the CPU seconds here and in the server, and the peak in MB."""
    app, backends = _worker
    cpu, server = _cpu(), backends.seconds()
    with app.app_context():
        with account_scope(account):
            job_id = db.session.get_one(Import, (account, import_id)).job_id
            db.session.rollback()
        if job_id is not None:
            runner.run(account, job_id)
        db.session.remove()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return _cpu() - cpu, backends.seconds() - server, peak


def _cpu() -> float:
    """Return the CPU seconds of this process and of the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _copied(account: int, backends: Backends) -> tuple[float, float]:
    """Return how many records a second COPY stores of the same rows, and the server's CPU."""
    connection = db.session.connection()
    cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    dumps = []
    for table in TABLES:
        columns = connection.execute(
            text(
                "select string_agg(quote_ident(column_name), ',' order by ordinal_position)"
                " from information_schema.columns"
                " where table_name = :table and is_generated = 'NEVER'"
            ),
            {"table": table},
        ).scalar_one()
        with cursor.copy(
            f"copy (select {columns} from {table} where account_id = {account}) to stdout"
        ) as copy:
            dumps.append((table, columns, b"".join(bytes(each) for each in copy)))
    count = connection.execute(
        text("select count(*) from core_record where account_id = :account"), {"account": account}
    ).scalar_one()
    cursor.execute(f"delete from core_record where account_id = {account}")
    begun, server = time.monotonic(), backends.seconds()
    for table, columns, rows in dumps:
        with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
            copy.write(rows)
    db.session.commit()
    return float(count) / (time.monotonic() - begun), backends.seconds() - server


if __name__ == "__main__":
    main()
