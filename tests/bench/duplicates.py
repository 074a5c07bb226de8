"""The duplicate finder: seconds for a search over all contacts of an account (DUP-8)."""

from __future__ import annotations

import argparse
import tempfile
import time

from config.settings import load
from core import migrate
from core.access import actor_of
from core.app import create_app
from core.changes.capture import change_set
from core.db import account_scope, copy_rows, db, sql
from core.embedded import FORGETFUL, services
from core.records.bulk import stored
from core.records.kinds import Kind
from core.records.matching import numbers_of
from core.registry import registry
from plugins.duplicates import queries, services as finder
from tests.bench.__main__ import personas_of
from tests.bench.machine import describe

SIZES = "10000,100000"
BATCH = 5_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default=SIZES)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="szansa-bench-") as home,
        services(load({"SZANSA_HOME": home}), FORGETFUL) as settings,
    ):
        assert settings.database_url
        migrate.upgrade(settings.database_url)
        app = create_app(settings)
        print(describe())
        print(f"{'duplicates':20}{'records':>10}{'search s':>10}{'groups':>9}{'page ms':>9}")
        for size in (int(each) for each in asked.sizes.split(",")):
            with app.app_context():
                personas = personas_of(settings.database_url, size)
                with account_scope(personas.account_id):
                    for key in ("person", "company"):
                        measure(registry().kinds[key], personas.administrator)


def measure(kind: Kind, user_id: int) -> None:
    """Search all records of a kind, and open the first page of what was found."""
    remember(kind)
    actor = actor_of(user_id)
    run = finder.begin(kind, actor)
    db.session.commit()
    began = time.perf_counter()
    with change_set("automatic", user_id):
        finder.run(run)
    db.session.commit()
    took = time.perf_counter() - began
    count = sum(queries.group_counts(run).values())
    began = time.perf_counter()
    queries.checked(kind, queries.groups_on_page(run, "open", 1), actor)
    opened = (time.perf_counter() - began) * 1000
    print(f"{kind.key:20}{run.done_count:>10,}{took:>10.2f}{count:>9,}{opened:>9.0f}", flush=True)


def remember(kind: Kind) -> None:
    """Store the keys of all records, which the quick way of filling an account leaves out."""
    statement = (
        "select id from core_record where account_id = :account and kind = :kind order by id"
    )
    ids = list(sql(statement, kind=kind.key).scalars())
    for first in range(0, len(ids), BATCH):
        records = stored(kind, ids[first : first + BATCH])
        copy_rows(
            "core_match",
            ("key", "record_id"),
            ((key, each.id) for each in records.values() for key in numbers_of(kind, each.values)),
        )
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze core_match")


if __name__ == "__main__":
    main()
