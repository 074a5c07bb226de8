"""Fields: declared once, they serve forms, profiles, lists, search, import and change sets.

A value is always something JSON can hold, so that a change set stores it as it is: text, a list
of texts, a number, the ID of what it points to, or a list of such IDs; empty is None or [].
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.errors import Invalid
from core.i18n import Text, _

SHORT, LONG = 255, 100_000

# What stands in place of personal data that were erased.
MASK = "***"


def clean(text: str) -> str:
    """Return text as it is stored: NFC, no blanks around it, no characters a database refuses."""
    return unicodedata.normalize("NFC", text.replace("\x00", "").replace("\r\n", "\n")).strip()


@dataclass(frozen=True)
class FieldType:
    """How a field's value is typed, stored and shown; the plain one is a short text."""

    control: str = "text"
    is_multiple: bool = False
    max_length: int = SHORT

    @property
    def empty(self) -> Any:
        """The value that stands for nothing."""
        return [] if self.is_multiple else None

    def parse(self, typed: list[str]) -> Any:
        """Return the value of what was typed; raise Invalid with what is expected."""
        text = clean(typed[0]) if typed else ""
        if len(text) > self.max_length:
            raise Invalid(
                _(
                    "%(length)s characters, allowed %(allowed)s",
                    length=len(text),
                    allowed=self.max_length,
                )
            )
        return text or None

    def typed(self, value: Any) -> list[str]:
        """Return the value as it would be typed into a form."""
        if value in (None, "", []):
            return []
        return [str(each) for each in value] if isinstance(value, list) else [str(value)]

    @property
    def cell(self) -> str:
        """How a list shows the value: text, link, email, phone."""
        return "text"

    def shown(self, value: Any) -> tuple[str, str | None, int]:
        """Return the value as text, where it leads to, and how many more values there are."""
        return str(value), None, 0

    def entries(self, value: Any) -> list[tuple[str, str | None, str]]:
        """Return each value as text, where it leads to, and what stands small behind it."""
        values = [[each] for each in value] if self.is_multiple else [value]
        return [(*self.shown(each)[:2], "") for each in values]

    def exact(self, value: Any) -> int | float | Decimal | date | bool | None:
        """Return a value that is a number, a date or a moment as such; None for all others."""
        return None

    @property
    def options(self) -> tuple[tuple[str, Text], ...]:
        """The fixed choices that stand beside each entry of a list, as value and label."""
        return ()

    def warnings(self, value: Any) -> list[str]:
        """Return sentences that must be confirmed before this value is stored."""
        return []

    def words(self, value: Any) -> list[str]:
        """Return the texts by which a record with this value is found."""
        return self.typed(value)

    def masked(self, value: Any) -> Any:
        """Return asterisks in place of a value; what is empty stays empty."""
        if value in (None, "", []):
            return value
        return [MASK] if isinstance(value, list) else MASK

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers: those of `core.records.operators.FAMILIES`."""
        return "text"

    def texts_sql(self, column: str) -> str:
        """Return a sub-select of the texts that a value consists of; empty where it is one text."""
        return ""

    def sought(self, typed: str) -> str:
        """Return what is looked for in those texts when this was typed into a filter."""
        return typed


@dataclass(frozen=True)
class ShortText(FieldType):
    """A text on one line."""


@dataclass(frozen=True)
class LongText(FieldType):
    """A text of many lines."""

    control: str = "longtext"
    max_length: int = LONG


@dataclass(frozen=True)
class RecordLink(FieldType):
    """One record of another kind, by its ID."""

    control: str = "record"
    kind: str = ""

    def parse(self, typed: list[str]) -> Any:
        """Return the ID, or None."""
        return parse_id(typed[0]) if typed and typed[0].strip() else None

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "link"


@dataclass(frozen=True)
class UserChoice(FieldType):
    """One active user of the account."""

    control: str = "user"

    def parse(self, typed: list[str]) -> Any:
        """Return the user's ID, or None."""
        return parse_id(typed[0]) if typed and typed[0].strip() else None

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "user"


@dataclass(frozen=True)
class Principals(FieldType):
    """Users and, unless `with_teams` is off, teams."""

    control: str = "principals"
    is_multiple: bool = True
    with_teams: bool = True

    def parse(self, typed: list[str]) -> Any:
        """Return the IDs in ascending order, each once."""
        return sorted({parse_id(each) for each in typed if each.strip()})

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "principals"


