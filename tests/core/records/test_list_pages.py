"""The pages of lists, as programs and people read them."""

from __future__ import annotations

import re

import pytest

from core.records import lists
from tests.makers import make_account, make_record, make_team, make_user, sign_in, tick


def rows_of(html: str) -> dict[str, str]:
    """Return the table rows by record ID."""
    rows = re.findall(r'<tr [^>]*data-record-id="(\d+)".*?</tr>', html, re.DOTALL)
    return {
        number: re.search(rf'<tr [^>]*data-record-id="{number}".*?</tr>', html, re.DOTALL)[0]
        for number in rows
    }


def test_vis_3_list_shows_a_private_record_as_its_basic_line_alone(client):
    make_account()
    anna, adam = make_user("Anna", make_team()), make_user("Adam", make_team())
    private = make_record(
        anna,
        visibility="private",
        last_name="Lisowski",
        position="Secret",
        emails=["lisowski@x.pl"],
    )
    html = sign_in(client, adam).get("/people").text
    row = rows_of(html)[str(private.id)]
    assert 'data-access="basic"' in row
    assert "Lisowski" in row
    assert "Anna Test" in row
    assert "Secret" not in html
    assert "lisowski@x.pl" not in html


def test_vis_6_list_and_count_leave_hidden_records_out(client):
    make_account()
    anna, adam = make_user("Anna", make_team()), make_user("Adam", make_team())
    make_record(anna, visibility="hidden", last_name="Lisowski")
    shown = make_record(anna, last_name="Wilk")
    html = sign_in(client, adam).get("/people").text
    assert list(rows_of(html)) == [str(shown.id)]
    assert 'data-count="1"' in html
    assert "Lisowski" not in html
    own = sign_in(client, anna).get("/people").text
    assert 'data-count="2"' in own


def test_list_1_offers_sizes_and_keeps_chosen_columns_in_their_order(client):
    make_account()
    anna = make_user("Anna")
    make_record(anna, city="Łódź", position="Prezes")
    sign_in(client, anna)
    answer = client.post(
        "/people/columns",
        data={"columns": ["city", "owner"], "order": ["city", "position", "owner"], "save": "1"},
    )
    assert answer.status_code == 302
    html = client.get("/people").text
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]*)', html)
    assert [each.strip() for each in heads] == ["Last and first name", "City", "Owner"]
    assert "Prezes" not in html
    for size in (25, 50, 100, 200):
        assert f"size={size}" in html
    client.post("/people/columns", data={"shipped": "1"})
    assert "Prezes" in client.get("/people").text


def test_list_1_columns_can_be_moved_without_script(client):
    make_account()
    sign_in(client, make_user("Anna"))
    data = {"columns": ["city"], "order": ["position", "city"], "up": "city"}
    html = client.post("/people/columns", data=data).text
    keys = re.findall(r'name="order" value="(\w+)"', html)
    assert keys == ["city", "position"]


def test_list_6_counts_exactly_on_request_above_the_bound(client, monkeypatch):
    monkeypatch.setattr(lists, "EXACT", 2)
    make_account()
    anna = make_user("Anna", role="administrator")
    for _number in range(4):
        make_record(anna)
    html = sign_in(client, anna).get("/people?size=25").text
    assert 'data-count="4"' in html  # one page says it by itself
    monkeypatch.setattr("core.records.list_views.SIZES", (1, 25))
    html = client.get("/people?size=1").text
    assert "+" in re.search(r'data-count="([^"]*)"', html)[1]
    assert 'data-count="4"' in client.get("/people?size=1&exact=1").text


def test_list_16_empty_list_says_why(client):
    make_account()
    sign_in(client, make_user("Anna"))
    assert "No people yet" in client.get("/people").text
    filtered = client.get("/people?q=nobody").text
    assert "Nothing fits this filter" in filtered
    assert "Clear filter" in filtered


