"""Columns find their targets by name, by layout and by content."""

import csv
import datetime as dt

import pytest
from hypothesis import given, strategies as st

from plugins.imports.looks import Content, recognise_content
from plugins.imports.recognising import (
    Assignment,
    How,
    Target,
    column_names,
    layouts,
    letter,
    normalised,
    recognise,
    recognise_layout,
    signature,
    synonyms,
    twice_assigned,
)

PERSON = [
    Target("person.first_name", ("First name", "Imię"), generics=("first_name",)),
    Target("person.last_name", ("Last name", "Nazwisko"), generics=("last_name",)),
    Target("person.position", ("Position", "Stanowisko"), generics=("position",)),
    Target(
        "person.emails",
        ("E-mails", "E-maile"),
        generics=("email",),
        is_multiple=True,
        content=Content.EMAIL,
    ),
    Target(
        "person.phones",
        ("Phones", "Telefony"),
        generics=("phone", "mobile"),
        is_multiple=True,
        content=Content.PHONE,
    ),
    Target("person.url", ("Web address", "Strona"), generics=("url",), content=Content.URL),
    Target("person.street", ("Street", "Ulica"), generics=("street",)),
    Target("person.city", ("City", "Miasto"), generics=("city",)),
    Target("person.postcode", ("Postcode", "Kod"), generics=("postcode",)),
    Target("person.country", ("Country", "Kraj"), generics=("country",)),
    Target("person.note", ("Note", "Notatka"), generics=("note",)),
    Target("person.groups", ("Groups", "Grupy"), generics=("groups",), is_multiple=True),
    Target("company.name", ("Company", "Firma"), generics=("company", "name")),
    Target("company.nip", ("NIP",), generics=("nip",), content=Content.NIP),
    Target("own.born", ("Urodziny klienta",), content=Content.DATE),
]
GOOGLE = {
    "First Name": "person.first_name",
    "Last Name": "person.last_name",
    "Organization Name": "company.name",
    "Organization Title": "person.position",
    "Notes": "person.note",
    "Labels": "person.groups",
    "E-mail 1 - Value": "person.emails",
    "E-mail 2 - Value": "person.emails",
    "Phone 1 - Value": "person.phones",
    "Phone 2 - Value": "person.phones",
    "Address 1 - Street": "person.street",
    "Address 1 - City": "person.city",
    "Address 1 - Postal Code": "person.postcode",
    "Address 1 - Country": "person.country",
    "Website 1 - Value": "person.url",
}
OUTLOOK = {
    "First Name": "person.first_name",
    "Last Name": "person.last_name",
    "Company": "company.name",
    "Job Title": "person.position",
    "Business Street": "person.street",
    "Business City": "person.city",
    "Business Postal Code": "person.postcode",
    "Business Country/Region": "person.country",
    "Business Phone": "person.phones",
    "Business Phone 2": "person.phones",
    "Home Phone": "person.phones",
    "Mobile Phone": "person.phones",
    "Categories": "person.groups",
    "E-mail Address": "person.emails",
    "E-mail 2 Address": "person.emails",
    "Notes": "person.note",
    "Web Page": "person.url",
}
OUTLOOK_PL = {
    "Imię": "person.first_name",
    "Nazwisko": "person.last_name",
    "Firma": "company.name",
    "Stanowisko": "person.position",
    "Adres służbowy – ulica": "person.street",
    "Adres służbowy – miejscowość": "person.city",
    "Adres służbowy – kod pocztowy": "person.postcode",
    "Telefon służbowy": "person.phones",
    "Telefon służbowy 2": "person.phones",
    "Telefon domowy": "person.phones",
    "Telefon komórkowy": "person.phones",
    "Kategorie": "person.groups",
    "Adres e-mail": "person.emails",
    "Adres e-mail 2": "person.emails",
    "Notatki": "person.note",
    "Strona sieci Web": "person.url",
}


def targets_of(columns, sample=()):
    return [found.target for found in recognise(columns, sample, PERSON)]


@pytest.mark.parametrize(
    ("name", "encoding", "layout", "expected"),
    [
        ("google", "utf-8", "google", GOOGLE),
        ("outlook", "utf-8", "outlook", OUTLOOK),
        ("outlook-pl", "windows-1250", "outlook_pl", OUTLOOK_PL),
    ],
)
def test_known_export_is_recognised_as_a_whole(fixture_files, name, encoding, layout, expected):
    with (fixture_files / f"{name}.csv").open(encoding=encoding, newline="") as file:
        columns, *sample = csv.reader(file)
    assert recognise_layout(columns).key == layout
    found = {
        columns[assignment.column]: assignment.target
        for assignment in recognise(columns, sample, PERSON)
        if assignment.target
    }
    assert found == expected


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("Imię", "person.first_name"),
        ("IMIE", "person.first_name"),
        ("  first_name ", "person.first_name"),
        ("Given-Name", "person.first_name"),
        ("nazwisko:", "person.last_name"),
        ("Adres mailowy", "person.emails"),
        ("e-mail 2", "person.emails"),
        ("Tel. kom.", "person.phones"),
        ("Nr telefonu", "person.phones"),
        ("Kod pocztowy", "person.postcode"),
        ("Nazwa firmy", "company.name"),
        ("Numer NIP", "company.nip"),
        ("person.url", "person.url"),
        ("Urodziny klienta", "own.born"),
        ("Poziom", None),
        ("", None),
    ],
)
def test_column_is_recognised_by_its_name(column, target):
    how = How.NAME if target else None
    assert recognise([column], [], PERSON) == [Assignment(0, target, how)]