@dataclass(frozen=True)
class VisibilityChoice(FieldType):
    """Public, private or hidden."""

    control: str = "visibility"

    def parse(self, typed: list[str]) -> Any:
        """Return the visibility."""
        value = typed[0].strip() if typed else ""
        if value not in {"", "public", "private", "hidden"}:
            raise Invalid(_("choose public, private or hidden"))
        return value or None

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "visibility"


@dataclass(frozen=True)
class LabelChoice(FieldType):
    """One label of a family, such as a source."""

    control: str = "choice"
    family: str = ""

    def parse(self, typed: list[str]) -> Any:
        """Return the label's ID, or None."""
        return parse_id(typed[0]) if typed and typed[0].strip() else None

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "label"


@dataclass(frozen=True)
class Labels(FieldType):
    """Any number of labels of a family, such as groups or tags.

    What is not a number, or a number in quotes, is the name of a new label; `create_right` says
    who may make one.
    """

    control: str = "choices"
    is_multiple: bool = True
    family: str = ""
    create_right: str = ""
    max_length: int = 100

    def parse(self, typed: list[str]) -> Any:
        """Return IDs and, for names that are new, the names."""
        ids: set[int] = set()
        names: list[str] = []
        for each in typed:
            text = clean(each)
            if not text:
                continue
            if text.isascii() and text.isdigit() and len(text) <= 18:
                ids.add(int(text))
                continue
            text = unquoted(text)
            if len(text) > self.max_length:
                raise Invalid(
                    _(
                        "%(length)s characters, allowed %(allowed)s",
                        length=len(text),
                        allowed=self.max_length,
                    )
                )
            if text not in names:
                names.append(text)
        return [*sorted(ids), *names]

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "labels"


def unquoted(text: str) -> str:
    """Return a new label's name; one of digits alone is sent in quotes, for it is not an ID."""
    inner = text[1:-1]
    return inner if inner.isdigit() and text == f'"{inner}"' else text


@dataclass(frozen=True)
class Moment(FieldType):
    """A point in time, shown in the reader's zone; set by the program alone."""

    control: str = "moment"

    @property
    def asked_as(self) -> str:
        """Which operators a filter offers."""
        return "moment"

    def exact(self, value: Any) -> datetime | None:
        """Return the moment."""
        return value if isinstance(value, datetime) else None


def parse_id(text: str) -> int:
    """Return an ID as typed by a form; anything else is refused."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Invalid(_("choose one from the list"))
    return int(text)


ROW, RECORD, HOLDERS, LABELS = "row", "record", "holders", "labels"
FILTER = "filter"  # no value, only a condition that a plugin brings


@dataclass(frozen=True)
class Field:
    """One field of a kind.

    `home` says where its value lives: a column of the kind's own table, of the record, among the
    holders or among the labels. `plugin` is filled in for a field that a plugin adds to all kinds:
    while it is off, values that are there stay and may be taken away. `search` is `words` or `digits` where the value finds the record.
    `right` is what changing it takes. `is_basic` fields may be seen by whoever has only the basic
    line. What `is_personal` is erased when a record is anonymised. `sort_sql` is what it is sorted by, over the aliases `r` (record) and `k` (the kind's own
    table); text of `k` is put into the order of names.
    """

    key: str
    label: Text
    type: FieldType = field(default_factory=ShortText)
    home: str = ROW
    section: str = "main"
    is_required: bool = False
    is_basic: bool = False
    is_listed: bool = False
    is_editable: bool = True
    search: str = ""
    right: str = "edit"
    hint: Text = ""
    icon: str = ""
    sort_sql: str = ""
    is_personal: bool = False
    synonyms: tuple[str, ...] = ()
    check: Callable[[Any], None] | None = None
    plugin: str = ""

    @property
    def column(self) -> str:
        """The attribute of the row or record that holds the value."""
        return f"{self.key}_id" if self.is_link else self.key

    @property
    def role(self) -> str:
        """What those are called who stand in this field, as `Holder.role` has it."""
        return self.key.removesuffix("s")

    @property
    def is_link(self) -> bool:
        """Whether the value is the ID of something else."""
        return isinstance(self.type, RecordLink | UserChoice | LabelChoice)
