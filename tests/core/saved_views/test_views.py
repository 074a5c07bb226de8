"""Saved views: whose they are, with whom they are shared, what they open."""

from __future__ import annotations

import re

import pytest

from core.db import sql
from core.records.filters import from_text
from core.saved_views.queries import saved_views
from core.saved_views.services import Look, create_view
from tests.core.records.test_list_pages import rows_of
from tests.makers import actor, make_account, make_record, make_team, make_user, sign_in, tick

NEW = {"name": "Radom", "sharing": "private"}


@pytest.fixture
def house(app):
    """Anna, a manager, and Adam and Eve of another team, with a public and a private person."""
    make_account()
    north, south = make_team(), make_team()
    people = {"anna": make_user("Anna", north, "manager"), "adam": make_user("Adam", south),
              "eve": make_user("Eve", south)}  # fmt: skip
    records = {
        "public": make_record(people["anna"], last_name="Wilk", city="Radom"),
        "private": make_record(people["anna"], last_name="Lis", city="Radom", visibility="private"),
        "hidden": make_record(people["anna"], last_name="Sowa", city="Radom", visibility="hidden"),
        "other": make_record(people["adam"], last_name="Kos", city="Gdynia"),
    }
    return people, records, south


def names(user, kind="person"):
    return [str(each.label) for each in saved_views(kind, actor(user))]


def listed(client, user, path):
    return {int(each) for each in rows_of(sign_in(client, user).get(path).text)}


def test_list_4_view_keeps_filter_columns_and_order_under_its_name(client, house):
    people, records, _team = house
    sign_in(client, people["anna"])
    client.post("/people/columns", data={"order": ["city"], "columns": ["city"]})
    answer = client.post(
        "/people/views/new?filter=city:is:radom&sort=city&dir=desc", data={**NEW, "name": " Radom "}
    )
    assert answer.status_code == 303
    client.post("/people/columns", data={"shipped": "1"})
    html = client.get(answer.location).text
    assert {int(each) for each in rows_of(html)} == {records[each].id
                                                     for each in ("public", "private", "hidden")}  # fmt: skip
    assert 'aria-sort="descending"' in html
    assert re.findall(r'data-column="(\w+)"', html) == ["name", "city"]
    assert re.search(r'aria-current="page"[^>]*>\s*Radom', html)
    assert names(people["anna"]) == ["Radom"]
    assert names(people["anna"], "company") == []


def test_list_4_private_view_is_nobody_elses(client, house):
    people, _records, _team = house
    view = create_view("person", "Mine", Look(), actor(people["anna"]))
    assert names(people["adam"]) == []
    sign_in(client, people["adam"])
    for path in ("/people?view={}", "/people/views/{}/edit", "/people/views/{}/delete"):
        assert client.get(path.format(view.id)).status_code == 404
        assert client.get(path.format("abc")).status_code == 404
    for path in ("/people/views/{}/edit", "/people/views/{}/look", "/people/views/{}/delete"):
        assert client.post(path.format(view.id), data=NEW).status_code == 404
    assert client.post("/people/views/usual", data={"view": str(view.id)}).status_code == 404
    assert names(people["anna"]) == ["Mine"]


@pytest.mark.parametrize("how", ["team", "user", "all"])
def test_list_4_sharing_a_view_opens_no_records(client, house, how):
    people, records, team = house
    readers = {"team": [team.id], "user": [people["adam"].id], "all": []}[how]
    sign_in(client, people["anna"])
    made = client.post(
        "/people/views/new?filter=city:is:radom",
        data={"name": "Radom", "sharing": "all" if how == "all" else "some", "readers": readers},
    )
    assert listed(client, people["anna"], made.location) == {
        records[each].id for each in ("public", "private", "hidden")
    }
    assert listed(client, people["adam"], made.location) == {records["public"].id}
    assert names(people["eve"]) == ([] if how == "user" else ["Radom"])
    view_id = made.location.rpartition("=")[2]
    assert client.post(f"/people/views/{view_id}/delete").status_code == 404


