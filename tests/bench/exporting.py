"""Exports: seconds and peak memory of 100,000 people with all columns, in each format."""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from pathlib import Path

from flask import g

from config.settings import Settings, load
from core import migrate
from core.access import actor_of
from core.app import create_app
from core.changes.capture import change_set
from core.db import account_scope, db
from core.embedded import FORGETFUL, services
from core.exports import queries, services as exports
from core.exports.reading import all_columns
from core.formats import Formats
from core.jobs import runner
from core.records.lists import ids_of
from core.registry import registry
from core.tables.cells import FileKind
from tests.bench.__main__ import personas_of
from tests.bench.machine import describe

ROWS = 100_000
SMALL = 5_000
KILOBYTES = 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--format", default="")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="szansa-bench-") as home,
        services(load({"SZANSA_HOME": home}), FORGETFUL) as settings,
    ):
        assert settings.database_url
        migrate.upgrade(settings.database_url)
        app = create_app(settings)
        with app.app_context():
            personas = personas_of(settings.database_url, -(-asked.rows * 10 // 7))
            db.session.commit()
            db.engine.dispose()
        print(describe())
        print(f"{'all columns':10}{'rows':>10}{'seconds':>10}{'peak MB':>10}{'file MB':>10}")
        for kind in [FileKind(asked.format)] if asked.format else FileKind:
            for rows in (SMALL, asked.rows):
                # A process of its own for each, whose peak is its own.
                arguments = (settings, personas.account_id, personas.administrator, kind, rows)
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    print(pool.apply(measure, arguments), flush=True)


def measure(settings: Settings, account_id: int, user_id: int, format_: FileKind, rows: int) -> str:
    """Return the line about one export, made as a worker makes it."""
    app = create_app(settings)
    with app.app_context():
        with account_scope(account_id), change_set("form", user_id):
            kind, actor = registry().kinds["person"], actor_of(user_id)
            g.formats = Formats()
            ids = ids_of(kind, actor)[:rows]
            choices = exports.Choices(all_columns(kind))
            export = exports.begin(kind, actor, ids, format_, choices)
            db.session.commit()
            export_id, job_id = export.id, export.job_id
            g.pop("formats")
        began = time.perf_counter()
        assert job_id is not None
        runner.run(account_id, job_id)
        took = time.perf_counter() - began
        with account_scope(account_id):
            made = queries.find_export(export_id)
            assert made is not None
            assert made.state == "done", made.reason
            return (f"{format_:10}{made.written_count:>10,}{took:>10.1f}"
                    f"{_peak():>10.0f}{made.file_bytes / 1e6:>10.1f}")  # fmt: skip


def _peak() -> float:
    """Return the largest memory of this process in MB, by Linux, from its start on."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmHWM")) / KILOBYTES


if __name__ == "__main__":
    main()
