"""Texts in both languages: catalogues found and merged, plural forms, senses, and their check."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Message

from core import catalogues
from core.i18n import LANGUAGES, _, in_language, lazy, ngettext, sense


@pytest.fixture
def polish(app):
    with app.test_request_context(headers={"Accept-Language": "pl"}):
        yield


def test_polish_has_three_forms_of_number(polish):
    said = [ngettext("%(num)s second", "%(num)s seconds", number) for number in (1, 2, 5, 12, 22)]
    assert said == ["1 sekundę", "2 sekundy", "5 sekund", "12 sekund", "22 sekundy"]


def test_english_has_two_forms_without_a_catalogue(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        said = [ngettext("%(num)s second", "%(num)s seconds", number) for number in (1, 2)]
    assert said == ["1 second", "2 seconds"]


def test_values_are_put_into_the_translation(polish):
    assert (
        _("Move “%(name)s” to the trash?", name="100 % z") == "Przenieść „100 % z” do usuniętych?"
    )


def test_lazy_text_follows_the_reader(app):
    text = lazy("Owner")
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert [in_language(each, text) for each in LANGUAGES] == ["Opiekun", "Owner"]


def test_right_and_button_of_one_english_name_differ(polish):
    assert (str(sense("right", "Edit")), _("Edit")) == ("Edytowanie", "Edytuj")


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("Save", "", "missing"),
        ("%(name)s is here", "%(nazwa)s jest tu", "other values in the translation"),
        ("“%(name)s”", '"%(name)s"', "a quotation mark that is neither „ nor ”"),
        ("In a team", "W zespole", "an ordinary blank after a word of one letter"),
        ("Wait…", "Czekaj...", "three dots instead of …"),
    ],
)
def test_check_names_the_fault_of_a_translation(source, translation, fault):
    assert list(catalogues._faults_of(Message(source, translation))) == [fault]


def test_check_wants_all_forms_of_number():
    message = Message(("%(num)s row", "%(num)s rows"), ("%(num)s wiersz", "%(num)s wiersze", ""))
    assert list(catalogues._faults_of(message)) == ["missing"]
