"""List operations through the pages: ticked, chosen, previewed, run, told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from core import clock
from core.accounts.services import switch_plugins
from core.changes.models import Change, ChangeSet
from core.db import db, sql
from core.housekeeping import delete_old_rows
from core.notifications.models import Notification
from core.operations import jobs, services
from core.operations.models import Batch, Operation
from core.registry import registry
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    opens,
    set_up,
    sign_in,
    tick,
)
from tests.reading import page


@pytest.fixture
def north(app):
    make_account()
    return make_team("North")


@pytest.fixture
def ada(north, client):
    user = make_user("Ada", north)
    sign_in(client, user)
    return user


@pytest.fixture
def eve(north):
    return make_user("Eve", make_team("East"))


def begin(client, records, key="user", plural="people", **more):
    """Tick rows and return the address of the new operation."""
    sent = {"row": [str(each.id) for each in records], **more}
    answer = client.post(f"/{plural}/operations/{key}", data=sent)
    assert answer.status_code == 303, answer.text
    return answer.location


def run(client, records, key="user", plural="people", confirm="", **arguments):
    """Tick rows, choose and run; return the page of the result."""
    url = begin(client, records, key, plural)
    answer = client.post(url, data=arguments)
    assert answer.status_code == 303, answer.text
    answer = client.post(f"{url}/run", data={"confirm": confirm} if confirm else {})
    assert answer.status_code == 303, answer.text
    return client.get(url)


def counts(answer) -> dict[str, int]:
    """Return the counts on a preview or result, by state."""
    found = re.findall(r'data-state="(\w+)" data-count="(\d+)"', answer.text)
    return {state: int(number) for state, number in found}


def holders(record) -> tuple[int | None, set[int]]:
    owner = sql("select owner_id from core_record where account_id = :account and id = :id",
                id=record.id).scalar()  # fmt: skip
    participants = sql(
        "select principal_id from core_holder where account_id = :account and record_id = :id"
        " and role = 'participant'",
        id=record.id,
    )
    return owner, set(participants.scalars())


def visibility(record) -> str:
    return sql("select visibility from core_record where account_id = :account and id = :id",
               id=record.id).scalar_one()  # fmt: skip


# ---------------------------------------------------------------- tick boxes


def test_list_9_list_operations_show_tick_boxes_on_rows(ada, client):
    record = make_record(ada)
    plain = client.get("/people")
    assert 'name="row"' not in plain.text
    assert "/people?operations=1" in page(plain).links
    shown = client.get("/people?operations=1")
    assert re.findall(r'name="row" value="(\d+)"', shown.text) == [str(record.id)]
    assert "/people/operations/user" in shown.text
    assert "/people/operations/visibility" in shown.text


def test_list_9_the_tick_boxes_keep_filter_order_and_page(ada, client):
    for _number in range(30):
        make_record(ada)
    first = page(client.get("/people?size=25&sort=updated_at&dir=desc&operations=1"))
    following = next(each for each in first.links if "after=" in each)
    assert "operations=1" in following
    assert 'name="row"' in client.get(following).text


def test_acc_22_without_the_right_there_is_nothing_to_tick(ada, client):
    record = make_record(ada)
    tick("user", "general", "list_operations", on=False)
    assert 'name="row"' not in client.get("/people?operations=1").text
    answer = client.post("/people/operations/user", data={"row": str(record.id)})
    assert answer.status_code == 403
    assert db.session.query(Operation).count() == 0


def test_list_10_only_what_the_actor_could_do_on_some_record_is_offered(ada, client):
    record = make_record(ada)
    for role in ("user", "owner"):
        for right in ("change_owner", "manage_participants", "change_visibility", "merge"):
            tick(role, "person", right, on=False)
    assert "/people/operations/" not in client.get("/people?operations=1").text
    for key in ("user", "visibility"):
        answer = client.post(f"/people/operations/{key}", data={"row": str(record.id)})
        assert answer.status_code == 404


def test_list_9_nothing_ticked_is_refused(ada, client):
    assert client.post("/people/operations/user").status_code == 422


def test_list_9_all_rows_of_the_filter_are_ticked_at_the_start(ada, client):
    found = [make_record(ada, last_name="Kowal") for _number in range(3)]
    make_record(ada, last_name="Nowak")
    answer = client.post("/people/operations/user?q=Kowal", data={"all": "1"})
    late = make_record(ada, last_name="Kowal")
    client.post(answer.location, data={"role": "participant", "mode": "add",
                                       "principals": str(ada.id)})  # fmt: skip
    client.post(f"{answer.location}/run")
    assert all(holders(each)[1] == {ada.id} | holders(late)[1] for each in found)
    assert ada.id not in holders(late)[1]
    assert "/people?q=Kowal" in page(client.get(answer.location)).links


def test_gen_1_ids_of_other_accounts_and_hidden_records_cannot_be_ticked(ada, eve, client):
    hidden = make_record(eve, visibility="hidden")
    mine = make_record(ada)
    company = make_record(ada, kind="company")
    for ticked in ([hidden], [company]):
        sent = {"row": [str(each.id) for each in ticked]}
        assert client.post("/people/operations/user", data=sent).status_code == 422
    begin(client, [hidden, mine])
    assert db.session.query(Batch).one().record_ids == [mine.id]


# ---------------------------------------------------------------- change user


def test_list_14_acc_36_the_owner_of_all_ticked_rows_is_replaced(ada, eve, client):
    records = [make_record(ada) for _number in range(3)]
    shown = run(client, records, confirm="confirm_lose_access",
                role="owner", mode="replace", principals=str(eve.id))  # fmt: skip
    assert [holders(each)[0] for each in records] == [eve.id] * 3
    assert counts(shown) == {"changed": 3, "unchanged": 0, "refused": 0}


def test_acc_37_participants_are_replaced_added_and_removed(ada, eve, north, client):
    record = make_record(ada, participants=[north])
    chosen = {"role": "participant", "principals": str(eve.id)}
    run(client, [record], mode="add", **chosen)
    assert holders(record)[1] == {north.id, eve.id}
    run(client, [record], mode="remove", **chosen)
    assert holders(record)[1] == {north.id}
    run(client, [record], mode="replace", **chosen)
    assert holders(record)[1] == {eve.id}
    run(client, [record], mode="replace", role="participant", principals="")
    assert holders(record)[1] == set()


def test_acc_37_an_empty_choice_where_the_role_is_required_is_refused(ada, client):
    url = begin(client, [make_record(ada)])
    answer = client.post(url, data={"role": "owner", "mode": "replace", "principals": ""})
    assert answer.status_code == 422
    assert "Owner: choose a user" in answer.text


def test_acc_37_where_no_owner_is_required_an_empty_choice_takes_him_away(ada, client):
    set_up(access__person__owner_required=False)
    record = make_record(ada)
    run(client, [record], role="owner", mode="replace", principals="")
    assert holders(record)[0] is None


@pytest.mark.parametrize("mode", ["add", "remove"])
def test_acc_37_adding_and_removing_nobody_is_refused(ada, client, mode):
    url = begin(client, [make_record(ada)])
    answer = client.post(url, data={"role": "participant", "mode": mode, "principals": ""})
    assert answer.status_code == 422


def test_acc_37_one_owner_can_only_be_replaced(ada, eve, client):
    url = begin(client, [make_record(ada)])
    for mode in ("add", "remove"):
        sent = {"role": "owner", "mode": mode, "principals": str(eve.id)}
        answer = client.post(url, data=sent)
        assert answer.status_code == 422
        assert page(answer).forms[url]["principals"] == ["", str(eve.id)]
    sent = {"role": "owner", "mode": "replace", "principals": [str(ada.id), str(eve.id)]}
    assert client.post(url, data=sent).status_code == 422


def test_acc_37_several_owners_are_added_and_removed(ada, eve, client):
    switch_plugins({"several_owners": True})
    record, lone = make_record(ada), make_record(eve)
    boss = make_user("Boss", role="administrator")
    sign_in(client, boss)
    run(client, [record, lone], role="owner", mode="add", principals=str(eve.id))
    further = sql("select record_id, principal_id from core_holder where account_id = :account"
                  " and role = 'owner'").all()  # fmt: skip
    assert further == [(record.id, eve.id)]
    shown = run(client, [record, lone], role="owner", mode="remove", principals=str(ada.id))
    assert (holders(record)[0], holders(lone)[0]) == (eve.id, eve.id)
    assert counts(shown) == {"changed": 1, "unchanged": 1, "refused": 0}
    shown = run(client, [record], role="owner", mode="remove", principals=str(eve.id))
    assert counts(shown)["refused"] == 1
    assert "it would be left without an owner" in shown.text


@pytest.mark.parametrize(
    "sent",
    [
        {"role": "author", "mode": "replace"},
        {"role": "owner", "mode": "swap"},
        {"role": "owner", "mode": "replace", "principals": "x"},
        {"role": "owner", "mode": "replace", "principals": "999999999"},
        {"role": "participant", "mode": "add", "principals": "999999999"},
        {},
    ],
)
def test_gen_3_what_the_form_does_not_have_is_refused(ada, client, sent):
    record = make_record(ada)
    url = begin(client, [record])
    assert client.post(url, data=sent).status_code == 422
    assert client.post(f"{url}/run").status_code == 409
    assert holders(record)[0] == ada.id


def test_acc_36_teams_and_suspended_users_cannot_be_owners(ada, north, client):
    gone = make_user("Gone")
    gone.status = "suspended"
    db.session.flush()
    url = begin(client, [make_record(ada)])
    for each in (north, gone):
        sent = {"role": "owner", "mode": "replace", "principals": str(each.id)}
        assert client.post(url, data=sent).status_code == 422


def test_acc_38_rows_without_the_right_are_left_alone_and_listed_by_name(ada, eve, client):
    mine = make_record(ada, last_name="Adamczyk")
    hers = make_record(eve, last_name="Zawada")
    shown = run(client, [mine, hers], role="participant", mode="add", principals=str(eve.id))
    assert holders(mine)[1] >= {eve.id}
    assert holders(hers)[1].isdisjoint({eve.id})
    assert counts(shown) == {"changed": 1, "unchanged": 0, "refused": 1}
    assert "Zawada" in shown.text
    assert "you do not have the right “Manage participants”" in shown.text


def test_acc_38_each_right_counts_for_its_role_alone(ada, eve, client):
    tick("owner", "person", "manage_participants", on=False)
    record = make_record(ada, visibility="public")
    run(client, [record], role="owner", mode="replace", principals=str(eve.id))
    assert holders(record)[0] == eve.id


def test_list_12_rows_with_the_basic_line_alone_are_always_refused(ada, eve, client):
    tick("user", "person", "manage_participants")
    private = make_record(eve, last_name="Gołąb", visibility="private")
    shown = client.get("/people?operations=1")
    assert f'name="row" value="{private.id}"' in shown.text
    result = run(client, [private], role="participant", mode="add", principals=str(ada.id))
    assert holders(private)[1].isdisjoint({ada.id})
    assert counts(result) == {"changed": 0, "unchanged": 0, "refused": 1}
    assert "you have no access" in result.text


def test_list_11_a_row_that_went_since_it_was_ticked_is_refused_without_its_name(ada, eve, client):
    record = make_record(eve, last_name="Tajemnicza", visibility="public")
    url = begin(client, [record])
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(ada.id)})
    sql("update core_record set visibility = 'hidden' where account_id = :account and id = :id",
        id=record.id)  # fmt: skip
    preview = client.get(url)
    assert counts(preview)["refused"] == 1
    client.post(f"{url}/run")
    for shown in (preview, client.get(url)):
        assert "Tajemnicza" not in shown.text
        assert str(record.id) not in page(shown).text


# ---------------------------------------------------------------- change visibility


def test_vis_18_the_visibility_of_ticked_rows_changes(ada, client):
    records = [make_record(ada), make_record(ada, visibility="private")]
    shown = run(client, records, "visibility", visibility="private")
    assert [visibility(each) for each in records] == ["private", "private"]
    assert counts(shown) == {"changed": 1, "unchanged": 1, "refused": 0}


def test_vis_18_only_switched_on_variants_are_offered_and_taken(ada, client):
    set_up(visibility__contacts__offered=["public", "private"])
    url = begin(client, [make_record(ada)], "visibility")
    values = re.findall(r'name="visibility" value="(\w+)"', client.get(url).text)
    assert values == ["public", "private"]
    for wrong in ("hidden", "open", ""):
        assert client.post(url, data={"visibility": wrong}).status_code == 422


def test_vis_19_losing_sight_of_rows_is_warned_of_and_confirmed(ada, eve, client):
    tick("user", "person", "change_visibility")
    records = [make_record(eve), make_record(eve), make_record(ada)]
    url = begin(client, records, "visibility")
    client.post(url, data={"visibility": "hidden"})
    preview = client.get(url)
    assert "You will no longer see 2 of these records." in preview.text
    assert client.post(f"{url}/run").status_code == 422
    assert {visibility(each) for each in records} == {"public"}
    assert client.post(f"{url}/run", data={"confirm": "confirm_lose_access"}).status_code == 303
    assert {visibility(each) for each in records} == {"hidden"}
    result = client.get(f"{url}?show=changed")
    assert counts(result)["changed"] == 3
    assert result.text.count("(no longer open to you)") == 2


def test_vis_19_rows_that_would_be_lost_since_the_preview_are_left_alone(ada, eve, client):
    tick("user", "person", "change_visibility")
    record = make_record(eve, participants=[ada])
    url = begin(client, [record], "visibility")
    client.post(url, data={"visibility": "hidden"})
    operation = db.session.query(Operation).one()
    services.start(operation, ())
    assert visibility(record) == "hidden"
    other = make_record(eve)
    operation = services.begin(registry().kinds["person"], registry().list_operations["visibility"],
                               actor(ada), [other.id], "")  # fmt: skip
    services.choose(operation, {"visibility": "hidden"})
    services.run(operation)
    assert visibility(other) == "public"
    assert operation.counts == {"changed": 0, "unchanged": 0, "refused": 1}


# ---------------------------------------------------------------- preview


def test_list_x2_the_preview_tells_the_counts_and_the_run_keeps_to_them(ada, eve, client):
    records = [make_record(ada), make_record(ada, participants=[eve]), make_record(eve)]
    url = begin(client, records)
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(eve.id)})
    before = db.session.query(ChangeSet).count()
    preview = counts(client.get(url))
    assert preview == {"changed": 1, "unchanged": 1, "refused": 1}
    assert db.session.query(ChangeSet).count() == before
    client.post(f"{url}/run")
    assert counts(client.get(url)) == preview


def test_list_x2_up_to_twenty_names_are_shown_and_the_others_on_demand(ada, eve, client):
    records = [make_record(eve, last_name=f"Wróbel{number:02}") for number in range(25)]
    url = begin(client, records)
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(ada.id)})
    preview = client.get(url).text
    assert len(set(re.findall(r"Wróbel\d\d", preview))) == 20
    assert "and 5 more" in preview
    assert len(set(re.findall(r"Wróbel\d\d", client.get(f"{url}?show=refused").text))) == 25


def test_acc_x3_the_preview_tells_who_begins_and_who_ceases_to_see(ada, eve, north, client):
    cyd = make_user("Cyd", make_team("South"))
    records = [make_record(ada, visibility="hidden", participants=[eve]) for _number in range(2)]
    seen = {user.id: [opens(user, each) for each in records] for user in (ada, eve, cyd)}
    url = begin(client, records)
    client.post(url, data={"role": "participant", "mode": "replace", "principals": str(cyd.id)})
    preview = client.get(url)
    assert "1 user will begin to see 2 of these records." in preview.text
    assert "1 user will no longer see 2 of these records." in preview.text
    told = page(preview).texts["effects"]
    assert ("Cyd Test" in told, "Eve Test" in told, "Ada Test" in told) == (True, True, False)
    assert seen == {user.id: [opens(user, each) for each in records] for user in (ada, eve, cyd)}
    client.post(f"{url}/run")
    assert [opens(cyd, each) for each in records] == ["full", "full"]
    assert [opens(eve, each) for each in records] == ["nothing", "nothing"]


def test_acc_x3_all_records_of_one_user_are_shown_on_demand(ada, eve, client):
    records = [make_record(ada, last_name=f"Zuber{number:02}", visibility="hidden")
               for number in range(25)]  # fmt: skip
    url = begin(client, records)
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(eve.id)})
    names = re.findall(r"Zuber\d\d", page(client.get(url)).texts["effects"])
    assert len(set(names)) == 20
    shown = page(client.get(f"{url}?user={eve.id}"))
    assert len(set(re.findall(r"Zuber\d\d", shown.texts["rows"]))) == 25
    for nobody in (ada.id, 999_999_999, "x"):
        assert "rows" not in page(client.get(f"{url}?user={nobody}")).texts


def test_acc_x3_where_nobody_sees_more_or_less_the_preview_says_so(ada, client):
    url = begin(client, [make_record(ada)])
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(ada.id)})
    assert "Nobody will see more or less than before." in client.get(url).text


def test_gen_11_nothing_runs_without_the_preview_and_what_was_chosen_can_be_changed(
    ada, eve, client
):
    record = make_record(ada)
    url = begin(client, [record])
    assert client.post(f"{url}/run").status_code == 409
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(eve.id)})
    form = page(client.get(f"{url}?change=1")).forms[url]
    assert (form["role"], form["mode"], form["principals"]) == (
        ["participant"], ["add"], ["", str(eve.id)],
    )  # fmt: skip
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(ada.id)})
    client.post(f"{url}/run")
    assert eve.id not in holders(record)[1]


# ---------------------------------------------------------------- what is stored


def test_gen_9_one_change_set_of_the_operation_holds_what_every_record_was_before(ada, eve, client):
    records = [make_record(ada), make_record(ada)]
    run(client, records, role="participant", mode="add", principals=str(eve.id))
    (made,) = db.session.query(ChangeSet).filter_by(origin="list operation")
    assert made.user_id == ada.id
    assert db.session.query(Batch).one().change_set_id == made.id
    diffs = {
        each.record_id: each.diff
        for each in db.session.query(Change).filter_by(change_set_id=made.id)
    }
    assert all(each["participants"][1] == sorted({*each["participants"][0], eve.id})
               for each in diffs.values())  # fmt: skip
    assert diffs.keys() == {each.id for each in records}


def test_gen_10_an_operation_that_is_sent_twice_runs_once(ada, eve, client):
    record = make_record(ada)
    url = begin(client, [record])
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(eve.id)})
    answers = [client.post(f"{url}/run").location for _time in range(2)]
    assert answers == [url, url]
    assert db.session.query(ChangeSet).filter_by(origin="list operation").count() == 1
    assert client.post(url, data={"role": "participant", "mode": "add"}).status_code in {409, 422}


def test_gen_1_nobody_else_sees_an_operation(ada, eve, client):
    url = begin(client, [make_record(ada)])
    boss = make_user("Boss", role="administrator")
    for user in (eve, boss):
        sign_in(client, user)
        assert client.get(url).status_code == 404
        assert client.get(f"{url}/progress").status_code == 404
        for below in ("", "/run", "/stop"):
            assert client.post(url + below).status_code == 404


def test_drafts_that_never_ran_do_not_pile_up(ada, client):
    record = make_record(ada)
    for _number in range(25):
        begin(client, [record])
    assert db.session.query(Operation).count() == 20


def test_drafts_go_after_a_day_and_ended_operations_after_ninety(ada, client, monkeypatch):
    record = make_record(ada)
    run(client, [record], role="participant", mode="add", principals=str(ada.id))
    begin(client, [record])
    moment = clock.now()
    for days, left in ((0.5, 2), (1.5, 1), (89, 1), (91, 0)):
        monkeypatch.setattr(clock, "now", lambda days=days: moment + timedelta(days=days))
        delete_old_rows()
        assert db.session.query(Operation).count() == left


# ---------------------------------------------------------------- who is told


def told(user) -> list[tuple[str, int | None, int | None]]:
    found = db.session.query(Notification).filter_by(user_id=user.id).order_by(Notification.id)
    return [(each.cause, each.record_id, each.parameters.get("count")) for each in found]


def test_notif_7_a_new_owner_of_many_records_is_told_once(ada, eve, client):
    records = [make_record(ada) for _number in range(3)]
    run(client, records, role="owner", mode="replace", principals=str(eve.id))
    assert told(eve) == [("core.became_owner", None, 3)]
    sign_in(client, eve)
    assert "Ada Test made you owner of 3 records." in client.get("/notifications").text


def test_notif_7_a_new_participant_of_one_record_is_told_of_it_by_name(ada, eve, client):
    record, other = make_record(ada), make_record(ada, participants=[eve])
    db.session.query(Notification).delete()
    run(client, [record, other], role="participant", mode="add", principals=str(eve.id))
    assert told(eve) == [("core.became_participant", record.id, None)]


def test_notif_11_nobody_is_told_of_his_own_operation(ada, client):
    run(client, [make_record(ada)], role="participant", mode="add", principals=str(ada.id))
    assert told(ada) == []


# ---------------------------------------------------------------- many rows


def many(owner, number):
    records = [make_record(owner) for _each in range(3)]
    first = records[0].id
    sql(
        "insert into core_record (account_id, kind, name, sort_name, owner_id, visibility, version,"
        " created_at, updated_at) select account_id, kind, name || g, sort_name || g, owner_id,"
        " visibility, 1, created_at, updated_at from core_record, generate_series(1, :number) g"
        " where account_id = :account and id = :id",
        number=number - 3,
        id=first,
    )
    sql(
        "insert into contacts_person select (jsonb_populate_record(p, jsonb_build_object('id', r.id)))"
        ".* from contacts_person p join core_record r on r.account_id = p.account_id"
        " where p.account_id = :account and p.id = :id and r.kind = 'person' and not exists ("
        "  select 1 from contacts_person x where x.account_id = :account and x.id = r.id)",
        id=first,
    )


def test_list_13_many_rows_run_in_the_background_and_stopping_keeps_what_is_done(ada, eve, client):
    many(ada, 1_201)
    answer = client.post("/people/operations/user", data={"all": "1"})
    url = answer.location
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(eve.id)})
    assert "in the background" in client.get(url).text
    client.post(f"{url}/run")
    operation = db.session.query(Operation).one()
    assert (operation.state, operation.row_count) == ("waiting", 1_201)
    assert 'hx-trigger="every 1s"' in client.get(url).text
    batch = services.queries.next_batch(operation)
    operation.state = "running"
    services.run_batch(operation, batch)
    assert 'data-done="500"' in client.get(f"{url}/progress").text
    client.post(f"{url}/stop")
    shown = client.get(url)
    assert "Stopped after 500 rows. What was done until then stays." in shown.text
    assert counts(shown) == {"changed": 500, "unchanged": 0, "refused": 0}
    stored = sql("select count(*) from core_holder where account_id = :account"
                 " and principal_id = :eve", eve=eve.id).scalar()  # fmt: skip
    assert stored == 500
    assert told(eve)[-1] == ("core.became_participant", None, 500)


def test_gen_12_the_end_in_the_background_is_notified(ada, eve, client):
    many(ada, 600)
    url = client.post("/people/operations/user", data={"all": "1"}).location
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(eve.id)})
    client.post(f"{url}/run")
    operation = db.session.query(Operation).one()
    services.run(operation)
    assert operation.state == "done"
    assert told(ada) == [("core.list_operation_finished", None, None)]
    shown = client.get("/notifications")
    assert (
        "List operation “Change user”: finished (changed 600, unchanged 0, refused 0)."
        in shown.text
    )


def test_a_right_that_was_taken_away_meanwhile_ends_the_run(ada, eve, client):
    many(ada, 600)
    url = client.post("/people/operations/user", data={"all": "1"}).location
    client.post(url, data={"role": "participant", "mode": "add", "principals": str(eve.id)})
    client.post(f"{url}/run")
    tick("user", "general", "list_operations", on=False)
    operation = db.session.query(Operation).one()
    jobs.run(operation.id)
    assert (operation.state, operation.counts["changed"]) == ("failed", 0)
