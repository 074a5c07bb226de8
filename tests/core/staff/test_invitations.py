"""Inviting, sending again, withdrawing, and accepting by the link of the mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from core import clock
from core.accounts.models import SecurityEntry
from core.accounts.queries import account_facts
from core.db import db, enter_account, leave_account, sql
from core.notifications import queries as notifications
from core.registry import registry
from core.staff.models import Invitation
from core.staff.services import standing
from core.teams.services import delete_team, role_named
from core.users.models import Login
from tests.mailbox import set_up, text_of
from tests.makers import PASSWORD, actor, make_account, make_team, make_user, sign_in
from tests.reading import Page

INVITATIONS = "/settings/account/users/invitations"
NAMES = {"first_name": "Eve", "last_name": "Nowak", "password": "a-longer-7-word"}


@pytest.fixture
def posted(post, browser):
    """The administrator's browser, where mail can be sent."""
    return browser


def invite(browser, team, addresses, role="user", **more):
    sent = {"addresses": addresses, "team": team.id, "role": role_named(role).id, **more}
    return browser.post(f"{INVITATIONS}/new", data=sent)


def links(post):
    """Return the paths of the links in the mails that are fetched now."""
    return [re.search(r"/invitation/\S+", text_of(mail)).group() for mail in post.fetch()]


def all_invitations():
    statement = db.select(Invitation).order_by(Invitation.id)
    return list(db.session.execute(statement, execution_options={"populate_existing": True})
                .scalars())  # fmt: skip


def visitor(browser):
    """Return the browser of somebody who is not signed in."""
    return browser.application.test_client()


def text(answer):
    return answer.get_data(as_text=True)


def test_user_2_each_address_gets_a_mail_with_a_link_of_its_own(posted, post, team, boss):
    answer = invite(posted, team, "eve@example.com, Jan@Example.com\nada@example.com")
    assert answer.headers["Location"] == INVITATIONS
    mails = post.fetch()
    assert [mail["To"] for mail in mails] == ["eve@example.com", "jan@example.com",
                                             "ada@example.com"]  # fmt: skip
    assert "Boss Test invites you" in text_of(mails[0])
    assert "7 days" in text_of(mails[0], "html")
    tokens = {re.search(r"/invitation/(\S+)", text_of(mail)).group(1) for mail in mails}
    assert len(tokens) == 3
    assert min(len(each) for each in tokens) >= 43
    stored = str([vars(each) for each in all_invitations()])
    assert not any(token in stored for token in tokens)
    assert {each.state for each in all_invitations()} == {"sent"}


def test_user_2_an_address_may_have_a_team_and_role_of_its_own(posted, post, team):
    other = make_team("Service")
    invite(
        posted, team, "eve@example.com", row_email=["", "jan@example.com"],
        row_team=[str(team.id), str(other.id)],
        row_role=[str(role_named("user").id), str(role_named("manager").id)],
    )  # fmt: skip
    eve, jan = all_invitations()
    assert (eve.email, eve.team_id, eve.role_id) == ("eve@example.com", team.id,
                                                     role_named("user").id)  # fmt: skip
    assert (jan.email, jan.team_id, jan.role_id) == ("jan@example.com", other.id,
                                                     role_named("manager").id)  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [
        "no-address",
        "boss@example.com",
        "BOSS@EXAMPLE.COM",
        "eve@example.com>bcc:x@example.com",
        "x" * 250 + "@example.com",
        "eve@" + "x" * 70 + ".com",
        "a@b",
    ],
)
def test_user_2_one_bad_address_of_fifty_and_none_is_sent(posted, post, team, bad):
    good = [f"new{number}@example.com" for number in range(49)]
    answer = invite(posted, team, "\n".join([*good[:20], bad, *good[20:]]))
    assert answer.status_code == 422
    page = Page(text(answer))
    assert bad[:60].lower() in page.texts["addresses-error"].lower()
    assert "new7@example.com" not in page.texts["addresses-error"]
    assert "new48@example.com" in text(answer)
    assert (all_invitations(), post.waiting()) == ([], [])
    assert invite(posted, team, "\n".join([*good, "last@example.com"])).status_code == 303
    assert len(post.waiting()) == len(all_invitations()) == 50


