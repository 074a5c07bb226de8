"""Merging contacts (DUP-1 to DUP-7, DUP-X2): who may, what becomes of the values, what moves."""

from __future__ import annotations

import json

import pytest

from core.changes.capture import change_set
from core.db import db, sql
from core.merging.models import Merge
from core.notifications.models import Notification
from core.permissions.models import AccessRequest
from core.records.labels import make
from tests.core.merging.pages import PLURAL, hidden_controls, is_trashed, links, merged, previewed
from tests.makers import make_account, make_record, make_user, opens, sign_in, tick
from tests.reading import body, page


def values(record) -> dict:
    """Return a person's own columns as stored."""
    found = sql(
        "select * from contacts_person where account_id = :account and id = :id", id=record.id
    ).mappings()
    return dict(found.one())


# ---------------------------------------------------------------- DUP-1: who may, and how many


def test_dup_1_two_persons_become_one(ada, client):
    main, other = make_record(ada, last_name="Nowak"), make_record(ada, last_name="Nowack")
    answer = merged(client, [main, other])
    assert answer.status_code == 303, answer.text
    assert answer.location == f"/people/{main.id}"
    assert (is_trashed(main), is_trashed(other)) == (False, True)


@pytest.mark.parametrize("count", [1, 11])
def test_dup_1_fewer_than_two_or_more_than_ten_are_refused(ada, client, count):
    records = [make_record(ada) for _number in range(count)]
    answer = previewed(client, records)
    assert answer.status_code == 422
    assert f"{count} contact{'s' * (count > 1)}, allowed 2 to 10" in page(answer).text


def test_dup_1_ten_companies_become_one(ada, client):
    records = [make_record(ada, "company") for _number in range(10)]
    assert merged(client, records).status_code == 303
    assert [is_trashed(each) for each in records] == [False, *[True] * 9]


def test_dup_1_mixing_kinds_is_refused(ada, client):
    person, company = make_record(ada), make_record(ada, "company")
    for plural in ("people", "companies"):
        rows = {"row": [str(person.id), str(company.id)]}
        assert client.get(f"/{plural}/merge", query_string=rows).status_code == 404
        assert client.post(f"/{plural}/merge", data=rows).status_code == 404
    assert not is_trashed(person)
    assert not is_trashed(company)


def test_dup_1_each_record_needs_the_right_and_the_refusal_names_it(ada, eve, client):
    mine, theirs = make_record(ada), make_record(eve, last_name="Foreign", visibility="public")
    answer = previewed(client, [mine, theirs])
    assert answer.status_code == 403
    assert "You do not have the right “Merge” on “Foreign”" in page(answer).text
    tick("user", "person", "merge")
    assert merged(client, [mine, theirs]).status_code == 303


def test_dup_1_hidden_and_private_records_without_access_are_refused_as_far_as_known(
    ada, eve, client
):
    mine = make_record(ada)
    hidden = make_record(eve, last_name="Ghost", visibility="hidden")
    private = make_record(eve, last_name="Behind", visibility="private")
    tick("user", "person", "merge")
    missing = client.get(f"/people/merge?row={mine.id}&row=999999999")
    answer = previewed(client, [mine, hidden])
    assert (answer.status_code, answer.text) == (404, missing.text)
    answer = previewed(client, [mine, private])
    assert answer.status_code == 403
    assert "Behind" in answer.text
    assert client.post("/people/merge", data={"row": [mine.id, private.id]}).status_code == 403
    assert not is_trashed(private)


def test_vis_7_hidden_and_missing_records_take_the_same_statements(
    ada, eve, client, count_statements
):
    mine, hidden = make_record(ada), make_record(eve, visibility="hidden")
    tick("user", "person", "merge")

    def asked(record_id: int) -> list[str]:
        before = len(count_statements)
        client.get(f"/people/merge?row={mine.id}&row={record_id}")
        client.post("/people/merge", data={"row": [mine.id, record_id]})
        return [each for each in count_statements[before:] if "savepoint" not in each.lower()]

    asked(mine.id)
    assert asked(hidden.id) == asked(999999999)


