"""Forms of records through the pages: what is kept, refused, asked and never overwritten."""

from __future__ import annotations

import pytest

from core.accounts.queries import account_facts
from core.changes.models import ChangeSet
from core.db import db, sql
from tests.makers import (
    make_account,
    make_record,
    make_team,
    make_user,
    put,
    set_up,
    sign_in,
    tick,
)
from tests.reading import page


def stored(kind: str = "person", **wanted: object) -> list[int]:
    """Return the IDs of records whose columns have these values."""
    table = {"person": "contacts_person", "company": "contacts_company"}[kind]
    where = "".join(f" and {key} = :{key}" for key in wanted)
    return list(
        sql(
            f"select r.id from core_record r join {table} k on k.account_id = r.account_id"
            f" and k.id = r.id where r.account_id = :account{where} order by r.id",
            **wanted,
        ).scalars()
    )


def record_row(record_id: int):
    return sql(
        "select * from core_record where account_id = :account and id = :id", id=record_id
    ).one()


def participants(record_id: int) -> set[int]:
    return set(
        sql(
            "select principal_id from core_holder where account_id = :account and record_id = :id"
            " and role = 'participant'",
            id=record_id,
        ).scalars()
    )


@pytest.fixture
def ada(app, client):
    make_account()
    user = make_user("Ada")
    sign_in(client, user)
    return user


def test_gen_3_a_refused_form_keeps_everything_typed_and_stores_nothing(ada, client):
    typed = {
        "first_name": "Jan",
        "last_name": "x" * 101,
        "emails": ["jan@firma.pl", "nonsense"],
        "phones": ["600 100 200", "six"],
        "phones_kind": ["mobile", "fax"],
        "note": "two\nlines",
        "tags": ["", "new tag"],
        "visibility": "hidden",
    }
    answer = client.post("/people/new", data=typed)
    assert answer.status_code == 422
    shown = page(answer)
    sent = shown.record_form()
    assert sent["first_name"] == ["Jan"]
    assert sent["last_name"] == ["x" * 101]
    assert sent["emails"] == ["jan@firma.pl", "nonsense", ""]
    assert sent["phones"] == ["600 100 200", "six", ""]
    assert sent["phones_kind"][:2] == ["mobile", "fax"]
    assert sent["note"] == ["two\nlines"]
    assert sent["tags"] == ["", "new tag"]
    assert sent["visibility"] == ["hidden"]
    assert shown.invalid == {"last_name", "emails", "phones"}
    assert shown.focused() == "last_name"
    assert "Last name: 101 characters, allowed 100" in shown.texts["last_name-error"]
    assert "entry 2" in shown.texts["emails-error"]
    assert "Nothing has been saved yet" in shown.texts["errors"]
    assert stored() == []


def test_gen_3_errors_of_different_checks_are_told_at_once(ada, client):
    answer = client.post(
        "/people/new",
        data={"last_name": "Nowak", "emails": "wrong", "owner": "999999", "company": "12345"},
    )
    assert answer.status_code == 422
    assert page(answer).invalid == {"emails", "owner", "company"}


def test_gen_4_text_is_stored_as_typed_and_shown_as_text(ada, client):
    answer = client.post(
        "/people/new",
        data={"last_name": "  <b>Zo\u0065\u0301</b> ", "note": " <script>x</script> "},
    )
    assert record_row(stored()[0]).name == "<b>Zo\u00e9</b>"
    shown = client.get(answer.location)
    assert "<b>Zoé</b>" not in shown.text
    assert "<script>x" not in shown.text
    assert page(shown).texts["main"].count("<b>Zoé</b>") >= 1
    assert "<script>x</script>" in page(shown).texts["main"]


SCRIPT = "<script>alert(1)</script>"


def test_gen_4_script_in_every_text_field_is_shown_as_text_everywhere(ada, client):
    company = make_record(ada, "company", name=SCRIPT)
    texts = ["first_name", "last_name", "position", "street", "postcode", "city", "country", "note"]
    typed = {key: SCRIPT[:20] if key == "postcode" else SCRIPT for key in texts}
    answer = client.post(
        "/people/new",
        data={**typed, "company": company.id, "tags": ["", SCRIPT], "groups": ["", SCRIPT]},
    )
    assert answer.status_code == 303
    for address in (
        answer.location,
        f"{answer.location}/edit",
        f"{answer.location}/delete",
        f"/companies/{company.id}",
        "/people",
        "/search?q=script",
        "/search/box?q=script",
        f"/search?q={SCRIPT}",
    ):
        shown = client.get(address)
        assert shown.status_code == 200, address
        assert "<script>alert" not in shown.text, address
    assert SCRIPT in page(client.get(answer.location)).texts["main"]
    assert client.get("/pick/person?q=alert").mimetype == "application/json"


