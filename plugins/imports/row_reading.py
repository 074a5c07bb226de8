"""Turns the cells of a row into checked values, as forms check what is typed into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from core.accounts.queries import setting
from core.errors import Invalid
from core.i18n import _
from core.records.fields import (
    Field,
    FieldType,
    LabelChoice,
    Labels,
    Principals,
    RecordLink,
    UserChoice,
    VisibilityChoice,
)
from core.records.folding import fold
from core.records.kinds import Kind
from core.tables.cells import Cell, shown
from plugins.imports.aims import FULL_NAME, ID, Aim
from plugins.imports.cells import Row
from plugins.imports.directory import Directory, Unknown
from plugins.imports.options import CLEAR, LEAVE, ImportOptions

# Several values in one cell: as people write them, and as Google Contacts joins them.
SEVERAL = re.compile(r"\s+:::\s+|[;\n]|,(?!\s*(?:wewn|wew|w|ext|x)\b\.?\s*[0-9])", re.IGNORECASE)
VISIBILITIES = {
    "public": "public", "publiczny": "public", "publiczna": "public",
    "private": "private", "niepubliczny": "private", "niepubliczna": "private",
    "prywatny": "private",
    "hidden": "hidden", "ukryty": "hidden", "ukryta": "hidden",
}  # fmt: skip

Parse = Callable[[list[str]], Any]


@dataclass(slots=True)
class Draft:
    """What a row says: values by kind and field, which existing record it means, and its faults.

    New labels stand among the values by their names. `notes` are worth telling, but no faults.
    """

    number: int
    values: dict[str, dict[str, Any]]
    record_id: int | None = None
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """Where the value of one field stands: its columns, each with the sort of its entries."""

    kind: Kind
    field: Field
    label: Any
    columns: tuple[tuple[int, str], ...]
    parse: Parse
    is_plain: bool
    warns: bool


class RowReader:
    """Reads the rows of one batch by the assignment and the options of an import."""

    def __init__(
        self, aims: Sequence[Aim | None], options: ImportOptions, directory: Directory
    ) -> None:
        self._options = options
        self._directory = directory
        self._is_clearing = options.on_empty == CLEAR
        self.kinds = {aim.kind.key: aim.kind for aim in aims if aim}
        self._id_column = _column(aims, ID)
        self._full_name_column = _column(aims, FULL_NAME)
        self._named = next((aim.kind for aim in aims if aim and aim.name == FULL_NAME), None)
        self._places = [self._place(at, aims) for at in _first_columns(aims)]
        self.keys = {
            key: {place.field.key for place in self._places if place.kind.key == key}
            for key in self.kinds
        }

    def _place(self, at: int, aims: Sequence[Aim | None]) -> _Place:
        aim = aims[at]
        assert aim is not None  # noqa: S101  # the columns were chosen so
        assert aim.field is not None  # noqa: S101  # the same
        same = [
            (column, each.variant)
            for column, each in enumerate(aims)
            if each and each.field is aim.field and each.kind is aim.kind
        ]
        type_ = aim.field.type
        return _Place(
            aim.kind,
            aim.field,
            aim.field.label if aim.is_main else aim.full_label,
            tuple(same),
            self._parser(aim.kind, aim.field),
            is_plain=not type_.is_multiple and len(same) == 1,
            warns=type(type_).warnings is not FieldType.warnings,
        )

    def _parser(self, kind: Kind, field_: Field) -> Parse:
        """Return what turns the entries of a field into its value; names are looked up."""
        find, type_ = self._directory, cast(Any, field_.type)
        offered = setting(f"visibility.{kind.visibility_area}.offered")
        parsers: dict[type[FieldType], Parse] = {
            UserChoice: lambda typed: find.user(typed[0]),
            Principals: lambda typed: sorted(
                {(find.principal if type_.with_teams else find.user)(each) for each in typed}
            ),
            VisibilityChoice: lambda typed: _visibility(typed[0], offered),
            LabelChoice: lambda typed: find.label(type_, typed[0]),
            Labels: lambda typed: list(dict.fromkeys(find.label(type_, each) for each in typed)),
            RecordLink: lambda typed: find.record(type_.kind, typed[0]),
        }
        return parsers.get(type(field_.type), field_.type.parse)

    @property
    def needs_records(self) -> bool:
        """Whether rows name records, which rows before them may make."""
        return any(isinstance(place.field.type, RecordLink) for place in self._places)

    def prepare(self) -> None:
        """Let the directory read the names that rows may speak of, so that `read` asks nothing."""
        types = [place.field.type for place in self._places]
        families = {each.family for each in types if isinstance(each, LabelChoice | Labels)}
        self._directory.prepare(families)

    def look_up(self, rows: Iterable[Row]) -> None:
        """Find the records that the rows name, before the rows are read."""
        for place in self._places:
            type_ = place.field.type
            if isinstance(type_, RecordLink):
                column = place.columns[0][0]
                texts = {_text(row.cells, column) for row in rows} - {""}
                self._directory.find_records(type_.kind, texts)

    def read(self, row: Row) -> Draft:
        """Return what a row says; whatever is wrong in it stands among the faults."""
        draft = Draft(row.number, {key: {} for key in self.kinds})
        for place in self._places:
            if place.is_plain:
                text = _text(row.cells, place.columns[0][0])
                typed = [text] if text else []
            else:
                typed = _entries(row.cells, place)
            if typed:
                self._take(draft, place, typed)
            elif self._is_clearing:
                draft.values[place.kind.key][place.field.key] = place.field.type.empty
        if self._full_name_column is not None:
            self._take_full_name(draft, _text(row.cells, self._full_name_column))
        if self._id_column is not None:
            _take_id(draft, _text(row.cells, self._id_column))
        return draft

    def _take(self, draft: Draft, place: _Place, typed: list[str]) -> None:
        try:
            value = place.parse(typed)
            if place.field.check and value not in (None, []):
                place.field.check(value)
        except Unknown as unknown:
            if self._options.on_unknown != LEAVE:
                draft.faults.append(f"{place.label}: {unknown.message}")
            return
        except Invalid as wrong:
            draft.faults.append(f"{place.label}: {wrong.message}")
            return
        if place.warns and value:
            draft.notes += [f"{place.label}: {each}" for each in place.field.type.warnings(value)]
        draft.values[place.kind.key][place.field.key] = value

    def _take_full_name(self, draft: Draft, text: str) -> None:
        """Divide a whole name where its parts have no columns, or are empty there."""
        assert self._named is not None  # noqa: S101  # a column was assigned to it
        values = draft.values[self._named.key]
        if not text or values.get("first_name") or values.get("last_name"):
            return
        for key, part in zip(("first_name", "last_name"), _divided(text), strict=True):
            field_ = self._named.field(key)
            try:
                values[key] = field_.type.parse([part])
            except Invalid as wrong:
                draft.faults.append(f"{field_.label}: {wrong.message}")


def _divided(name: str) -> tuple[str, str]:
    """Return first and last name: of `Jan Nowak` and of `Nowak, Jan`."""
    if "," in name:
        last, _comma, first = name.partition(",")
    else:
        first, _blank, last = name.rpartition(" ")
    return first, last


def _column(aims: Sequence[Aim | None], name: str) -> int | None:
    return next((at for at, aim in enumerate(aims) if aim and aim.name == name), None)


def _first_columns(aims: Sequence[Aim | None]) -> list[int]:
    """Return the first column of each field that is assigned."""
    first: dict[tuple[str, str], int] = {}
    for at, aim in enumerate(aims):
        if aim and aim.field:
            first.setdefault((aim.kind.key, aim.field.key), at)
    return list(first.values())


def _text(cells: Sequence[Cell], column: int) -> str:
    cell = cells[column] if column < len(cells) else None
    return cell if isinstance(cell, str) else shown(cell)


def _entries(cells: Sequence[Cell], place: _Place) -> list[str]:
    """Return the entries of a field from all its columns, each with its sort in front."""
    entries = []
    for column, variant in place.columns:
        text = _text(cells, column)
        if not text:
            continue
        found = SEVERAL.split(text) if place.field.type.is_multiple else [text]
        sort = f"{variant}:" if variant else ""
        entries += [f"{sort}{each.strip()}" for each in found if each.strip()]
    return entries


def _take_id(draft: Draft, text: str) -> None:
    if not text:
        return
    if text.isascii() and text.isdigit() and len(text) <= 18:
        draft.record_id = int(text)
    else:
        draft.faults.append(_("Record ID: “%(text)s” is not a number", text=text[:60]))


def _visibility(text: str, offered: Sequence[str]) -> str:
    found = VISIBILITIES.get(fold(text))
    if found is None:
        raise Invalid(_("choose public, private or hidden"))
    if found not in offered:
        raise Invalid(_("this visibility is switched off for new records"))
    return found