def test_gen_1_records_of_another_account_do_not_exist(ada, client):
    mine = make_record(ada)
    make_account()
    theirs = make_record(make_user())
    sign_in(client, ada)
    rows = {"row": [str(mine.id), str(theirs.id)], "main": str(theirs.id)}
    assert client.get("/people/merge", query_string=rows).status_code == 404
    assert client.post("/people/merge", data=rows).status_code == 404


def test_acc_20_merge_is_shipped_for_managers_and_owners(ada, north, client):
    record = make_record(ada, participants=[guest := make_user("Guest")], visibility="hidden")
    for user, may in ((make_user("Max", north, "manager"), True), (guest, False), (ada, True)):
        sign_in(client, user)
        assert (f"/people/{record.id}/merge" in client.get(f"/people/{record.id}").text) is may
        assert client.get(f"/people/{record.id}/merge").status_code == (200 if may else 403)


# ---------------------------------------------------------------- DUP-4: the values


def test_dup_4_differing_values_are_all_shown_and_the_main_ones_taken(ada, client):
    main = make_record(ada, first_name="Jan", last_name="Nowak", city="Radom", position="Boss")
    other = make_record(ada, first_name="Janek", last_name="Nowak", city="Gdynia", street="Długa 1")
    shown = client.get(f"/people/merge?row={main.id}&row={other.id}").text
    assert all(f'name="pick.{key}"' in shown for key in ("first_name", "city"))
    assert all(f'name="pick.{key}"' not in shown for key in ("last_name", "position", "street"))
    assert "Gdynia" in shown
    assert merged(client, [main, other], city=other).status_code == 303
    after = values(main)
    assert (after["first_name"], after["city"], after["position"]) == ("Jan", "Gdynia", "Boss")
    assert after["street"] == "Długa 1"  # the only value there is


def test_dup_4_lists_are_united_and_equal_entries_stand_once(ada, eve, client):
    with change_set("form", ada.id):
        groups = [make("group.contacts", name) for name in ("A", "B")]
        tags = [make("tag", name) for name in ("x", "y")]
    main = make_record(ada, emails=["a@b.pl"], phones=[["+48 601 100 200", "mobile"]],
                       groups=groups[:1], tags=tags[:1])  # fmt: skip
    other = make_record(ada, emails=["A@B.pl", "c@d.pl"], participants=[eve],
                        phones=[["48601100200", "phone"], ["22 1", "fax"]],
                        groups=groups, tags=tags[1:])  # fmt: skip
    assert merged(client, [main, other]).status_code == 303
    after = values(main)
    assert after["emails"] == ["a@b.pl", "c@d.pl"]
    assert after["phones"] == [["+48 601 100 200", "mobile"], ["22 1", "fax"]]
    labels = sql("select label_id from core_record_label where account_id = :account"
                 " and record_id = :id", id=main.id).scalars()  # fmt: skip
    assert set(labels) == {*groups, *tags}
    assert opens(eve, main) == "full"


def test_dup_4_more_entries_than_a_field_holds_are_refused_naming_it(ada, client):
    emails = [[f"{one}{number}@x.pl" for number in range(15)] for one in "ab"]
    records = [make_record(ada, emails=each) for each in emails]
    answer = client.get("/people/merge", query_string={"row": [each.id for each in records]})
    assert answer.status_code == 422
    assert "E-mails: 30 entries, allowed 20" in page(answer).text


def test_dup_4_main_contact_can_be_changed(ada, client):
    one, two = make_record(ada, city="Radom"), make_record(ada, city="Gdynia")
    query = {"row": [one.id, two.id], "main": [one.id, two.id], "pick.city": one.id}
    shown = client.get("/people/merge", query_string=query)
    assert f'data-main="{two.id}"' in shown.text
    assert merged(client, [one, two], main=two).location == f"/people/{two.id}"
    assert (is_trashed(one), values(two)["city"]) == (True, "Gdynia")


