"""The builder of filters as pages without script, and filters on the list."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.core.records.test_list_pages import rows_of
from tests.makers import make_account, make_record, make_team, make_user, sign_in


@pytest.fixture
def anna(app):
    make_account()
    return make_user("Anna", make_team())


def build(client, **controls):
    """Send the builder's controls; dots are written as two underscores."""
    named = {key.strip("_").replace("__", "."): value for key, value in controls.items()}
    query = urlencode({"match": "all", **named}, doseq=True)
    return client.get(f"/people/filter?{query}")


def test_list_3_filter_is_built_step_by_step_without_script(client, anna):
    fits = make_record(anna, city="Radom", position="Prezes")
    make_record(anna, city="Radom")
    sign_in(client, anna)
    page = client.get("/people/filter").text
    assert 'name="f.0"' in page
    page = build(client, f__0="city", do="show").text
    assert 'name="o.0"' in page
    assert 'name="v.0"' in page
    page = build(client, f__0="city", o__0="is", v__0="radom", do="group").text
    assert 'name="g.1"' in page
    assert 'name="f.1.0"' in page
    answer = build(client, f__0="city", w__0="city", o__0="is", v__0="radom", g__1="any",
                   f__1__0="position", o__1__0="contains", v__1__0="prez",
                   f__1__1="owner", o__1__1="empty", do="apply")  # fmt: skip
    assert answer.status_code == 302
    assert answer.location == (
        "/people?filter=city:is:radom,any(position:contains:prez,owner:empty)"
    )
    assert list(rows_of(client.get(answer.location).text)) == [str(fits.id)]


def test_list_3_builder_removes_rows_and_groups(client, anna):
    sign_in(client, anna)
    page = build(client, f__0="city", g__1="any", f__1__0="web", f__1__1="street", do="remove.1.0")
    assert re.findall(r'<select[^>]* name="(f\.[\d.]+)"', page.text) == ["f.0", "f.1.0"]
    page = build(client, f__0="city", g__1="any", f__1__0="web", do="remove.1")
    assert re.findall(r'<select[^>]* name="(f\.[\d.]+)"', page.text) == ["f.0"]
    page = build(client, f__0="city", do="remove.0")
    assert re.findall(r'<select[^>]* name="(f\.[\d.]+)"', page.text) == ["f.0"]


def test_list_3_another_field_starts_with_its_own_conditions_and_no_values(client, anna):
    page = sign_in(client, anna)
    page = build(client, f__0="owner", w__0="city", o__0="contains", v__0="Radom", do="show").text
    assert "Radom" not in page
    assert "my teams" in page


def test_list_3_wrong_value_is_named_beside_its_condition_and_kept(client, anna):
    sign_in(client, anna)
    answer = build(client, f__0="updated_at", o__0="last", v__0=["many", "days"], do="apply")
    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert "type a whole number" in answer.text
    answer = build(client, f__0="updated_at", o__0="on", v__0="31.02.2026", do="apply")
    assert answer.status_code == 422
    answer = build(client, f__0="city", o__0="is", v__0="x" * 300, do="apply")
    assert answer.status_code == 422


def test_list_3_builder_keeps_the_order_and_opens_with_the_filter_of_the_view(client, anna):
    sign_in(client, anna)
    page = client.get("/people/filter?view=mine&sort=city&dir=desc&size=100").text
    assert '<option value="me" selected' in page
    answer = build(client, sort="city", size="100", f__0="city", o__0="filled", do="apply")
    assert answer.location == "/people?sort=city&size=100&filter=city:filled"
    assert build(client, do="apply").location == "/people?view=all"


def test_list_3_chips_say_the_filter_and_take_its_parts_away(client, anna):
    make_record(anna, city="Radom")
    html = sign_in(client, anna).get("/people?filter=city:is:radom,owner:is:me;my_teams").text
    assert "Owner" in html
    assert "me, my teams" in html
    assert "filter=city:is:radom&#34;" not in html
    assert "filter=owner:is:me;my_teams" in html
    assert "filter=city:is:radom" in html


@pytest.mark.parametrize(
    "text",
    ["x", "city:is", "city:nothing:x", "any(", "owner:is:me'--", "updated_at:last:x;days",
     "city:is:" + "x" * 300, "%00", "all(all(city:filled))"],
)  # fmt: skip
@pytest.mark.parametrize("below", ["", "/count"])
def test_list_3_hostile_filters_are_refused_with_a_sentence(client, anna, text, below):
    sign_in(client, anna)
    answer = client.get(f"/people{below}?{urlencode({'filter': text})}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "query",
    ["f.0=city&o.0=nothing", "f.999=city", "f.0.0.0=x", "g.0=some", "do=remove.99", "do=add.7",
     "do=drop", "f.0=owner&o.0=is&v.0=<script>", "f.0=nope&v.0=1", "match=none&do=apply",
     "f.0=company&o.0=is&v.0=999999999999999999"],
)  # fmt: skip
def test_list_3_hostile_controls_of_the_builder_are_no_bug(client, anna, query):
    sign_in(client, anna)
    answer = client.get(f"/people/filter?match=all&{query}")
    assert answer.status_code in {200, 302, 422}
    assert "<script>alert" not in answer.text


def test_list_6_count_comes_after_the_page_where_it_takes_longer(client, anna, monkeypatch):
    monkeypatch.setattr("core.records.gathering.READ", -1)
    monkeypatch.setattr("core.records.lists.is_sparse", lambda *_: False)
    monkeypatch.setattr("core.records.list_views.SIZES", (2, 25))
    for _number in range(3):
        make_record(anna, city="Radom")
    html = sign_in(client, anna).get("/people?size=2&filter=city:is:radom").text
    later = re.search(r'hx-get="(/people/count[^"]*)" hx-trigger="load"', html)[1]
    assert 'data-count="3"' in client.get(later.replace("&amp;", "&")).text
    exact = client.get("/people?size=2&filter=city:is:radom&exact=1").text
    assert 'data-count="3"' in exact


def test_list_16_list_that_a_filter_empties_offers_to_clear_it(client, anna):
    make_record(anna)
    html = sign_in(client, anna).get("/people?filter=city:is:nowhere").text
    assert "Nothing fits this filter" in html
    assert 'href="/people?view=all"' in html
