import pytest
from hypothesis import given, strategies as st

from plugins.contacts.matching import company_key, person_key


@pytest.mark.parametrize(
    "name",
    [
        "Bud-Mar",
        "BUDMAR Sp. z o.o.",
        "Bud Mar sp.z o.o",
        "Bud-Mar SP Z OO",
        "Bud-Mar spzoo",
        "Bud-Mar Spółka z o.o.",
        "Bud-Mar z o.o.",
        "Bud-Mar spółka z ograniczoną odpowiedzialnością",
        "Bud-Mar Spółka z ograniczoną odpowiedzialnością Sp. k.",
        "Bud-Mar sp. z o.o. sp.k.",
        "Bud-Mar, S.A.",
        "Bud-Mar SA w likwidacji",
        "Bud-Mar Spółka Akcyjna",
        "Bud-Mar P.S.A.",
        "Bud-Mar S.K.A.",
        "Bud-Mar sp. j.",
        "Bud-Mar Spółka jawna",
        "Bud-Mar s.c.",
        "Bud-Mar Sp.p.",
        "Bud-Mar GmbH",
        "Bud-Mar GmbH & Co. KG",
        "Bud-Mar AG",
        "Bud-Mar Ltd.",
        "Bud-Mar Co., Ltd.",
        "Bud-Mar Inc.",
        "Bud-Mar, LLC",
        "Bud-Mar PLC",
        "Bud-Mar s.r.o.",
        "Bud-Mar spol. s r.o.",
        "Bud-Mar, a.s.",
        "Bud-Mar S.à r.l.",
        "Bud-Mar S.p.A.",
        "Bud-Mar B.V.",
        "Bud-Mar d.o.o.",
    ],
)
def test_legal_forms_case_blanks_and_punctuation_do_not_count(name):
    assert company_key(name) == "budmar"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hotel Błękitny Spa", "Hotel Błękitny"),
        ("Kwiaciarnia As", "Kwiaciarnia"),
        ("Bud-Mar", "Bud-Mar 2"),
        ("Sparta", "Sparta Polska"),
        ("Casa", "C"),
    ],
)
def test_other_words_count(one, other):
    assert company_key(one) != company_key(other)


def test_a_name_of_endings_alone_stays_a_name():
    assert company_key("S.A.") == "sa"
    assert company_key("GmbH") == "gmbh"


def test_a_name_without_letters_has_no_key():
    assert company_key("!!!") == ""
    assert person_key("-", "…") == ""


def test_persons_compare_by_folded_first_and_last_name():
    assert (
        person_key("Łucja", "Nowak-Żak") == person_key(" lucja ", "NOWAK ZAK") == "lucja nowakzak"
    )
    assert person_key("", "Nowak") == " nowak"
    assert person_key("Jan", "Adam") != person_key("Adam", "Jan")
    assert person_key("Nowak", "") != person_key("", "Nowak")


@given(st.text())
def test_any_name_has_a_key_that_stays_the_same_in_capitals(name):
    ascii_name = "".join(letter for letter in name if letter.isascii())
    assert company_key(ascii_name.upper()) == company_key(ascii_name)
    company_key(name).encode()
    person_key(name, name).encode()
