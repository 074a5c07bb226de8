"""The settings of who holds new records: forms to changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.accounts.queries import account_facts, setting
from core.errors import InvalidForm
from core.i18n import _
from core.permissions import facts
from core.permissions.facts import PermissionChange
from core.permissions.matrix import active_kinds
from core.records.kinds import Kind
from core.registry import registry
from core.shown import FieldView, FormSection, Option

SIGNED_IN_USER, MAIN_TEAM, NOBODY = "signed_in_user", "main_team", ""
MOST_DAYS = 3650


class Posted(Protocol):
    """The controls of a form by name, each possibly several times."""

    def getlist(self, key: str) -> list[str]:
        """Return every value of a control."""

    def get(self, key: str, default: str) -> str:
        """Return the first value of a control."""


@dataclass(frozen=True)
class Default:
    """One setting: its key, its control, how it is read and which choices it has."""

    key: str
    control: str
    label: str
    type: str
    hint: str = ""

    @property
    def present(self) -> Any:
        """What is set now."""
        return setting(self.key)

    def read(self, posted: Posted) -> Any:
        """Return the value that was sent. Raises ValueError for what cannot be chosen."""
        return _READERS[self.type](self, posted)

    def change(self, posted: Posted) -> PermissionChange:
        """Return what the form changes of it, against what the form opened with.

        Raises ValueError also where somebody else changed it meanwhile to something else.
        """
        wanted, opened = self.read(posted), _opened(posted, self.control)
        if opened is not NOT_SENT and _alike(wanted, opened):
            return PermissionChange()
        if opened is not NOT_SENT and not (
            _alike(self.present, opened) or _alike(self.present, wanted)
        ):
            raise ValueError(_("somebody changed this meanwhile; save again to have it your way"))
        return facts.setting(self.key, self.present, wanted)

    def view(self, posted: Posted | None, errors: Mapping[str, list[str]]) -> FieldView:
        """Return the control with what was sent, or what is set."""
        options = _options(self, posted)
        value = _typed(self, posted)
        return FieldView(
            self.control,
            self.label,
            {"invited": "principals", "owner": "choice"}.get(self.type, self.type),
            value=value,
            options=options,
            hint=self.hint,
            errors=errors.get(self.control, ()),
            is_wide=True,
            sends_empty=self.type == "invited",
        )


def invited_defaults() -> list[Default]:
    """Return who is invited to new records of each kind."""
    return [
        Default(f"access.{kind.key}.invited", f"invited.{kind.key}", str(kind.labels), "invited")
        for kind in active_kinds()
    ]


def owner_defaults(kind: Kind) -> list[Default]:
    """Return who owns new records of a kind, and whether they must have an owner."""
    return [
        Default(
            f"access.{kind.key}.owner", f"owner.{kind.key}", _("Owner of new records"), "owner"
        ),
        Default(
            f"access.{kind.key}.owner_required",
            f"required.{kind.key}",
            _("Required role: a record cannot be saved without an owner"),
            "yes_no",
        ),
    ]


def area_defaults() -> dict[str, list[Default]]:
    """Return what may happen to owners later, by the label of each area."""
    found: dict[str, list[Default]] = {}
    for kind in active_kinds():
        area = f"access.{kind.visibility_area}"
        if f"{area}.take_over" in registry().settings:
            found[str(kind.area_label)] = [
                Default(
                    f"{area}.inactive_days",
                    f"inactive.{kind.visibility_area}",
                    _("Remove inactive owners after days"),
                    "number",
                    _("Without any change by the owner on the record; 1 to 3650, empty: never."),
                ),
                Default(
                    f"{area}.take_over",
                    f"take_over.{kind.visibility_area}",
                    _("Users may take ownerless objects"),
                    "yes_no",
                ),
            ]
    return found


def owner_sections(posted: Posted | None, errors: Mapping[str, list[str]]) -> list[FormSection]:
    """Return the settings beside the rights of owners."""
    by_title = {str(kind.labels): owner_defaults(kind) for kind in active_kinds()}
    return [
        FormSection(title, [each.view(posted, errors) for each in defaults])
        for title, defaults in {**by_title, **area_defaults()}.items()
    ]


def invited_sections(posted: Posted | None, errors: Mapping[str, list[str]]) -> list[FormSection]:
    """Return the settings beside the rights of participants."""
    fields = [each.view(posted, errors) for each in invited_defaults()]
    return [FormSection(_("Default invited"), fields, _("Holds for new records only."))]


def all_owner_defaults() -> list[Default]:
    """Return all settings beside the rights of owners."""
    return [
        *(each for kind in active_kinds() for each in owner_defaults(kind)),
        *(each for defaults in area_defaults().values() for each in defaults),
    ]


def change_of(defaults: list[Default], posted: Posted) -> PermissionChange:
    """Return what a form changes of some settings. Raises InvalidForm naming the wrong controls."""
    change, errors = PermissionChange(), {}
    for each in defaults:
        try:
            change |= each.change(posted)
        except ValueError as wrong:
            errors[each.control] = [f"{each.label}: {wrong}"]
    if errors:
        raise InvalidForm(errors)
    return change


def opened_controls(
    defaults: list[Default], posted: Posted | None, wrong: Mapping[str, list[str]]
) -> list[tuple[str, str]]:
    """Return the hidden controls that say what a form opened with.

    A form that is shown again keeps them, but for what it says is wrong: that was seen now.
    """
    return [
        (f"opened.{each.control}", _kept(posted, each.control, wrong) or json.dumps(each.present))
        for each in defaults
    ]


def _kept(posted: Posted | None, control: str, wrong: Mapping[str, list[str]]) -> str:
    return "" if posted is None or control in wrong else posted.get(f"opened.{control}", "")


NOT_SENT = object()


def _opened(posted: Posted, control: str) -> Any:
    """Return what the form says a control was when it was opened; NOT_SENT where it does not."""
    text = posted.get(f"opened.{control}", "")
    try:
        return json.loads(text[:100_000]) if text else NOT_SENT
    except (ValueError, RecursionError):
        return NOT_SENT


def _alike(one: Any, other: Any) -> bool:
    """Tell whether two values of a setting mean the same; in lists the order means nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return {str(each) for each in one} == {str(each) for each in other}
    return one == other and type(one) is type(other)


