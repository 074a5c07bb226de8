"""Lists: pages by key in any order, under the rule, in both physical forms."""

from __future__ import annotations

import pytest

from core.access import actor_of, fetch
from core.changes.capture import change_set
from core.db import installation_sql
from core.records import lists
from core.records.lists import Wanted, listed
from core.records.services import trash
from core.registry import registry
from tests.makers import actor, make_account, make_record, make_team, make_user


@pytest.fixture(params=["dense", "sparse"])
def form(request, monkeypatch):
    """Both physical forms of the rule."""
    monkeypatch.setattr(lists, "is_sparse", lambda *_: request.param == "sparse")
    return request.param


def walk(kind, user, **wanted):
    """Return the names on all pages forwards, and the same backwards."""
    actor, forwards, cursor = actor_of(user.id), [], None
    while True:
        page = listed(kind, actor, Wanted(cursor=cursor, **wanted))
        forwards += page.rows
        if not page.has_after:
            break
        cursor = page.rows[-1].cursor
    backwards = list(page.rows)
    while page.has_before:
        page = listed(kind, actor, Wanted(cursor=page.rows[0].cursor, is_backwards=True, **wanted))
        backwards = page.rows + backwards
    assert [row.id for row in forwards] == [row.id for row in backwards]
    return [row.values.name for row in forwards]


def test_names_are_sorted_by_the_rules_of_polish(app):
    names = """3M|4F|Adam|Adamski|Azja|Ąbc|Baca|Car|Czyż|Ćma|Ela|Ewa|Ęsi|Lublin|Luz|Łan|Łódź|Mak
    |Nowak|Nowak Jan|Nowakowski|Nysa|Ńa|Olza|Ósmy|Ryba|Szcz|Ślad|Tak|Zima|Zysk|Źdźbło|Źzz|Żaba|Żuk"""
    wanted = [name.strip() for name in names.split("|")]
    rows = installation_sql(
        "select name from unnest(cast(:names as text[])) name"
        ' order by core_sort_key(name) collate "C"',
        names=wanted[::-1],
    )
    assert list(rows.scalars()) == wanted


def test_list_1_pages_by_key_lose_and_double_nothing(app, form):
    make_account()
    team = make_team()
    anna, adam = make_user("Anna", team), make_user("Adam", make_team())
    kind = registry().kinds["person"]
    cities = ["Łódź", "Lublin", None, "Lublin", "Żary", None, "Ąż"]
    for number, city in enumerate(cities):
        make_record(
            anna,
            last_name=f"N{number}",
            city=city,
            visibility=["public", "private", "hidden"][number % 3],
        )
    assert walk(kind, anna, sort="", size=2) == [f"N{n}" for n in range(7)]
    assert walk(kind, anna, sort="city", size=2) == ["N6", "N1", "N3", "N0", "N4", "N2", "N5"]
    assert walk(kind, anna, sort="city", size=2, is_descending=True) == [
        "N4", "N0", "N3", "N1", "N6", "N2", "N5"
    ]  # fmt: skip
    # Hidden ones (2, 5) are absent, private ones (1, 4) stand where the empty values stand.
    assert walk(kind, adam, sort="city", size=2) == ["N6", "N3", "N0", "N1", "N4"]
    assert walk(kind, adam, sort="", size=3) == ["N0", "N1", "N3", "N4", "N6"]
    assert walk(kind, adam, sort="owner", size=3) == ["N0", "N1", "N3", "N4", "N6"]
    assert walk(kind, adam, sort="visibility", size=2) == ["N0", "N3", "N6", "N1", "N4"]


def test_sorting_by_a_linked_company_tells_nothing_of_a_hidden_one(app, form):
    make_account()
    anna, adam = make_user("Anna"), make_user("Adam")
    hidden = make_record(anna, "company", name="Aaa", visibility="hidden")
    seen = make_record(anna, "company", name="Zzz")
    make_record(anna, last_name="One", company=hidden.id)
    make_record(anna, last_name="Two", company=seen.id)
    kind = registry().kinds["person"]
    assert walk(kind, anna, sort="company", size=1) == ["One", "Two"]
    assert walk(kind, adam, sort="company", size=1) == ["Two", "One"]


@pytest.mark.parametrize("held", ["owned", "joined"])
def test_list_6_many_of_one_sort_are_told_without_asking_the_rule(app, monkeypatch, held):
    monkeypatch.setattr(lists, "EXACT", 3)
    make_account()
    team, other = make_team(), make_user()
    user = make_user(team=team)
    records = [
        make_record(user if held == "owned" else other, visibility="hidden",
                    participants=[] if held == "owned" else [team])
        for _number in range(5)
    ]  # fmt: skip
    kind = registry().kinds["person"]
    wanted = Wanted(sort="", size=2)
    assert listed(kind, actor(user), wanted).count is None
    with change_set("form", other.id):
        for record in records[:2]:
            trash(fetch("person", record.id, actor(user if held == "owned" else other), lock=True))
    assert listed(kind, actor(user), wanted).count == 3
