"""Account settings > Contacts > Sources (CONTACT-9)."""

from __future__ import annotations

import pytest

from core.db import db
from core.records.labels import labels_of
from core.records.models import Label
from tests.makers import make_account, make_record, make_team, make_user, sign_in

PAGE = "/settings/account/contacts/sources"


@pytest.fixture
def ada(client):
    make_account("Own", language="en")
    user = make_user("Ada", make_team("Own"), "administrator")
    sign_in(client, user)
    return user


def add(client, *names):
    for name in names:
        assert save(client, new=name).status_code == 302


def save(client, **changes):
    """Send the form as it is now, with changes; `name` and `retired` are keyed by source."""
    now = labels_of("source", with_retired=True)
    by_name = {each.name: each.id for each in now}
    data = {
        "order": [str(each.id) for each in now],
        "retired": [str(each.id) for each in now if each.is_retired],
        "opened_retired": [str(each.id) for each in now if each.is_retired],
        **{f"name.{each.id}": each.name for each in now},
        **{f"opened.{each.id}": each.name for each in now},
    }
    for name, new_name in changes.pop("names", {}).items():
        data[f"name.{by_name[name]}"] = new_name
    for name in changes.pop("retire", ()):
        data["retired"].append(str(by_name[name]))
    if "move" in changes:
        direction, name = changes.pop("move")
        data["move"] = f"{direction}.{by_name[name]}"
    return client.post(PAGE, data={**data, **changes})


def shown():
    return [(each.name, each.is_retired) for each in labels_of("source", with_retired=True)]


def names():
    return [name for name, _is_retired in shown()]


def test_an_empty_list_says_so(client, ada):
    assert "There are no sources yet." in client.get(PAGE).text


def test_sources_are_added_at_the_end(client, ada):
    add(client, "Targi", " Polecenie  ", "Ćma")
    assert names() == ["Targi", "Polecenie", "Ćma"]
    page = client.get(PAGE).text
    assert page.index('value="Targi"') < page.index('value="Polecenie"') < page.index('value="Ćma"')


def test_a_source_is_renamed_on_every_contact(client, ada):
    add(client, "Targi")
    (source,) = labels_of("source")
    record = make_record(ada, source=source.id)
    save(client, names={"Targi": "Targi Poznań"})
    assert names() == ["Targi Poznań"]
    assert "Targi Poznań" in client.get(f"/people/{record.id}").text


def test_sources_change_places(client, ada):
    add(client, "A", "B", "C")
    save(client, move=("up", "C"))
    assert names() == ["A", "C", "B"]
    save(client, move=("down", "A"))
    assert names() == ["C", "A", "B"]
    save(client, move=("up", "C"))
    assert names() == ["C", "A", "B"]


def test_two_sources_swap_their_names(client, ada):
    add(client, "A", "B")
    assert save(client, names={"A": "B", "B": "A"}).status_code == 302
    assert names() == ["B", "A"]


def test_a_retired_source_stays_where_it_is_and_is_no_longer_offered(client, ada):
    add(client, "Old", "New")
    (old, _new) = labels_of("source")
    record = make_record(ada, source=old.id)
    save(client, retire=["Old"])
    assert shown() == [("Old", True), ("New", False)]
    assert [each.name for each in labels_of("source")] == ["New"]
    assert "Old" in client.get(f"/people/{record.id}").text
    assert save(client, retired=[]).status_code == 302
    assert shown() == [("Old", False), ("New", False)]


@pytest.mark.parametrize("name", ["x" * 101, "TARGI", "tárgi"])
def test_a_name_too_long_or_taken_is_refused_and_stays_in_the_form(client, ada, name):
    add(client, "Targi", "Inne")
    refused = save(client, names={"Inne": name}, new="More")
    assert refused.status_code == 422
    assert names() == ["Targi", "Inne"]
    inne = labels_of("source")[1].id
    assert f'value="{name}"' in refused.text
    assert 'value="More"' in refused.text
    assert f'id="name.{inne}-error"' in refused.text
    assert refused.text.count('aria-invalid="true"') == 1


def test_an_emptied_name_is_refused(client, ada):
    add(client, "Targi")
    assert save(client, names={"Targi": "  "}).status_code == 422
    assert names() == ["Targi"]


def test_a_name_of_two_new_ones_at_once_is_refused(client, ada):
    add(client, "Targi")
    refused = save(client, new="targi")
    assert refused.status_code == 422
    assert 'id="new-error"' in refused.text


def test_a_name_is_shown_as_typed_and_never_run(client, ada):
    add(client, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in client.get(PAGE).text
    assert "&lt;script&gt;" in client.get(PAGE).text


def test_gen_8_what_others_changed_meanwhile_stays(client, ada):
    add(client, "A", "B")
    first, second = labels_of("source")
    first.name, second.is_retired = "A of another", True
    db.session.flush()
    stale = {
        "order": [str(first.id), str(second.id)],
        f"opened.{first.id}": "A", f"name.{first.id}": "A",
        f"opened.{second.id}": "B", f"name.{second.id}": "B of mine",
    }  # fmt: skip
    assert client.post(PAGE, data=stale).status_code == 302
    assert shown() == [("A of another", False), ("B of mine", True)]


def test_sources_of_another_account_are_not_touched(client, ada):
    add(client, "Mine")
    mine = labels_of("source")[0].id
    make_account("Other")
    other = make_user("Olga", make_team("Other"), "administrator")
    sign_in(client, other)
    client.post(PAGE, data={"order": str(mine), f"name.{mine}": "Stolen", "new": "Own"})
    assert names() == ["Own"]
    assert db.session.execute(db.select(Label).where(Label.id == mine)).first() is None


@pytest.mark.parametrize("role", ["manager", "user"])
def test_gen_2_only_administrators_open_it(client, ada, role):
    sign_in(client, make_user("Ula", make_team(f"T {role}"), role))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, data={"new": "X"}).status_code == 403
    assert names() == []
    assert "/settings/account/contacts" not in client.get("/people").text


def test_the_page_stands_in_the_navigation_of_settings(client, ada):
    page = client.get("/settings/account/package/plugins").text
    assert f'href="{PAGE}"' in page
