"""Two administrators at the same time, with connections of their own: really stored, then removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from core import db as wall
from core.accounts.models import Account
from core.accounts.services import wait_for_each_other
from core.changes.capture import writing_as
from core.db import db
from core.errors import SzansaError
from core.permissions import services, undoing
from core.permissions.facts import MEMBER, PARENT, TICK, PermissionChange
from core.permissions.queries import memberships, parents, ticks
from tests.makers import make_account, make_team, make_user, role


@pytest.fixture
def stored(whole_app) -> Iterator[dict[str, int]]:
    """An account with two administrators and three teams, stored for all connections."""
    with whole_app.app_context():
        account = make_account()
        own = make_team("Own")
        ada, ola = (make_user(name, own, "administrator") for name in ("Ada", "Ola"))
        teams = [make_team(name).id for name in ("One", "Two", "Three")]
        numbers = {"account": account.id, "own": own.id, "ada": ada.id, "ola": ola.id,
                   "chief": role("administrator").id, "user": role("user").id,
                   **dict(zip(("one", "two", "three"), teams, strict=True))}  # fmt: skip
        db.session.commit()
        try:
            yield numbers
        finally:
            db.session.rollback()
            db.session.delete(db.session.get_one(Account, numbers["account"]))
            with wall.across_accounts("what a test stored is removed"):
                db.session.commit()
            db.session.remove()


def at_once(app, numbers, *acts: Callable[[], object]) -> list[str]:
    """Run each act in a thread and transaction of its own; return the refusals."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        with app.app_context():
            wall.enter_account(numbers["account"])
            writing_as(numbers["ada"], "form")
            parents()  # each has begun, and read, before either changes anything
            barrier.wait(10)
            try:
                act()
                db.session.commit()
            except SzansaError as refused:
                db.session.rollback()
                return refused.message
            finally:
                db.session.remove()
                wall.leave_account()
            return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def save(gone=(), new=()) -> Callable[[], object]:
    change = PermissionChange(frozenset(gone), frozenset(new))
    return lambda: services.save(change, "teams")


def test_team_3_two_moves_that_together_make_a_circle(whole_app, stored):
    one, two, three = (stored[each] for each in ("one", "two", "three"))
    refusals = at_once(
        whole_app, stored,
        save(new={(PARENT, one, two)}),
        save(new={(PARENT, two, three)}),
        save(new={(PARENT, three, one)}),
    )  # fmt: skip
    assert len([each for each in refusals if "is below this team." in each]) == 1
    wall.enter_account(stored["account"])
    assert len(parents()) == 2


def test_team_18_two_administrators_take_each_other_s_role(whole_app, stored):
    def lowered(name):
        user = stored[name]
        return save({(MEMBER, user, stored["own"], stored["chief"])},
                    {(MEMBER, user, stored["own"], stored["user"])})  # fmt: skip

    refusals = at_once(whole_app, stored, lowered("ada"), lowered("ola"))
    assert sorted(refusals) == ["", "The account must keep at least one administrator."]
    wall.enter_account(stored["account"])
    chiefs = {fact[1] for fact in memberships() if fact[3] == stored["chief"]}
    assert len(chiefs) == 1


def test_acc_17_the_same_tick_by_two_is_stored_once(whole_app, stored):
    tick = save(new={(TICK, stored["user"], "person", "delete")})
    assert at_once(whole_app, stored, tick, tick) == ["", ""]
    wall.enter_account(stored["account"])
    assert (TICK, stored["user"], "person", "delete") in ticks()


def test_acc_x4_one_change_undone_by_two_is_undone_once(whole_app, stored):
    wall.enter_account(stored["account"])
    writing_as(stored["ada"], "form")
    save(new={(TICK, stored["user"], "person", "delete")})()
    db.session.commit()
    number = db.session.execute(db.select(db.func.max(undoing.SecurityEntry.id))).scalar_one()
    refusals = at_once(whole_app, stored, *[lambda: undoing.undo(number)] * 2)
    assert sorted(refusals) == ["", "There is nothing to undo."]


def test_gen_8_whoever_waited_sees_what_was_stored_meanwhile(whole_app, stored):
    """A team read before the wait is not taken for what it was then."""
    begun, go_on = Event(), Event()
    seen = {}

    def first() -> None:
        wait_for_each_other()
        begun.set()
        go_on.wait(10)
        save(new={(PARENT, stored["one"], stored["two"])})()

    def second() -> None:
        before = services.team(stored["one"]).parent_id
        begun.wait(10)
        go_on.set()
        wait_for_each_other()
        seen["parents"] = before, services.team(stored["one"]).parent_id

    assert at_once(whole_app, stored, first, second) == ["", ""]
    assert seen["parents"] == (None, stored["two"])