@pytest.mark.parametrize(
    "query",
    [
        "after=%00", "after=eyJ9", "before=WzAsICJhIiwgMV0", "sort=password_hash", "size=100000",
        "after=WzAsICJ4IiwgMV0&sort=updated_at", "after=WzAsICJ4IiwgMV0&sort=owner",
        "q=%00%27%25", "dir=sideways", "filter=import:is:999999999999999999999",
    ],
)  # fmt: skip
def test_altered_addresses_show_a_page_and_no_error(client, query):
    make_account()
    anna = make_user("Anna")
    make_record(anna)
    assert sign_in(client, anna).get(f"/people?{query}").status_code == 200


def test_list_asks_the_same_number_of_questions_whatever_the_number_of_rows(
    client, count_statements
):
    make_account()
    anna = make_user("Anna")
    company = make_record(anna, "company")
    make_record(anna, company=company.id)
    sign_in(client, anna).get("/people")
    del count_statements[:]
    client.get("/people")
    few = len(count_statements)
    for _number in range(20):
        make_record(anna, company=company.id)
    client.get("/people")
    del count_statements[:]
    client.get("/people")
    assert len(count_statements) == few


def test_user_without_view_sees_only_what_he_holds(client):
    make_account()
    tick("user", "person", "view", on=False)
    anna, adam = make_user("Anna", make_team()), make_user("Adam", make_team())
    make_record(anna)
    own = make_record(adam)
    assert list(rows_of(sign_in(client, adam).get("/people").text)) == [str(own.id)]


def test_list_search_finds_private_records_by_name_alone(client):
    make_account()
    anna, adam = make_user("Anna", make_team()), make_user("Adam", make_team())
    private = make_record(anna, visibility="private", last_name="Lisowski", position="Prezes")
    public = make_record(anna, last_name="Wilk", position="Prezes")
    sign_in(client, adam)
    assert list(rows_of(client.get("/people?q=prezes").text)) == [str(public.id)]
    assert list(rows_of(client.get("/people?q=lisow").text)) == [str(private.id)]


def test_stranger_without_session_is_led_to_the_sign_in_page(client):
    answer = client.get("/people?size=25")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")


def test_list_1_drawn_widths_are_kept_per_user_and_list(client):
    make_account()
    anna, adam = make_user("Anna", make_team()), make_user("Adam", make_team())
    make_record(anna, position="Prezes")
    sign_in(client, anna)
    for column, width in (("name", "300"), ("position", "60"), ("position", "90")):
        sent = client.post("/people/widths", data={"column": column, "width": width})
        assert (sent.status_code, sent.text) == (204, "")
    assert widths_on(client.get("/people").text) == {"name": "300", "position": "90"}
    assert widths_on(client.get("/companies").text) == {}
    client.post("/people/widths", data={"column": "name", "width": ""})
    assert widths_on(client.get("/people").text) == {"position": "90"}
    client.post("/people/columns", data={"shipped": "1"})
    assert widths_on(client.get("/people").text) == {}
    client.post("/people/widths", data={"column": "name", "width": "300"})
    assert widths_on(sign_in(client, adam).get("/people").text) == {}


def widths_on(html):
    """Return the widths of columns as the page gives them, by column."""
    keys = re.findall(r'<th scope="col" data-column="(\w+)"', html)
    columns = re.findall(r"<col\b([^>]*)>", html)
    widths = [re.search(r'width="(\d+)"', each) for each in columns]
    return {key: width[1] for key, width in zip(keys, widths, strict=True) if width}


@pytest.mark.parametrize(
    ("column", "width"),
    [("name", "59"), ("name", "801"), ("name", "-100"), ("name", "1e2"), ("name", "١٠٠"),
     ("name", '100" onload="'), ("name", "9" * 500), ("salary", "100"), ("", "100")],
)  # fmt: skip
def test_list_1_widths_that_make_no_sense_are_refused_and_change_nothing(client, column, width):
    make_account()
    anna = make_user("Anna", make_team())
    make_record(anna)
    sign_in(client, anna)
    client.post("/people/widths", data={"column": "name", "width": "200"})
    sent = client.post("/people/widths", data={"column": column, "width": width})
    assert sent.status_code == 422
    assert widths_on(client.get("/people").text) == {"name": "200"}
