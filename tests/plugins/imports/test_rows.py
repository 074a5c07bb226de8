"""What becomes of rows: checked, matched with what is there and with each other, joined, written."""

from __future__ import annotations

import json

import pytest

from core.changes.capture import change_set
from core.db import db, sql
from core.records import services as records
from core.records.labels import make
from core.records.models import Record
from core.registry import registry
from plugins.imports import queries, services
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    opens,
    put,
    set_up,
    tick,
)
from tests.plugins.imports.makers import csv_of, make_import, results, run_import, states


@pytest.fixture
def north(app):
    make_account(language="en")
    return make_team("North")


@pytest.fixture
def anna(north):
    return make_user("Anna", north, "manager", "anna@example.com")


def people():
    return sql(
        "select r.id, r.name, r.owner_id, r.visibility, r.version, p.first_name, p.last_name,"
        " p.position, p.emails, p.phones, p.city, p.note, p.company_id, c.name as company,"
        " l.name as source, array(select h.principal_id from core_holder h"
        "  where h.account_id = r.account_id and h.record_id = r.id order by 1) as participants,"
        " array(select t.name from core_record_label g join core_label t on t.id = g.label_id"
        "  where g.account_id = r.account_id and g.record_id = r.id and g.field = 'tags'"
        "  order by t.name_key) as tags"
        " from core_record r join contacts_person p on p.account_id = r.account_id and p.id = r.id"
        " left join core_record c on c.account_id = r.account_id and c.id = p.company_id"
        " left join core_label l on l.account_id = p.account_id and l.id = p.source_id"
        " where r.account_id = :account order by r.id"
    ).all()


def companies():
    return sql(
        "select r.id, r.name, r.version, c.nip, c.city from core_record r"
        " join contacts_company c on c.account_id = r.account_id and c.id = r.id"
        " where r.account_id = :account order by r.id"
    ).all()


# ---------------------------------------------------------------- new records


def test_imp_18_one_row_makes_a_person_with_its_company(anna, north):
    import_ = run_import(
        anna,
        csv_of(
            ["Imię", "Nazwisko", "E-mail", "Tel. kom.", "Faks", "Firma", "NIP", "Tagi", "Uwagi"],
            ["Łucja", "Gżegżółka", "l@laka.pl; lucja@x.pl", "601 774 290", "22 1", "Łąka S.A.",
             "774-000-14-54", "Targi, VIP", "=cmd|' /C calc'!A0"],
            ["Jan", "Nowak", "", "22 1, wew. 12", "", "ŁĄKA  sa", "", "vip", "<b>x</b>\nz"],
        ),
    )  # fmt: skip
    assert states(import_) == ["created", "created"]
    first, second = people()
    assert (first.name, first.company) == ("Łucja Gżegżółka", "Łąka S.A.")
    assert first.emails == ["l@laka.pl", "lucja@x.pl"]
    assert first.phones == [["601 774 290", "mobile"], ["22 1", "fax"]]
    assert second.phones == [["22 1, wew. 12", "mobile"]]
    assert first.tags == ["Targi", "VIP"]
    assert second.tags == ["VIP"]
    assert first.note == "=cmd|' /C calc'!A0"
    assert second.note == "<b>x</b>\nz"
    ((_id, name, _version, nip, _city),) = companies()
    assert (name, nip) == ("Łąka S.A.", "7740001454")
    assert second.company_id == first.company_id


def test_acc_32_records_get_the_holders_and_visibility_of_new_ones(anna, north):
    set_up(visibility__contacts__default="hidden")
    run_import(anna, csv_of(["Nazwisko", "Firma"], ["Nowak", "Bud-Mar"]))
    (person,) = people()
    assert (person.owner_id, person.visibility) == (anna.id, "hidden")
    assert person.participants == [north.id]
    company = db.session.get(
        Record, (anna.account_id, person.company_id), execution_options={"by_rule": True}
    )
    assert (company.owner_id, company.visibility) == (anna.id, "hidden")


