"""The look of the pages, chosen by each user (GEN-13)."""

from __future__ import annotations

import pytest

from tests.makers import make_account, make_user, sign_in


@pytest.fixture
def anna(client):
    make_account()
    return sign_in(client, make_user("Anna"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_gen_13_a_chosen_look_stays(anna, theme):
    answer = anna.post("/theme", data={"theme": theme}, headers={"Referer": "http://x/people"})
    assert (answer.status_code, answer.location) == (303, "/people")
    assert f'data-bs-theme="{theme}"' in anna.get("/people").text


def test_gen_13_the_system_decides_as_shipped_and_when_chosen(anna):
    assert "data-bs-theme" not in anna.get("/people").text
    anna.post("/theme", data={"theme": "dark"})
    anna.post("/theme", data={"theme": ""})
    assert "data-bs-theme" not in anna.get("/people").text


def test_another_look_is_refused(anna):
    assert anna.post("/theme", data={"theme": 'x" onload="'}).status_code == 422


def test_the_look_of_one_is_not_that_of_the_other(client):
    make_account()
    anna, adam = make_user("Anna"), make_user("Adam")
    sign_in(client, anna).post("/theme", data={"theme": "dark"})
    assert "data-bs-theme" not in sign_in(client, adam).get("/people").text


def test_g_c_leads_to_the_contacts(anna):
    assert 'data-go="c" href="/companies"' in anna.get("/people").text
