"""What a file's columns are proposed for, with the kinds as they are."""

from __future__ import annotations

import pytest

from core.registry import registry
from plugins.imports.aims import aims_of, targets
from plugins.imports.recognising import recognise
from tests.makers import actor, make_account, make_user, tick


def proposed(user, *columns):
    aims = aims_of(registry().kinds["person"], actor(user))
    return [each.target for each in recognise(columns, [], targets(aims))]


@pytest.mark.parametrize(
    "name", ["Firma", "Company", "company", "Organization Name", "Nazwa firmy"]
)
def test_imp_18_a_column_of_companies_makes_them_with_the_people(app, name):
    make_account()
    user = make_user(role="manager")
    assert proposed(user, "Imię", "Nazwisko", name)[2] == "company.name"


def test_a_second_column_that_may_be_the_company_is_left_alone(app):
    make_account()
    found = proposed(make_user(role="manager"), "Nazwisko", "Firma", "Klient")
    assert found[1:] == ["company.name", None]


def test_without_the_right_to_import_companies_existing_ones_are_looked_for(app):
    make_account()
    tick("manager", "company", "import", on=False)
    assert proposed(make_user(role="manager"), "Nazwisko", "Firma")[1] == "person.company"


def test_a_column_of_the_position_and_one_named_like_the_link_keep_their_meaning(app):
    make_account()
    columns = "Position", "Company (an existing one)", "Company"
    found = proposed(make_user(role="manager"), *columns)
    assert found == ["person.position", "person.company", "company.name"]


def test_imp_14_the_title_in_files_of_outlook_is_no_position(app):
    make_account()
    columns = "Title", "First Name", "Last Name", "Company", "Job Title", "E-mail Address"
    columns += "E-mail Type", "E-mail Display Name", "Business Phone", "Categories", "Web Page"
    found = proposed(make_user(role="manager"), *columns)
    assert found[0] is None
    assert found[3:5] == ["company.name", "person.position"]
