"""Splitting what was merged (DUP-X1): everything comes back, what came later stays or is moved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from core import clock
from core.changes.capture import change_set
from core.db import db, sql
from core.merging import planning, queries, services, splitting
from core.merging.models import Merge
from core.notifications.models import Notification
from core.permissions.models import AccessRequest
from core.records.bulk import change_many, stored
from core.records.labels import make
from core.registry import registry
from tests.core.merging.pages import hidden_controls, is_trashed, links, merged, split, split_url
from tests.makers import actor, make_account, make_record, make_user, opens, sign_in
from tests.reading import page

WITHOUT = ("version", "updated_at", "updated_by_id")


def state() -> dict[str, list]:
    """Return every row of records of the account, apart from what counts the changes."""
    tables = ("core_record", "contacts_person", "contacts_company", "core_holder",
              "core_record_label", "core_match", "core_search")  # fmt: skip
    found = {}
    for table in tables:
        left_out = "{" + ",".join((*WITHOUT, "id" if table == "core_holder" else "-")) + "}"
        rows = sql(
            f"select (to_jsonb(x) - cast(:out as text[]))::text from {table} x"
            " where account_id = :account",
            out=left_out,
        )
        found[table] = sorted(rows.scalars())
    return found


def column(record, name):
    return sql(
        f"select {name} from contacts_{record.kind} where account_id = :account and id = :id",
        id=record.id,
    ).scalar_one()


def test_dup_x1_split_brings_everything_back(ada, eve, client):
    with change_set("form", ada.id):
        groups = [make("group.contacts", name) for name in ("A", "B")]
    main = make_record(ada, "company", city="Radom", emails=["a@b.pl"], groups=groups[:1])
    other = make_record(ada, "company", city="Gdynia", emails=["c@d.pl"], participants=[eve],
                        visibility="hidden", groups=groups[1:], nip="5260250274")  # fmt: skip
    people = [make_record(ada, company=each.id) for each in (main, other, other)]
    before = state()
    merged(client, [main, other], city=other)
    assert state() != before
    answer = split(client, main)
    assert answer.status_code == 303, answer.text
    assert state() == before
    assert links(people) == dict(
        zip((each.id for each in people), (main.id, other.id, other.id), strict=True)
    )
    assert client.get(f"/companies/{other.id}").status_code == 200


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.data())
def test_dup_x1_merge_then_split_without_edits_gives_the_first_state(ada, eve, data):
    guest = make_user("Guest")
    text = st.sampled_from([None, "", "x", "y", "Łódź"])
    one_of = st.lists(st.sampled_from(["a@b.pl", "A@b.pl", "c@d.pl", "e@f.pl"]), unique=True,
                      max_size=3)  # fmt: skip
    phones = st.lists(
        st.tuples(st.sampled_from(["1", "1 1", "11", "22"]), st.sampled_from(["phone", "fax"])).map(
            list
        ),
        max_size=3,
        unique_by=str,
    )
    company = make_record(ada, "company")
    kind = registry().kinds["person"]
    with change_set("form", ada.id):
        tags = [make("tag", name) for name in ("x", "y", "z")]
    records = [
        make_record(
            data.draw(st.sampled_from([ada, eve])),
            first_name=data.draw(st.sampled_from([None, "Jan", "Ola"])),
            last_name="Nowak",
            city=data.draw(text) or None,
            note=data.draw(text) or None,
            company=data.draw(st.sampled_from([None, company.id])),
            emails=data.draw(one_of),
            phones=data.draw(phones),
            tags=data.draw(st.lists(st.sampled_from(tags), unique=True).map(sorted)),
            participants=data.draw(st.lists(st.sampled_from([eve, guest]), unique=True)),
            visibility=data.draw(st.sampled_from(["public", "private", "hidden"])),
        )
        for _number in range(data.draw(st.integers(2, 4)))
    ]
    ids = [each.id for each in records]
    picks = {
        key: data.draw(st.sampled_from(ids))
        for key in data.draw(st.lists(st.sampled_from(["city", "owner", "note", "first_name"])))
    }
    boss = make_user(role="administrator")
    before = state()
    plan = planning.plan(kind, ids, data.draw(st.sampled_from(ids)), picks, actor(boss), lock=True)
    made = services.merge(plan)
    splitting.split(splitting.plan(made, kind, actor(boss), lock=True), {}, actor(boss))
    db.session.expire_all()
    assert state() == before


def test_dup_x1_notifications_and_requests_come_back(ada, eve, client):
    main, other = make_record(ada), make_record(ada)
    told = Notification(user_id=ada.id, cause="core.became_owner", record_id=other.id)
    db.session.add_all([told, AccessRequest(record_id=main.id, user_id=eve.id),
                        AccessRequest(record_id=other.id, user_id=eve.id)])  # fmt: skip
    db.session.flush()

    def pointing() -> list:
        return [
            sql(f"select id, record_id from {table} where account_id = :account order by id").all()
            for table in ("core_notification", "core_access_request")
        ]

    before = pointing()
    merged(client, [main, other])
    assert pointing() != before
    split(client, main)
    assert pointing() == before


def test_dup_x1_later_edits_stay_and_are_listed(ada, client):
    main = make_record(ada, last_name="Nowak", city="Radom", emails=["a@b.pl"])
    other = make_record(ada, last_name="Nowak", city="Gdynia", emails=["c@d.pl"], street="Długa 1")
    merged(client, [main, other], city=other)
    client.post(f"/people/{main.id}/edit",
                data={"city": "Sopot", "emails": ["a@b.pl", "c@d.pl", "new@x.pl"]})  # fmt: skip
    shown = client.get(split_url(client, main))
    assert "Sopot" in page(shown).texts["later"]
    assert "new@x.pl" in page(shown).texts["later"]
    assert "City" in page(shown).texts["kept"]
    split(client, main)
    assert column(main, "city") == "Sopot"
    assert column(main, "emails") == ["a@b.pl", "new@x.pl"]
    assert column(main, "street") is None
    assert column(other, "emails") == ["c@d.pl"]


def test_dup_x1_later_edits_are_moved_where_the_user_wants_it(ada, client):
    main = make_record(ada, city="Radom", emails=["a@b.pl"])
    other = make_record(ada, city="Gdynia", emails=["c@d.pl"])
    merged(client, [main, other])
    client.post(f"/people/{main.id}/edit",
                data={"city": "Sopot", "emails": ["a@b.pl", "c@d.pl", "new@x.pl"]})  # fmt: skip
    assert split(client, main, **{"value.city": other, "value.emails": other}).status_code == 303
    assert (column(main, "city"), column(other, "city")) == ("Radom", "Sopot")
    assert column(main, "emails") == ["a@b.pl"]
    assert column(other, "emails") == ["c@d.pl", "new@x.pl"]


def test_dup_x1_later_links_stay_or_are_moved(ada, eve, client):
    main, other = make_record(ada, "company"), make_record(ada, "company")
    merged(client, [main, other])
    stays, goes = (make_record(ada, company=main.id) for _number in range(2))
    theirs = make_record(eve, visibility="public")
    hidden = make_record(eve, visibility="hidden")
    for each in (theirs, hidden):
        with change_set("form", eve.id):
            from_company(each, main)
    shown = client.get(split_url(client, main))
    later = page(shown).texts["later"]
    assert stays.name in later
    assert goes.name in later
    assert "stays: you may not edit it" in later  # that of somebody else
    assert hidden.name not in later
    assert split(client, main, **{f"link.person.company.{goes.id}": other}).status_code == 303
    assert links([stays, goes]) == {stays.id: main.id, goes.id: other.id}


def from_company(person, company) -> None:
    """Let a person be one of a company, as his owner would."""
    kind = registry().kinds["person"]
    (now,) = stored(kind, [person.id]).values()
    change_many(kind, [(now, {"company": company.id})], None)


def test_dup_x1_links_that_somebody_changed_since_are_left_alone(ada, client):
    main, other, third = (make_record(ada, "company") for _number in range(3))
    person = make_record(ada, company=other.id)
    merged(client, [main, other])
    client.post(f"/people/{person.id}/edit", data={"company": str(third.id)})
    split(client, main)
    assert links([person]) == {person.id: third.id}


def test_dup_x1_what_was_deleted_for_good_is_listed(ada, client):
    main, two, three = (make_record(ada) for _number in range(3))
    merged(client, [main, two, three])
    url, gone = split_url(client, main), two.name
    sql("delete from core_record where account_id = :account and id = :id", id=two.id)
    assert gone in page(client.get(url)).texts["lost"]
    assert split(client, main).status_code == 303
    assert not is_trashed(three)


def test_dup_x1_nothing_is_left_to_split_when_the_trash_was_emptied(ada, client):
    main, two = make_record(ada), make_record(ada)
    merged(client, [main, two])
    url = split_url(client, main)
    sql("delete from core_record where account_id = :account and id = :id", id=two.id)
    assert client.get(url).status_code == 409
    assert client.post(url).status_code == 409


def test_dup_x1_after_90_days_nothing_is_split(ada, client):
    main, two = make_record(ada), make_record(ada)
    merged(client, [main, two])
    url = split_url(client, main)
    for days, status in ((89, 200), (91, 409)):
        sql("update core_merge set merged_at = :at where account_id = :account",
            at=clock.now() - timedelta(days=days))  # fmt: skip
        db.session.expire_all()
        assert client.get(url).status_code == status
    assert client.post(url).status_code == 409
    assert url not in client.get(f"/people/{main.id}").text


def test_dup_x1_split_needs_the_right_merge(ada, eve, client):
    main = make_record(ada, participants=[eve])
    merged(client, [main, make_record(ada)])
    url = split_url(client, main)
    sign_in(client, eve)
    assert url not in client.get(f"/people/{main.id}").text
    assert (client.get(url).status_code, client.post(url).status_code) == (403, 403)


def test_gen_1_merges_of_others_do_not_exist(ada, client):
    main, stranger = make_record(ada), make_record(ada)
    merged(client, [main, make_record(ada)])
    url = split_url(client, main)
    wrong = url.replace(f"/{main.id}/", f"/{stranger.id}/")
    assert (client.get(wrong).status_code, client.post(wrong).status_code) == (404, 404)
    make_account()
    sign_in(client, make_user(role="administrator"))
    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)


def test_gen_11_message_after_merging_offers_undo(ada, client):
    main, other = make_record(ada), make_record(ada)
    merged(client, [main, other])
    url = f"/people/{main.id}/split/{db.session.execute(db.select(Merge)).scalar_one().id}"
    assert client.post(url).location == f"/people/{main.id}"
    assert not is_trashed(other)
    assert client.post(url).status_code == 409  # it was split already


def test_gen_11_undo_leads_to_the_page_where_there_is_something_to_choose(ada, client):
    main, other = make_record(ada), make_record(ada)
    merged(client, [main, other])
    client.post(f"/people/{main.id}/edit", data={"city": "Sopot"})
    url = split_url(client, main)
    assert client.post(url).location == url
    assert is_trashed(other)


def test_split_after_somebody_edited_shows_the_page_anew(ada, client):
    main, other = make_record(ada), make_record(ada)
    merged(client, [main, other])
    url = split_url(client, main)
    sent = hidden_controls(client.get(url))
    client.post(f"/people/{main.id}/edit", data={"city": "Sopot"})
    answer = client.post(url, data=sent)
    assert answer.status_code == 409
    assert "Sopot" in answer.text
    assert is_trashed(other)


@pytest.mark.parametrize("forged", [{"move.value.city": "1"}, {"move.nonsense": "1"}])
def test_forged_moves_are_refused(ada, client, forged):
    main, other = make_record(ada), make_record(ada)
    merged(client, [main, other])
    url = split_url(client, main)
    answer = client.post(url, data={**hidden_controls(client.get(url)), **forged})
    assert answer.status_code == 422
    assert is_trashed(other)


def test_merges_on_top_of_each_other_are_split_one_by_one(ada, client):
    one, two, three = (make_record(ada, city=each) for each in ("A", "B", "C"))
    before = state()
    merged(client, [two, one])
    merged(client, [three, two])
    split(client, three)
    split(client, two)
    assert state() == before


def test_both_merges_into_one_are_split_in_any_order(ada, client):
    one, two, three = (
        make_record(ada, emails=[f"{each}@x.pl"], city=each) for each in ("a", "b", "c")
    )
    before = state()
    merged(client, [one, two])
    merged(client, [one, three])
    older = queries.splittable_merges(one.id)[-1]
    url = f"/people/{one.id}/split/{older.id}"
    assert client.post(url, data=hidden_controls(client.get(url))).status_code == 303
    assert column(one, "emails") == ["a@x.pl", "c@x.pl"]
    split(client, one)
    assert state() == before


def test_dup_x1_page_says_who_sees_more_or_less(ada, eve, client):
    main = make_record(ada, visibility="public", last_name="Open")
    merged(client, [main, make_record(ada, visibility="hidden")])
    assert opens(eve, main) == "nothing"
    assert "Eve Test" in page(client.get(split_url(client, main))).texts["effects"]
    split(client, main)
    assert opens(eve, main) == "full"
