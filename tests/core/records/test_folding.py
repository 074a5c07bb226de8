import re

import pytest
from hypothesis import example, given, settings, strategies as st

from core.records.folding import (
    fold,
    mark_of,
    search_document,
    search_query,
    search_words,
    suffixes,
)

ENTRY = re.compile(r"'([^'\\\s]+)':1([AB])")
TERM = re.compile(r"'([^'\\\s]+)'(?::(\*?)(A?))?")
HOSTILE = [
    "'",
    "\\",
    "%",
    ":*",
    "&|!()<->",
    "'; drop table x; --",
    "🙂🙂",
    "a\0b",
    "\ud800",
    "x" * 10_000,
]

TEXT = (
    st.text() | st.sampled_from(HOSTILE) | st.text(alphabet="aąbłżź Ł'’-@.0184\\:*&|!", max_size=30)
)


def entries(document):
    assert re.sub(ENTRY, "", document).strip() == ""
    return ENTRY.findall(document)


def found(document, query):
    """Answer as PostgreSQL would: a literal of a tsquery against the literal of a tsvector."""
    assert re.sub(r"[ &|()]", "", re.sub(TERM, "", query)) == ""
    present = entries(document)
    ways = re.split(r" \| ", query)
    return any(all(_meets(present, *term) for term in TERM.findall(way)) for way in ways)


def _meets(present, word, star, weight):
    return any(
        (entry.startswith(word) if star else entry == word) and (not weight or weight == its_weight)
        for entry, its_weight in present
    )


def finds(query, name="", other=(), digits=()):
    literals = search_query(query)
    return literals is not None and found(search_document(name, other, digits), literals[0])


def finds_name(query, name="", other=(), digits=()):
    literals = search_query(query)
    return literals is not None and found(search_document(name, other, digits), literals[1])


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łódź", "lodz"),
        ("ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "zazolc gesla jazn"),
        ("Straße", "strasse"),
        ("Møller", "moller"),
        ("Đoković", "dokovic"),
        ("Œuvre Æther", "oeuvre aether"),
        ("Z\u0307ak", "zak"),
        ("ﬁrma Ⅳ", "firma iv"),
        ("Ελλάς", "ελλασ"),
        ("", ""),
    ],
)
def test_folding_takes_case_and_diacritics_away(text, folded):
    assert fold(text) == folded


@given(TEXT)
@example("İıſẞ")
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_folding_does_not_care_for_case_and_composition(text):
    polish = "Łęczyca " + "".join(letter for letter in text if letter.isascii())
    assert fold(polish.upper()) == fold(polish) == fold(polish.replace("ę", "e\u0328"))


def test_words_are_split_and_domains_are_kept_whole():
    assert search_words("Jan O'Neil <jan.o-neil@Poczta.Firma-X.pl>, jan") == [
        "jan",
        "o",
        "neil",
        "poczta",
        "firma",
        "x",
        "pl",
        "@poczta.firma-x.pl",
    ]
    assert search_words("x" * 100) == ["x" * 64]


def test_suffixes_have_two_characters_or_more():
    assert suffixes("jany") == ["jany", "any", "ny"]
    assert suffixes("j") == []


def test_search_document_is_a_tsvector_literal_with_weights():
    assert search_document("Jań", ["ala"], ["60-1"]) == (
        "'jan':1A 'an':1A 'j':1A '601':1B '01':1B 'ala':1B 'la':1B 'a':1B"
    )
    assert search_document("", [], []) == ""


def test_search_query_restricts_the_second_literal_to_names():
    assert search_query("Owalś jan") == ("'owals':* & 'jan':*", "'owals':*A & 'jan':*A")
    assert search_query("plan b") == ("'plan':* & 'b'", "'plan':*A & 'b':A")
    assert search_query("jan@ex.pl") == ("'jan':* & '@ex.pl':*", "'jan':*A & '@ex.pl':*A")


