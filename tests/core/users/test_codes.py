"""Codes of two-factor login, by themselves (AUTH-5, AUTH-6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.users import codes

# The test vectors of RFC 6238, appendix B, for SHA-1; their last six digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
]


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_auth_5_codes_are_those_of_the_standard(seconds, code):
    assert codes.matching_step(SECRET, code, at(seconds), after=0) == seconds // 30


@pytest.mark.parametrize(
    ("away", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_auth_6_one_step_before_or_after_is_accepted(away, fits):
    moment = at(1111111109) + timedelta(seconds=away)
    assert (codes.matching_step(SECRET, "081804", moment, after=0) is not None) == fits


def test_auth_6_a_step_that_was_used_is_refused_and_so_are_earlier_ones():
    step = codes.matching_step(SECRET, "081804", at(1111111109), after=0)
    assert codes.matching_step(SECRET, "081804", at(1111111109), after=step) is None
    assert codes.matching_step(SECRET, "081804", at(1111111109), after=step + 1) is None
    assert codes.matching_step(SECRET, "081804", at(1111111109), after=step - 1) == step


@pytest.mark.parametrize("typed", ["", "x", "28708", "2870822", "٢٨٧٠٨٢", "287 082\n", "ż" * 6])
def test_other_texts_are_no_codes(typed):
    assert codes.matching_step(SECRET, typed, at(59), after=0) is None


def test_codes_may_be_typed_in_groups():
    assert codes.normalised(" 287 082\n") == "287082"
    code = codes.new_recovery_codes()[0]
    typed = f" {code.upper().replace('-', ' ')} "
    assert codes.hash_of(typed) == codes.hash_of(code)
    assert codes.is_recovery_code(typed)
    assert not codes.is_recovery_code("287 082")


def test_auth_5_ten_recovery_codes_are_all_different_and_long():
    made = codes.new_recovery_codes()
    assert len(set(made)) == 10
    assert all(len(codes.normalised(each)) == 16 for each in made)


def test_auth_5_the_picture_is_a_data_address_of_the_standard_form():
    address = codes.address(SECRET, "ada@example.com")
    assert address.startswith("otpauth://totp/Szansa:ada%40example.com?secret=" + SECRET)
    assert "issuer=Szansa" in address
    assert codes.picture(SECRET, "ada@example.com").startswith("data:image/svg+xml")
