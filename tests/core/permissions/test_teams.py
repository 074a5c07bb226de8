"""Account settings > Users > Teams."""

from __future__ import annotations

import re

import pytest

from core.accounts.queries import account_facts
from core.accounts.services import switch_plugins
from core.db import db
from core.permissions.queries import memberships
from core.teams.models import Team
from core.teams.services import move_team, team
from core.users.models import REMOVED, SUSPENDED
from tests.core.permissions.pages import TEAMS, confirmed, digest_of, entries, opened_of
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    opens,
    put,
    role,
    set_up,
    sign_in,
)


def wire(user, key="user"):
    return f"{user.id}.{role(key).id}"


def form(group, *members, opened=(), **more):
    return {"name": group.name, "parent": group.parent_id or "", "member": list(members),
            "opened": ["", *opened], **more}  # fmt: skip


def named(name):
    return db.session.execute(db.select(Team).where(Team.name == name)).scalar_one()


def roles_in(group):
    return {(fact[1], fact[3]) for fact in memberships(group.id)}


# ---------------------------------------------------------------- the tree


def test_team_1_shows_the_tree_with_members_roles_and_counts(browser, own):
    north = make_team("North", own)
    make_team("Deep", north)
    make_user("Anna", north, "manager")
    page = browser.get(TEAMS).text
    assert [page.index(f">{name}</a>") for name in ("Own", "North", "Deep")] == sorted(
        page.index(f">{name}</a>") for name in ("Own", "North", "Deep")
    )
    assert "Anna Test" in page
    assert "(Manager)" in page
    assert "1 person" in page
    assert "no members" in page


def test_team_1_asks_as_many_questions_for_forty_teams_as_for_two(browser, own, count_statements):
    def asked():
        before = len(count_statements)
        assert browser.get(TEAMS).status_code == 200
        return len(count_statements) - before

    asked()
    first = asked()
    parent = own
    for number in range(40):
        made = make_team(f"T{number:02}", parent if number % 4 else own)
        make_user(team=made)
        parent = made
    db.session.commit()
    asked()
    assert asked() == first


def test_team_1_a_removed_user_is_not_among_the_members(browser, own):
    north = make_team("North")
    gone = make_user("Gone", north)
    gone.status = REMOVED
    db.session.flush()
    page = browser.get(TEAMS).text
    assert "Gone Test" not in page
    assert "Gone Test" not in browser.get(f"{TEAMS}/{north.id}").text


@pytest.mark.parametrize("path", ["", "/new", "/{}", "/{}/delete"])
@pytest.mark.parametrize("who", ["manager", "user"])
def test_gen_2_others_get_403_and_no_entry(another, own, ada, who, path):
    browser = another(make_user("Ula", own, who))
    assert browser.get(TEAMS + path.format(own.id)).status_code == 403
    if path:
        assert browser.post(TEAMS + path.format(own.id), data={}).status_code == 403
    assert TEAMS not in browser.get("/people").text


def test_gen_1_teams_of_another_account_do_not_exist(browser, ada):
    make_account("Other")
    theirs = make_team("Theirs")
    their_user = make_user("Their", theirs)
    sign_in(browser, ada)
    for path in (f"{TEAMS}/{theirs.id}", f"{TEAMS}/{theirs.id}/delete"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, data={"name": "Mine"}).status_code == 404
    mine = make_team("Mine")
    for sent in (form(mine, f"{their_user.id}.{role('user').id}"), form(mine, parent=theirs.id)):
        refused = browser.post(f"{TEAMS}/{mine.id}", data=sent)
        assert refused.status_code == 422
    assert not roles_in(mine)


# ---------------------------------------------------------------- adding and renaming


def test_team_2_adds_a_team_with_members_after_the_preview(browser, own):
    ula = make_user("Ula", own)
    sent = {"name": " Nordic ", "parent": own.id, "add": [ula.id], "add_role": role("manager").id}
    answer = confirmed(browser, f"{TEAMS}/new", sent)
    assert answer.status_code == 303
    made = named("Nordic")
    assert made.parent_id == own.id
    assert roles_in(made) == {(ula.id, role("manager").id)}
    assert [each.details["name"] for each in entries("team_added")] == ["Nordic"]