def test_dup_4_pick_that_is_none_is_refused(ada, client):
    one, two, third = (make_record(ada) for _number in range(3))
    for query in ({"pick.city": third.id}, {"pick.nonsense": two.id}, {"main": third.id}):
        rows = {"row": [one.id, two.id], **query}
        assert client.get("/people/merge/preview", query_string=rows).status_code in {404, 422}


def test_vis_10_link_that_is_not_seen_is_kept_and_not_told(ada, eve, client):
    ghost = make_record(eve, "company", name="Ghost Ltd", visibility="hidden")
    seen = make_record(ada, "company", name="Seen Ltd")
    main, other = make_record(eve, company=ghost.id), make_record(ada, company=seen.id)
    sql("update core_record set owner_id = :ada where account_id = :account and id = :id",
        ada=ada.id, id=main.id)  # fmt: skip
    db.session.expire_all()
    for address in ("merge", "merge/preview"):
        shown = client.get(f"/people/{address}?row={main.id}&row={other.id}")
        assert shown.status_code == 200
        assert "Ghost" not in shown.text
    assert merged(client, [main, other]).status_code == 303
    assert values(main)["company_id"] == ghost.id


# ---------------------------------------------------------------- DUP-5 and DUP-X2: what moves


def test_dup_5_people_move_and_the_preview_counts_those_that_move(ada, eve, client):
    main, other = make_record(ada, "company"), make_record(ada, "company")
    people = [make_record(ada, company=other.id) for _number in range(3)]
    hidden = make_record(eve, visibility="hidden")
    sql("update contacts_person set company_id = :to where account_id = :account and id = :id",
        to=other.id, id=hidden.id)  # fmt: skip
    answer = previewed(client, [main, other])
    assert 'data-kind="person" data-count="3"' in answer.text  # the hidden one is not counted
    assert merged(client, [main, other]).status_code == 303
    assert set(links([*people, hidden]).values()) == {main.id}
    assert "Moved: People 3." in client.get(f"/companies/{main.id}").text


def test_dup_5_people_in_the_trash_move_too(ada, client):
    main, other = make_record(ada, "company"), make_record(ada, "company")
    gone = make_record(ada, company=other.id)
    client.post(f"/people/{gone.id}/delete")
    assert 'data-kind="person"' not in previewed(client, [main, other]).text.split('id="moved"')[-1]
    merged(client, [main, other])
    assert links([gone]) == {gone.id: main.id}


def test_dup_5_notifications_and_open_requests_go_along_and_doubles_are_dropped(ada, eve, client):
    main, other = make_record(ada), make_record(ada)
    told = Notification(user_id=ada.id, cause="core.became_owner", record_id=other.id)
    db.session.add_all([told, AccessRequest(record_id=main.id, user_id=eve.id),
                        AccessRequest(record_id=other.id, user_id=eve.id)])  # fmt: skip
    db.session.flush()
    assert merged(client, [main, other]).status_code == 303
    row = sql("select record_id from core_notification where account_id = :account and id = :id",
              id=told.id)  # fmt: skip
    assert row.scalar() == main.id
    asked = sql("select record_id from core_access_request where account_id = :account").scalars()
    assert list(asked) == [main.id]
    assert (
        len(db.session.execute(db.select(Merge)).scalar_one().dropped["core.access_request"]) == 1
    )


# ---------------------------------------------------------------- DUP-6: trash, address, visibility


def test_dup_6_old_address_leads_to_the_main_contact_for_whoever_may_see_it(ada, eve, client):
    main = make_record(ada, visibility="hidden")
    other = make_record(ada, visibility="public")
    merged(client, [main, other])
    assert client.get(f"/people/{other.id}").location == f"/people/{main.id}"
    sign_in(client, eve)
    hidden, missing = (client.get(f"/people/{each}") for each in (other.id, 999999999))
    assert hidden.status_code == missing.status_code == 404
    assert body(hidden) == body(missing)