@pytest.mark.parametrize("text", ["", " ", "a", "-", "ł!", "%%%", ":* & |", "🙂🙂"])
def test_fewer_than_two_letters_or_digits_find_nothing(text):
    assert search_query(text) is None


@pytest.mark.parametrize(
    "query",
    [
        "kowal",
        "OWALSK",
        "ski jan",
        "jan kowalski",
        "łodz",
        "lodz ul",
        "jan k",
        "k j",
        "jan.kow",
        "walski@fir",
        "jan.kowalski@firma.pl",
        "@firma",
        "firma.pl",
        "601-774",
        "+48 601-774",
        "0048 601 774 123",
        "+48601774123",
        "(601) 774",
        "774 123",
        "23",
        "jan 774",
        "Kowalski Jań%",
    ],
)
def test_any_fragment_is_found(query):
    other = ["jan.kowalski@firma.pl", "ul. Piotrkowska 5, Łódź"]
    assert finds(query, "Jan Kowalski", other, ["+48 601 774 123"])


def test_a_number_stored_without_its_country_is_found_with_it():
    assert finds("+48 601-774", "Jan", [], ["601 774 123"])
    assert finds("0048601774123", "Jan", [], ["601 774 123"])


def test_a_date_in_a_name_is_found_in_any_order():
    assert finds("03 2026", "Umowa 2026/03", [], [])


@pytest.mark.parametrize(
    "query", ["kowalska", "jan nowak", "jan z", "walski@gmail", "602", "an@firma.com"]
)
def test_what_is_not_there_is_not_found(query):
    assert not finds(query, "Jan Kowalski", ["jan.kowalski@firma.pl"], ["+48 601 774 123"])


def test_names_are_told_from_the_rest():
    assert finds_name("owal", "Jan Kowalski", ["Firma"])
    assert not finds_name("firm", "Jan Kowalski", ["Firma"])
    assert not finds_name("jan 774", "Jan Kowalski", [], ["601774123"])
    assert finds_name("jan", "Jan", ["jan@jan.pl"])


@given(TEXT, TEXT, TEXT, TEXT)
@settings(max_examples=200)
def test_literals_never_hold_more_than_words(name, other, digits, query):
    document = search_document(name, [other], [digits])
    document.encode()
    entries(document)
    literals = search_query(query)
    if literals is not None:
        found(document, literals[0])
        found(document, literals[1])


@given(st.text(alphabet="aąbcłóżz -.@'19", min_size=2, max_size=40), st.data())
def test_every_fragment_of_a_name_is_found(name, data):
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    fragment = name[start:end]
    words = fold(name)
    whole = [
        word for word in search_words(fragment) if len(word) > 1 or re.search(rf"\b{word}", words)
    ]
    query = " ".join(word for word in whole if word[0] != "@")
    if search_query(query) is not None:
        assert finds(query, name)
        assert finds_name(query, name) or query[0] in "+("


def test_a_long_note_stays_below_the_limit_of_a_tsvector():
    hostile = " ".join(chr(0x20000 + number) * 64 for number in range(2_000))
    document = search_document("Jan", [hostile, hostile], ["601774123"])
    present = entries(document)
    assert sum(len(word.encode()) + 6 for word, _ in present) < 2**20
    assert ("jan", "A") in present
    assert ("774123", "B") in present


def test_a_long_query_asks_for_a_bounded_number_of_words():
    literals = search_query(" ".join(f"word{number}" for number in range(1000)))
    assert literals is not None
    assert literals[0].count("&") == 9


def test_marks_keep_accounts_and_kinds_apart():
    marks = [mark_of(account, "person") for account in range(1, 300)]
    assert not any(a != b and a.startswith(b) for a in marks for b in marks)
    assert mark_of(1, "person") != mark_of(1, "company")
    document = search_document("Jan", ["ala"], ["60-1"], mark_of(17, "person"))
    assert document.count("'11.76") == document.count(":1")
    assert found(document, search_query("ja al 60", mark_of(17, "person"))[0])
    assert not found(document, search_query("jan", mark_of(1, "person"))[0])
