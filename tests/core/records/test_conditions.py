"""Filters as SQL: they agree with plain Python, in every way in which a list may be read."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core import clock
from core.access import actor_of
from core.changes.capture import change_set
from core.db import sql
from core.errors import Invalid
from core.records import gathering, lists
from core.records.conditions import condition_of
from core.records.filters import Group, Test, from_text
from core.records.labels import make
from core.records.lists import Wanted, count_exactly, ids_of, listed
from core.records.services import create
from core.registry import registry
from tests.core.records.filter_model import holds
from tests.makers import make_account, make_record, make_team, make_user, put

ZONE = "Europe/Warsaw"
WORDS = ["Łódź", "lodz", "Lublin", "ŁÓDŹ 2", "Nowy Sącz", "nowa", "100%", "a_b", "Żabia-Wola"]
FORMS = ("gathered", "walked", "sparse")


class World:
    """Thirty people and four companies of two teams, in every visibility."""

    def __init__(self) -> None:
        make_account()
        self.random = random.Random(7)
        north, south = make_team(), make_team()
        self.teams = [north, south]
        self.users = [make_user("Ada", north), make_user("Bob", north), make_user("Eve", south)]
        self.boss = make_user("Iga", south, role="administrator")
        put(self.users[1], south)
        self.members = {north.id: self.users[:2], south.id: [*self.users[1:], self.boss]}
        self.tags = [make("tag", f"tag {number}") for number in range(3)]
        self.sources = [make("source", f"source {number}") for number in range(2)]
        self.names: dict[int, str] = {}
        self.companies = [self.company(number) for number in range(4)]
        self.people = [self.person(number) for number in range(30)]

    def company(self, number: int) -> Any:
        visibility = ("public", "private", "hidden", "public")[number]
        name = WORDS[number]
        made = make_record(self.users[2], "company", name=name, visibility=visibility)
        self.names[made.id] = name
        return SimpleNamespace(id=made.id, visibility=visibility, owner=self.users[2].id)

    def person(self, number: int) -> dict[str, Any]:
        pick = self.random.choice
        values: dict[str, Any] = {
            "city": pick([*WORDS, None]),
            "position": pick([*WORDS, None]),
            "note": pick([*WORDS, None]),
            "emails": pick([[], ["ala@lodz.pl"], ["x.y@nowa.com", "ala@lublin.pl"]]),
            "company": pick([None, *self.companies]),
            "source": pick([None, *self.sources]),
            "tags": sorted({pick(self.tags) for _n in range(number % 3)}),
            "visibility": pick(["public", "private", "hidden"]),
        }
        owner = pick(self.users)
        guests = pick([[], [self.users[0]], [self.teams[1]]])
        company = values.pop("company")
        with change_set("form", self.boss.id):
            made = create(
                registry().kinds["person"],
                {**values, "last_name": f"{pick(WORDS)} {number}", "owner": owner.id,
                 "participants": sorted(each.id for each in guests),
                 "company": company.id if company else None},
                actor_of(self.boss.id),
                confirmed={"confirm_lose_access"},
            )  # fmt: skip
        day = clock.today(ZONE) - timedelta(days=number * 3)
        noon = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
        sql("update core_record set updated_at = :at where account_id = :account and id = :id",
            at=noon, id=made.id)  # fmt: skip
        return {
            **values, "id": made.id, "name": made.name, "owner": owner.id, "updated_at": day,
            "company": company, "participants": sorted(each.id for each in guests),
        }  # fmt: skip

    def reader(self, user: Any) -> dict[str, Any]:
        teams = [team.id for team in self.teams if user in self.members[team.id]]
        names = {each.id: self.names[each.id] for each in self.companies if self.knows(user, each)}
        return {
            "id": user.id, "teams": teams, "today": clock.today(ZONE), "names": names,
            "colleagues": [each.id for team in teams for each in self.members[team]],
        }  # fmt: skip

    def knows(self, user: Any, company: Any) -> bool:
        return user in {self.boss, self.users[2]} or company.visibility != "hidden"

    def seen(self, user: Any) -> list[dict[str, Any]]:
        """Return the records that a user is listed, as he may know them."""
        mine = {user.id, *self.reader(user)["teams"]}
        found = []
        for each in self.people:
            is_full = (
                user is self.boss
                or each["visibility"] == "public"
                or each["owner"] == user.id
                or bool(mine & set(each["participants"]))
            )
            company = each["company"]
            known = company.id if company and self.knows(user, company) else None
            if is_full or each["visibility"] == "private":
                found.append({**each, "is_full": is_full, "company": known})
        return found


def texts(field: str) -> st.SearchStrategy[Test]:
    operators = ["contains", "contains_not", "is", "is_not", "begins"]
    typed = st.sampled_from([*WORDS, "l", "Ło", "od", "100", "%", "_", "ala", "y@nowa", "-W", "\\"])
    asked = st.builds(
        lambda operator, value: Test(field, operator, (value,)), st.sampled_from(operators), typed
    )
    return asked | st.sampled_from([Test(field, "empty"), Test(field, "filled")])


def chosen(field: str, values: list[str], *more: str) -> st.SearchStrategy[Test]:
    asked = st.builds(
        lambda operator, some: Test(field, operator, tuple(some)),
        st.sampled_from(["is", "is_not", *more]),
        st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True),
    )
    return asked | st.sampled_from([Test(field, "empty"), Test(field, "filled")])


def days() -> st.SearchStrategy[Test]:
    today = clock.today(ZONE)
    day = st.integers(0, 95).map(lambda number: (today - timedelta(days=number)).isoformat())
    spans = st.tuples(st.integers(1, 60).map(str), st.sampled_from(["days", "weeks"]))
    return (
        st.builds(lambda operator, one: Test("updated_at", operator, (one,)),
                  st.sampled_from(["on", "before", "after"]), day)
        | st.tuples(day, day).map(lambda both: Test("updated_at", "between", both))
        | st.builds(lambda operator, span: Test("updated_at", operator, span),
                    st.sampled_from(["last", "older"]), spans)
        | st.sampled_from(["today", "this_month"]).map(
            lambda period: Test("updated_at", "within", (period,)))
    )  # fmt: skip


def trees(world: World) -> st.SearchStrategy[Group]:
    users = [str(each.id) for each in world.users]
    teams = [str(each.id) for each in world.teams]
    companies = [str(each.id) for each in world.companies]
    tests = st.one_of(
        *(texts(field) for field in ("name", "city", "position", "note", "emails")),
        chosen("owner", [*users, "me", "my_teams"]),
        chosen("participants", [*users, *teams, "me", "my_teams"]),
        chosen("tags", [str(each) for each in world.tags], "all"),
        chosen("source", [str(each) for each in world.sources]),
        chosen("company", companies),
        st.sampled_from(WORDS).map(lambda word: Test("company", "contains", (word,))),
        chosen("visibility", ["public", "private", "hidden"]).filter(lambda each: each.values),
        days(),
    )
    match = st.sampled_from(["all", "any"])
    groups = st.builds(Group, match, st.lists(tests, min_size=1, max_size=3).map(tuple))
    return st.builds(Group, match, st.lists(tests | groups, min_size=1, max_size=3).map(tuple))


def read_in(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Let lists be read in one of their ways."""
    monkeypatch.setattr(lists, "is_sparse", lambda *_: form == "sparse")
    monkeypatch.setattr(gathering, "READ", -1 if form == "walked" else 100_000)