def test_dup_6_addresses_lead_on_through_several_merges(ada, client):
    one, two, three = (make_record(ada) for _number in range(3))
    merged(client, [two, one])
    merged(client, [three, two])
    assert client.get(f"/people/{one.id}").location == f"/people/{three.id}"


def test_dup_6_merged_contact_restored_by_itself_has_its_own_address_again(ada, client):
    main, other = make_record(ada), make_record(ada)
    merged(client, [main, other])
    assert client.post(f"/people/{other.id}/restore").status_code == 303
    assert client.get(f"/people/{other.id}").status_code == 200
    client.post(f"/people/{other.id}/delete")
    assert client.get(f"/people/{other.id}").status_code == 404


@pytest.mark.parametrize(
    ("visibilities", "strictest"),
    [(("public", "private"), "private"), (("private", "hidden"), "hidden"),
     (("hidden", "public"), "hidden"), (("public", "public"), "public")],
)  # fmt: skip
def test_dup_6_visibility_is_the_strictest(ada, client, visibilities, strictest):
    records = [make_record(ada, visibility=each) for each in visibilities]
    merged(client, records)
    found = sql("select visibility from core_record where account_id = :account and id = :id",
                id=records[0].id)  # fmt: skip
    assert found.scalar() == strictest


def test_dup_6_preview_warns_who_gains_and_who_loses_sight(ada, eve, client):
    main = make_record(ada, last_name="Public", visibility="public")
    guest = make_user("Guest")
    other = make_record(ada, last_name="Secret", visibility="hidden", participants=[guest])
    rows = page(previewed(client, [main, other])).texts["effects"]
    assert "Eve Test" in rows  # loses the public one
    assert "Public" in rows
    assert "Guest Test" not in rows  # sees both before and after
    merged(client, [main, other])
    assert opens(eve, main) == "nothing"
    assert opens(guest, main) == "full"


def test_dup_6_whoever_loses_sight_himself_is_asked_first(ada, eve, client):
    main = make_record(eve, participants=[ada], visibility="private")
    other = make_record(ada, visibility="private")
    tick("participant", "person", "merge")
    answer = merged(client, [main, other], owner=main)
    assert answer.status_code == 303  # he stays a participant
    main = make_record(eve, visibility="public")
    other = make_record(ada, visibility="hidden")
    tick("user", "person", "merge")
    answer = merged(client, [main, other])
    assert answer.status_code == 422
    assert "You will no longer see this object." in answer.text
    assert not is_trashed(other)
    answer = merged(client, [main, other], confirm="confirm_lose_access")
    assert (answer.status_code, answer.location) == (303, "/people")


# ---------------------------------------------------------------- DUP-7: the change set


def test_dup_7_merge_is_one_change_set_with_the_names_of_the_others(ada, client):
    main, other = make_record(ada, "company", name="A"), make_record(ada, "company", name="B")
    person = make_record(ada, company=other.id)
    merged(client, [main, other])
    rows = sql(
        "select c.record_id, c.act, c.diff, c.version, s.id from core_change c"
        " join core_change_set s on s.account_id = c.account_id and s.id = c.change_set_id"
        " where c.account_id = :account and s.origin = 'merge'"
    ).all()
    assert {row.id for row in rows} == {rows[0].id}
    found = {row.record_id: row for row in rows}
    assert found.keys() == {main.id, other.id, person.id}
    assert found[main.id].diff["merged"] == [[], [[other.id, "B"]]]
    assert found[other.id].act == "trashed"
    assert found[other.id].diff["merged_into"] == [None, [main.id, "A"]]
    assert found[person.id].diff["company"] == [other.id, main.id]
    versions = sql("select id, version from core_record where account_id = :account"
                   " and id = any(:ids)", ids=list(found))  # fmt: skip
    assert {row.id: row.version for row in versions} == {
        key: row.version for key, row in found.items()
    }
    assert json.dumps(found[main.id].diff)


# ---------------------------------------------------------------- two at once, double sending


