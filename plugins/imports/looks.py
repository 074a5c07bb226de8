"""Tells what values are by how they look: addresses, dates, numbers of registers, telephones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from enum import StrEnum

from core.tables.cells import Cell, shown

# Of the values seen, this share has to look like the content; fewer values prove nothing.
LEAST_SHARE = 0.8
LEAST_VALUES = 2
ADDRESS = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+")
WEB = re.compile(
    r"https?://\S+|www\.\S+|(?:[a-z0-9-]+\.)+(?:pl|eu|com|net|org|info|biz|io|de|uk|cz|sk)(?:/\S*)?",
    re.IGNORECASE,
)
DAY = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
TELEPHONE = re.compile(
    r"(?=\+|\(|\d)[+\d\s()/.-]{7,30}(?:(?:ext|wew|w)\.?\s*\d{1,6})?", re.IGNORECASE
)
AMOUNT = re.compile(r"\d+[.,]\d{1,2}|\d{1,3}(?:[\s.]\d{3})+[.,]\d{1,2}")
NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
REGON_WEIGHTS = (8, 9, 2, 3, 4, 5, 6, 7)


class Content(StrEnum):
    """What values can be recognised as; the order is the order of trying."""

    EMAIL = "email"
    URL = "url"
    DATE = "date"
    NIP = "nip"
    REGON = "regon"
    PHONE = "phone"


def recognise_content(values: Iterable[Cell]) -> Content | None:
    """Return what at least four of five values look like, seeing at least two; None if nothing."""
    texts = [value if isinstance(value, date) else shown(value).strip() for value in values]
    texts = [value for value in texts if value]
    if len(texts) < LEAST_VALUES:
        return None
    for content, looks_like in LOOKS.items():
        if sum(map(looks_like, texts)) >= LEAST_SHARE * len(texts):
            return content
    return None


def _is_email(value: str | date) -> bool:
    return isinstance(value, str) and bool(ADDRESS.fullmatch(value.split(" ::: ")[0].strip()))


def _is_web(value: str | date) -> bool:
    return isinstance(value, str) and bool(WEB.fullmatch(value))


def _is_date(value: str | date) -> bool:
    return not isinstance(value, str) or bool(DAY.fullmatch(value))


def _is_nip(value: str | date) -> bool:
    """Tell whether ten digits satisfy the check digit (Polish tax number, weights by law)."""
    digits = _digits(str(value).upper().removeprefix("PL"))
    return len(digits) == 10 and _weighted(digits, NIP_WEIGHTS) == int(digits[9])


def _is_regon(value: str | date) -> bool:
    """Tell whether nine digits satisfy the check digit (Polish business register)."""
    digits = _digits(str(value))
    return len(digits) == 9 and _weighted(digits, REGON_WEIGHTS) % 10 == int(digits[8])


def _is_phone(value: str | date) -> bool:
    if not isinstance(value, str):
        return False
    text = value.split(" ::: ")[0].strip()
    if not TELEPHONE.fullmatch(text) or AMOUNT.fullmatch(text) or DAY.fullmatch(text):
        return False
    length = len(re.sub(r"\D", "", text))
    if text.isdigit():
        return length == 9 or (length == 11 and text.startswith("48"))
    return 7 <= length <= 15


def _digits(text: str) -> str:
    """Return the digits of a number written with blanks and dashes, nothing if it has more."""
    plain = re.sub(r"[\s-]", "", text)
    return plain if plain.isdecimal() and plain.isascii() else ""


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11


LOOKS: dict[Content, Callable[[str | date], bool]] = {
    Content.EMAIL: _is_email,
    Content.URL: _is_web,
    Content.DATE: _is_date,
    Content.NIP: _is_nip,
    Content.REGON: _is_regon,
    Content.PHONE: _is_phone,
}