@pytest.mark.parametrize(
    ("key", "longest"),
    [("first_name", 100), ("position", 150), ("street", 255), ("city", 100), ("postcode", 20),
     ("note", 100_000)],
)  # fmt: skip
def test_gen_5_longer_text_is_refused_with_both_lengths(ada, client, key, longest):
    refused = client.post("/people/new", data={"last_name": "N", key: "ż" * (longest + 1)})
    assert refused.status_code == 422
    assert f"{longest + 1} characters, allowed {longest}" in page(refused).texts[f"{key}-error"]
    fits = client.post("/people/new", data={"last_name": "N", key: "ż" * longest})
    assert fits.status_code == 303
    assert len(sql(f"select {key} from contacts_person where account_id = :account").scalar()) == (
        longest
    )


def test_unknown_controls_are_refused_by_name(ada, client):
    for name in ("is_admin", "account_id", "created_at", "keep_nothing", "nip", "owner_kind"):
        answer = client.post("/people/new", data={"last_name": "Nowak", name: "1"})
        assert answer.status_code == 422, name
        assert name in page(answer).texts["errors"]
    assert stored() == []


def test_gen_8_changes_of_both_sides_are_combined(ada, client):
    record = make_record(ada, last_name="Nowak", city="Łódź")
    opened = page(client.get(f"/people/{record.id}/edit")).record_form()
    other = {**opened, "city": "Kraków"}
    other.pop("form_token")
    assert client.post(f"/people/{record.id}/edit", data=other).status_code == 303
    answer = client.post(f"/people/{record.id}/edit", data={**opened, "last_name": "Kowalski"})
    assert answer.status_code == 303
    assert stored(last_name="Kowalski", city="Kraków") == [record.id]


def test_gen_8_a_stale_form_is_never_stored_silently(ada, client):
    make_user("Bea", role="administrator")
    record = make_record(ada, last_name="Nowak", city="Łódź", street="Długa 1")
    address = f"/people/{record.id}/edit"
    opened = page(client.get(address)).record_form()
    other = {**opened, "city": "Kraków", "street": "Krótka 2", "form_token": "another"}
    assert client.post(address, data=other).status_code == 303
    answer = client.post(address, data={**opened, "city": "Gdańsk", "position": "Boss"})
    assert answer.status_code == 409
    shown = page(answer)
    dialog = shown.texts["conflict"]
    for text in ("Łódź", "Kraków", "Gdańsk", "Ada Test", "City"):
        assert text in dialog
    assert stored(city="Kraków") == [record.id]
    again = shown.record_form()
    assert again["version"] != opened["version"]
    assert again["street"] == ["Krótka 2"]
    assert again["position"] == ["Boss"]
    for choice, city in (("now", "Kraków"), ("mine", "Gdańsk")):
        sent = {**again, "keep_city": choice, "form_token": f"token {choice}"}
        answer = client.post(address, data=sent)
        assert answer.status_code == 303
        assert stored(city=city, position="Boss", street="Krótka 2") == [record.id]
        again = page(client.get(address)).record_form() | {"city": ["Gdańsk"]}


def test_gen_9_a_saved_form_is_one_change_set_of_its_user(ada, client):
    record = make_record(ada, last_name="Nowak")
    client.post(f"/people/{record.id}/edit", data={"last_name": "Kowal", "tags": ["", "vip"]})
    found = sql(
        "select s.user_id, s.origin, c.diff from core_change c join core_change_set s"
        " on s.account_id = c.account_id and s.id = c.change_set_id"
        " where c.account_id = :account and c.record_id = :id order by c.version desc",
        id=record.id,
    ).first()
    assert (found.user_id, found.origin) == (ada.id, "form")
    assert found.diff["last_name"] == ["Nowak", "Kowal"]
    assert "tags" in found.diff
    assert db.session.scalar(db.select(db.func.count()).select_from(ChangeSet)) == 2


def test_gen_10_the_same_form_sent_twice_makes_one_record(ada, client):
    opened = page(client.get("/people/new")).record_form() | {"last_name": "Nowak"}
    first = client.post("/people/new", data=opened)
    second = client.post("/people/new", data=opened)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(stored()) == 1