def test_user_2_every_bad_address_is_named_beside_its_control(posted, post, team):
    answer = invite(
        posted, team, "bad1 bad2 eve@example.com", row_email=["bad3", "jan@example.com"],
        row_team=[str(team.id), "999999"], row_role=[str(role_named("user").id)] * 2,
    )  # fmt: skip
    page = Page(text(answer))
    assert answer.status_code == 422
    assert all(each in page.texts["addresses-error"] for each in ("bad1", "bad2"))
    assert "bad3" in page.texts["row_0-error"]
    assert "Team" in page.texts["row_1-error"]
    assert page.forms[f"{INVITATIONS}/new"]["row_email"][:2] == ["bad3", "jan@example.com"]
    assert post.waiting() == []


@pytest.mark.parametrize("addresses", ["", " ,;\n", "\n".join(f"n{n}@b.pl" for n in range(51))])
def test_user_2_one_to_fifty_addresses_are_needed(posted, post, team, addresses):
    answer = invite(posted, team, addresses)
    assert answer.status_code == 422
    assert "1 to 50" in text(answer)
    assert post.waiting() == []


def test_user_2_an_address_in_the_list_and_in_a_row_is_named(posted, post, team):
    answer = invite(posted, team, "eve@example.com", row_email="EVE@example.com",
                    row_team=team.id, row_role=role_named("user").id)  # fmt: skip
    assert "more than once" in text(answer)
    assert post.waiting() == []


def test_user_2_a_waiting_invitation_is_not_doubled_an_expired_one_is_replaced(posted, post, team):
    invite(posted, team, "eve@example.com")
    assert "invitation that waits" in text(invite(posted, team, "eve@example.com"))
    all_invitations()[0].expires_at = clock.now()
    db.session.commit()
    assert invite(posted, team, "eve@example.com").status_code == 303
    assert [each.state for each in all_invitations()] == ["withdrawn", "sent"]


def test_user_2_nothing_is_promised_where_mail_cannot_be_sent(browser, team):
    answer = invite(browser, team, "eve@example.com")
    assert (answer.status_code, all_invitations()) == (409, [])
    assert "cannot send mail" in text(answer)
    assert "cannot send mail" in text(browser.get(INVITATIONS))


def test_gen_10_form_sent_twice_invites_once(posted, post, team):
    for _time in range(2):
        assert invite(posted, team, "eve@example.com", form_token="x").status_code == 303
    assert len(all_invitations()) == 1


def test_user_2_team_or_role_deleted_while_the_form_is_open_is_named(posted, post, team, boss):
    gone = make_team("Gone")
    posted.get(f"{INVITATIONS}/new")
    delete_team(gone.id)
    db.session.commit()
    answer = invite(posted, gone, "eve@example.com")
    assert answer.status_code == 422
    assert Page(text(answer)).texts["team-error"]
    make_account("Other")
    theirs = make_team("Theirs")
    enter_account(boss.account_id)
    assert invite(posted, theirs, "eve@example.com").status_code == 422
    assert all_invitations() == []


def test_user_4_accepting_makes_a_user_signs_him_in_and_tells_the_inviter(posted, post, team, boss):
    invite(posted, team, "eve@example.com", "manager")
    (link,) = links(post)
    eve = visitor(posted)
    shown = eve.get(link)
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert "Boss Test" in text(shown)
    assert eve.post(link, data=NAMES).headers["Location"] == "/"
    assert eve.get("/notifications").status_code == 200
    user = next(each for each in account_facts().users.values() if each.name == "Eve Nowak")
    assert (user.email, user.main_team_id) == ("eve@example.com", team.id)
    (invitation,) = all_invitations()
    assert (invitation.state, invitation.user_id) == ("accepted", user.id)
    (entry,) = notifications.page_of(actor(boss)).entries
    assert (entry.text, entry.url) == (
        "Eve Nowak accepted your invitation.", f"/settings/account/users/users/{user.id}"
    )  # fmt: skip
    events = [each.event for each in db.session.execute(db.select(SecurityEntry)).scalars()]
    assert events[-3:] == ["user_invited", "invitation_accepted", "signed_in"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("first_name", ""), ("last_name", "x" * 101), ("password", "short"), ("password", "x" * 129),
     ("password", "eve@example.com!")],
)  # fmt: skip
def test_user_4_wrong_values_are_named_and_the_link_still_works(posted, post, team, field, typed):
    invite(posted, team, "eve@example.com")
    (link,) = links(post)
    refused = visitor(posted).post(link, data={**NAMES, field: typed})
    assert refused.status_code == 422
    assert Page(text(refused)).texts[f"{field}-error"]
    assert refused.headers["Referrer-Policy"] == "no-referrer"
    assert db.session.get(Login, "eve@example.com") is None
    assert visitor(posted).post(link, data=NAMES).status_code == 303