def test_list_3_sql_agrees_with_plain_python_in_every_form(app, monkeypatch):
    world = World()
    kind = registry().kinds["person"]

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(trees(world), st.sampled_from([*world.users, world.boss]))
    def agree(tree: Group, user: Any) -> None:
        reader, actor = world.reader(user), actor_of(user.id)
        seen = world.seen(user)
        for each in seen:
            each["company_id"] = each["company"]
        wanted = {each["id"] for each in seen if holds(tree, each, reader)}
        condition, missing = condition_of(kind, actor, tree, ZONE)
        assert missing == []
        for form in FORMS:
            read_in(monkeypatch, form)
            page = listed(kind, actor, Wanted(sort="city", size=200, conditions=(condition,)))
            assert {row.id for row in page.rows} == wanted, form
            assert page.count == len(wanted)
            assert set(ids_of(kind, actor, (condition,))) == wanted
            assert count_exactly(kind, actor, (condition,)) == len(wanted)

    agree()


@pytest.mark.parametrize("form", FORMS)
def test_list_3_pages_of_a_filter_are_the_same_in_every_form(app, monkeypatch, form):
    world = World()
    kind, actor = registry().kinds["person"], actor_of(world.users[0].id)
    condition, _missing = condition_of(
        kind, actor, from_text("city:filled,owner:is:my_teams"), ZONE
    )
    read_in(monkeypatch, form)
    for sort in ("", "city", "owner", "updated_at", "company"):
        wanted = Wanted(sort=sort, size=200, conditions=(condition,))
        whole = [row.id for row in listed(kind, actor, wanted).rows]
        paged, cursor = [], None
        while True:
            page = listed(kind, actor, Wanted(sort=sort, size=3, cursor=cursor,
                                              conditions=(condition,)))  # fmt: skip
            paged += [row.id for row in page.rows]
            if not page.has_after:
                break
            cursor = page.rows[-1].cursor
        assert paged == whole
        assert len(whole) > 3


