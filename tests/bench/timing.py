"""Can the time of an answer tell what its words do not? Hidden records, and logins that exist.

Two questions are asked by turns, in random order, and their times are compared by the rank-sum
test of Mann and Whitney: the probability p that two samples of the same distribution differ so
much. Below 0.05 they count as told apart.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import NormalDist, median
from typing import Any

from flask import Flask

from config.settings import load
from core import migrate
from core.app import create_app
from core.db import account_scope, apart, db
from core.embedded import FORGETFUL, services
from core.users import sessions
from tests.makers import make_account, make_record, make_team, make_user

TIMES = 1_000
MISSING = 999_999_999
WARM_UP = 50
TOLD_APART = 0.05

Call = Callable[[], Any]


def rank_sum(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the two-sided p of the rank-sum test, by the normal approximation for large samples.

    Mann and Whitney, "On a test of whether one of two random variables is stochastically larger
    than the other", Annals of Mathematical Statistics 18 (1947); ties share their mean rank and
    lessen the variance, and the difference is made smaller by a half, for it is a whole number
    (Hollander and Wolfe, Nonparametric Statistical Methods, section 4.1).
    """
    m, n = len(first), len(second)
    counts = Counter([*first, *second])
    ranks, below = {}, 0
    for value in sorted(counts):
        ranks[value] = below + (counts[value] + 1) / 2
        below += counts[value]
    u = sum(ranks[value] for value in first) - m * (m + 1) / 2
    ties = sum(each**3 - each for each in counts.values())
    variance = m * n / 12 * ((m + n + 1) - ties / ((m + n) * (m + n - 1)))
    if variance == 0:
        return 1.0
    distance = max(abs(u - m * n / 2) - 0.5, 0) / math.sqrt(variance)
    return 2 * (1 - NormalDist().cdf(distance))


def by_turns(
    first: Call, second: Call, times: int, before: Call = lambda: None
) -> tuple[list[float], list[float]]:
    """Return the seconds that each of two calls took, called by turns in random order.

    What has to be so `before` each is done outside of the time that is taken.
    """
    calls = (first, second)
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(-WARM_UP, times):
        for which in random.sample((0, 1), 2):
            before()
            begun = time.perf_counter()
            calls[which]()
            took = time.perf_counter() - begun
            if number >= 0:
                found[which].append(took)
    return found


def line(what: str, first: Call, second: Call, times: int, before: Call = lambda: None) -> None:
    """Print the medians of two calls and whether their times tell them apart."""
    one, other = by_turns(first, second, times, before)
    p = rank_sum(one, other)
    verdict = "told apart" if p < TOLD_APART else "not told apart"
    print(
        f"{what:58}{median(one) * 1000:10.3f}{median(other) * 1000:10.3f}{p:9.3f}  {verdict}",
        flush=True,
    )


def main() -> None:
    """Print the table of timings that tell nothing."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--times", type=int, default=TIMES, help="timings of each question")
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="szansa-timing-") as home:
        unsent = {"SMTP_URL": "smtp://127.0.0.1:9"}  # asked for, never sent
        made = load({"SZANSA_HOME": str(Path(home)), **unsent})
        with services(made, FORGETFUL) as settings:
            assert settings.database_url
            migrate.upgrade(settings.database_url)
            app = create_app(settings)
            app.config.update(WTF_CSRF_ENABLED=False)
            print(f"{'what is asked':58}{'ms':>10}{'ms':>10}{'p':>9}")
            records(app, times)
            logins(app, times)


def records(app: Flask, times: int) -> None:
    """Ask for a hidden record, and for one that does not exist."""
    with app.app_context():
        account_id = make_account("Timing").id
        stranger = make_user(team=make_team())
        with account_scope(account_id):
            hidden = make_record(kind="person", visibility="hidden").id
            company = make_record(kind="company", visibility="hidden").id
            for _number in range(200):
                make_record(kind="person", owner=stranger)
            token = sessions.begin(account_id, stranger.id, "", "")
            db.session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    for method, below in (
        ("GET", ""),
        ("GET", "/edit"),
        ("GET", "/holders"),
        ("POST", "/edit"),
        ("POST", "/delete"),
        ("POST", "/restore"),
        ("POST", "/ask"),
    ):
        there, missing = (
            _answering(client, method, f"/people/{number}{below}", 404)
            for number in (hidden, MISSING)
        )
        line(f"{method} /people/N{below}: hidden, missing", there, missing, times)
    for what, path in (
        ("GET /companies/N: a hidden person", "/companies/{}"),
        ("GET /people?filter=company:is:N: a hidden company", "/people?filter=company:is:{}"),
    ):
        number = company if "company" in path else hidden
        status = 404 if path.startswith("/companies") else 200
        there, missing = (
            _answering(client, "GET", path.format(each), status) for each in (number, MISSING)
        )
        line(f"{what}, missing", there, missing, times)
    rows = (
        _answering(client, "POST", "/people/operations/user", 422, {"row": str(each)})
        for each in (hidden, MISSING)
    )
    line("POST /people/operations/user: a hidden row, missing", *rows, times)


def logins(app: Flask, times: int) -> None:
    """Sign in with wrong passwords: with a login that exists, and with one that does not."""
    with app.app_context():
        make_account("Timing of logins")
        email = make_user(team=make_team()).email
        db.session.commit()
    unknown = email.replace("user", "nobd")
    client = app.test_client()

    def forget_failures() -> None:
        with app.app_context(), apart() as run:
            run("delete from core_sign_in_failure")

    for what, path, more, status in (
        ("a wrong password", "/sign-in", {"password": "wrong-7-password"}, 422),
        ("a forgotten one", "/sign-in/forgotten", {}, 200),
    ):
        known, nobody = (
            _answering(client, "POST", path, status, {"email": each, **more})
            for each in (email, unknown)
        )
        line(f"POST {path}: {what}, known login, unknown", known, nobody, times, forget_failures)


def _answering(
    client: Any, method: str, path: str, status: int, sent: dict[str, str] | None = None
) -> Call:
    def call() -> None:
        answer = client.open(path, method=method, data=sent)
        if answer.status_code != status:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return call


if __name__ == "__main__":
    main()
