import pytest
from hypothesis import given, strategies as st

from core.errors import Invalid
from plugins.contacts.numbers import (
    nip_warning,
    normalise_nip,
    normalise_regon,
    regon_warning,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("526-10-40-828", "5261040828"),
        (" 526 104 08 28 ", "5261040828"),
        ("PL 526\u20131040828", "5261040828"),
        ("pl5261040828", "5261040828"),
        ("de 136 695 976", "DE136695976"),
        ("FR40303265045", "FR40303265045"),
        ("EL094259216", "EL094259216"),
        ("ATU13585627", "ATU13585627"),
        ("ESB58378431", "ESB58378431"),
        ("GB980780684", "GB980780684"),
        ("CHE107787577", "CHE107787577"),
        ("UA123456789012", "UA123456789012"),
    ],
)
def test_nip_is_normalised_and_needs_no_confirmation(typed, number):
    assert normalise_nip(typed) == number
    assert nip_warning(typed) is None


@pytest.mark.parametrize("typed", ["526-10-40-829", "1234567890", "DE136695977", "ATU13585628"])
def test_a_failing_check_digit_of_a_nip_warns(typed):
    assert "check digit" in (nip_warning(typed) or "")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "brak",
        "526104082",
        "52610408280",
        "PL52610408",
        "DE12",
        "FR1",
        "ABCDEFGHIJ",
        "5261040828'",
        "٥٢٦١٠٤٠٨٢٨",
    ],
)
def test_garbage_is_no_nip(typed):
    with pytest.raises(Invalid, match="type 10 digits") as refusal:
        normalise_nip(typed)
    assert refusal.value.field == "nip"


@pytest.mark.parametrize("typed", ["192598184", "192-598 184", "12345678512347"])
def test_regon_is_normalised_and_needs_no_confirmation(typed):
    assert normalise_regon(typed) == typed.replace("-", "").replace(" ", "")
    assert regon_warning(typed) is None


@pytest.mark.parametrize("typed", ["192598183", "12345678612342", "12345678512348"])
def test_a_failing_check_digit_of_a_regon_warns(typed):
    assert "check digit" in (regon_warning(typed) or "")


@pytest.mark.parametrize("typed", ["", "1925981", "1925981840", "19259818a"])
def test_garbage_is_no_regon(typed):
    with pytest.raises(Invalid, match="type 9 or 14 digits"):
        normalise_regon(typed)


@given(st.integers(0, 999_999_999))
def test_exactly_one_check_digit_fits_or_none(start):
    fitting = [digit for digit in range(10) if nip_warning(f"{start:09}{digit}") is None]
    total = sum(int(d) * w for d, w in zip(f"{start:09}", (6, 5, 7, 2, 3, 4, 5, 6, 7), strict=True))
    assert fitting == ([total % 11] if total % 11 < 10 else [])


@given(st.text() | st.from_regex(r"\A[A-Z]{2}[0-9A-Z]{0,13}\Z"))
def test_any_text_is_normalised_once_or_refused(text):
    for normalise, warning in ((normalise_nip, nip_warning), (normalise_regon, regon_warning)):
        try:
            number = normalise(text)
        except Invalid:
            continue
        assert normalise(number) == number
        assert warning(number) == warning(text)
