"""Importing from the command line."""

from __future__ import annotations

import pytest

from core.commands import parser
from core.db import sql
from core.errors import Forbidden, Invalid
from plugins.imports.commands import bring_in
from plugins.imports.refusals import Refused
from tests.makers import actor, make_account, make_team, make_user, set_up
from tests.plugins.imports.makers import csv_of

PEOPLE = csv_of(
    ["Imię", "Nazwisko", "E-mail", "Poziom"],
    ["Łucja", "Gżegżółka", "l@laka.pl", "A"],
    ["Jan", "Nowak", "jan@", "B"],
)


@pytest.fixture
def anna(app):
    make_account(language="en")
    return make_user("Anna", make_team(), "manager")


@pytest.fixture
def bring(tmp_path):
    def run(user, *words, content=PEOPLE, name="osoby.csv"):
        (tmp_path / name).write_bytes(content)
        start = ["import", "--as", user.email, "--kind", "person"]
        return bring_in(actor(user), parser().parse_args([*start, *words, str(tmp_path / name)]))

    return run


def test_file_is_imported_and_the_counts_are_told(anna, bring):
    facts = bring(anna, "--map", "Poziom=position", "--map", "C=", "--visibility", "private")
    assert facts["counts"]["created"] == 2
    assert facts["message"] == "Imported 2 of 2 rows: created 2."
    rows = sql(
        "select p.position, p.emails, r.visibility from contacts_person p join core_record r"
        " on r.account_id = p.account_id and r.id = p.id where p.account_id = :account order by r.id"
    ).all()
    assert rows == [("A", [], "private"), ("B", [], "private")]


def test_failed_rows_are_told_with_their_reasons(anna, bring):
    facts = bring(anna)
    assert facts["rows"] == 2
    assert [each["row"] for each in facts["failed_rows"]] == [3]
    assert "is not an e-mail address" in facts["failed_rows"][0]["reasons"][0]
    again = bring(anna, "--on-match", "skip")
    assert again["counts"]["skipped"] == 1


def test_the_user_needs_the_right_to_import(anna, bring):
    with pytest.raises(Forbidden):
        bring(make_user("Adam"))


@pytest.mark.parametrize(
    "words", [("--map", "Brak=position"), ("--map", "Poziom=brak"), ("--visibility", "hidden")]
)
def test_wrong_words_are_refused(anna, bring, words):
    set_up(visibility__contacts__offered=["public"])
    with pytest.raises(Invalid):
        bring(anna, *words)


def test_bad_file_is_refused_with_its_reason(anna, bring):
    with pytest.raises(Refused, match="not_as_named"):
        bring(anna, name="osoby.xlsx")