def test_acc_32_the_file_may_give_holders_and_visibility(anna, north):
    adam = make_user("Adam", north, email="adam@example.com")
    import_ = run_import(
        anna,
        csv_of(
            ["Nazwisko", "Opiekun", "Uczestnicy", "Widoczność"],
            ["Nowak", "ADAM@example.com", "Anna Test; North", "niepubliczny"],
            ["Kos", "Adam Test", "", "hidden"],
            ["Bąk", "nikt@example.com", "", ""],
            ["Lis", "", "Brak", ""],
            ["Wilk", "", "", "tajny"],
        ),
    )
    assert states(import_) == ["created", "created", "failed", "failed", "failed"]
    first, second = people()
    assert (first.owner_id, first.visibility) == (adam.id, "private")
    assert first.participants == sorted([anna.id, north.id])
    assert (second.owner_id, second.visibility) == (adam.id, "hidden")
    reasons = [each.reasons for each in results(import_, "failed")]
    assert reasons == [
        ["Owner: “nikt@example.com” was not found"],
        ["Participants: “Brak” was not found"],
        ["Visibility: choose public, private or hidden"],
    ]


def test_vis_16_a_visibility_that_is_switched_off_is_refused(anna):
    set_up(visibility__contacts__offered=["public", "hidden"])
    import_ = run_import(anna, csv_of(["Nazwisko", "Widoczność"], ["Nowak", "private"]))
    assert states(import_) == ["failed"]
    assert not people()


def test_imp_20_options_hold_for_all_new_records(anna, north):
    adam = make_user("Adam", north)
    import_ = run_import(
        anna,
        csv_of(["Nazwisko", "Tagi"], ["Nowak", "a"], ["Kos", ""]),
        owner=adam.id,
        participants=[adam.id],
        visibility="private",
        labels={"tags": ["Targi 2026", make("tag", "b")]},
    )
    assert states(import_) == ["created", "created"]
    assert {(each.owner_id, each.visibility) for each in people()} == {(adam.id, "private")}
    assert [each.tags for each in people()] == [["a", "b", "Targi 2026"], ["b", "Targi 2026"]]
    assert people()[0].participants == [adam.id]


def test_imp_23_cells_are_checked_as_in_forms_and_a_failed_row_stores_nothing(anna):
    import_ = run_import(
        anna,
        csv_of(
            ["Imię", "Nazwisko", "E-mail", "Telefon", "Firma", "NIP", "Tagi"],
            ["A" * 101, "Nowak", "jan@", "brak", "Nowa", "12", "nowy"],
            ["", "", "a@b.pl", "", "Inna", "", ""],
            ["Ola", "Kos", "ola@kos.pl", "", "", "", ""],
        ),
    )
    assert states(import_) == ["failed", "failed", "created"]
    first, second, _third = results(import_)
    assert first.reasons[0] == "First name: 101 characters, allowed 100"
    assert [each.split(":")[0] for each in first.reasons] == [
        "First name", "E-mails", "Phones", "Company",
    ]  # fmt: skip
    assert "fill in a name" in second.reasons[0]
    assert len(people()) == 1
    assert not companies()
    assert sql("select count(*) from core_label where account_id = :account").scalar_one() == 0


def test_imp_23_a_doubtful_number_is_stored_and_told(anna):
    import_ = run_import(anna, csv_of(["Nazwa", "NIP"], ["Bud-Mar", "7740001455"]), "company")
    (row,) = results(import_)
    assert row.state == "created"
    assert row.reasons == ["NIP: the check digit of 7740001455 does not match."]


def test_imp_23_unknown_labels_are_added_by_right_left_out_or_fail(anna):
    rows = csv_of(["Nazwisko", "Tagi", "Źródło"], ["Nowak", "nowy", ""], ["Kos", "", "Targi"])
    import_ = run_import(anna, rows)
    assert states(import_) == ["created", "failed"]
    assert results(import_)[1].reasons == ["Source: “Targi” is not on the list"]
    tick("manager", "general", "create_tags", on=False)
    assert states(run_import(anna, csv_of(["Nazwisko", "Tagi"], ["Lis", "inny"]))) == ["failed"]
    leaving = run_import(anna, rows, on_unknown="leave", on_match="add")
    assert states(leaving) == ["created", "created"]
    put(anna, make_team("Board"), "administrator")
    assert states(run_import(anna, csv_of(["Nazwisko", "Źródło"], ["Ryś", "Targi"]))) == ["created"]
    assert people()[-1].source == "Targi"