def test_column_is_recognised_by_its_content():
    sample = [
        ["a@b.pl", "601 774 290", "www.a.pl", "5260250274", dt.date(2026, 3, 9), "x"],
        ["c@d.pl", "+48 502 118 306", "https://b.pl/c", "774-000-14-54", "2026-03-09", "y"],
    ]
    found = recognise(["A?", "", "", "k", "m", "n"], sample, PERSON)
    assert [assignment.target for assignment in found] == [
        "person.emails",
        "person.phones",
        "person.url",
        "company.nip",
        "own.born",
        None,
    ]
    assert {assignment.how for assignment in found[:5]} == {How.CONTENT}


def test_single_target_is_never_taken_twice():
    assert targets_of(["Imię", "First name", "E-mail", "E-mail"]) == [
        "person.first_name",
        None,
        "person.emails",
        "person.emails",
    ]


def test_label_wins_over_a_synonym_on_its_left():
    assert targets_of(["Given name", "Imię"]) == [None, "person.first_name"]


def test_column_with_values_wins_over_an_empty_one():
    columns = ["First Name", "Business Street", "Home Street", "E-mail Address", "Mobile Phone"]
    found = targets_of(columns, [["Jan", "", "Długa 1", "", ""]])
    assert found[1:3] == [None, "person.street"]


def test_known_export_keeps_meaningless_columns_out():
    columns = ["Title", "First Name", "Last Name", "E-mail Address", "Business Phone", "Web Page"]
    assert targets_of(columns)[0] is None


@pytest.mark.parametrize(
    ("values", "content"),
    [
        (["a@b.pl"], None),
        (["a@b.pl", "c@d.pl", "e@f.pl", "g@h.pl", "brak"], Content.EMAIL),
        (["a@b.pl", "brak"], None),
        (["", None, "a@b.pl", "a.b+c@d-e.co.uk"], Content.EMAIL),
        (["a@b.pl ::: c@d.pl", "e@f.pl"], Content.EMAIL),
        ([601774290, 502118306], Content.PHONE),
        (["22 628 10 11", "(22) 628-10-11 wew. 5", "+48601774290"], Content.PHONE),
        (["09.03.2026", "10.03.2026 15:30"], Content.DATE),
        (["1234567.89", "2345678.90"], None),
        (["1 234 567,89", "2 345 678,90"], None),
        ([123456, 234567], None),
        (["5260250274", "526-025-02-74", "PL5260250274"], Content.NIP),
        (["5260250275", "5260250276"], None),
        (["123456785", "732065814"], Content.REGON),
        (["firma.pl", "http://a.b"], Content.URL),
        (["sp. z o.o.", "S.A."], None),
        ([True, False], None),
    ],
)
def test_content_is_what_most_values_look_like(values, content):
    assert recognise_content(values) == content


def test_ready_layouts_are_there_for_the_programs_people_come_from():
    assert {layout.name for layout in layouts()} == {
        "Google Contacts",
        "Outlook",
        "iPhone, vCard",
        "Highrise",
        "CRM",
    }


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        (["Name", "Given Name", "Family Name", "E-mail 1 - Type", "E-mail 1 - Value"], None),
        (["Given Name", "Yomi Name", "E-mail 1 - Value", "Organization 1 - Name"], "google"),
        (["Given Name", "Family Name", "TEL CELL", "EMAIL WORK", "ORG"], "vcard"),
        (["Kind", "Background", "Email address - Work", "Phone number - Mobile"], "highrise"),
        (["Deal Name", "Deal Stage", "Deal Owner", "Amount"], "crm"),
        (["Imię", "Nazwisko", "E-mail"], None),
    ],
)
def test_layout_is_recognised_by_its_marks(columns, key):
    layout = recognise_layout(columns)
    assert (layout.key if layout else None) == key


def test_no_name_has_two_meanings():
    assert len(synonyms()) > 200
    assert synonyms()["telefon komorkowy"] == "mobile"


def test_columns_without_name_and_with_the_same_name_can_be_told_apart():
    assert column_names(["Imię", "", "E-mail", "E-mail"]) == [
        "Imię",
        "Column B",
        "E-mail (C)",
        "E-mail (D)",
    ]


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16383, "XFD")]
)
def test_letters_are_those_of_a_spreadsheet(column, name):
    assert letter(column) == name


def test_doubly_assigned_single_target_is_found():
    assigned = [
        "person.emails",
        "person.last_name",
        None,
        "person.last_name",
        "person.emails",
        None,
    ]
    assert twice_assigned(assigned, PERSON) == {"person.last_name": [1, 3]}


def test_signature_is_that_of_the_columns():
    assert signature(["Imię", "E-mail"]) == signature(["IMIE ", "e mail"])
    assert signature(["Imię", "E-mail"]) != signature(["E-mail", "Imię"])


@given(st.lists(st.text(max_size=20), max_size=20))
def test_any_names_are_borne(columns):
    found = recognise(columns, [columns], PERSON)
    assert [assignment.column for assignment in found] == list(range(len(columns)))
    singles = [a.target for a in found if a.target not in {None, *MULTIPLE}]
    assert len(singles) == len(set(singles))
    assert all(normalised(normalised(name)) == normalised(name) for name in columns)


MULTIPLE = {target.key for target in PERSON if target.is_multiple}