def test_team_2_a_team_that_gives_nobody_anything_needs_no_preview(browser):
    assert browser.post(f"{TEAMS}/new", data={"name": "Empty"}).status_code == 303
    assert named("Empty").parent_id is None


def test_acc_x3_a_new_team_with_an_administrator_is_previewed(browser, own):
    ula = make_user("Ula", own)
    hidden = make_record(make_user("Adam", own), visibility="hidden")
    sent = {"name": "Chiefs", "add": [ula.id], "add_role": role("administrator").id}
    previewed = browser.post(f"{TEAMS}/new", data=sent)
    assert "1 user gains “View”" in previewed.text
    assert "Chiefs" not in {each.name for each in account_facts().teams.values()}
    assert opens(ula, hidden) == "nothing"
    browser.post(f"{TEAMS}/new", data={**sent, "confirmed": digest_of(previewed)})
    assert opens(ula, hidden) == "full"


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_team_2_an_empty_or_long_name_is_refused_by_name(browser, name):
    refused = browser.post(f"{TEAMS}/new", data={"name": name})
    assert refused.status_code == 422
    assert "Name: 1 to 100 characters are needed." in refused.text
    assert 'aria-describedby="name-error"' in refused.text


def test_team_2_a_taken_name_is_refused_and_nothing_typed_is_lost(browser, own):
    ula = make_user("Ula", own)
    sent = {"name": "OWN", "parent": own.id, "add": [ula.id], "add_role": role("manager").id}
    refused = browser.post(f"{TEAMS}/new", data=sent)
    assert refused.status_code == 422
    assert "Name: there is a team “OWN” already." in refused.text
    assert f'value="{own.id}" selected' in refused.text
    assert f'value="{ula.id}.{role("manager").id}" selected' in refused.text


def test_team_2_a_team_is_renamed_and_the_log_says_so(browser, own):
    north = make_team("North")
    browser.post(f"{TEAMS}/{north.id}", data=form(north, name="Nordic"))
    assert team(north.id).name == "Nordic"
    assert entries("team_renamed")[0].details == {"before": "North", "name": "Nordic"}


def test_gen_8_a_name_that_was_not_touched_takes_back_nobody_s_renaming(browser):
    north = make_team("North")
    sent = form(north, opened_name="North", opened_parent="")
    north.name = "Nordic"
    db.session.flush()
    browser.post(f"{TEAMS}/{north.id}", data=sent)
    assert team(north.id).name == "Nordic"


# ---------------------------------------------------------------- the tree's shape


def test_team_3_a_team_cannot_be_below_itself(browser, own):
    low = make_team("Low", make_team("Middle", own))
    refused = browser.post(f"{TEAMS}/{own.id}", data={**form(own), "parent": low.id,
                                                      "member": opened_members(browser, own),
                                                      "opened": opened_members(browser, own)})  # fmt: skip
    assert refused.status_code == 422
    assert "Parent team: Low is below this team." in refused.text
    assert team(own.id).parent_id is None
    assert browser.post(f"{TEAMS}/{low.id}", data=form(low, parent=low.id)).status_code == 422


def opened_members(browser, group):
    return opened_of(browser.get(f"{TEAMS}/{group.id}").text)


def test_team_3_moving_a_team_is_previewed_and_changes_who_reaches_whom(browser, own):
    north, east = make_team("North"), make_team("East")
    marek = make_user("Marek", north, "manager")
    record = make_record(make_user("Beata", east), visibility="hidden")
    sent = form(east, *opened_members(browser, east), opened=opened_members(browser, east))
    sent["parent"] = north.id
    previewed = browser.post(f"{TEAMS}/{east.id}", data=sent)
    assert "Marek Test" in previewed.text
    assert opens(marek, record) == "nothing"
    confirmed(browser, f"{TEAMS}/{east.id}", sent)
    assert opens(marek, record) == "full"