def test_gen_10_a_refused_form_may_be_sent_again(ada, client):
    opened = page(client.get("/people/new")).record_form()
    refused = client.post("/people/new", data=opened | {"emails": "wrong"})
    mended = page(refused).record_form() | {"last_name": "Nowak", "emails": "a@b.pl"}
    assert client.post("/people/new", data=mended).status_code == 303
    assert len(stored()) == 1


def test_gen_10_a_form_of_a_foreign_site_is_refused(ada, client, app):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/people/new", data={"last_name": "Nowak"}).status_code == 400
    assert stored() == []


def test_vis_10_an_unseen_link_stays(ada, client):
    boss = make_user("Boss")
    company = make_record(boss, "company", name="Secret Ltd", visibility="hidden")
    record = make_record(boss, last_name="Nowak", company=company.id, participants=[ada])
    shown = client.get(f"/people/{record.id}/edit")
    assert "Secret" not in shown.text
    opened = page(shown).record_form()
    assert opened["company"] in ([""], []) if "company" in opened else True
    answer = client.post(
        f"/people/{record.id}/edit", data={**opened, "company": "", "position": "Boss"}
    )
    assert answer.status_code == 303
    assert stored(position="Boss", company_id=company.id) == [record.id]


def test_vis_10_an_unseen_link_stays_in_a_stale_form_too(ada, client):
    boss = make_user("Boss")
    one, other = (
        make_record(boss, "company", name=name, visibility="hidden") for name in ("One", "Other")
    )
    record = make_record(boss, last_name="Nowak", company=one.id, participants=[ada])
    opened = page(client.get(f"/people/{record.id}/edit")).record_form()
    sign_in(client, boss)
    client.post(f"/people/{record.id}/edit", data={"company": other.id})
    sign_in(client, ada)
    answer = client.post(
        f"/people/{record.id}/edit", data={**opened, "company": "", "position": "Boss"}
    )
    assert answer.status_code == 303
    assert stored(position="Boss", company_id=other.id) == [record.id]


def test_a_record_without_access_cannot_be_linked(ada, client):
    boss = make_user("Boss")
    hidden = make_record(boss, "company", visibility="hidden")
    private = make_record(boss, "company", visibility="private")
    person = make_record(ada)
    answers = [
        client.post("/people/new", data={"last_name": "Nowak", "company": each})
        for each in (hidden.id, private.id, person.id, 999_999_999, "x", "9" * 30)
    ]
    assert {each.status_code for each in answers} == {422}
    texts = {page(each).texts["company-error"] for each in answers}
    assert texts == {"Company: choose one from the list"}


def test_vis_16_only_switched_on_variants_are_offered_and_taken(ada, client):
    set_up(visibility__contacts__offered=["private", "hidden"])
    set_up(visibility__contacts__default="hidden")
    radios = [
        (values["value"], "checked" in values)
        for tag, values in page(client.get("/people/new")).tags
        if tag == "input" and values.get("name") == "visibility"
    ]
    assert radios == [("private", False), ("hidden", True)]
    refused = client.post("/people/new", data={"last_name": "Nowak", "visibility": "public"})
    assert refused.status_code == 422
    assert "visibility" in page(refused).texts["visibility-error"]
    client.post("/people/new", data={"last_name": "Nowak"})
    assert record_row(stored()[0]).visibility == "hidden"


def test_vis_16_one_variant_is_shown_read_only(ada, client):
    set_up(visibility__contacts__offered=["private"])
    set_up(visibility__contacts__default="private")
    shown = page(client.get("/people/new"))
    assert "visibility" in shown.fields
    assert "visibility" not in shown.record_form()
    client.post("/people/new", data={"last_name": "Nowak"})
    assert record_row(stored()[0]).visibility == "private"


def test_vis_18_the_present_variant_stays_on_offer(ada, client):
    record = make_record(ada, visibility="public")
    set_up(visibility__contacts__offered=["hidden"])
    set_up(visibility__contacts__default="hidden")
    address = f"/people/{record.id}/edit"
    opened = page(client.get(address)).record_form()
    assert opened["visibility"] == ["public"]
    assert client.post(address, data={**opened, "position": "Boss"}).status_code == 303
    assert client.post(address, data={"visibility": "private"}).status_code == 422
    assert client.post(address, data={"visibility": "hidden"}).status_code == 303
    assert record_row(record.id).visibility == "hidden"


