"""Keeping a list of labels, such as the sources: adding, renaming, ordering, retiring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.db import db
from core.errors import Invalid, InvalidForm
from core.i18n import _
from core.records.fields import clean
from core.records.folding import fold
from core.records.labels import labels_of
from core.records.models import Label

LONGEST_NAME = 100
NEW = "new"


@dataclass(frozen=True)
class Entry:
    """One label as it shall be; `label_id` None makes a new one."""

    label_id: int | None
    name: str
    is_retired: bool = False

    @property
    def key(self) -> str:
        """The name of its control on the page."""
        return NEW if self.label_id is None else f"name.{self.label_id}"


def arrange(family: str, wanted: Sequence[Entry]) -> None:
    """Make a family's labels be as wanted, in this order; labels not named stay, behind them.

    Raises InvalidForm naming every entry whose name cannot be stored, and then stores nothing.
    Two who arrange the same list do so one after the other.
    """
    present = {each.id: each for each in _locked(family)}
    known = [each for each in wanted if each.label_id is None or each.label_id in present]
    named = {each.label_id for each in known}
    rest = [
        Entry(each.id, each.name, each.is_retired)
        for each in present.values()
        if each.id not in named
    ]
    entries = [*known, *rest]
    _check(entries)
    _free_keys(present, entries)
    for place, entry in enumerate(entries, start=1):
        label = present.get(entry.label_id or 0)
        if label is None:
            label = Label(family=family)
            db.session.add(label)
        label.name, label.name_key = clean(entry.name), fold(clean(entry.name))
        label.position, label.is_retired = place, entry.is_retired
    db.session.flush()


def _locked(family: str) -> list[Label]:
    statement = db.select(Label).where(Label.family == family).with_for_update()
    db.session.execute(statement.execution_options(populate_existing=True))
    return labels_of(family, with_retired=True)


def _check(entries: Sequence[Entry]) -> None:
    errors: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    for entry in entries:
        name = clean(entry.name)
        try:
            _check_name(name, seen)
        except Invalid as wrong:
            errors[entry.key] = [wrong.message]
        seen.setdefault(fold(name), name)
    if errors:
        raise InvalidForm(errors)


def _check_name(name: str, seen: dict[str, str]) -> None:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(
            _(
                "Name: %(length)s characters, 1 to %(allowed)s are allowed.",
                length=len(name),
                allowed=LONGEST_NAME,
            )
        )
    if fold(name) in seen:
        raise Invalid(_("Name: “%(name)s” is on the list already.", name=seen[fold(name)]))


def _free_keys(present: dict[int, Label], entries: Sequence[Entry]) -> None:
    """Let go of the keys of names that change, so that two labels may change places."""
    for entry in entries:
        label = present.get(entry.label_id or 0)
        if label is not None and label.name_key != fold(clean(entry.name)):
            label.name_key = f"\x01{label.id}"
    db.session.flush()