def test_team_3_a_form_opened_before_somebody_moved_the_team_leaves_it_there(browser, own):
    north, low = make_team("North"), make_team("Low")
    sent = form(low, name="Lower", opened_name="Low", opened_parent="")
    move_team(low.id, north.id)
    assert browser.post(f"{TEAMS}/{low.id}", data=sent).status_code == 303
    assert team(low.id).parent_id == north.id
    assert team(low.id).name == "Lower"


# ---------------------------------------------------------------- members


def test_team_4_and_5_members_are_assigned_with_roles_in_the_same_form(browser, own):
    north = make_team("North")
    ula, ola = make_user("Ula", own), make_user("Ola", own)
    put(ola, north, "user")
    opened = [wire(ola)]
    sent = form(north, wire(ola, "manager"), opened=opened, add=[ula.id], add_role=role("user").id)
    confirmed(browser, f"{TEAMS}/{north.id}", sent)
    assert roles_in(north) == {(ula.id, role("user").id), (ola.id, role("manager").id)}


def test_team_5_a_second_role_in_a_team_is_refused_without_the_plugin(browser, own, own_roles):
    switch_plugins({own_roles: False})
    north = make_team("North")
    ula = make_user("Ula", own)
    sent = form(north, wire(ula), wire(ula, "manager"))
    refused = browser.post(f"{TEAMS}/{north.id}", data=sent)
    assert refused.status_code == 422
    assert "Ula Test: choose one role in a team." in refused.text
    switch_plugins({own_roles: True})
    confirmed(browser, f"{TEAMS}/{north.id}", sent)
    assert len(roles_in(north)) == 2


def test_team_6_who_would_have_no_team_stays(browser, own):
    north = make_team("North")
    ula = make_user("Ula", north)
    refused = browser.post(f"{TEAMS}/{north.id}", data=form(north, opened=[wire(ula)]))
    assert refused.status_code == 409
    assert "Ula Test must belong to a team." in refused.text
    assert roles_in(north)


def test_team_6_who_leaves_his_main_team_gets_another_one(browser, own):
    north = make_team("North")
    ula = make_user("Ula", north)
    put(ula, own)
    browser.post(f"{TEAMS}/{north.id}", data=form(north, opened=[wire(ula)]))
    assert account_facts().users[ula.id].main_team_id == own.id


@pytest.mark.parametrize("how", ["leaves", "gets a lower role"])
def test_team_18_the_last_administrator_stays(browser, own, ada, how):
    other = make_team("Other")
    put(ada, other)
    members = [] if how == "leaves" else [wire(ada)]
    sent = form(own, *members, opened=[wire(ada, "administrator")])
    refused = browser.post(f"{TEAMS}/{own.id}", data=sent)
    assert refused.status_code == 409
    assert "The account must keep at least one administrator." in refused.text
    assert actor(ada).is_administrator


def test_team_18_a_suspended_administrator_does_not_count(browser, own, ada):
    other = make_user("Ola", make_team("Other"), "administrator")
    other.status = SUSPENDED
    db.session.flush()
    sent = form(own, wire(ada), opened=[wire(ada, "administrator")])
    assert browser.post(f"{TEAMS}/{own.id}", data=sent).status_code == 409


def test_team_19_a_change_holds_with_everybody_s_next_request_and_is_logged(
    browser, another, own, ada
):
    north = make_team("North")
    ula = make_user("Ula", own)
    record = make_record(make_user("Anna", north), visibility="hidden", participants=[north])
    hers = another(ula)
    assert hers.get(f"/people/{record.id}").status_code == 404
    confirmed(browser, f"{TEAMS}/{north.id}",
              form(north, *opened_members(browser, north), opened=opened_members(browser, north),
                   add=[ula.id], add_role=role("user").id))  # fmt: skip
    assert hers.get(f"/people/{record.id}").status_code == 200
    entry = entries("permissions_changed")[-1]
    assert (entry.user_id, entry.address) == (ada.id, "127.0.0.1")
    assert entry.details["change"]["new"] == [["member", ula.id, north.id, role("user").id]]