def test_imp_18_a_whole_name_is_divided(anna):
    run_import(anna, csv_of(["Imię i nazwisko"], ["Jan Maria Nowak"], ["Kos, Ola"], ["Cher"]))
    assert [(each.first_name, each.last_name) for each in people()] == [
        ("Jan Maria", "Nowak"),
        ("Ola", "Kos"),
        (None, "Cher"),
    ]


def test_without_the_right_to_add_rows_fail(anna):
    tick("manager", "person", "add", on=False)
    import_ = run_import(anna, csv_of(["Nazwisko", "Firma"], ["Nowak", "Nowa"]))
    assert states(import_) == ["failed"]
    assert not companies()


def test_imp_28_imports_tell_nobody_of_single_records(anna, north):
    adam = make_user("Adam", north, email="adam@example.com")
    run_import(anna, csv_of(["Nazwisko", "Opiekun"], ["Nowak", "adam@example.com"]))
    told = sql("select user_id from core_notification where account_id = :account").scalars().all()
    assert told == [anna.id]
    assert opens(adam, db.session.execute(
        db.select(Record), execution_options={"by_rule": True}).scalars().one()) == "full"  # fmt: skip


def test_gen_9_every_row_is_in_a_change_set_of_the_importing_user(anna):
    run_import(anna, csv_of(["Nazwisko"], ["Nowak"]))
    ((user, origin, act, diff),) = sql(
        "select s.user_id, s.origin, c.act, c.diff from core_change c join core_change_set s"
        " on s.account_id = c.account_id and s.id = c.change_set_id where c.account_id = :account"
    ).all()
    assert (user, origin, act) == (anna.id, "import", "created")
    assert diff["last_name"] == [None, "Nowak"]


# ---------------------------------------------------------------- matching


