import pytest
from argon2 import extract_parameters
from hypothesis import given, strategies as st

from core.errors import Invalid
from core.users import passwords
from core.users.passwords import (
    check_password,
    dummy_verify,
    hash_password,
    is_common,
    needs_rehash,
    verify,
)

LOGIN = "jan.kowalski@example.com"


def test_a_good_password_is_accepted():
    for password in ("zielony-rower-77", "Łódź i kajak 5", "x7Kq29fjLw", "a1b9" * 2 + "x" * 120):
        check_password(password, LOGIN)


@pytest.mark.parametrize(
    ("password", "length"), [("", 0), ("Ab3-x9kQ!", 9), ("ab1-" * 32 + "x", 129)]
)
def test_auth_2_length_is_between_10_and_128(password, length):
    with pytest.raises(Invalid, match=f"10 to 128 characters; this one has {length}") as refusal:
        check_password(password, LOGIN)
    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password",
    ["jan.kowalski@example.com", "xx JAN.KOWALSKI@EXAMPLE.COM yy", "7jan.kowalski-xyz"],
)
def test_auth_2_login_must_not_be_contained(password):
    with pytest.raises(Invalid, match="must not contain the login"):
        check_password(password, LOGIN)


def test_a_very_short_local_part_may_be_contained():
    check_password("zielony-jan-77", "jan@example.com")


@pytest.mark.parametrize(
    "password",
    [
        "Password123!",
        "P@ssw0rd2024",
        "p-a-s-s-w-o-r-d-1",
        "Hasło12345!",
        "HASLO 2026!!",
        "warszawa2024",
        "Szansa2026!",
        "Agnieszka1985",
        "1234567890",
        "0987654321",
        "12345678901234567890",
        "qwertyuiop",
        "Qwerty123456",
        "1q2w3e4r5t",
        "zaq12wsxZAQ!@WSX",
        "!@#$%^&*()",
        "aaaaaaaaaaaa",
        "ababababababab",
        "abcabcabcabc",
        "hellohello",
        "abcdefghijkl",
        "correcthorsebatterystaple",
        "Test-1234567",
    ],
)
def test_auth_2_commonly_known_passwords_are_refused(password):
    with pytest.raises(Invalid, match="commonly known"):
        check_password(password, LOGIN)


def test_words_put_together_are_not_common():
    for password in ("correct-horse-battery", "secret-password-1", "Tygrys pije kawę 8"):
        assert not is_common(password)


@given(st.text(max_size=200))
def test_any_password_is_judged(password):
    is_common(password)


def test_a_hash_fits_its_password_alone():
    password_hash = hash_password("Zażółć gęślą")
    assert password_hash.startswith("$argon2id$")
    assert verify(password_hash, "Zażółć gęślą")
    assert verify(password_hash, "Zaz\u0307o\u0301łc\u0301 ge\u0328s\u0301la\u0328")
    assert not verify(password_hash, "Zażółć gęśla")
    assert not verify("", "x")
    assert not verify("$argon2id$broken", "x")
    assert hash_password("Zażółć gęślą") != password_hash
    assert not needs_rehash(password_hash)
    assert needs_rehash(password_hash.replace("m=19456", "m=8192"))


def test_an_unknown_login_is_hashed_like_a_known_one():
    known = extract_parameters(hash_password("zielony-rower-77"))
    assert extract_parameters(passwords._DUMMY_HASH) == known
    assert dummy_verify("wrong") is False
