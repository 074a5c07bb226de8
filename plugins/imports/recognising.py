"""Proposes a target for each column of a file: by its name, by a known layout, by its content.

It knows nothing of persons or deals. Targets are described by their owners with labels and
synonyms, and with the generic names (`email`, `street`) under which `synonyms.toml` lists the
column names of the world.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize

from core.i18n import _
from plugins.imports.cells import Cell, shown

SYNONYMS = Path(__file__).with_name("synonyms.toml")
LETTERS_WITHOUT_MARKS = str.maketrans("łŁøØđĐ", "lLoOdD")
NOT_A_WORD = re.compile(r"[\W_]+")
DIGITS = re.compile(r"\d+")
# Of the values seen, this share has to look like the content; fewer values prove nothing.
LEAST_SHARE = 0.8
LEAST_VALUES = 2
LEAST_LAYOUT_COLUMNS = 3
NO_TARGET = "-"
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


class How(StrEnum):
    """By what a column was recognised."""

    NAME = "name"
    CONTENT = "content"


@dataclass(frozen=True)
class Target:
    """Something a column can be assigned to.

    `key` names it to its owner (`person.first_name`). `labels` are its names in every language
    and `synonyms` further ones; `generics` are its names in synonyms.toml. `is_multiple` targets
    take several columns; `content` says by what values it is recognised, None: by none.
    """

    key: str
    labels: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    generics: tuple[str, ...] = ()
    is_multiple: bool = False
    content: Content | None = None


@dataclass(frozen=True)
class Layout:
    """A known export: its key and name, what joins several values in one cell, its columns.

    `generics` maps normalised column names to generic names; "#" stands for any number.
    """

    key: str
    name: str
    value_joiner: str | None
    marks: frozenset[str]
    generics: dict[str, str]


@dataclass(frozen=True)
class Assignment:
    """The proposal for one column; `target` and `how` are None where nothing was recognised."""

    column: int
    target: str | None = None
    how: How | None = None


def recognise(
    columns: Sequence[str], sample: Sequence[Sequence[Cell]], targets: Sequence[Target]
) -> list[Assignment]:
    """Return one proposal for each column, in their order.

    Names win over content: first labels, keys and synonyms of the targets, then the layout of
    the file, then the synonyms of the world, then content. Within one round columns go from left
    to right, those with values first, and where several targets fit, the first one in `targets` that is free is taken;
    one that is not multiple is never taken twice.
    """
    names = [normalised(column) for column in columns]
    layout = recognise_layout(columns)
    found: dict[int, Assignment] = {}
    taken: set[str] = set()
    filled_first = sorted(range(len(columns)), key=lambda at: not any(_values(sample, at)))
    for how, fitting in _rounds(names, layout, sample, targets):
        for column in filled_first:
            free = (
                target
                for target in (fitting(column) if column not in found else ())
                if target.is_multiple or target.key not in taken
            )
            if target := next(free, None):
                found[column] = Assignment(column, target.key, how)
                taken.add(target.key)
    return [found.get(column, Assignment(column)) for column in range(len(columns))]


def recognise_layout(columns: Sequence[str]) -> Layout | None:
    """Return the known export whose marks the file has, the one with most of them, or None."""
    names = {_numberless(normalised(column)) for column in columns}
    best = max(layouts(), key=lambda layout: len(layout.marks & names))
    return best if len(best.marks & names) >= LEAST_LAYOUT_COLUMNS else None


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


def twice_assigned(
    assigned: Sequence[str | None], targets: Sequence[Target]
) -> dict[str, list[int]]:
    """Return the columns of each single-valued target that several columns are assigned to."""
    places: dict[str, list[int]] = {}
    for column, key in enumerate(assigned):
        places.setdefault(key or "", []).append(column)
    singles = {target.key for target in targets if not target.is_multiple}
    return {key: at for key, at in places.items() if key in singles and len(at) > 1}


def letter(column: int) -> str:
    """Return the name of a column in a spreadsheet, counted from 0: A, B, … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_names(columns: Sequence[str]) -> list[str]:
    """Return names to show: "Column C" for an empty one, "E-mail (D)" for a repeated one."""
    return [
        (name if columns.count(name) == 1 else f"{name} ({letter(at)})")
        if name
        else _("Column %(letter)s", letter=letter(at))
        for at, name in enumerate(columns)
    ]


