"""Values of a record as a page shows them: formatted, and linked as far as the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core import face
from core.access import Actor
from core.access.engine import Level, levels_of, trashed_among
from core.accounts.queries import account_facts
from core.i18n import _
from core.records.fields import (
    LABELS,
    Field,
    LabelChoice,
    LongText,
    Moment,
    Principals,
    RecordLink,
    UserChoice,
    VisibilityChoice,
)
from core.records.kinds import Kind
from core.records.queries import label_names
from core.registry import registry
from core.shown import Cell


def address(kind: str, record_id: int) -> str:
    """Return the address of a record's profile."""
    return f"/{registry().kinds[kind].plural}/{record_id}"


def visibility_word(visibility: str) -> str:
    """Return public, private or hidden in the reader's language."""
    words = {"public": _("public"), "private": _("private"), "hidden": _("hidden")}
    return words.get(visibility, "")


class Cells:
    """Makes the cells of several sets of values of one kind, with one question for all links.

    A link to a record that the actor sees in full leads there, one with the basic line alone is
    its name, kind and owner as plain text, one in the trash that he could see otherwise says that
    it is deleted, any other is not there at all.
    """

    def __init__(self, kind: Kind, actor: Actor, *values: Mapping[str, Any]) -> None:
        self.kind, self.actor = kind, actor
        linked = _linked(kind, values)
        self.levels: dict[int, Level] = levels_of(actor, linked)
        self.deleted = trashed_among(actor, linked - self.levels.keys())
        self.labels = label_names(sorted(_labelled(kind, values)))

    def of(self, field: Field, value: Any) -> list[Cell]:
        """Return the cells of one field's value; none for an empty one."""
        if value in (None, "", []):
            return []
        if isinstance(field.type, RecordLink):
            return self._link(value)
        if isinstance(field.type, UserChoice | Principals):
            return self._principals(value if isinstance(value, list) else [value])
        if field.home == LABELS or isinstance(field.type, LabelChoice):
            return self._labels(field, value)
        return _plain(field, value)

    def text(self, field: Field, value: Any) -> str:
        """Return a field's value as plain text, with nothing that the actor may not know."""
        cells = self.of(field, value)
        return ", ".join(", ".join(cell.items) if cell.items else cell.text for cell in cells)

    def _link(self, record_id: int) -> list[Cell]:
        level = self.levels.get(record_id)
        if level is None:
            return [Cell("text", _("(deleted)"))] if record_id in self.deleted else []
        basic = level.basic
        if level.is_full:
            return [Cell("link", basic.name, address(basic.kind, basic.id))]
        return [Cell("link", basic.name, extra=basic_note(basic.kind, basic.owner_id))]

    def _principals(self, ids: Iterable[int]) -> list[Cell]:
        facts = account_facts()
        cells = []
        for each in ids:
            user = facts.users.get(each)
            if user is not None:
                cells.append(Cell("user", user.name, initials=user.initials, hue=face.hue(each)))
            elif each in facts.teams:
                cells.append(Cell("text", facts.teams[each].name))
        return cells

    def _labels(self, field: Field, value: Any) -> list[Cell]:
        wanted = value if isinstance(value, list) else [value]
        names = [each if isinstance(each, str) else self.labels.get(each, "") for each in wanted]
        names = sorted((name for name in names if name), key=str.casefold)
        if not names:
            return []
        return [Cell("tags", items=names)] if field.type.is_multiple else [Cell("text", names[0])]


def _plain(field: Field, value: Any) -> list[Cell]:
    if isinstance(field.type, VisibilityChoice):
        return [Cell("visibility", visibility_word(value), value=value)]
    if isinstance(field.type, Moment):
        return [moment_cell(value)]
    cell = "longtext" if isinstance(field.type, LongText) else field.type.cell
    return [Cell(cell, text, url, extra=more) for text, url, more in field.type.entries(value)]


def moment_cell(moment: Any) -> Cell:
    """Return a day in the reader's format, with its time in the tooltip."""
    formats = face.formats()
    return Cell(
        "date", formats.date(moment), title=formats.datetime(moment), value=moment.isoformat()
    )


def basic_note(kind: str, owner_id: int | None) -> str:
    """Return what stands behind the name of a record without access: its kind and owner."""
    label = str(registry().kinds[kind].label)
    owner = account_facts().principal_name(owner_id) if owner_id else ""
    return _("%(kind)s, owner: %(owner)s", kind=label, owner=owner) if owner else label


def _linked(kind: Kind, values: Iterable[Mapping[str, Any]]) -> set[int]:
    keys = [field.key for field in kind.fields if isinstance(field.type, RecordLink)]
    return {each[key] for each in values for key in keys if each.get(key)}


def _labelled(kind: Kind, values: Iterable[Mapping[str, Any]]) -> set[int]:
    ids: set[int] = set()
    for field in kind.fields:
        if field.home == LABELS or isinstance(field.type, LabelChoice):
            for each in values:
                value = each.get(field.key) or []
                ids |= {one for one in (value if isinstance(value, list) else [value])
                        if isinstance(one, int)}  # fmt: skip
    return ids
