"""The list of users: what it shows, how it is narrowed, sorted and exported."""

from __future__ import annotations

import csv
import io

import pytest

from core.accounts.models import SecurityEntry
from core.db import db, enter_account
from core.staff.services import standing
from core.teams.services import new_principal
from core.users.models import User
from core.users.signing_in import Visit, begin_session
from tests.makers import make_account, make_team, make_user, put, sign_in

USERS = "/settings/account/users/users"


def rows(answer):
    """Return the texts of the list's rows."""
    text = answer.get_data(as_text=True)
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return list(body.split("<tr ")[1:])


def names(answer):
    return [each.partition('title="')[2].partition('"')[0] for each in rows(answer)]


def test_user_10_list_shows_login_teams_roles_status_and_sign_in(browser, boss, team):
    ada = make_user("Ada", team, "manager", "ada@example.com")
    put(ada, make_team("Service"))
    begin_session(ada.id, Visit("10.1.2.3", ""))
    found = browser.get(USERS)
    (row,) = [each for each in rows(found) if "Ada Test" in each]
    assert f'href="{USERS}/{ada.id}"' in row
    for text in ("ada@example.com", "Sales: Manager", "Service: User", "active", "off"):
        assert text in row
    assert "never" not in row
    assert "never" in next(each for each in rows(found) if "Boss" in each)


def test_user_10_list_is_searched_without_accents_and_by_login(browser, team):
    make_user("Łucja", team, email="lucja@example.com")
    assert names(browser.get(f"{USERS}?q=lucja+test")) == ["Łucja Test"]
    assert names(browser.get(f"{USERS}?q=BOSS@example")) == ["Boss Test"]
    assert names(browser.get(f"{USERS}?q=nobody")) == []
    assert names(browser.get(f"{USERS}?q=%00")) == names(browser.get(USERS))


def test_user_10_list_is_filtered_by_status(browser, boss, team):
    gone, paused = make_user("Gone", team), make_user("Paused", team)
    standing.remove(gone.id)
    standing.suspend(paused.id)
    assert names(browser.get(USERS)) == ["Boss Test"]
    assert names(browser.get(f"{USERS}?status=suspended")) == ["Paused Test"]
    assert names(browser.get(f"{USERS}?status=removed")) == ["Gone Test"]
    assert len(names(browser.get(f"{USERS}?status=all"))) == 3
    assert names(browser.get(f"{USERS}?status=nonsense")) == ["Boss Test"]


@pytest.mark.parametrize("sort", ["name", "login", "teams", "status", "signed_in", "two_factor"])
def test_user_10_every_column_sorts_both_ways(browser, boss, team, sort):
    ada = make_user("Ada", make_team("Archive"), email="ada@example.com")
    begin_session(boss.id, Visit("", ""))
    rise = names(browser.get(f"{USERS}?sort={sort}"))
    fall = names(browser.get(f"{USERS}?sort={sort}&dir=desc"))
    assert sorted(rise) == sorted(fall) == ["Ada Test", "Boss Test"]
    if sort in {"login", "teams", "signed_in"}:
        assert rise == fall[::-1] == [ada.name, boss.name]


def test_user_10_list_is_cut_into_pages(browser, boss, team):
    for number in range(60):
        db.session.add(_like(boss, number))
    db.session.flush()
    first, second = browser.get(USERS), browser.get(f"{USERS}?page=2")
    assert (len(names(first)), len(names(second))) == (50, 11)
    assert not set(names(first)) & set(names(second))
    assert "51–61" in second.get_data(as_text=True)
    for page in ("0", "-1", "x", "²", "9" * 30, "999999"):
        assert browser.get(USERS, query_string={"page": page}).status_code == 200


def _like(boss, number):
    return User(
        id=new_principal("user"),
        email=f"n{number}@example.com",
        first_name=f"N{number:03}",
        last_name="Test",
        initials="NT",
    )


def test_user_10_list_takes_as_many_statements_for_many_as_for_few(
    browser, boss, team, count_statements
):
    def asked():
        browser.get(USERS)
        count_statements.clear()
        browser.get(f"{USERS}?sort=signed_in&q=test")
        return len(count_statements)

    few = asked()
    for number in range(40):
        db.session.add(_like(boss, number))
    db.session.flush()
    assert asked() == few


def test_user_10_export_holds_what_the_list_finds_and_starts_no_formula(browser, boss, team):
    evil = make_user("=1+1", team, email="evil@example.com")
    answer = browser.post(f"{USERS}/export?q=evil")
    raw = answer.get_data()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    header, row = csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")
    assert header[:4] == ["First name", "Last name", "Login", "Teams and roles"]
    assert row[:4] == ["'=1+1", "Test", evil.email, "Sales: User"]
    entry = db.session.execute(db.select(SecurityEntry)).scalars().all()[-1]
    assert (entry.event, entry.details, entry.user_id) == ("users_exported", {"count": 1}, boss.id)


def test_gen_2_users_are_for_administrators_alone(client, boss, team):
    sign_in(client, make_user("Ada", team, "manager"))
    for path in (USERS, f"{USERS}/new", f"{USERS}/{boss.id}", f"{USERS}/{boss.id}/remove"):
        assert client.get(path).status_code == 403
    assert client.post(f"{USERS}/export").status_code == 403


def test_gen_1_users_of_other_accounts_do_not_exist(browser, boss):
    own = boss.account_id
    make_account("Other")
    foreign = make_user("Foreign").id
    enter_account(own)
    assert "Foreign" not in browser.get(f"{USERS}?status=all").get_data(as_text=True)
    for path in (f"{USERS}/{foreign}", f"{USERS}/{foreign}/remove", f"{USERS}/{foreign}/suspend"):
        assert browser.get(path).status_code == 404
        assert browser.post(path).status_code == 404
    assert browser.post(f"{USERS}/{foreign}/activate").status_code == 404