# ---------------------------------------------------------------- the preview


def test_acc_x3_nothing_is_saved_before_it_is_confirmed(browser, own):
    north = make_team("North")
    ula = make_user("Ula", own)
    make_record(ula, participants=[north], visibility="hidden")
    anna = make_user("Anna", own)
    sent = form(north, add=[anna.id], add_role=role("user").id)
    for more in ({}, {"confirmed": ""}, {"confirmed": "0" * 32}, {"confirmed": "x"}):
        previewed = browser.post(f"{TEAMS}/{north.id}", data={**sent, **more})
        assert previewed.status_code == 200
        assert "1 user gains “View”" in previewed.text
        assert "Nothing is saved yet." in previewed.text
        assert not roles_in(north)
    assert not entries("permissions_changed")


def test_acc_x3_the_digest_of_another_change_shows_the_effect_of_this_one(browser, own):
    north = make_team("North")
    make_record(make_user("Ula", own), participants=[north], visibility="hidden")
    anna, beata = make_user("Anna", own), make_user("Beata", own)
    first = form(north, add=[anna.id], add_role=role("user").id)
    other = form(north, add=[anna.id, beata.id], add_role=role("user").id)
    digest = digest_of(browser.post(f"{TEAMS}/{north.id}", data=first))
    previewed = browser.post(f"{TEAMS}/{north.id}", data={**other, "confirmed": digest})
    assert "2 users gain “View”" in previewed.text
    assert not roles_in(north)


def test_acc_x3_while_a_form_is_filled_in_its_effect_stands_beside_it(browser, own):
    north = make_team("North")
    make_record(make_user("Ula", own), participants=[north], visibility="hidden")
    anna = make_user("Anna", own)
    headers = {"HX-Request": "true"}
    sent = form(north, add=[anna.id], add_role=role("user").id)
    live = browser.post(f"{TEAMS}/{north.id}", data=sent, headers=headers)
    assert "1 user gains “View”" in live.text
    assert "<html" not in live.text
    for wrong in ({"parent": "x"}, {"member": ["1.x"]}, {"name": ""}):
        part = browser.post(f"{TEAMS}/{north.id}", data={**sent, **wrong}, headers=headers)
        assert part.status_code == 200
        assert "<html" not in part.text
        assert "sz-note bad" in part.text
    assert not roles_in(north)


def test_acc_x3_the_full_list_pages_through_everything(browser, own, monkeypatch):
    monkeypatch.setattr("core.permissions.previewing.LISTED", 4)
    north, ula, anna = make_team("North"), make_user("Ula", own), make_user("Anna", own)
    names = {make_record(ula, participants=[north], visibility="hidden").name for _ in range(11)}
    sent = form(north, add=[anna.id], add_role=role("user").id)
    seen, after = [], "0"
    while after:
        page = browser.post(f"{TEAMS}/{north.id}",
                            data={**sent, "show": f"person.view.gain.{anna.id}", "after": after})  # fmt: skip
        found = re.findall(r'<li><a class="lnk" href="[^"]+">([^<]+)</a></li>', page.text)
        assert len(found) <= 4
        seen += found
        after = "".join(re.findall(r'name="after" value="(\d+)"', page.text))
    assert sorted(seen) == sorted(names)
    assert not roles_in(north)


@pytest.mark.parametrize("show", ["x", "person.view.gain.x", "person.view.loss.0", "..", "0"])
def test_acc_x3_a_list_that_is_not_there_is_refused_in_a_plain_sentence(browser, own, show):
    north, anna = make_team("North"), make_user("Anna", own)
    make_record(make_user("Ula", own), participants=[north], visibility="hidden")
    sent = form(north, add=[anna.id], add_role=role("user").id, show=show)
    refused = browser.post(f"{TEAMS}/{north.id}", data=sent)
    assert refused.status_code == 422
    assert "There is no such list." in refused.text


