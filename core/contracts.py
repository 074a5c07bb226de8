"""The frozen values that plugins and core exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.i18n import Text

if TYPE_CHECKING:
    from core.access.actor import Actor
    from core.records.forms import Posted
    from core.records.kinds import Kind
    from core.shown import FormSection

PACKAGES = ("basic", "growth", "automation", "enterprise")

MANAGER, USER, OWNER, PARTICIPANT = "manager", "user", "owner", "participant"

# What a plugin may grant: adding team roles, and several roles of one user in one team.
OWN_ROLES, SEVERAL_ROLES = "own_roles", "several_roles"


@dataclass(frozen=True)
class Right:
    """A right on records of a kind, or, with the kind `general`, without a record.

    `shipped` names the roles that have it from the start, `locked` those that keep it always.
    """

    kind: str
    key: str
    label: Text
    explanation: Text
    shipped: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class NavEntry:
    """An entry of the main menu; `children` stand below it, `shortcut` is the key after g."""

    label: Text
    url: str
    icon: str
    order: int = 100
    children: tuple[NavEntry, ...] = ()
    shortcut: str = ""


@dataclass(frozen=True)
class AddEntry:
    """An entry of the menu + Add."""

    label: Text
    url: str
    icon: str
    order: int = 100


@dataclass(frozen=True)
class SettingsPage:
    """A page of Profile settings (`profile`) or Account settings (`account`).

    Pages of one area, group and label are one entry of the navigation, and each a `tab` of it.
    """

    area: str
    group: Text
    label: Text
    url: str
    order: int = 100
    tab: Text = ""


@dataclass(frozen=True)
class Panel:
    """A box on a profile: a part page with its values, in the middle or at the right.

    `count` stands behind the title, `action` (of core.shown) at its end.
    """

    key: str
    title: Text
    page: str
    values: dict[str, Any]
    order: int = 100
    place: str = "middle"
    count: str = ""
    action: Any = None


@dataclass(frozen=True)
class RecordAction:
    """An action in a profile's menu; offered only where the right is held."""

    label: Text
    url: str
    icon: str
    order: int = 100


@dataclass(frozen=True)
class ShippedView:
    """A view that every list has from the start; `filter` is text of `core.records.filters`.

    `sort` is the key of a field, empty for the name. `is_tab` puts it above the list and not into
    the menu Show alone. `url` is a page of its own instead, `{plural}` in it the list's name.
    """

    key: str
    label: Text
    filter: str = ""
    sort: str = ""
    is_descending: bool = False
    is_tab: bool = False
    order: int = 100
    url: str = ""
    plugin: str = ""


@dataclass(frozen=True)
class ListFilter:
    """A filter that a plugin brings to lists, as `?filter=key:is:value`; `name` is on its chip.

    `condition` is SQL over the record `r` with the bound value `:filter_value`; `label` turns the
    value into the sentence shown on the chip, and returns None where the value means nothing.
    """

    key: str
    name: Text
    condition: str
    label: Callable[[str, Actor], str | None]
    plugin: str = ""


@dataclass(frozen=True)
class JobType:
    """Work that runs outside requests: `run(**arguments)` inside the unit of work of a job.

    `retries` counts further tries after a failure. `failed(**arguments)` is called when there is
    none left, in the transaction that stores so. Pauses between tries grow, to `longest_pause`
    at most. `plugin` is filled in at the start: while the account has it switched off, its jobs
    wait.
    """

    name: str
    run: Callable[..., None]
    retries: int = 3
    failed: Callable[..., None] | None = None
    longest_pause: timedelta = timedelta(days=1)
    plugin: str = ""


@dataclass(frozen=True)
class ListOperation:
    """Something that can be done with the ticked rows of a list, at `/<list>/operations/<key>`.

    `is_offered(kind, actor)` says where and for whom. `sections(kind, actor, typed, errors)` are
    those of its form, and `read(kind, actor, posted)` returns its arguments, JSON values, or
    raises InvalidForm. `right(arguments)` is what it takes on each record. `after(kind,
    arguments, values)` returns the values of a record that differ afterwards, or raises Invalid
    saying why this one is left alone. `summary(kind, arguments)` says in a sentence what is done.
    """

    key: str
    label: Text
    icon: str
    is_offered: Callable[[Kind, Actor], bool]
    sections: Callable[
        [Kind, Actor, Mapping[str, list[str]], Mapping[str, Sequence[str]]], list[FormSection]
    ]
    read: Callable[[Kind, Actor, Posted], dict[str, Any]]
    right: Callable[[dict[str, Any]], str]
    after: Callable[[Kind, dict[str, Any], Mapping[str, Any]], dict[str, Any]]
    summary: Callable[[Kind, dict[str, Any]], str]
    order: int = 100
    plugin: str = ""


@dataclass(frozen=True)
class ListAction:
    """Something else to do with rows of a list, on a page of its own that its plugin answers.

    With `is_for_all` it stands at `/<list>/<key>`, opened by GET for all rows of the filter and by
    POST with the ticked ones; otherwise at `/<list>/operations/<key>`, for ticked rows alone.
    `core.records.list_views.ticked` tells the rows. `is_offered(kind, actor)` says where and for
    whom.
    """

    key: str
    label: Text
    icon: str
    is_offered: Callable[[Kind, Actor], bool]
    is_for_all: bool = False
    order: int = 100
    plugin: str = ""


@dataclass(frozen=True)
class RecordPointer:
    """Rows of a table that point to records, and go along when these are merged into one.

    `column` holds the number of the record, `id` the row's own. `condition` says, over the row
    `t`, which of them go along. Of rows that agree in all columns of `unique` a record has one
    alone: a second one is dropped, and comes back when the records are split. Links that are
    fields of a kind need no pointer.
    """

    key: str
    table: str
    column: str = "record_id"
    condition: str = "true"
    unique: tuple[str, ...] = ()


@dataclass(frozen=True)
class CronEntry:
    """Something short that is done every `every`, and when the clock starts.

    It sees no account until it enters one; what takes longer than a second is enqueued as a job.
    """

    name: str
    run: Callable[[], None]
    every: timedelta


@dataclass(frozen=True)
class Cause:
    """A cause of notifications; `text` makes the sentence from the stored parameters.

    Beside them it gets `record`, the record's name as its reader may know it now, and `actor`,
    the name of who did it. `tells_author` says that one's own acts are told too.
    """

    key: str
    label: Text
    text: Callable[[dict[str, Any]], str]
    icon: str = "bell"
    tells_author: bool = False


@dataclass(frozen=True)
class SecurityEvent:
    """A sort of entries of the security log; `text` makes the sentence from the stored details."""

    key: str
    label: Text
    text: Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class PluginSpec:
    """What the page Package and plugins says of a plugin.

    `grants` are what core allows only while the plugin is active, such as OWN_ROLES.
    """

    name: str
    label: Text
    description: Text
    package: str = "basic"
    is_switchable: bool = True
    shipped_on: bool = True
    needs: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setting:
    """An account-wide setting with its declared start value (a JSON value)."""

    key: str
    shipped: Any = field(hash=False)
