"""The rows of a list: what makes the cell of each column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from core import clock, face
from core.access import Actor, levels_of, trashed_among
from core.accounts.queries import account_facts
from core.i18n import _
from core.records import queries
from core.records.fields import (
    LABELS,
    Field,
    LabelChoice,
    Moment,
    RecordLink,
    UserChoice,
    VisibilityChoice,
)
from core.records.kinds import Kind
from core.records.lists import Listed, ListRow
from core.registry import registry
from core.shown import Cell, OwnerFace, Row

Build = Callable[[ListRow], Cell]


def rows_of(kind: Kind, who: Actor, columns: list[Field], found: Listed) -> list[Row]:
    """Return the rows of a page, with the basic line alone where that is all he may know."""
    builders = [_name_cell(kind), *(_builder(each, who, found) for each in columns)]
    users = account_facts().users
    rows = []
    for row in found.rows:
        url = f"/{kind.plural}/{row.id}"
        if row.is_full:
            rows.append(Row(row.id, url, [build(row) for build in builders]))
            continue
        owner = users.get(row.values.owner_id)
        rows.append(
            Row(
                row.id,
                url,
                is_basic=True,
                name=row.values.sort_name,
                kind_label=str(kind.label),
                owner=OwnerFace(owner.name, owner.initials, face.hue(owner.id)) if owner else None,
            )
        )
    return rows


def initials(name: str) -> str:
    """Return one or two letters that stand for a name."""
    words = [each for each in name.split() if each[0].isalnum()]
    return "".join(each[0] for each in (words[:1] + words[1:][-1:])).upper()


def _name_cell(kind: Kind) -> Build:
    shape = "" if kind.is_round else "square"

    def build(row: ListRow) -> Cell:
        name, hue = row.values.name, face.hue(row.id)
        text = row.values.sort_name
        return Cell("name", text, title=name, initials=initials(name), hue=hue, value=shape)

    return build


_EMPTY = Cell("text")


def _builder(field: Field, who: Actor, found: Listed) -> Build:
    """Return what makes the cell of a column from a row to which the actor has full access."""
    if isinstance(field.type, RecordLink):
        return _link_cell(field, who, found)
    if isinstance(field.type, LabelChoice):
        return _label_cell(field, found)
    if field.home == LABELS:
        return _labels_cell(field, found)
    simple: dict[type, Callable[[Field], Build]] = {
        UserChoice: _user_cell,
        Moment: _moment_cell,
        VisibilityChoice: _visibility_cell,
    }
    return simple.get(type(field.type), _value_cell)(field)


def _visibility_cell(_field: Field) -> Build:
    return lambda row: Cell("visibility", row.values.visibility, value=row.values.visibility)


def _labels_cell(field: Field, found: Listed) -> Build:
    names = queries.label_names_on([row.id for row in found.rows if row.is_full], field.key)
    return lambda row: Cell("tags", items=names.get(row.id, ()))


def _value_cell(field: Field) -> Build:
    shown, column = field.type.shown, field.column
    cell_type = field.type.cell

    def build(row: ListRow) -> Cell:
        value = getattr(row.values, column)
        if not value:
            return _EMPTY
        text, url, more = shown(value)
        return Cell(cell_type, text, url, extra=f"+{more}" if more else "")

    return build


def _user_cell(_field: Field) -> Build:
    users = account_facts().users
    cells = {
        each.id: Cell("user", each.name, initials=each.initials, hue=face.hue(each.id))
        for each in users.values()
    }
    return lambda row: cells.get(row.values.owner_id, _EMPTY)


def _moment_cell(field: Field) -> Build:
    formats, now, column = face.formats(), clock.now(), field.column

    @cache
    def cell(moment: datetime) -> Cell:
        text, title = formats.relative(moment, now), formats.datetime(moment)
        return Cell("date", text, title=title, value=moment.isoformat())

    return lambda row: cell(getattr(row.values, column).replace(second=0, microsecond=0))


def _label_cell(field: Field, found: Listed) -> Build:
    column = field.column
    ids = {getattr(row.values, column) for row in found.rows if row.is_full} - {None}
    names = queries.label_names(sorted(ids))

    def build(row: ListRow) -> Cell:
        return Cell("text", names.get(getattr(row.values, column), ""))

    return build


def _link_cell(field: Field, who: Actor, found: Listed) -> Build:
    column = field.column
    ids = {getattr(row.values, column) for row in found.rows if row.is_full} - {None}
    levels = levels_of(who, ids)
    deleted = trashed_among(who, ids - levels.keys())
    plural = registry().kinds[field.type.kind].plural  # type: ignore[attr-defined]

    def build(row: ListRow) -> Cell:
        linked = getattr(row.values, column)
        level = levels.get(linked)
        if level is None:
            return Cell("text", _("(deleted)")) if linked in deleted else _EMPTY
        url = f"/{plural}/{level.basic.id}" if level.is_full else None
        return Cell("link", level.basic.name, url)

    return build