def test_list_4_without_the_right_nobody_shares(client, house):
    people, _records, _team = house
    sign_in(client, people["adam"])
    assert "Who uses this view" not in client.get("/people/views/new").text
    sent = client.post("/people/views/new", data={"name": "All", "sharing": "all"})
    assert sent.status_code == 303
    assert names(people["adam"]) == ["All"]
    assert names(people["eve"]) == []
    tick("user", "general", "share_views")
    client.post(f"/people/views/{sent.location.rpartition('=')[2]}/edit",
                data={"name": "All", "sharing": "all"})  # fmt: skip
    assert names(people["eve"]) == ["All"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "1 to 100"),
        ({"name": "x" * 101}, "101 characters"),
        ({"sharing": "world"}, "choose one from the list"),
        ({"sharing": "some"}, "Choose users or teams"),
        ({"sharing": "some", "readers": "999999999"}, "choose one from the list"),
        ({"sharing": "some", "readers": "Bob"}, "choose one from the list"),
    ],
)
def test_list_4_wrong_input_stores_nothing_and_is_kept(client, house, wrong, message):
    people, _records, _team = house
    sign_in(client, people["anna"])
    typed = {**NEW, "name": "Kept name", **wrong}
    answer = client.post("/people/views/new?filter=city:is:radom", data=typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert typed["name"][:50] in answer.text
    assert "filter=city:is:radom" in answer.text
    assert names(people["anna"]) == []


def test_list_4_changed_view_is_saved_again_or_as_another(client, house):
    people, records, _team = house
    sign_in(client, people["anna"])
    made = client.post("/people/views/new?filter=city:is:radom", data=NEW).location
    view_id = made.rpartition("=")[2]
    assert "Save changes" not in client.get(made).text
    changed = f"{made}&filter=city:is:gdynia"
    assert "Save changes" in client.get(changed).text
    client.post(f"/people/views/{view_id}/look?{changed.partition('?')[2]}")
    assert listed(client, people["anna"], made) == {records["other"].id}
    client.post(f"/people/views/{view_id}/edit", data={"name": "Gdynia", "sharing": "private"})
    assert names(people["anna"]) == ["Gdynia"]
    client.post(f"/people/views/{view_id}/delete")
    assert names(people["anna"]) == []
    assert client.get(made).status_code == 404


def test_list_4_usual_view_opens_the_list_until_something_else_is_asked(client, house):
    people, records, _team = house
    sign_in(client, people["adam"])
    client.post("/people/views/usual", data={"view": "mine"})
    assert listed(client, people["adam"], "/people") == {records["other"].id}
    assert len(listed(client, people["adam"], "/people?view=all")) == 3
    assert listed(client, people["adam"], "/people?filter=city:is:radom") == {records["public"].id}
    client.post("/people/views/usual", data={"view": "all"})
    assert len(listed(client, people["adam"], "/people")) == 3


def test_list_4_usual_view_that_is_gone_gives_way(client, house):
    people, _records, _team = house
    view = create_view("person", "Old", Look(from_text("city:empty")), actor(people["adam"]))
    sign_in(client, people["adam"])
    client.post("/people/views/usual", data={"view": str(view.id)})
    assert listed(client, people["adam"], "/people") != set()  # private rows count as empty
    sql("delete from core_saved_view where account_id = :account and id = :id", id=view.id)
    assert len(listed(client, people["adam"], "/people")) == 3


def test_list_5_shipped_views_show_what_their_names_say(client, house):
    people, records, _team = house
    html = sign_in(client, people["adam"]).get("/people").text
    for label in ("All", "Mine", "My team&#39;s", "Recently changed", "Without owner"):
        assert label in html
    everything = {records[each].id for each in ("public", "private", "other")}
    assert listed(client, people["adam"], "/people?view=mine") == {records["other"].id}
    assert listed(client, people["eve"], "/people?view=team") == {records["other"].id}
    assert listed(client, people["adam"], "/people?view=changed") == everything
    assert listed(client, people["adam"], "/people?view=ownerless") == set()
    sql("update core_record set owner_id = null where account_id = :account and id = :id",
        id=records["private"].id)  # fmt: skip
    assert listed(client, people["adam"], "/people?view=ownerless") == {records["private"].id}


def test_list_4_operations_on_all_rows_of_a_view_take_its_rows(client, house):
    people, records, _team = house
    sign_in(client, people["adam"])
    begun = client.post("/people/operations/visibility?view=mine", data={"all": "1"})
    stored = sql("select record_ids from core_operation_batch where account_id = :account").scalar()
    assert begun.status_code == 303
    assert stored == [records["other"].id]


def test_list_4_view_with_a_deleted_field_says_so_and_leaves_it_out(client, house):
    people, records, _team = house
    view = create_view(
        "person", "Old", Look(from_text("f77:is:5,city:is:gdynia")), actor(people["adam"])
    )
    html = sign_in(client, people["adam"]).get(f"/people?view={view.id}").text
    assert {int(each) for each in rows_of(html)} == {records["other"].id}
    assert "deleted field" in html
    assert "a field that was deleted: f77" in html


def test_user_7_removed_users_are_chosen_in_filters_only_where_the_account_says_so(client, house):
    people, _records, _team = house
    sql("update core_user set status = 'removed' where account_id = :account and id = :id",
        id=people["eve"].id)  # fmt: skip
    sql("update core_account set epoch = epoch + 1 where id = :account")
    boss = make_user("Iga", role="administrator")
    path = "/people/filter?match=all&f.0=owner"
    assert "Eve Test" not in sign_in(client, boss).get(path).text
    chosen = client.get(f"/people?filter=owner:is:{people['eve'].id}")
    assert "Eve Test" in chosen.text
    client.post("/settings/account/general", data={"second_factor": "nobody", "removed_users": "1"})
    assert "Eve Test (removed)" in client.get(path).text
    client.post("/settings/account/general", data={"second_factor": "nobody"})
    assert "Eve Test" not in client.get(path).text


def test_list_4_number_of_views_is_bounded(client, house, monkeypatch):
    monkeypatch.setattr("core.saved_views.services.MOST_VIEWS", 1)
    people, _records, _team = house
    sign_in(client, people["anna"])
    assert client.post("/people/views/new", data=NEW).status_code == 303
    assert client.post("/people/views/new", data=NEW).status_code == 422