def test_vis_19_losing_access_must_be_confirmed(ada, client):
    bea = make_user("Bea")
    typed = {"last_name": "Nowak", "visibility": "hidden", "owner": bea.id, "participants": ""}
    warned = client.post("/people/new", data=typed)
    assert warned.status_code == 422
    shown = page(warned)
    assert "You will no longer see this object" in shown.texts["warnings"]
    assert stored() == []
    boxes = [values["value"] for _tag, values in shown.tags if values.get("name") == "confirm"]
    answer = client.post("/people/new", data={**shown.record_form(), "confirm": boxes})
    assert answer.status_code == 303
    assert answer.location == "/people"
    assert record_row(stored()[0]).owner_id == bea.id


def test_vis_19_giving_a_private_record_away_must_be_confirmed(ada, client):
    bea = make_user("Bea")
    record = make_record(ada, visibility="private")
    address = f"/people/{record.id}/edit"
    assert client.post(address, data={"owner": bea.id}).status_code == 422
    assert record_row(record.id).owner_id == ada.id
    sent = {"owner": bea.id, "confirm": "confirm_lose_access"}
    assert client.post(address, data=sent).status_code == 303
    assert record_row(record.id).owner_id == bea.id


def test_acc_27_the_owner_is_who_adds_and_required(ada, client):
    options = page(client.get("/people/new")).options["owner"]
    assert all(value for value, _label in options)
    assert page(client.get("/people/new")).record_form()["owner"] == [str(ada.id)]
    refused = client.post("/people/new", data={"last_name": "Nowak", "owner": ""})
    assert refused.status_code == 422
    assert "Owner: choose a user" in page(refused).texts["owner-error"]
    client.post("/people/new", data={"last_name": "Nowak"})
    assert record_row(stored()[0]).owner_id == ada.id


def test_acc_27_without_required_role_none_is_offered(ada, client):
    set_up(access__person__owner_required=False)
    assert ("", "None") in page(client.get("/people/new")).options["owner"]
    client.post("/people/new", data={"last_name": "Nowak", "owner": ""})
    assert record_row(stored()[0]).owner_id is None
    set_up(access__person__owner=None)
    assert page(client.get("/people/new")).record_form()["owner"] == [""]


def test_acc_27_a_named_user_may_be_the_default_owner(ada, client):
    bea = make_user("Bea")
    set_up(access__company__owner=bea.id)
    assert page(client.get("/companies/new")).record_form()["owner"] == [str(bea.id)]


@pytest.mark.parametrize("address", ["/people/new", "/companies/new"])
def test_acc_29_and_31_the_main_team_is_invited_and_may_be_changed(ada, client, address):
    opened = page(client.get(address)).record_form()
    assert opened["participants"] == ["", str(ada.main_team_id)]
    names = {"last_name": "Nowak"} if "people" in address else {"name": "Nowak"}
    first = client.post(address, data=names)
    assert participants(int(first.location.rsplit("/", 1)[1])) == {ada.main_team_id}
    team, bea = make_team(), make_user("Bea")
    chosen = client.post(address, data={**names, "participants": ["", team.id, bea.id]})
    assert participants(int(chosen.location.rsplit("/", 1)[1])) == {team.id, bea.id}
    nobody = client.post(address, data={**names, "participants": [""]})
    assert participants(int(nobody.location.rsplit("/", 1)[1])) == set()


def test_acc_26_users_teams_and_relative_values_are_combined(ada, client):
    bea, team = make_user("Bea"), make_team()
    set_up(access__person__invited=["signed_in_user", "main_team", bea.id, team.id, 987_654])
    opened = page(client.get("/people/new")).record_form()
    expected = {ada.id, ada.main_team_id, bea.id, team.id}
    assert set(opened["participants"]) == {"", *map(str, expected)}


def test_acc_28_suspended_users_are_not_offered(ada, client):
    gone = make_user("Gone")
    record = make_record(gone, participants=[ada])
    tick("participant", "person", "change_owner")
    gone.status = "suspended"
    db.session.flush()
    assert str(gone.id) not in dict(page(client.get("/people/new")).options["owner"])
    assert client.post("/people/new", data={"last_name": "N", "owner": gone.id}).status_code == 422
    present = page(client.get(f"/people/{record.id}/edit"))
    assert present.record_form()["owner"] == [str(gone.id)]


def test_acc_34_whoever_lacks_a_right_sees_the_field_read_only(ada, client):
    boss = make_user("Boss")
    record = make_record(boss, last_name="Nowak", participants=[ada])
    shown = page(client.get(f"/people/{record.id}/edit"))
    assert {"owner", "participants", "visibility"} <= shown.fields
    sent = shown.record_form()
    assert not {"owner", "participants", "visibility"} & sent.keys()
    assert "last_name" in sent