def test_user_3_a_used_link_says_so_and_names_who_invited(posted, post, team):
    invite(posted, team, "eve@example.com")
    (link,) = links(post)
    assert visitor(posted).post(link, data=NAMES).status_code == 303
    for answer in (visitor(posted).get(link), visitor(posted).post(link, data=NAMES)):
        assert answer.status_code == 410
        assert "used already" in text(answer)
        assert "Boss Test" in text(answer)
    assert len(account_facts().users) == 2


def test_user_3_an_expired_link_says_so_and_names_who_invited(posted, post, team, monkeypatch):
    invite(posted, team, "eve@example.com")
    (link,) = links(post)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=7, seconds=-1))
    assert visitor(posted).get(link).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=7))
    for answer in (visitor(posted).get(link), visitor(posted).post(link, data=NAMES)):
        assert answer.status_code == 410
        assert "has expired" in text(answer)
        assert "Boss Test" in text(answer)
    assert len(account_facts().users) == 1


def test_user_3_send_again_makes_a_new_link_of_seven_days_and_kills_the_old(posted, post, team):
    invite(posted, team, "eve@example.com")
    (old,) = links(post)
    (invitation,) = all_invitations()
    invitation.expires_at = clock.now()
    db.session.commit()
    assert posted.post(f"{INVITATIONS}/{invitation.id}/send").status_code == 303
    (new,) = links(post)
    assert all_invitations()[0].state == "sent"
    assert all_invitations()[0].expires_at > clock.now() + timedelta(days=6)
    assert visitor(posted).get(old).status_code == 404
    assert visitor(posted).post(old, data=NAMES).status_code == 404
    assert visitor(posted).post(new, data=NAMES).status_code == 303


def test_user_3_a_withdrawn_link_is_dead_and_what_is_over_cannot_be_sent(posted, post, team):
    invite(posted, team, "eve@example.com ada@example.com")
    eve, ada = all_invitations()
    eve_link, ada_link = links(post)
    assert posted.post(f"{INVITATIONS}/{eve.id}/withdraw").status_code == 303
    assert visitor(posted).get(eve_link).status_code == 410
    assert visitor(posted).post(eve_link, data=NAMES).status_code == 410
    visitor(posted).post(ada_link, data=NAMES)
    for invitation in (eve, ada):
        for act in ("send", "withdraw"):
            assert posted.post(f"{INVITATIONS}/{invitation.id}/{act}").status_code == 409
    assert post.waiting() == []
    shown = text(posted.get(INVITATIONS))
    assert "withdrawn" in shown
    assert "accepted" in shown


@pytest.mark.parametrize("change", ["x", "", "%00", "A" * 3000, "../../sign-in"])
def test_user_3_altered_links_lead_nowhere_and_say_nothing(posted, post, team, change):
    invite(posted, team, "eve@example.com")
    (link,) = links(post)
    cut = link[:-1] + change if change != "x" else link + "x"
    answer = visitor(posted).get(cut)
    assert answer.status_code == 404
    assert "Boss" not in text(answer)
    assert "eve@" not in text(answer)
    assert visitor(posted).post(cut, data=NAMES).status_code in {404, 405}


