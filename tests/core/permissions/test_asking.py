"""Asking for access to a private record, and answering."""

from __future__ import annotations

import pytest

from core.changes.capture import change_set
from core.db import db
from core.notifications.models import Notification
from core.permissions.models import AccessRequest
from core.users.models import SUSPENDED
from tests.makers import make_account, make_record, make_team, make_user, opens, sign_in, tick


@pytest.fixture
def piotr(own, ada):
    return make_user("Piotr", make_team("East"))


@pytest.fixture
def ula(own, ada):
    return make_user("Ula", make_team("North"))


@pytest.fixture
def private(piotr):
    return make_record(piotr, visibility="private", last_name="Zamknięty")


def requests():
    statement = db.select(AccessRequest).order_by(AccessRequest.id)
    return db.session.execute(statement).scalars().all()


def told(user):
    statement = db.select(Notification).where(Notification.user_id == user.id)
    found = db.session.execute(statement.order_by(Notification.id)).scalars()
    return [each.cause for each in found]


def ask(browser, record):
    return browser.post(f"/people/{record.id}/ask")


def answer(browser, **sent):
    return browser.post(f"/access-requests/{requests()[-1].id}", data=sent)


def test_acc_x6_the_owner_is_told_and_lets_the_asker_in_with_one_click(
    another, piotr, ula, private
):
    hers, his = another(ula), another(piotr)
    page = hers.get(f"/people/{private.id}")
    assert page.status_code == 403
    assert f'action="/people/{private.id}/ask"' in page.text
    assert ask(hers, private).status_code == 303
    assert told(piotr) == ["core.access_asked"]
    assert "You asked for access on" in hers.get(f"/people/{private.id}").text
    shown = his.get(f"/access-requests/{requests()[0].id}").text
    assert "Ula Test" in shown
    assert "Zamknięty" in shown
    assert answer(his, grant="1").location == f"/people/{private.id}"
    assert opens(ula, private) == "full"
    assert told(ula)[-1] == "core.access_granted"
    assert requests()[0].state == "granted"
    assert hers.get(f"/people/{private.id}").status_code == 200


def test_acc_x6_declined_with_a_reason_the_asker_may_ask_again(another, piotr, ula, private):
    hers, his = another(ula), another(piotr)
    ask(hers, private)
    answer(his, decline="1", reason="<b>Not</b> now")
    assert opens(ula, private) == "basic"
    page = hers.get(f"/people/{private.id}").text
    assert "Your request was declined: &lt;b&gt;Not&lt;/b&gt; now" in page
    assert "declined your request" in hers.get("/notifications").text
    ask(hers, private)
    assert [each.state for each in requests()] == ["declined", "open"]


def test_acc_x6_asking_twice_asks_once(another, piotr, ula, private):
    hers = another(ula)
    for _ in "abc":
        assert ask(hers, private).status_code == 303
    assert len(requests()) == 1
    assert told(piotr) == ["core.access_asked"]


@pytest.mark.parametrize("state", ["hidden", "trashed", "missing", "foreign"])
def test_vis_7_what_may_not_be_known_cannot_be_asked_for(another, ada, piotr, ula, state):
    record = make_record(piotr, visibility="hidden" if state == "hidden" else "private")
    number = record.id
    if state == "trashed":
        another(piotr).post(f"/people/{number}/delete", data={"version": record.version})
    elif state == "missing":
        number = 99999999
    elif state == "foreign":
        make_account("Other")
        number = make_record(visibility="private").id
    hers = another(ula)
    assert hers.post(f"/people/{number}/ask").status_code == 404
    assert not requests()


def test_acc_x6_who_has_access_needs_none(another, piotr, ula):
    public = make_record(piotr, visibility="public")
    assert ask(another(ula), public).status_code == 303
    assert not requests()


