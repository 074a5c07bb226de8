"""Sorting lists of contacts by what reaches them (LIST-1)."""

from __future__ import annotations

import pytest

from core.access import actor_of
from core.db import sql
from core.records.lists import Wanted, listed
from core.registry import registry
from tests.makers import make_account, make_record, make_team, make_user


def names(kind, user, **wanted):
    page = listed(registry().kinds[kind], actor_of(user.id), Wanted(**wanted))
    return [row.values.name for row in page.rows]


@pytest.mark.parametrize("kind", ["person", "company"])
def test_list_1_sorts_by_the_first_phone_and_the_first_e_mail(app, kind):
    make_account()
    anna = make_user("Anna", make_team())
    key = "last_name" if kind == "person" else "name"
    for name, phones, emails in (
        ("Third", ["602 000 000", "100"], ["c@x.pl"]),
        ("None", [], []),
        ("First", ["(22) 600-00-00"], ["A@x.pl", "z@x.pl"]),
        ("Second", ["601-000-000"], ["b@x.pl"]),
    ):
        reached = {"phones": [[each, "phone"] for each in phones], "emails": emails}
        make_record(anna, kind, **{key: name}, **reached)
    ascending = ["First", "Second", "Third", "None"]
    assert names(kind, anna, sort="phones") == ascending
    assert names(kind, anna, sort="emails") == ascending
    assert names(kind, anna, sort="phones", is_descending=True) == [*ascending[2::-1], "None"]


@pytest.mark.parametrize("kind", ["person", "company"])
@pytest.mark.parametrize(("key", "index"), [("phones", "phone"), ("emails", "email")])
def test_list_1_an_index_gives_the_order_of_phones_and_e_mails(app, kind, key, index):
    make_account()
    table, value = registry().kinds[kind].table, registry().kinds[kind].by_key[key].sort_sql
    for name in ("seqscan", "sort", "bitmapscan"):
        sql(f"set local enable_{name} = off /* :account */")
    plan = sql(
        f"explain select k.id from {table} k where k.account_id = :account and {value} is not null"
        f' order by core_sort_key({value}) collate "C", k.id limit 50'
    )
    assert f"ix_{table}_{index}" in "\n".join(plan.scalars())
