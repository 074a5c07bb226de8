"""The columns of a list: those that a user, a view or the program chose, and what can be sorted."""

from __future__ import annotations

from core import face
from core.records.fields import HOLDERS, Field, RecordLink, UserChoice
from core.records.kinds import Kind
from core.records.list_state import ListState
from core.records.lists import BY_NAME


def listable(kind: Kind) -> list[Field]:
    """Return the fields that can be columns behind the name."""
    return [each for each in kind.fields if each.key != BY_NAME and each.home != HOLDERS]


def columns_key(kind: Kind, state: ListState) -> str:
    """Return under which key the user's choice of columns is kept: a saved view has its own."""
    return f"columns.{kind.key}.{state.view.id}" if state.view.id else f"columns.{kind.key}"


def columns_of(kind: Kind, state: ListState) -> list[Field]:
    """Return the columns that the user chose, else those of the view, else the shipped ones."""
    chosen = face.preference(columns_key(kind, state))
    if chosen is None and state.view.columns:
        chosen = list(state.view.columns)
    if chosen is None:
        chosen = face.preference(f"columns.{kind.key}")
    if chosen is None:
        return [each for each in listable(kind) if each.is_listed]
    return [kind.by_key[key] for key in chosen if key in kind.by_key]


def is_sortable(field: Field) -> bool:
    """Tell whether a list can be put in the order of a field."""
    return bool(field.sort_sql) or isinstance(field.type, RecordLink | UserChoice)