def test_list_6_page_of_many_does_not_wait_for_its_count(app, monkeypatch):
    world = World()
    kind, actor = registry().kinds["person"], actor_of(world.boss.id)
    condition, _missing = condition_of(kind, actor, from_text("visibility:is:public;hidden"), ZONE)
    read_in(monkeypatch, "walked")
    page = listed(kind, actor, Wanted(size=3, conditions=(condition,)))
    assert (page.count, page.is_counted) == (None, False)
    assert lists.count_up_to_bound(kind, actor, (condition,)) > 3
    read_in(monkeypatch, "gathered")
    assert listed(kind, actor, Wanted(size=3, conditions=(condition,))).is_counted


def test_list_6_more_than_can_be_gathered_is_more_than_is_counted(app, monkeypatch):
    world = World()
    kind, actor = registry().kinds["person"], actor_of(world.boss.id)
    condition, _missing = condition_of(kind, actor, from_text("owner:filled"), ZONE)
    read_in(monkeypatch, "gathered")
    monkeypatch.setattr(gathering, "GATHERED", 5)
    page = listed(kind, actor, Wanted(size=200, conditions=(condition,)))
    assert len(page.rows) == len(world.people)
    assert page.count == len(page.rows)  # the whole page is there, so nothing is left to count
    page = listed(kind, actor, Wanted(size=3, conditions=(condition,)))
    assert (page.count, page.is_counted) == (None, True)


def test_list_3_filter_on_a_field_that_is_gone_is_left_out(app):
    world = World()
    kind, actor = registry().kinds["person"], actor_of(world.boss.id)
    tree = from_text("f77:is:5,any(shoe:filled),city:filled")
    condition, missing = condition_of(kind, actor, tree, ZONE)
    assert missing == ["f77", "shoe"]
    alone, _none = condition_of(kind, actor, from_text("city:filled"), ZONE)
    assert ids_of(kind, actor, (condition,)) == ids_of(kind, actor, (alone,))
    assert condition_of(kind, actor, from_text("shoe:filled"), ZONE) == (None, ["shoe"])


@pytest.mark.parametrize(
    "text",
    [
        "city:last:5;days", "city:contains", "city:contains:", "city:contains:a;b", "city:filled:x",
        "updated_at:on:yesterday", "updated_at:on:0000-00-00", "updated_at:last:0;days",
        "updated_at:last:99999;days", "updated_at:last:5;moons", "updated_at:within:never",
        "updated_at:within:next_year", "owner:is", "owner:is:Bob", "owner:is:-1",
        "owner:is:99999999999999999999", "tags:is:me", "visibility:is:secret", "company:is:x",
        "emails:nothing:1", "import:is:",
    ],
)  # fmt: skip
def test_list_3_test_that_means_nothing_is_refused_with_the_field_named(app, text):
    make_account()
    kind, actor = registry().kinds["person"], actor_of(make_user().id)
    with pytest.raises(Invalid) as refused:
        condition_of(kind, actor, from_text(text), ZONE)
    assert ":" in refused.value.message
