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
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from core.i18n import _
from core.records.folding import fold
from core.tables.cells import Cell
from plugins.imports.looks import Content, recognise_content

SYNONYMS = Path(__file__).with_name("synonyms.toml")
NOT_A_WORD = re.compile(r"(?:[^\w#]|_)+")
DIGITS = re.compile(r"\d+")
LEAST_LAYOUT_COLUMNS = 3
NO_TARGET = "-"


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
    return NOT_A_WORD.sub(" ", fold(name)).strip()


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
        (How.NAME, by_layout),
        (How.NAME, lambda column: own.get(names[column], ())),
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