def test_two_users_merging_the_same_record_one_of_them_is_told(ada, client):
    one, two, three = (make_record(ada) for _number in range(3))
    first, second = previewed(client, [one, two]), previewed(client, [three, two])
    assert client.post("/people/merge", data=hidden_controls(first)).status_code == 303
    assert client.post("/people/merge", data=hidden_controls(second)).status_code == 404
    assert not is_trashed(three)


def test_merge_after_somebody_edited_shows_the_preview_anew(ada, client):
    one, two = make_record(ada, city="Radom"), make_record(ada)
    sent = hidden_controls(previewed(client, [one, two]))
    client.post(f"/people/{two.id}/edit", data={"last_name": "Other", "city": "Gdynia"})
    answer = client.post("/people/merge", data=sent)
    assert answer.status_code == 409
    assert "Somebody changed this meanwhile" in answer.text
    assert not is_trashed(two)
    assert client.post("/people/merge", data=hidden_controls(answer)).status_code == 303


def test_gen_10_sent_twice_it_is_done_once(ada, client):
    sent = hidden_controls(previewed(client, [one := make_record(ada), make_record(ada)]))
    answers = [client.post("/people/merge", data=sent) for _number in range(2)]
    assert [each.location for each in answers] == [f"/people/{one.id}"] * 2
    assert len(db.session.execute(db.select(Merge)).scalars().all()) == 1


def test_forged_preview_is_refused(ada, client):
    one, two = make_record(ada), make_record(ada)
    answer = client.post("/people/merge", data={"row": [one.id, two.id], "main": one.id})
    assert answer.status_code == 409
    assert not is_trashed(two)


# ---------------------------------------------------------------- DUP-3 and LIST-10: ways in


def test_dup_3_profile_proposes_similar_contacts_with_reason_best_first(ada, eve, client):
    company = make_record(ada, "company")
    named = {"first_name": "Jan", "last_name": "Kowalski"}
    main = make_record(ada, **named, company=company.id, emails=["jan@x.pl"])
    best = make_record(ada, **named, company=company.id)
    second = make_record(ada, **named, emails=["JAN@x.pl"])
    for other in (
        make_record(ada, **named),  # names alone never match
        make_record(eve, **named, company=company.id),  # no right Merge
        make_record(eve, **named, company=company.id, visibility="private"),
        make_record(eve, **named, company=company.id, visibility="hidden"),
    ):
        assert other.id
    answer = client.get(f"/people/{main.id}/merge")
    found = [key for key in page(answer).rows if key != main.id]
    assert found == [best.id, second.id]
    assert "the same company" in answer.text
    assert "the same e-mail" in answer.text


def test_dup_3_others_are_found_by_typing(ada, client):
    main, other = make_record(ada), make_record(ada)
    assert 'data-picker-url="/pick/person"' in client.get(f"/people/{main.id}/merge").text
    answer = client.get(f"/people/merge?row={main.id}&row=&row={other.id}")
    assert answer.status_code == 200
    alone = client.get(f"/people/merge?row={main.id}")
    assert alone.status_code == 422
    assert "1 contact, allowed 2 to 10" in page(alone).text


def test_list_10_ticked_rows_lead_to_the_choice(ada, client):
    records = [make_record(ada) for _number in range(2)]
    shown = client.get("/people?operations=1").text
    assert "/people/operations/merge" in shown
    rows = [str(each.id) for each in records]
    answer = client.post("/people/operations/merge", data={"row": rows})
    assert answer.location == f"/people/merge?row={rows[0]}&row={rows[1]}"
    assert client.post("/people/operations/merge", data={"row": rows[:1]}).status_code == 422
    tick("user", "general", "list_operations", on=False)
    assert client.post("/people/operations/merge", data={"row": rows}).status_code == 403


def test_contact_12_companies_offer_merge_on_the_profile(ada, client):
    company = make_record(ada, "company")
    assert f"/{PLURAL['company']}/{company.id}/merge" in client.get(f"/companies/{company.id}").text
