"""The bell, the list and the marks, as a browser without script meets them."""

from __future__ import annotations

import pytest

from core.contracts import Cause
from core.db import db
from core.notifications import services
from core.notifications.models import Notification
from core.registry import registry
from tests.makers import actor, make_account, make_record, make_user, sign_in


@pytest.fixture
def bob(app, client):
    registry().causes["test.it"] = Cause("test.it", "it", lambda named: f"<b>{named['what']}")
    make_account()
    bob = make_user("Bob")
    sign_in(client, bob)
    yield bob
    registry().causes.pop("test.it")


def tell(user, what, record=None, url=""):
    record_id = record.id if record else None
    return services.notify([user.id], "test.it", record_id, {"what": what}, url)[0].id


def is_read(notification_id):
    statement = db.select(Notification.read_at).where(Notification.id == notification_id)
    return db.session.execute(statement).scalar_one() is not None


def test_list_and_bell_show_escaped_sentences_and_the_count(client, bob):
    tell(bob, "first")
    tell(bob, "second")
    for path in ("/notifications", "/notifications/bell"):
        page = client.get(path).text
        assert page.index("&lt;b&gt;second") < page.index("&lt;b&gt;first")
    assert 'data-unread="2"' in client.get("/notifications").text


def test_opening_marks_as_read_and_leads_to_the_record(client, bob):
    record = make_record(make_user("Ada"))
    about = tell(bob, "it", record)
    answer = client.post(f"/notifications/{about}/open")
    assert (answer.status_code, answer.location) == (303, f"/people/{record.id}")
    assert is_read(about)
    assert f'href="/people/{record.id}"' in client.get("/notifications").text


def test_opening_what_is_no_longer_open_leads_to_the_list(client, bob):
    about = tell(bob, "it", url="//evil.example")
    assert client.post(f"/notifications/{about}/open").location == "/notifications"


def test_marking_leads_back_to_where_it_was_done(client, bob):
    first, second = tell(bob, "first"), tell(bob, "second")
    here = {"Referer": "http://localhost/people?page=2"}
    answer = client.post(f"/notifications/{first}/read", headers=here)
    assert answer.location == "/people?page=2"
    assert (is_read(first), is_read(second)) == (True, False)
    elsewhere = {"Referer": "http://evil.example/people"}
    answer = client.post("/notifications/read-all", headers=elsewhere)
    assert answer.location == "/notifications"
    assert is_read(second)


def test_other_people_s_entries_do_not_exist(client, bob):
    theirs = tell(make_user("Ada"), "theirs")
    assert client.post(f"/notifications/{theirs}/read").status_code == 404
    assert client.post(f"/notifications/{theirs}/open").status_code == 404
    assert "theirs" not in client.get("/notifications").text


def test_list_is_divided_into_pages_and_filtered(client, bob):
    ids = [tell(bob, f"number{number:02}") for number in range(51)]
    services.mark_read(actor(bob), ids[-1])
    first = client.get("/notifications").text
    assert f"older={ids[1]}" in first
    assert "number00" in client.get(f"/notifications?older={ids[1]}").text
    assert "number50" not in client.get("/notifications?show=unread").text
    for odd in ("older=x", "older=" + "9" * 30, "newer=-1", "newer=0"):
        assert client.get(f"/notifications?{odd}").status_code == 200