def test_user_3_invitations_of_other_accounts_do_not_exist(posted, post, team, boss):
    invite(posted, team, "eve@example.com")
    (invitation,) = all_invitations()
    leave_account()
    make_account("Other")
    other = sign_in(visitor(posted), make_user("Their", role="administrator"))
    for act in ("send", "withdraw"):
        assert other.post(f"{INVITATIONS}/{invitation.id}/{act}").status_code == 404
    assert "eve@example.com" not in text(other.get(INVITATIONS))
    enter_account(boss.account_id)
    assert all_invitations()[0].state == "sent"


def test_user_4_an_address_that_became_a_user_meanwhile_is_refused(posted, post, team):
    invite(posted, team, "eve@example.com")
    (link,) = links(post)
    make_user("Eve", team, email="eve@example.com")
    db.session.commit()
    refused = visitor(posted).post(link, data=NAMES)
    assert (refused.status_code, "in use already" in text(refused)) == (409, True)
    (invitation,) = all_invitations()
    assert posted.post(f"{INVITATIONS}/{invitation.id}/send").status_code == 409
    assert invitation.state == "sent"


def test_user_4_a_team_deleted_meanwhile_is_said(posted, post, team):
    gone = make_team("Gone")
    invite(posted, gone, "eve@example.com")
    (link,) = links(post)
    delete_team(gone.id)
    db.session.commit()
    refused = visitor(posted).post(link, data=NAMES)
    assert (refused.status_code, "was deleted" in text(refused)) == (409, True)
    (invitation,) = all_invitations()
    assert posted.post(f"{INVITATIONS}/{invitation.id}/send").status_code == 409
    assert "deleted" in text(posted.get(INVITATIONS))


def test_user_4_whoever_is_signed_in_must_sign_out_first(posted, post, team):
    invite(posted, team, "eve@example.com")
    (link,) = links(post)
    assert "Sign out first" in text(posted.get(link))
    posted.post(link, data=NAMES)
    assert db.session.get(Login, "eve@example.com") is None


def test_links_begin_with_the_address_of_the_installation(app, posted, post, team):
    before = set_up(app, url="https://crm.example")
    posted.post(f"{INVITATIONS}/new", headers={"X-Forwarded-Host": "evil.example"}, data={
        "addresses": "eve@example.com", "team": team.id, "role": role_named("user").id})  # fmt: skip
    (mail,) = post.fetch()
    app.config["SZANSA"] = before
    assert "https://crm.example/invitation/" in text_of(mail)
    assert "evil" not in mail.as_string()


def test_mail_is_in_the_language_of_the_account(client, post, app):
    make_account(language="pl")
    team = make_team("Zespół")
    boss = make_user("Boss", team, "administrator")
    invite(sign_in(client, boss), team, "eve@example.com")
    (mail,) = post.fetch()
    assert mail["Subject"].startswith("Zaproszenie")


def test_user_9_address_of_a_removed_user_is_invited_as_somebody_new(posted, post, team):
    ada = make_user("Ada", team, email="ada@example.com")
    standing.remove(ada.id)
    db.session.commit()
    assert invite(posted, team, "ada@example.com").status_code == 303
    (link,) = links(post)
    assert visitor(posted).post(link, data=NAMES).status_code == 303
    assert db.session.get(Login, "ada@example.com").user_id != ada.id
    assert "ada@example.com" in text(posted.get(f"/settings/account/users/users/{ada.id}"))
    assert "Ada Test" in text(posted.get("/settings/account/users/users?status=removed"))
    refused = visitor(posted).post("/sign-in", data={"email": ada.email, "password": PASSWORD})
    assert refused.status_code == 422


def test_security_log_tells_of_invitations(posted, post, team):
    invite(posted, team, "eve@example.com")
    (invitation,) = all_invitations()
    posted.post(f"{INVITATIONS}/{invitation.id}/send")
    posted.post(f"{INVITATIONS}/{invitation.id}/withdraw")
    entries = db.session.execute(db.select(SecurityEntry).order_by(SecurityEntry.id)).scalars()
    assert [registry().security_events[each.event].text(each.details) for each in entries] == [
        "eve@example.com was invited to the team Sales.",
        "eve@example.com was sent the invitation again.",
        "The invitation of eve@example.com was withdrawn.",
    ]
    assert sql("select count(*) from core_user where account_id = :account").scalar_one() == 1