def signature(columns: Sequence[str]) -> str:
    """Return a short text that is equal for files with the same columns in the same order."""
    joined = "\x1f".join(normalised(column) for column in columns)
    return hashlib.sha256(joined.encode()).hexdigest()[:32]


def normalised(name: str) -> str:
    """Return a name as it is compared: without case, marks on letters and punctuation."""
    plain = normalize("NFKD", name.translate(LETTERS_WITHOUT_MARKS))
    letters = "".join(character for character in plain if not combining(character))
    return NOT_A_WORD.sub(" ", letters.casefold()).strip()


@cache
def synonyms() -> dict[str, str]:
    """Return the generic name for each normalised column name of the world."""
    generics: dict[str, list[str]] = _file()["generic"]
    return {
        _numberless(normalised(name)): generic
        for generic, names in generics.items()
        for name in (generic, *names)
    }


@cache
def layouts() -> tuple[Layout, ...]:
    """Return the known exports."""
    return tuple(
        Layout(
            key=key,
            name=layout["name"],
            value_joiner=layout.get("value_joiner"),
            marks=frozenset(_numberless(normalised(mark)) for mark in layout["marks"]),
            generics={
                _numberless(normalised(name)): generic
                for generic, names in layout["columns"].items()
                for name in names
            },
        )
        for key, layout in _file()["layout"].items()
    )


Fitting = Callable[[int], Sequence[Target]]


def _rounds(
    names: Sequence[str],
    layout: Layout | None,
    sample: Sequence[Sequence[Cell]],
    targets: Sequence[Target],
) -> list[tuple[How, Fitting]]:
    """Return the rounds in their order: each gives the targets that fit a column, best first."""
    own = _by(targets, lambda target: map(normalised, _own_names(target)))
    generic = _by(targets, lambda target: target.generics)
    by_content = _by(targets, lambda target: [target.content] if target.content else [])
    known = layout.generics if layout else {}
    contents: dict[int, Content | None] = {}

    def by_layout(column: int) -> Sequence[Target]:
        return generic.get(known.get(_numberless(names[column]), ""), ())

    def by_synonym(column: int) -> Sequence[Target]:
        name = _numberless(names[column])
        if name in known:
            return ()
        return generic.get(synonyms().get(name) or synonyms().get(name.removesuffix(" #"), ""), ())

    def by_look(column: int) -> Sequence[Target]:
        if _numberless(names[column]) in known:
            return ()
        if column not in contents:
            contents[column] = recognise_content(_values(sample, column))
        return by_content.get(contents[column] or "", ())

    return [
        (How.NAME, lambda column: own.get(names[column], ())),
        (How.NAME, by_layout),
        (How.NAME, by_synonym),
        (How.CONTENT, by_look),
    ]


def _own_names(target: Target) -> list[str]:
    return [target.key, target.key.rpartition(".")[2], *target.labels, *target.synonyms]


def _by(
    targets: Sequence[Target], names: Callable[[Target], Iterable[str]]
) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for target in targets:
        for name in dict.fromkeys(names(target)):
            found.setdefault(name, []).append(target)
    return found


def _values(sample: Sequence[Sequence[Cell]], column: int) -> list[Cell]:
    return [row[column] for row in sample if column < len(row)]


def _numberless(name: str) -> str:
    return DIGITS.sub("#", name) if name else name


def _file() -> dict[str, Any]:
    with SYNONYMS.open("rb") as file:
        return tomllib.load(file)


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