MATCHES = {
    "company by NIP": (
        "company", {"name": "Stara", "nip": "7740001454"},
        ["Nazwa", "NIP", "Miasto"], ["Nowa", "774 000 14 54", "Łódź"],
    ),
    "company by REGON": (
        "company", {"name": "Stara", "regon": "610188201"},
        ["Nazwa", "REGON", "Miasto"], ["Nowa", "610188201", "Łódź"],
    ),
    "company by name": (
        "company", {"name": "Bud-Mar Sp. z o.o.", "nip": "7740001454"},
        ["Nazwa", "Miasto"], ["BUDMAR spółka z o.o.", "Łódź"],
    ),
    "person by e-mail": (
        "person", {"first_name": "Jan", "last_name": "Nowak", "emails": ["J@Nowak.pl"]},
        ["Imię", "Nazwisko", "E-mail", "Miasto"], ["JAN", "nowak", "j@nowak.pl", "Łódź"],
    ),
    "person by phone": (
        "person", {"first_name": "Jan", "last_name": "Nowak", "phones": [["601-774-290", "phone"]]},
        ["Imię", "Nazwisko", "Telefon", "Miasto"], ["Jan", "Nowak", "601 774 290", "Łódź"],
    ),
    "person by fax": (
        "person", {"first_name": "Jan", "last_name": "Nowak", "phones": [["22 1", "fax"]]},
        ["Imię", "Nazwisko", "Faks", "Miasto"], ["Jan", "Nowak", "(22) 1", "Łódź"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MATCHES)
def test_dup_2_imp_21_rows_meet_what_is_there(anna, name):
    kind, values, header, row = MATCHES[name]
    record = make_record(anna, kind, **values)
    import_ = run_import(anna, csv_of(header, row), kind)
    assert [(each.state, each.record_id) for each in results(import_)] == [("updated", record.id)]
    again = run_import(anna, csv_of(header, row), kind)
    assert [(each.state, each.record_id) for each in results(again)] == [("unchanged", record.id)]
    assert db.session.get(
        Record, (anna.account_id, record.id), execution_options={"by_rule": True}
    ).version == 2  # fmt: skip


DIFFERENT = {
    "names alone": (
        "person", {"first_name": "Jan", "last_name": "Nowak", "emails": ["a@b.pl"]},
        ["Imię", "Nazwisko"], ["Jan", "Nowak"],
    ),
    "e-mail alone": (
        "person", {"first_name": "Jan", "last_name": "Nowak", "emails": ["a@b.pl"]},
        ["Imię", "Nazwisko", "E-mail"], ["Ola", "Nowak", "a@b.pl"],
    ),
    "two companies of one name": (
        "company", {"name": "Bud-Mar", "nip": "7740001454"},
        ["Nazwa", "NIP"], ["Bud-Mar", "5260250274"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_dup_2_what_differs_is_new(anna, name):
    kind, values, header, row = DIFFERENT[name]
    make_record(anna, kind, **values)
    assert states(run_import(anna, csv_of(header, row), kind)) == ["created"]


def test_dup_2_persons_with_company_match_by_names_and_company(anna):
    laka, mlyn = (make_record(anna, "company", name=name) for name in ("Łąka", "Młyn"))
    at_laka = make_record(anna, first_name="Jan", last_name="Nowak", company=laka.id)
    at_mlyn = make_record(anna, first_name="Jan", last_name="Nowak", company=mlyn.id)
    import_ = run_import(
        anna,
        csv_of(
            ["Imię", "Nazwisko", "Firma", "Miasto"],
            ["Jan", "Nowak", "MŁYN S.A.", "Łódź"],
            ["Jan", "Nowak", "Łąka", "Łódź"],
            ["Jan", "Nowak", "Inna", "Łódź"],
        ),
    )
    first, second, third = results(import_)
    assert (first.state, first.record_id) == ("updated", at_mlyn.id)
    assert (second.state, second.record_id) == ("updated", at_laka.id)
    assert third.state == "created"
    assert [each.name for each in companies()] == ["Łąka", "Młyn", "Inna"]


def test_dup_2_of_persons_without_company_the_one_with_most_equal_addresses_is_the_best(anna):
    names = {"first_name": "Jan", "last_name": "Nowak"}
    make_record(anna, **names, emails=["a@b.pl"])
    best = make_record(anna, **names, emails=["a@b.pl"], phones=[["600", "phone"]])
    row = ["Jan", "Nowak", "a@b.pl", "600", "Łódź"]
    import_ = run_import(anna, csv_of(["Imię", "Nazwisko", "E-mail", "Telefon", "Miasto"], row))
    assert [each.record_id for each in results(import_)] == [best.id]


def test_a_company_found_by_name_keeps_the_spelling_of_its_name(anna):
    make_record(anna, "company", name="Łąka sp. z o.o.")
    run_import(anna, csv_of(["Nazwisko", "Firma"], ["Kos", "ŁĄKA"]))
    assert [(each.name, each.version) for each in companies()] == [("Łąka sp. z o.o.", 1)]


def test_imp_21_the_record_id_wins(anna):
    record = make_record(anna, last_name="Nowak")
    other = make_record(anna, first_name="Jan", last_name="Kos", emails=["a@b.pl"])
    company = make_record(anna, "company")
    import_ = run_import(
        anna,
        csv_of(
            ["ID rekordu", "Imię", "Nazwisko", "E-mail"],
            [record.id, "Jan", "Kos", "a@b.pl"],
            [company.id, "X", "Y", ""],
            [10**17, "X", "Y", ""],
            ["abc", "X", "Y", ""],
        ),
        assign={"ID rekordu": "person.record_id"},
    )
    assert states(import_) == ["updated", "failed", "failed", "failed"]
    assert results(import_)[0].record_id == record.id
    assert [each.version for each in people()] == [2, 1]
    assert other.version == 1


def test_imp_21_a_column_called_id_is_not_taken_for_ours(anna):
    import_ = make_import(anna, csv_of(["ID", "Nazwisko"], ["7", "Nowak"]))
    assert import_.assignment == [None, "person.last_name"]


OLD = {
    "first_name": "Jan",
    "last_name": "Nowak",
    "emails": ["j@n.pl"],
    "city": "Kraków",
}
HEADER = ["Imię", "Nazwisko", "E-mail", "Telefon", "Miasto", "Stanowisko"]


def found(anna, row, **options):
    make_record(anna, **OLD)
    import_ = run_import(anna, csv_of(HEADER, row), **options)
    return import_, people()


def test_imp_21_update_sets_all_assigned_fields(anna):
    import_, (person,) = found(anna, ["Jan", "Nowak", "J@n.pl; b@n.pl", "600", "", "Prezes"])
    assert states(import_) == ["updated"]
    assert (person.city, person.position) == ("Kraków", "Prezes")
    assert person.emails == ["b@n.pl", "j@n.pl"]
    assert person.phones == [["600", "phone"]]
    assert person.owner_id == anna.id


def test_imp_20_empty_cells_clear_when_asked(anna):
    _import, (person,) = found(anna, ["Jan", "Nowak", "j@n.pl", "", "", ""], on_empty="clear")
    assert person.city is None
    assert person.emails == ["j@n.pl"]


def test_imp_21_fill_leaves_what_is_there(anna):
    import_, (person,) = found(
        anna, ["Jan", "Nowak", "j@n.pl", "600", "Łódź", "Prezes"], on_match="fill"
    )
    assert states(import_) == ["updated"]
    assert (person.city, person.position) == ("Kraków", "Prezes")
    assert person.phones == [["600", "phone"]]


def test_imp_21_skip_leaves_the_record_alone(anna):
    import_, (person,) = found(anna, ["Jan", "Nowak", "j@n.pl", "", "Łódź", ""], on_match="skip")
    assert [(each.state, each.reasons) for each in results(import_)] == [
        ("skipped", ["Exists already"])
    ]
    assert person.version == 1


def test_imp_21_add_anyway_makes_a_second_one(anna):
    import_, persons = found(anna, ["Jan", "Nowak", "j@n.pl", "", "Łódź", ""], on_match="add")
    assert states(import_) == ["created"]
    assert [each.city for each in persons] == ["Kraków", "Łódź"]


@pytest.mark.parametrize("on_match", ["update", "fill", "skip", "add"])
@pytest.mark.parametrize("rows_a_chunk", [1, 2000])
def test_imp_21_rows_that_match_each_other_become_one(anna, monkeypatch, on_match, rows_a_chunk):
    monkeypatch.setattr(services, "ROWS_A_CHUNK", rows_a_chunk)
    import_ = run_import(
        anna,
        csv_of(
            HEADER,
            ["Jan", "Nowak", "j@n.pl", "", "Łódź", ""],
            ["JAN", "NOWAK", "j@n.pl; k@n.pl", "600", "", "Prezes"],
            ["Jan", "Nowak", "k@n.pl", "", "Kraków", ""],
        ),
        on_match=on_match,
    )
    assert states(import_)[:2] == ["created", "updated"]
    (person,) = people()
    assert person.emails == ["k@n.pl", "j@n.pl"]
    assert person.position == "Prezes"
    assert person.city == ("Kraków" if on_match == "update" else "Łódź")


def test_a_row_that_fails_does_not_keep_the_next_from_making_the_record(anna):
    tick("manager", "company", "add", on=False)
    import_ = run_import(
        anna,
        csv_of(
            ["Imię", "Nazwisko", "E-mail", "Firma"],
            ["Jan", "Nowak", "j@n.pl", "Nowa"],
            ["Jan", "Nowak", "j@n.pl", ""],
        ),
    )
    assert states(import_) == ["failed", "created"]
    assert people()[0].company_id is None


# ---------------------------------------------------------------- rights


def test_imp_22_hidden_ones_are_not_matched_private_ones_skip_the_row(anna):
    beata = make_user("Beata", make_team("East"))
    for visibility in ("hidden", "private", "public"):
        make_record(beata, "company", name=visibility.title(), visibility=visibility)
        names = {"first_name": "Jan", "last_name": visibility.title(), "emails": ["j@n.pl"]}
        make_record(beata, visibility=visibility, **names)
    persons = run_import(
        anna,
        csv_of(
            ["Imię", "Nazwisko", "E-mail", "Miasto"],
            *(["Jan", name, "j@n.pl", "Łódź"] for name in ("Hidden", "Private", "Public")),
        ),
    )
    assert [(each.state, each.reasons) for each in results(persons)] == [
        ("created", []),
        ("skipped", ["Person: exists, no access"]),
        ("updated", []),
    ]
    firms = run_import(
        anna,
        csv_of(["Nazwisko", "Firma"], ["A", "Hidden"], ["B", "Private"], ["C", "Public"]),
    )
    assert states(firms) == ["created", "skipped", "created"]
    assert [each.name for each in companies()].count("Hidden") == 2
    assert [each.name for each in companies()].count("Private") == 1


def test_imp_22_updating_needs_edit(anna, north):
    tick("manager", "person", "edit", on=False)
    tick("manager", "company", "edit", on=False)
    beata = make_user("Beata", make_team("East"))
    make_record(beata, **OLD)
    make_record(beata, "company", name="Młyn")
    import_ = run_import(
        anna,
        csv_of(
            ["Imię", "Nazwisko", "E-mail", "Miasto", "Firma", "Firma: Miasto"],
            ["Jan", "Nowak", "j@n.pl", "Łódź", "", ""],
            ["Jan", "Nowak", "j@n.pl", "Kraków", "", ""],
            ["Ola", "Kos", "", "", "Młyn", "Łódź"],
        ),
    )
    first, second, third = results(import_)
    assert (first.state, first.reasons) == (
        "skipped", ["Exists, you do not have the right “Edit”"],
    )  # fmt: skip
    assert second.state == "unchanged"
    assert third.state == "created"
    assert third.reasons == ["Company: left as it is, you do not have the right “Edit”"]
    assert companies()[0].city is None


def test_imp_22_changing_the_owner_needs_its_right(anna, north):
    adam = make_user("Adam", north, email="adam@example.com")
    make_record(adam, **OLD)
    tick("manager", "person", "change_owner", on=False)
    rows = csv_of(
        ["Imię", "Nazwisko", "E-mail", "Opiekun"], ["Jan", "Nowak", "j@n.pl", "anna@example.com"]
    )
    import_ = run_import(anna, rows)
    assert results(import_)[0].reasons == ["Exists, you do not have the right “Change owner”"]
    tick("manager", "person", "change_owner")
    assert states(run_import(anna, rows)) == ["updated"]
    assert people()[0].owner_id == anna.id


def test_the_right_to_import_may_be_taken_away_before_the_run(anna):
    import_ = make_import(anna, csv_of(["Nazwisko"], ["Nowak"]))
    services.start(import_)
    tick("manager", "person", "import", on=False)
    with pytest.raises(services.Forbidden):
        services.run(import_)
    assert not people()


def test_trashed_records_are_not_matched(anna):
    record = make_record(anna, **OLD)
    with change_set("form", anna.id):
        records.trash(records.fetch("person", record.id, actor(anna), "delete"))
    import_ = run_import(anna, csv_of(HEADER[:3], ["Jan", "Nowak", "j@n.pl"]))
    assert states(import_) == ["created"]


def test_another_accounts_records_are_not_matched(anna):
    make_account(language="en")
    eve = make_user("Eve", make_team(), "manager")
    make_record(eve, **OLD)
    stranger = make_record(anna, **OLD)
    import_ = run_import(anna, csv_of(HEADER[:4], ["Jan", "Nowak", "j@n.pl", "600"]))
    assert [each.record_id for each in results(import_)] == [stranger.id]


# ---------------------------------------------------------------- results and counts


def test_imp_27_imp_28_results_are_paged_and_counts_are_those_stored(anna, monkeypatch):
    monkeypatch.setattr(services, "ROWS_A_CHUNK", 7)
    monkeypatch.setattr(queries, "ROWS_A_PAGE", 10)
    rows = [["Nowak", f"a{n}@b.pl" if n % 3 else "zły"] for n in range(40)]
    import_ = run_import(anna, csv_of(["Nazwisko", "E-mail"], *rows))
    assert import_.counts == {
        "created": 26, "updated": 0, "unchanged": 0, "skipped": 0, "failed": 14,
    }  # fmt: skip
    assert queries.written_counts(import_) == {("person", "created"): 26}
    numbers = [
        each.number for page in range(1, 6) for each in queries.results_of(import_, "", page)
    ]
    assert numbers == list(range(2, 42))
    failed = [
        each.number for page in (1, 2, 3) for each in queries.results_of(import_, "failed", page)
    ]
    assert failed == [n + 2 for n in range(40) if n % 3 == 0]
    assert [each.number for each in queries.failed_rows(import_)] == failed


def test_a_row_that_the_database_refuses_fails_alone(anna, monkeypatch):
    kind = registry().kinds["person"]
    field = kind.field("city")
    parse = type(field.type).parse
    monkeypatch.setattr(
        type(field.type),
        "parse",
        lambda type_, typed: parse(type_, typed) + ("\0" if typed[0] == "zły" else ""),
    )
    rows = [["Nowak", "zły" if n == 3 else "Łódź"] for n in range(9)]
    import_ = run_import(anna, csv_of(["Nazwisko", "Miasto"], *rows))
    assert states(import_).count("created") == 8
    assert results(import_)[3].reasons == ["The database refuses a value of this row."]


def test_chunks_are_bounded_by_rows_and_by_length(anna, monkeypatch):
    monkeypatch.setattr(services, "CHARACTERS_A_CHUNK", 500)
    import_ = make_import(anna, csv_of(["Nazwisko"], *([["x" * 150]] * 10)))
    counts = sql(
        "select row_count from imports_chunk where account_id = :account and import_id = :id",
        id=import_.id,
    )
    assert list(counts.scalars()) == [3, 3, 3, 1]


def test_results_hold_nothing_but_json(anna):
    import_ = run_import(anna, csv_of(["Nazwisko"], ["Nowak"]))
    (stored,) = sql("select results from imports_chunk where account_id = :account").scalars()
    assert json.loads(stored) == [[2, "created", results(import_)[0].record_id, []]]


def test_acc_27_an_import_takes_the_default_owner_of_the_account(anna, north):
    eve = make_user("Eve", north)
    set_up(access__person__owner=eve.id)
    run_import(anna, csv_of(["Nazwisko"], ["Nowak"]))
    assert [row.owner_id for row in people()] == [eve.id]


def test_acc_27_without_required_role_an_import_may_leave_the_owner_out(anna):
    set_up(access__person__owner=None, access__person__owner_required=False)
    run_import(anna, csv_of(["Nazwisko"], ["Nowak"]))
    assert [row.owner_id for row in people()] == [None]


def test_acc_27_where_an_owner_is_required_a_row_without_one_fails(anna):
    set_up(access__person__owner=None)
    import_ = run_import(anna, csv_of(["Nazwisko", "Opiekun"], ["Nowak", ""], ["Lis", anna.email]))
    assert states(import_) == ["failed", "created"]
    assert [row.owner_id for row in people()] == [anna.id]


def test_acc_27_a_default_owner_who_was_suspended_is_no_default(anna, north):
    eve = make_user("Eve", north)
    set_up(access__person__owner=eve.id, access__person__owner_required=False)
    eve.status = "suspended"
    db.session.flush()
    run_import(anna, csv_of(["Nazwisko"], ["Nowak"]))
    assert [row.owner_id for row in people()] == [None]
