"""Kinds of records, as plugins register them, and the rights and fields that all of them have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core.contracts import MANAGER, OWNER, PARTICIPANT, USER, Right, Setting
from core.i18n import Text, lazy, sense
from core.records.fields import (
    HOLDERS,
    RECORD,
    Field,
    Moment,
    Principals,
    UserChoice,
    VisibilityChoice,
)

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A heading on forms and profiles, with the fields that name it."""

    key: str
    label: Text


def _no_keys(values: Values) -> list[str]:
    return []


def _no_tiers(values: Values) -> list[list[str]]:
    return []


def _no_reasons(one: Values, other: Values) -> list[Text]:
    return []


@dataclass(frozen=True)
class Matching:
    """By what records of a kind are recognised as the same.

    `keys` are the texts under which a record with these values is remembered. `tiers` are those
    under which it is looked for: the first tier that finds anything decides, and within it the
    record that is found under most keys. `needs` are the fields that all of them read. `reasons` say
    what two records that match have in common.
    """

    keys: Callable[[Values], list[str]] = _no_keys
    tiers: Callable[[Values], list[list[str]]] = _no_tiers
    needs: frozenset[str] = frozenset()
    reasons: Callable[[Values, Values], list[Text]] = _no_reasons


@dataclass(frozen=True)
class Kind:
    """A kind of record: what the generic pages, the engine and the import know of it.

    `name_of` makes the shown name and the sorted name from the values. `row` is the model of the
    table with the kind's own columns. `matching` says which records are the same. `subtitle` are
    the fields that stand below the name. Kinds of one `visibility_area` share their settings of
    visibility; `area_label` is the name of its tab. Records of a kind that `is_mergeable` can be
    merged into one, which is a right of its own.
    """

    key: str
    plural: str
    label: Text
    labels: Text
    add_label: Text
    empty_text: Text
    icon: str
    row: Any
    fields: tuple[Field, ...]
    sections: tuple[Section, ...]
    name_of: Callable[[Values], tuple[str, str]]
    visibility_area: str
    area_label: Text
    name_label: Text
    plugin: str = ""
    is_round: bool = False
    is_mergeable: bool = False
    subtitle: tuple[str, ...] = ()
    matching: Matching = Matching()

    def field(self, key: str) -> Field:
        """Return a field by its key; KeyError where there is none."""
        return self.by_key[key]

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The fields by their keys."""
        return {each.key: each for each in self.fields}

    @property
    def table(self) -> str:
        """The name of the table with the kind's own columns."""
        return str(self.row.__tablename__)

    def homed(self, home: str) -> list[Field]:
        """Return the fields that live in one place."""
        return [each for each in self.fields if each.home == home]


def common_fields(further: Sequence[Field] = ()) -> tuple[Field, ...]:
    """Return the fields that every object has, with those that plugins add behind the owner."""
    return (
        Field(
            "owner",
            lazy("Owner"),
            UserChoice(),
            home=RECORD,
            section="access",
            is_basic=True,
            is_listed=True,
            right="change_owner",
            synonyms=("opiekun", "owner", "właściciel", "account manager"),
        ),
        *further,
        Field(
            "participants",
            lazy("Participants"),
            Principals(),
            home=HOLDERS,
            section="access",
            right="manage_participants",
        ),
        Field(
            "visibility",
            lazy("Visibility"),
            VisibilityChoice(),
            home=RECORD,
            section="access",
            is_listed=True,
            right="change_visibility",
            sort_sql="r.visibility",
        ),
        Field(
            "created_at",
            lazy("Created"),
            Moment(),
            home=RECORD,
            section="access",
            is_editable=False,
            sort_sql="r.created_at",
        ),
        Field(
            "updated_at",
            lazy("Changed"),
            Moment(),
            home=RECORD,
            section="access",
            is_editable=False,
            is_listed=True,
            sort_sql="r.updated_at",
        ),
    )


def common_rights(kind: Kind) -> list[Right]:
    """Return the rights that every kind of object has, with the ticks as shipped."""
    rows = (
        ("view", sense("right", "View"), lazy("See public records with all their information."),
         (MANAGER, USER, OWNER, PARTICIPANT), (OWNER, PARTICIPANT)),
        ("add", sense("right", "Add"), lazy("Make new records."), (MANAGER, USER), ()),
        ("edit", sense("right", "Edit"), lazy("Change fields, groups and tags."),
         (MANAGER, OWNER, PARTICIPANT), ()),
        ("delete", lazy("Delete and restore"), lazy("Move to the trash and back."),
         (MANAGER, OWNER), ()),
        ("change_owner", lazy("Change owner"), lazy("Hand over to another user."),
         (MANAGER, OWNER), ()),
        ("manage_participants", lazy("Manage participants"),
         lazy("Invite and remove users and teams."), (MANAGER, OWNER), ()),
        ("change_visibility", lazy("Change visibility"),
         lazy("Make public, private or hidden."), (MANAGER, OWNER), ()),
        ("export", sense("right", "Export"), lazy("Take out into files, with all their information."),
         (MANAGER,), ()),
    )  # fmt: skip
    rights = [
        Right(kind.key, key, label, explanation, shipped, locked, order=10 * place)
        for place, (key, label, explanation, shipped, locked) in enumerate(rows)
    ]
    return [*rights, _merging(kind)] if kind.is_mergeable else rights


def _merging(kind: Kind) -> Right:
    explanation = lazy("Make one record of several, and split them again.")
    return Right(kind.key, "merge", lazy("Merge"), explanation, (MANAGER, OWNER), order=90)


def settings_of(kind: Kind) -> list[Setting]:
    """Return the settings that every kind of object has, with the values as shipped."""
    area = f"visibility.{kind.visibility_area}"
    return [
        Setting(f"{area}.offered", ["public", "private", "hidden"]),
        Setting(f"{area}.default", "public"),
        Setting(f"access.{kind.visibility_area}.inactive_days", 0),
        Setting(f"access.{kind.visibility_area}.take_over", shipped=False),
        Setting(f"trash.{kind.visibility_area}.clear_personal", shipped=False),
        Setting(f"access.{kind.key}.owner", "signed_in_user"),
        Setting(f"access.{kind.key}.owner_required", shipped=True),
        Setting(f"access.{kind.key}.invited", ["main_team"]),
    ]


class Kinds:
    """The kinds of one application, in the order of their registration."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._further: list[Field] = []

    def add_field(self, field: Field, plugin: str) -> None:
        """Take in a plugin's field, which every kind added from now on has."""
        self._further.append(replace(field, plugin=plugin))

    def add(self, kind: Kind, plugin: str) -> None:
        """Take in a kind with the fields that all kinds have."""
        if kind.key in self._kinds:
            raise ValueError(f"kind {kind.key} is registered twice")
        fields = kind.fields + common_fields(self._further)
        self._kinds[kind.key] = replace(kind, fields=fields, plugin=plugin)

    def __getitem__(self, key: str) -> Kind:
        return self._kinds[key]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def of(self, plugins: frozenset[str]) -> list[Kind]:
        """Return the kinds of the given plugins."""
        return [kind for kind in self._kinds.values() if kind.plugin in plugins]