@pytest.mark.parametrize(
    ("key", "right"),
    [("owner", "change_owner"), ("participants", "manage_participants"),
     ("visibility", "change_visibility"), ("last_name", "edit")],
)  # fmt: skip
def test_acc_34_a_posted_value_without_the_right_is_403_and_changes_nothing(
    ada, client, key, right
):
    boss = make_user("Boss")
    record = make_record(boss, last_name="Nowak", participants=[ada])
    for each in ("change_owner", "manage_participants", "change_visibility", "edit"):
        tick("participant", "person", each, on=each != right)
    new = {"owner": ada.id, "participants": [ada.id, boss.id], "visibility": "private",
           "last_name": "Changed"}[key]  # fmt: skip
    before = (record_row(record.id), participants(record.id))
    address = f"/people/{record.id}/edit"
    assert client.post(address, data={key: new, "city": "Łódź"}).status_code == 403
    if key != "last_name":
        assert client.post(f"/people/{record.id}/holders", data=_holders(key, new)).status_code == (
            403
        )
    assert (record_row(record.id), participants(record.id)) == before
    same = {"owner": boss.id, "participants": ada.id, "visibility": "public",
            "last_name": "Nowak"}[key]  # fmt: skip
    assert client.post(address, data={key: same}).status_code == 303
    tick("participant", "person", right)
    assert client.post(address, data={key: new, "city": "Łódź"}).status_code == 303


def _holders(key: str, new: object) -> dict[str, object]:
    return {"add": new} if key == "participants" else {key: new}


def test_acc_33_the_form_is_open_to_whoever_may_manage_holders_alone(ada, client):
    boss = make_user("Boss")
    record = make_record(boss, last_name="Nowak", participants=[ada])
    address = f"/people/{record.id}/edit"
    tick("participant", "person", "edit", on=False)
    assert client.get(address).status_code == 403
    assert address not in page(client.get(f"/people/{record.id}")).links
    tick("participant", "person", "manage_participants")
    assert address in page(client.get(f"/people/{record.id}")).links
    sent = page(client.get(address)).record_form()
    assert "participants" in sent
    assert "last_name" not in sent
    team = make_team()
    answer = client.post(address, data={**sent, "participants": ["", ada.id, team.id]})
    assert answer.status_code == 303
    assert participants(record.id) == {ada.id, team.id}


def test_acc_32_whoever_adds_chooses_freely(ada, client):
    for right in ("edit", "change_owner", "manage_participants", "change_visibility"):
        tick("owner", "person", right, on=False)
    bea = make_user("Bea")
    typed = {
        "last_name": "Nowak",
        "owner": bea.id,
        "participants": [ada.id],
        "visibility": "hidden",
    }
    assert client.post("/people/new", data=typed).status_code == 303
    assert record_row(stored()[0]).owner_id == bea.id


def test_without_add_nothing_can_be_added(ada, client):
    tick("user", "person", "add", on=False)
    assert client.get("/people/new").status_code == 403
    assert client.post("/people/new", data={"last_name": "Nowak"}).status_code == 403
    assert client.get("/companies/new").status_code == 200
    assert stored() == []


def test_a_field_that_is_not_sent_stays_as_it_is(ada, client):
    record = make_record(
        ada, last_name="Nowak", emails=["a@b.pl"], phones=[["600100200", "fax"]], tags=["vip"]
    )
    client.post(f"/people/{record.id}/edit", data={"position": "Boss"})
    shown = client.get(f"/people/{record.id}").text
    for text in ("a@b.pl", "600100200", "vip", "Boss"):
        assert text in shown
    client.post(f"/people/{record.id}/edit", data={"tags": "", "emails": "", "phones": ""})
    shown = client.get(f"/people/{record.id}").text
    for text in ("a@b.pl", "600100200", "vip"):
        assert text not in shown


def test_labels_need_the_right_to_make_new_ones(ada, client):
    make_record(ada, tags=["vip"])
    tick("user", "general", "create_tags", on=False)
    refused = client.post("/people/new", data={"last_name": "Nowak", "tags": ["", "brand new"]})
    assert refused.status_code == 422
    assert "brand new" in page(refused).texts["tags-error"]
    taken = client.post("/people/new", data={"last_name": "Nowak", "tags": ["", "VIP"]})
    assert taken.status_code == 303


def test_a_member_of_another_team_is_a_choice_too(ada, client):
    put(ada, make_team("Second"))
    names = dict(page(client.get("/people/new")).options["participants"]).values()
    assert set(names) == {each.name for each in account_facts().teams.values()} | {"Ada Test"}