# ---------------------------------------------------------------- what went meanwhile, and wrong input


def test_team_4_somebody_removed_while_the_form_was_open_is_named(browser, own):
    north, ula = make_team("North"), make_user("Ula", own)
    ula.status = REMOVED
    db.session.flush()
    refused = browser.post(f"{TEAMS}/{north.id}", data=form(north, wire(ula)))
    assert refused.status_code == 422
    assert "Members: there is no such user any more." in refused.text
    assert not roles_in(north)


def test_team_5_a_role_deleted_while_the_form_was_open_is_refused(browser, own):
    north, ula = make_team("North"), make_user("Ula", own)
    refused = browser.post(f"{TEAMS}/{north.id}", data=form(north, f"{ula.id}.99999999"))
    assert refused.status_code == 422
    assert "Members: there is no such role any more." in refused.text


def test_team_3_a_parent_deleted_while_the_form_was_open_is_refused(browser, own):
    north = make_team("North")
    refused = browser.post(f"{TEAMS}/{north.id}", data=form(north, parent="99999999"))
    assert refused.status_code == 422
    assert "Parent team: choose one from the list." in refused.text


def test_team_7_a_team_deleted_while_its_form_was_open_is_gone(browser, own):
    assert browser.post(f"{TEAMS}/99999999", data={"name": "x"}).status_code == 404


@pytest.mark.parametrize("value", ["x", "1.x", ".1", "1.1.1", "-1.2", "9" * 30 + ".1", "١.٢"])
def test_team_4_what_is_no_membership_is_refused(browser, own, value):
    north = make_team("North")
    refused = browser.post(f"{TEAMS}/{north.id}", data=form(north, value))
    assert refused.status_code in {303, 422}
    assert not roles_in(north)
    assert refused.status_code == 422 or value == "x"


def test_gen_8_a_role_changed_meanwhile_is_not_overwritten(browser, own):
    north = make_team("North")
    ula = make_user("Ula", own)
    put(ula, north, "user")
    sent = form(north, wire(ula, "administrator"), opened=[wire(ula)])
    put(ula, north, "manager")
    refused = browser.post(f"{TEAMS}/{north.id}", data=sent)
    assert refused.status_code == 409
    assert "Ula Test: somebody changed the role meanwhile." in refused.text
    assert roles_in(north) == {(ula.id, role("manager").id)}


def test_gen_8_two_administrators_changing_different_members_undo_nothing(browser, own):
    north, ula, ola = make_team("North"), make_user("Ula", own), make_user("Ola", own)
    put(ula, north)
    put(ola, north)
    opened = [wire(ula), wire(ola)]
    put(ula, north, "manager")  # by somebody else
    confirmed(browser, f"{TEAMS}/{north.id}",
              form(north, wire(ula), wire(ola, "manager"), opened=opened))  # fmt: skip
    assert roles_in(north) == {(ula.id, role("manager").id), (ola.id, role("manager").id)}


# ---------------------------------------------------------------- deleting


def test_team_7_lists_what_hangs_on_a_team(browser, own):
    top = make_team("Top")
    gone = make_team("Gone", top)
    make_team("Low", gone)
    ula = make_user("Ula", gone)
    make_record(ula, participants=[gone])
    set_up(access__person__invited=[gone.id, "signed_in_user"])
    page = browser.get(f"{TEAMS}/{gone.id}/delete").text
    for text in ("Ula Test", "People", "Low", "Members without another team", "Sub-teams move up"):
        assert text in page


def test_team_7_somebody_has_to_take_over_who_has_no_other_team(browser, own):
    gone = make_team("Gone")
    make_user("Ula", gone)
    refused = browser.post(f"{TEAMS}/{gone.id}/delete", data={})
    assert refused.status_code == 422
    assert "Ula Test must belong to a team." in refused.text
    assert team(gone.id)