# ---------------------------------------------------------------- one sort of setting each


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(_("choose users and teams from the list"))
    return int(text)


def _read_invited(default: Default, posted: Posted) -> list[Any]:
    known = account_facts()
    chosen: list[Any] = []
    for text in posted.getlist(default.control):
        if not text:
            continue
        value: Any = text if text in {SIGNED_IN_USER, MAIN_TEAM} else _number(text)
        person = known.users.get(value) if isinstance(value, int) else None
        is_known = person is not None and (
            person.is_active or (value in default.present and person.status != "removed")
        )
        if isinstance(value, int) and not is_known and value not in known.teams:
            raise ValueError(_("choose users and teams from the list"))
        if value not in chosen:
            chosen.append(value)
    return chosen


def _read_owner(default: Default, posted: Posted) -> Any:
    text = posted.get(default.control, "")
    if text == NOBODY:
        return None
    if text == SIGNED_IN_USER:
        return text
    person = account_facts().users.get(_number(text))
    is_kept = person is not None and person.id == default.present and person.status != "removed"
    if person is None or not (person.is_active or is_kept):
        raise ValueError(_("choose a user"))
    return person.id


def _read_days(default: Default, posted: Posted) -> int:
    text = posted.get(default.control, "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 0 <= int(text) <= MOST_DAYS):
        raise ValueError(_("type a whole number from 1 to 3650"))
    return int(text)


_READERS: dict[str, Any] = {
    "invited": _read_invited,
    "owner": _read_owner,
    "number": _read_days,
    "yes_no": lambda default, posted: posted.get(default.control, "") != "",
}


def _typed(default: Default, posted: Posted | None) -> str:
    if posted is not None:
        return posted.get(default.control, "")
    present = default.present
    return "" if present in (None, False, 0) else str(present)


def _options(default: Default, posted: Posted | None) -> list[Option]:
    if default.type not in {"invited", "owner"}:
        return []
    present = default.present
    chosen = posted.getlist(default.control) if posted is not None else (
        [str(each) for each in present] if default.type == "invited" else [str(present or NOBODY)]
    )  # fmt: skip
    known = account_facts()
    users = [
        Option(str(each.id), each.name, str(each.id) in chosen)
        for each in known.users.values()
        if each.is_active or (str(each.id) in chosen and each.status != "removed")
    ]
    signed_in = Option(SIGNED_IN_USER, _("Signed-in user"), SIGNED_IN_USER in chosen)
    if default.type == "owner":
        return [Option(NOBODY, _("None"), NOBODY in chosen), signed_in, *users]
    teams = [
        Option(str(each.id), each.name, str(each.id) in chosen, hint=_("team"))
        for each in known.teams.values()
    ]
    main_team = Option(MAIN_TEAM, _("Main team of the user"), MAIN_TEAM in chosen)
    return [main_team, signed_in, *teams, *users]
