"""List operations: seconds for preview and run, with 200 users and an account of 50,000 records."""

from __future__ import annotations

import argparse
import tempfile
import time
from typing import Any

from config.settings import load
from core import migrate
from core.access import Actor, actor_of
from core.app import create_app
from core.db import account_scope, db
from core.embedded import FORGETFUL, services
from core.operations import queries, services as operations
from core.operations.planning import effects, judge
from core.records.lists import ids_of
from core.records.services import LOSE_ACCESS
from core.registry import registry
from tests.bench.__main__ import personas_of
from tests.bench.machine import describe

SIZE, ROWS = 50_000, 10_000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--size", type=int, default=SIZE)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="szansa-bench-") as home,
        services(load({"SZANSA_HOME": home}), FORGETFUL) as settings,
    ):
        assert settings.database_url
        migrate.upgrade(settings.database_url)
        app = create_app(settings)
        with app.app_context():
            personas = personas_of(settings.database_url, asked.size)
            with account_scope(personas.account_id):
                print(describe())
                print(f"{'list operation':34}{'rows':>8}{'preview s':>12}{'run s':>10}")
                for name, key, arguments in chosen(personas):
                    measure(name, key, arguments, actor_of(personas.administrator), asked.rows)


def chosen(personas: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what is measured: a name, the operation and its arguments."""
    user = personas.ordinary
    return [
        ("add a participant", "user",
         {"role": "participant", "mode": "add", "principals": [user]}),
        ("replace the owner", "user",
         {"role": "owner", "mode": "replace", "principals": [user]}),
        ("hide", "visibility", {"visibility": "hidden"}),
    ]  # fmt: skip


def measure(name: str, key: str, arguments: dict[str, Any], actor: Actor, rows: int) -> None:
    """Preview and run one operation on the first rows of the list of people."""
    kind, spec = registry().kinds["person"], registry().list_operations[key]
    ids = ids_of(kind, actor)[:rows]
    operation = operations.begin(kind, spec, actor, ids, "")
    operations.choose(operation, arguments)
    db.session.commit()
    began = time.perf_counter()
    plan = queries.plan_of(operation)
    verdict = judge(plan, queries.record_ids_of(operation), {LOSE_ACCESS})
    felt = effects(plan, verdict)
    preview = time.perf_counter() - began
    began = time.perf_counter()
    operation.confirmed = [LOSE_ACCESS]
    while batch := queries.next_batch(operation):
        operations.run_batch(operation, batch)
        db.session.expunge(batch)
        db.session.commit()
    took = time.perf_counter() - began
    print(f"{name:34}{len(ids):>8,}{preview:>12.2f}{took:>10.2f}   touches {len(felt)} users")


if __name__ == "__main__":
    main()