def test_team_7_others_take_over_and_sub_teams_move_up(browser, own):
    top, heirs = make_team("Top"), make_team("Heirs")
    gone = make_team("Gone", top)
    low = make_team("Low", gone)
    ula, anna = make_user("Ula", gone, "manager"), make_user("Anna", heirs)
    record = make_record(make_user("Piotr", own), participants=[gone], visibility="hidden")
    set_up(access__person__invited=[gone.id, "signed_in_user"])
    sent = dict.fromkeys(("members_to", "participations_to", "invited_to"), heirs.id)
    assert [opens(each, record) for each in (ula, anna)] == ["full", "nothing"]
    assert confirmed(browser, f"{TEAMS}/{gone.id}/delete", sent).status_code == 303
    assert [opens(each, record) for each in (ula, anna)] == ["full", "full"]
    assert team(low.id).parent_id == top.id
    assert roles_in(heirs) >= {(ula.id, role("manager").id)}
    assert account_facts().settings["access.person.invited"] == [heirs.id, "signed_in_user"]
    assert "Gone" not in {each.name for each in account_facts().teams.values()}
    assert account_facts().users[ula.id].main_team_id == heirs.id


def test_acc_x3_handing_participations_to_a_team_is_previewed_too(browser, own):
    gone, heirs = make_team("Gone"), make_team("Heirs")
    anna = make_user("Anna", heirs)
    record = make_record(make_user("Piotr", own), participants=[gone], visibility="hidden")
    sent = {"participations_to": heirs.id}
    previewed = browser.post(f"{TEAMS}/{gone.id}/delete", data=sent)
    assert "1 user gains “View”" in previewed.text
    assert opens(anna, record) == "nothing"
    # Confirmed for that team, it is not confirmed for another one.
    other = make_team("Other")
    make_user("Beata", other)
    again = browser.post(f"{TEAMS}/{gone.id}/delete",
                         data={"participations_to": other.id, "confirmed": digest_of(previewed)})  # fmt: skip
    assert "Beata Test" in again.text
    assert gone.id in account_facts().teams


def test_team_7_dropped_participations_end_for_its_members(browser, own):
    gone = make_team("Gone")
    ula = make_user("Ula", own)
    put(ula, gone)
    record = make_record(make_user("Piotr", own), participants=[gone], visibility="hidden")
    assert "1 user loses “View”" in browser.post(f"{TEAMS}/{gone.id}/delete", data={}).text
    confirmed(browser, f"{TEAMS}/{gone.id}/delete", {})
    assert opens(ula, record) == "nothing"


def test_team_7_a_removed_member_is_handed_over_with_what_he_owned(browser, own):
    gone, heirs = make_team("Gone"), make_team("Heirs")
    left = make_user("Left", gone)
    marek = make_user("Marek", heirs, "manager")
    record = make_record(left, visibility="hidden")
    left.status = REMOVED
    db.session.flush()
    confirmed(browser, f"{TEAMS}/{gone.id}/delete", {"members_to": heirs.id})
    assert opens(marek, record) == "full"


def test_team_7_a_team_of_removed_users_alone_can_be_deleted(browser, own):
    gone = make_team("Gone").id
    make_user("Left", team(gone)).status = REMOVED
    db.session.flush()
    assert browser.post(f"{TEAMS}/{gone}/delete", data={}).status_code == 303
    assert gone not in account_facts().teams


@pytest.mark.parametrize("value", ["x", "99999999", "own number", "-1"])
def test_team_7_what_is_no_other_team_cannot_take_over(browser, own, value):
    gone = make_team("Gone")
    sent = {"invited_to": gone.id if value == "own number" else value}
    refused = browser.post(f"{TEAMS}/{gone.id}/delete", data=sent)
    assert refused.status_code == 422
    assert "Choose another team from the list." in refused.text
    assert team(gone.id)
