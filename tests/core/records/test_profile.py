"""Profiles through the pages: who sees what, holders, reasons, deleting and restoring."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import clock, web
from core.access import fetch
from core.changes.capture import change_set
from core.contracts import Panel
from core.db import db, sql
from core.hookspecs import hookimpl
from core.records.services import change
from core.registry import registry
from core.teams.models import Team
from core.users.models import User
from tests.core.records.test_record_forms import participants, record_row
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    put,
    sign_in,
    tick,
)
from tests.reading import body, page


@pytest.fixture
def ada(app, client):
    make_account()
    user = make_user("Ada")
    sign_in(client, user)
    return user


@pytest.fixture
def boss(ada):
    return make_user("Boss")


def test_vis_2_everybody_opens_a_public_record_with_all_information(ada, boss, client):
    record = make_record(boss, last_name="Nowak", emails=["a@b.pl"], note="secret plan")
    assert page(client.get("/people")).rows == {record.id: "full"}
    answer = client.get(f"/people/{record.id}")
    assert answer.status_code == 200
    for text in ("Nowak", "a@b.pl", "secret plan", "Boss Test"):
        assert text in answer.text


def test_vis_3_and_4_a_private_record_shows_name_kind_and_owner_alone(ada, boss, client):
    company = make_record(boss, "company", name="Firm")
    record = make_record(
        boss, last_name="Nowak", emails=["a@b.pl"], position="Agent", city="Łódź",
        company=company.id, visibility="private",
    )  # fmt: skip
    assert page(client.get("/people")).rows == {record.id: "basic"}
    answer = client.get(f"/people/{record.id}")
    assert answer.status_code == 403
    shown = page(answer).texts["main"]
    for text in ("Nowak", "Person", "Boss Test", "You have no access. Ask the owner."):
        assert text in shown
    for text in ("a@b.pl", "Agent", "Łódź", "Firm"):
        assert text not in answer.text
    for below in ("edit", "delete", "holders"):
        refused = client.get(f"/people/{record.id}/{below}")
        assert refused.status_code == 403
        assert "a@b.pl" not in refused.text
        assert client.post(f"/people/{record.id}/{below}", data={}).status_code == 403
    assert client.post(f"/people/{record.id}/restore").status_code == 403
    assert record_row(record.id).deleted_at is None


@pytest.mark.parametrize("visibility", ["private", "hidden"])
def test_vis_5_and_8_owner_participants_manager_and_administrator_have_full_access(
    ada, boss, client, visibility
):
    team, invited = make_team("Invited"), make_user("Guest")
    make_user("Member", team)
    record = make_record(boss, visibility=visibility, participants=[invited, team])
    manager = make_user("Manager", _team_of(boss), "manager")
    for user in (boss, invited, _member(team), manager, make_user("Root", role="administrator")):
        sign_in(client, user)
        assert client.get(f"/people/{record.id}").status_code == 200, user.first_name
        assert page(client.get("/people")).rows == {record.id: "full"}
    colleague = make_user("Colleague", _team_of(boss))
    foreign = make_user("Foreign manager", role="manager")
    for user in (ada, colleague, foreign):
        sign_in(client, user)
        status = 403 if visibility == "private" else 404
        assert client.get(f"/people/{record.id}").status_code == status, user.first_name


def _team_of(user):
    return db.session.scalar(db.select(Team).where(Team.id == user.main_team_id))


def _member(team):
    return db.session.scalar(db.select(User).where(User.main_team_id == team.id))


def test_vis_6_hidden_records_are_not_listed_nor_counted(ada, boss, client):
    make_record(boss, visibility="hidden")
    mine = make_record(ada, visibility="hidden")
    answer = client.get("/people")
    assert page(answer).rows == {mine.id: "full"}
    assert 'data-count="1"' in answer.text


def test_vis_7_a_stranger_cannot_tell_hidden_from_missing(ada, boss, client):
    record = make_record(boss, last_name="Nowak", visibility="hidden")
    missing = record.id + 1_000_000
    for below in ("", "/edit", "/delete", "/holders"):
        answers = [client.get(f"/people/{each}{below}") for each in (record.id, missing)]
        assert [each.status_code for each in answers] == [404, 404]
        assert body(answers[0]) == body(answers[1]), below
    for below in ("/edit", "/delete", "/holders", "/restore"):
        answers = [client.post(f"/people/{each}{below}") for each in (record.id, missing)]
        assert [each.status_code for each in answers] == [404, 404]
        assert body(answers[0]) == body(answers[1])


def test_a_deleted_record_of_others_answers_as_a_missing_one(ada, boss, client):
    record = make_record(boss, last_name="Nowak", participants=[ada])
    sign_in(client, boss)
    client.post(f"/people/{record.id}/delete")
    sign_in(client, ada)
    gone, missing = (client.get(f"/people/{each}") for each in (record.id, record.id + 1_000_000))
    assert gone.status_code == missing.status_code == 404
    assert body(gone) == body(missing)


@pytest.mark.parametrize("path", ["x", "-1", "1.5", "0", "9" * 19, "9" * 5000, "1%00", "１"])
def test_what_is_no_id_leads_nowhere(ada, client, path):
    for below in ("", "/edit", "/delete"):
        assert client.get(f"/people/{path}{below}").status_code == 404


def test_the_address_of_another_kind_leads_nowhere(ada, client):
    record = make_record(ada)
    assert client.get(f"/companies/{record.id}").status_code == 404
    assert client.post(f"/companies/{record.id}/delete").status_code == 404
    assert record_row(record.id).deleted_at is None


def test_a_kind_of_a_plugin_that_is_off_leads_nowhere(ada, client, monkeypatch):
    record = make_record(ada)
    monkeypatch.setattr("core.records.list_views.registry", _without_plugins)
    for address in ("/people/new", f"/people/{record.id}", "/people", "/pick/person?q=no"):
        assert client.get(address).status_code == 404, address


def _without_plugins():
    class Kinds:
        def __getitem__(self, key):
            return replace(registry().kinds[key], plugin="switched off")

    return replace(registry(), kinds=Kinds())


def test_vis_9_links_show_what_may_be_known(ada, boss, client):
    shown = {}
    for visibility in ("public", "private", "hidden"):
        company = make_record(boss, "company", name=f"Firm {visibility}", visibility=visibility)
        record = make_record(boss, last_name="Nowak", company=company.id, participants=[ada])
        shown[visibility] = (page(client.get(f"/people/{record.id}")), company.id)
    public, company_id = shown["public"]
    assert f"/companies/{company_id}" in public.links
    assert "Firm public" in public.texts["main"]
    private, company_id = shown["private"]
    assert f"/companies/{company_id}" not in private.links
    assert "Firm private" in private.texts["main"]
    assert "Company, owner: Boss Test" in private.texts["main"]
    hidden, company_id = shown["hidden"]
    assert "company" not in hidden.fields
    assert "Firm" not in hidden.text


def test_trash_5_a_link_to_a_deleted_record_says_so_without_its_name(ada, client):
    company = make_record(ada, "company", name="Firm")
    record = make_record(ada, company=company.id)
    client.post(f"/companies/{company.id}/delete")
    shown = page(client.get(f"/people/{record.id}"))
    assert "Firm" not in shown.texts["main"]
    assert "(deleted)" in shown.text
    client.post(f"/companies/{company.id}/restore")
    assert "Firm" in page(client.get(f"/people/{record.id}")).texts["main"]


def test_acc_3_actions_without_right_are_not_offered_and_answer_403(ada, boss, client):
    record = make_record(boss, last_name="Nowak")
    shown = page(client.get(f"/people/{record.id}"))
    assert not {f"/people/{record.id}/edit", f"/people/{record.id}/delete"} & shown.links
    assert client.get(f"/people/{record.id}/edit").status_code == 403
    assert client.post(f"/people/{record.id}/edit", data={"last_name": "X"}).status_code == 403
    assert client.get(f"/people/{record.id}/delete").status_code == 403
    assert client.post(f"/people/{record.id}/delete").status_code == 403
    row = record_row(record.id)
    assert (row.name, row.deleted_at, row.version) == ("Nowak", None, 1)


def test_acc_33_the_profile_leads_to_its_form(ada, client):
    record = make_record(ada)
    assert f"/people/{record.id}/edit" in page(client.get(f"/people/{record.id}")).links


def test_acc_35_details_show_since_when_and_by_whom(ada, client):
    team = make_team("North")
    record = make_record(ada, participants=[team])
    dialog = page(client.get(f"/people/{record.id}")).texts["holders"]
    day = f"{clock.today(ada.zone):%d.%m.%Y}"
    for text in ("North", "Ada Test", "team, 0 people", day):
        assert text in dialog


def test_acc_35_the_owner_is_shown_since_when_and_by_whom(ada, boss, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 9, 12, tzinfo=UTC))
    record = make_record(ada)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 1, 12, tzinfo=UTC))
    with change_set("form", ada.id):
        change(
            fetch("person", record.id, actor(ada)),
            {"owner": boss.id},
            confirmed={"confirm_lose_access"},
        )
    sign_in(client, boss)
    dialog = page(client.get(f"/people/{record.id}")).texts["holders"]
    assert f"{boss.first_name} Testowner01.04.2026Ada Test" in dialog.replace("\n", "")


def test_acc_35_holders_are_added_and_removed_in_the_details(ada, boss, client):
    team, kept = make_team("North"), make_user("Kept")
    record = make_record(ada, visibility="private", participants=[team, kept])
    address = f"/people/{record.id}/holders"
    sent = page(client.get(address)).forms[address]
    assert {"owner", "visibility", "version"} <= sent.keys()
    answer = client.post(address, data={**sent, "add": [boss.id], "remove": [team.id]})
    assert answer.status_code == 303
    assert participants(record.id) == {boss.id, kept.id}
    row = sql(
        "select added_by_id from core_holder where account_id = :account and principal_id = :boss",
        boss=boss.id,
    ).one()
    assert row.added_by_id == ada.id
    asked = client.post(address, data={"owner": boss.id})
    assert asked.status_code == 422
    assert "You will no longer see this object" in page(asked).texts["warnings"]
    again = page(asked).forms[address] | {"confirm": "confirm_lose_access"}
    assert client.post(address, data=again).location == "/people"
    assert record_row(record.id).owner_id == boss.id


def test_acc_35_the_dialog_brings_the_controls_of_the_rights_held(ada, boss, client):
    record = make_record(boss, participants=[ada])
    address = f"/people/{record.id}/holders"
    part = {"HX-Request": "true"}
    assert "<select" not in client.get(address, headers=part).text
    assert f'hx-get="{address}"' not in client.get(f"/people/{record.id}").text
    tick("participant", "person", "manage_participants")
    assert f'hx-get="{address}"' in client.get(f"/people/{record.id}").text
    shown = page(client.get(address, headers=part))
    assert shown.options.keys() == {"add"}
    assert shown.fields == {"owner", "visibility"}
    assert not any(tag == "html" for tag, _values in shown.tags)
    assert "Boss Test" in page(client.get(address)).texts["holders"]


def test_acc_35_removing_oneself_asks_first(ada, boss, client):
    record = make_record(boss, visibility="hidden", participants=[ada])
    tick("participant", "person", "manage_participants")
    address = f"/people/{record.id}/holders"
    asked = client.post(address, data={"remove": ada.id})
    assert asked.status_code == 422
    assert participants(record.id) == {ada.id}
    again = page(asked).forms[address] | {"confirm": "confirm_lose_access"}
    assert client.post(address, data=again).status_code == 303
    assert participants(record.id) == set()
    assert client.get(f"/people/{record.id}").status_code == 404


def test_holders_take_nothing_unknown(ada, client):
    record = make_record(ada)
    address = f"/people/{record.id}/holders"
    for wrong in ({"add": 999_999}, {"add": "x"}, {"role": "owner"}, {"owner": ""},
                  {"visibility": "open"}):  # fmt: skip
        assert client.post(address, data=wrong).status_code == 422, wrong
    assert participants(record.id) == set()
    assert record_row(record.id).owner_id == ada.id


def test_a_dialog_opened_long_ago_does_not_give_the_record_back(ada, boss, client):
    record = make_record(ada, participants=[ada, boss])
    address = f"/people/{record.id}/holders"
    sent = page(client.get(address)).forms[address]
    assert sent["owner"] == [str(ada.id)]
    client.post(address, data={"owner": boss.id})
    tick("participant", "person", "manage_participants")
    team = make_team()
    assert client.post(address, data={**sent, "add": team.id}).status_code == 303
    assert record_row(record.id).owner_id == boss.id
    assert participants(record.id) == {ada.id, boss.id, team.id}


def test_acc_x1_the_profile_says_why(ada, boss, client):
    team = make_team("North")
    put(ada, team)
    record = make_record(boss, visibility="private", participants=[team])
    why = page(client.get(f"/people/{record.id}")).texts["why"]
    assert "Your team North is a participant, added by Boss Test" in why
    assert "You may: View" in why
    assert "Participants have the right." in why
    assert "You may not: Delete and restore" in why
    assert "Boss Test or an administrator can give it to you." in why


def test_acc_x1_the_page_without_access_says_who_can_help(ada, boss, client):
    record = make_record(boss, visibility="private")
    why = page(client.get(f"/people/{record.id}")).texts["why"]
    assert "You may not: View" in why
    assert "The owner Boss Test or an administrator can add you as participant." in why


def test_gen_11_deleting_asks_first_naming_the_record(ada, client):
    record = make_record(ada, last_name="Nowak")
    asked = client.get(f"/people/{record.id}/delete")
    assert "Nowak" in page(asked).texts["main"]
    assert record_row(record.id).deleted_at is None
    sent = page(asked).forms[f"/people/{record.id}/delete"]
    answer = client.post(f"/people/{record.id}/delete", data=sent)
    assert (answer.status_code, answer.location) == (303, "/people")
    assert record_row(record.id).deleted_by_id == ada.id
    assert client.post(f"/people/{record.id}/delete", data=sent).location == "/people"


def test_gen_11_the_message_after_deleting_offers_undo_that_works(ada, client):
    record = make_record(ada, last_name="Nowak", tags=["vip"], participants=[make_team()])
    before = client.get(f"/people/{record.id}")
    client.post(f"/people/{record.id}/delete")
    shown = page(client.get("/people"))
    assert shown.rows == {}
    assert "“Nowak” is in the trash" in shown.texts["toasts"]
    undo = f"/people/{record.id}/restore"
    answer = client.post(undo, data=shown.forms[undo])
    assert answer.location == f"/people/{record.id}"
    client.get("/people")
    after = client.get(answer.location)
    assert page(after).fields == page(before).fields
    assert page(after).texts["participants"] == page(before).texts["participants"]
    assert client.post(undo).location == f"/people/{record.id}"


def test_trash_1_a_deleted_record_vanishes_everywhere(ada, client):
    record = make_record(ada, last_name="Nowak", emails=["a@b.pl"])
    client.post(f"/people/{record.id}/delete")
    assert page(client.get("/people")).rows == {}
    assert page(client.get("/search?q=nowak")).rows == {}
    assert client.get("/pick/person?q=nowak").json == []
    assert client.get("/pick/person").json == []
    assert client.get(f"/people/{record.id}").status_code == 404
    assert client.get(f"/people/{record.id}/edit").status_code == 404
    assert client.post(f"/people/{record.id}/edit", data={"last_name": "X"}).status_code == 404


def test_trash_3_whoever_may_delete_restores_on_the_page_of_the_record(ada, boss, client):
    record = make_record(boss, last_name="Nowak", visibility="hidden", participants=[ada])
    sign_in(client, boss)
    client.post(f"/people/{record.id}/delete")
    for user in (ada, make_user("Stranger")):
        sign_in(client, user)
        assert client.post(f"/people/{record.id}/restore").status_code == 404
    sign_in(client, boss)
    found = page(client.get(f"/people/{record.id}"))
    assert "Nowak" in found.texts["main"]
    address = f"/people/{record.id}/restore"
    assert client.post(address, data=found.forms[address]).status_code == 303
    row = record_row(record.id)
    assert (row.deleted_at, row.visibility, row.owner_id) == (None, "hidden", boss.id)
    assert participants(record.id) == {ada.id}
    assert page(client.get("/search?q=nowak")).rows == {record.id: "full"}


def test_get_deletes_and_restores_nothing(ada, client):
    record = make_record(ada)
    client.get(f"/people/{record.id}/delete")
    assert record_row(record.id).deleted_at is None
    assert client.get(f"/people/{record.id}/restore").status_code in {404, 405}


@pytest.mark.parametrize("kind", ["person", "company"])
def test_a_profile_takes_at_most_12_queries_whatever_hangs_on_it(
    ada, boss, client, count_statements, kind
):
    manager = make_user("Marek", _team_of(boss), "manager")
    company = make_record(boss, "company", tags=["a", "b"], groups=["g"])
    record = company
    if kind == "person":
        tags = [f"t{each}" for each in range(30)]
        record = make_record(
            boss, company=company.id, tags=tags, groups=["g"], emails=["a@b.pl"],
            participants=[make_team() for _each in range(30)],
        )  # fmt: skip
    for each in range(30):
        make_record(boss, last_name=f"N{each}", company=company.id)
    sign_in(client, manager)
    address = {"person": "/people", "company": "/companies"}[kind] + f"/{record.id}"
    client.get(address)
    count_statements.clear()
    assert client.get(address).status_code == 200
    queries = [each for each in count_statements if "SAVEPOINT" not in each]
    assert len(queries) <= 12, queries


class Breaking:
    """A plugin whose box fails in the database."""

    @hookimpl
    def record_panels(self, record, actor):
        sql("select 1 / 0 where :account > 0")

    @hookimpl
    def record_actions(self, record, actor):
        return [1]


class Working:
    """A plugin whose box works."""

    @hookimpl
    def record_panels(self, record, actor):
        return [Panel("own", "Own box", "contacts/_people.html", {"people": [], "all_url": ""})]


def test_a_failing_box_costs_only_itself(ada, client, app, caplog):
    record = make_record(ada, last_name="Nowak")
    manager = registry().hooks.manager
    plugins = (Breaking(), Working())
    for plugin in plugins:
        manager.register(plugin, name=f"contacts {plugin}")
    try:
        answer = _get_with_all(client, f"/people/{record.id}", plugins)
    finally:
        for plugin in plugins:
            manager.unregister(plugin)
    assert answer.status_code == 200
    assert "Own box" in answer.text
    assert "Nowak" in answer.text
    assert "record_panels of the plugin" in caplog.text


def _get_with_all(client, address, plugins):
    names = frozenset(f"contacts {plugin}" for plugin in plugins)
    original = web.actor_of
    web.actor_of = lambda user_id: replace(
        (found := original(user_id)), active_plugins=found.active_plugins | names
    )
    try:
        return client.get(address)
    finally:
        web.actor_of = original