def test_acc_x6_without_an_owner_who_may_answer_administrators_are_told(
    another, ada, piotr, ula, private
):
    tick("owner", "person", "manage_participants", on=False)
    ask(another(ula), private)
    assert told(piotr) == []
    assert told(ada) == ["core.access_asked"]
    assert another(piotr).get(f"/access-requests/{requests()[0].id}").status_code == 404
    assert answer(another(piotr), grant="1").status_code == 404
    assert opens(ula, private) == "basic"
    assert answer(another(ada), grant="1").status_code == 303
    assert opens(ula, private) == "full"


def test_acc_x6_an_ownerless_record_and_a_suspended_owner_lead_to_administrators(
    another, ada, piotr, ula, private
):
    with change_set("form", ada.id):
        ownerless = make_record(ada, visibility="private")
        ownerless.owner_id = None
        db.session.flush()
    ask(another(ula), ownerless)
    assert told(ada) == ["core.access_asked"]
    piotr.status = SUSPENDED
    db.session.flush()
    ask(another(ula), private)
    assert told(ada) == ["core.access_asked"] * 2


@pytest.mark.parametrize("who", ["asker", "stranger", "participant"])
def test_acc_x6_nobody_else_sees_or_answers_a_request(another, own, ula, piotr, who):
    friend = make_user("Friend", make_team("West"))
    record = make_record(piotr, visibility="private", participants=[friend])
    ask(another(ula), record)
    browser = another({"asker": ula, "participant": friend,
                       "stranger": make_user("Celina", make_team("South"))}[who])  # fmt: skip
    assert browser.get(f"/access-requests/{requests()[0].id}").status_code == 404
    assert answer(browser, grant="1").status_code == 404
    assert requests()[0].state == "open"
    assert opens(ula, record) == "basic"


def test_gen_1_another_account_s_request_does_not_exist(another, ada, ula, private):
    ask(another(ula), private)
    number = requests()[0].id
    make_account("Other")
    browser = another(make_user("Their", role="administrator"))
    assert browser.get(f"/access-requests/{number}").status_code == 404
    assert browser.post(f"/access-requests/{number}", data={"grant": "1"}).status_code == 404
    sign_in(browser, ada)
    assert requests()[0].state == "open"


def test_acc_x6_what_two_answer_is_answered_once(another, ada, piotr, ula, private):
    ask(another(ula), private)
    assert answer(another(piotr), decline="1", reason="No").status_code == 303
    second = answer(another(ada), grant="1")
    assert second.status_code == 409
    assert "Piotr Test has answered this already." in second.text
    assert opens(ula, private) == "basic"
    assert told(ula) == ["core.access_declined"]
    page = another(ada).get(f"/access-requests/{requests()[0].id}").text
    assert 'name="grant"' not in page


def test_acc_x6_a_suspended_asker_is_not_let_in(another, piotr, ula, private):
    ask(another(ula), private)
    ula.status = SUSPENDED
    db.session.flush()
    refused = answer(another(piotr), grant="1")
    assert refused.status_code == 409
    assert "This user may not sign in any more." in refused.text
    assert requests()[0].state == "open"


def test_acc_x6_a_long_reason_is_refused_and_kept(another, piotr, ula, private):
    ask(another(ula), private)
    refused = answer(another(piotr), decline="1", reason="x" * 501)
    assert refused.status_code == 422
    assert "x" * 501 in refused.text
    assert requests()[0].state == "open"
    assert answer(another(piotr), decline="1", reason="x" * 500).status_code == 303


@pytest.mark.parametrize("sent", [{}, {"reason": "No"}, {"x": "1"}])
def test_acc_x6_a_form_that_says_neither_answers_nothing(another, piotr, ula, private, sent):
    ask(another(ula), private)
    assert answer(another(piotr), **sent).status_code == 422
    assert requests()[0].state == "open"


def test_acc_x6_when_the_record_is_gone_so_is_the_request(another, piotr, ula, private):
    ask(another(ula), private)
    another(piotr).post(f"/people/{private.id}/delete", data={"version": private.version})
    assert another(piotr).get(f"/access-requests/{requests()[0].id}").status_code == 404
    assert answer(another(piotr), grant="1").status_code == 404
