"""The form of a record: from posted controls to checked values, and from values to controls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field as default, replace
from typing import Any, Protocol, cast

from core.access import Access, Actor
from core.access.engine import Level
from core.accounts.queries import account_facts, setting
from core.errors import Invalid
from core.i18n import _
from core.records.cells import Cells, basic_note, visibility_word
from core.records.fields import (
    Field,
    LabelChoice,
    Labels,
    Principals,
    RecordLink,
    parse_id,
    unquoted,
)
from core.records.kinds import Kind
from core.records.labels import labels_of
from core.records.merging import Merged
from core.records.queries import is_active
from core.shown import (
    Conflict,
    ConflictRow,
    FieldView,
    FormError,
    FormSection,
    FormView,
    FormWarning,
    Option,
)

# Of a form that shows likely duplicates: what does not count as one, and that it has shown them.
SIMILAR_TO, SIMILAR_SEEN = "similar_to", "similar_seen"
OWN_CONTROLS = frozenset(
    {"csrf_token", "version", "form_token", "confirm", SIMILAR_TO, SIMILAR_SEEN}
)
KEEP = "keep_"
PHONE_LIST, EMAIL_LIST = "phone_list", "email_list"
HOLDER_KEYS = ("owner", "owners", "visibility")  # in the dialog of holders, beside participants


class Posted(Protocol):
    """The controls of a form by name, each possibly several times."""

    def getlist(self, key: str) -> list[str]:
        """Return every value of a control."""

    def get(self, key: str, default: str) -> str:
        """Return the first value of a control."""

    def __iter__(self) -> Iterator[str]:
        """Return the names of the controls."""


@dataclass(frozen=True)
class Sent:
    """What a form brought: values by field key, what was typed, and what is wrong with it.

    `wrong` are the places of wrong entries in lists. `kept` are the choices of the conflict
    dialog: `now` or `mine` by field key.
    """

    values: dict[str, Any]
    typed: dict[str, list[str]]
    errors: dict[str, list[str]] = default(default_factory=dict)
    wrong: dict[str, list[int]] = default(default_factory=dict)
    version: int | None = None
    token: str = ""
    confirmed: frozenset[str] = frozenset()
    kept: dict[str, str] = default(default_factory=dict)

    def merged(self, kind: Kind, merged: Merged) -> Sent:
        """Return the form with what others changed where it was left alone."""
        values, typed = dict(self.values), dict(self.typed)
        for key, value in merged.values.items():
            if key not in merged.conflicts and value != values.get(key):
                values[key], typed[key] = value, kind.field(key).type.typed(value)
        return replace(self, values=values, typed=typed)


def read(kind: Kind, posted: Posted) -> Sent:
    """Return what a posted form of a kind says; controls of unknown names are errors.

    A field that was not posted is absent from the values, so it stays as it is.
    """
    fields = {each.key: each for each in kind.fields if each.is_editable}
    sent = Sent(
        values={},
        typed={},
        token=posted.get("form_token", "")[:100],
        confirmed=frozenset(posted.getlist("confirm")),
        kept={key: posted.get(KEEP + key, "") for key in fields if KEEP + key in posted},
    )
    for name in posted:
        if not _is_known(name, fields):
            sent.errors[name] = [_("There is no field “%(name)s”.", name=name[:100])]
    for key, field in fields.items():
        if posted.getlist(key):
            _read_field(field, posted, sent)
    for key, choice in sent.kept.items():
        if choice == "now":
            sent.values.pop(key, None)
    try:
        version = posted.get("version", "")
        return replace(sent, version=parse_id(version) if version else None)
    except Invalid:
        sent.errors["version"] = [_("Open the form again: its version is not a number.")]
        return sent


def read_holders(kind: Kind, posted: Posted, present: Mapping[str, Any]) -> Sent:
    """Return what the dialog of holders says: owner, visibility, and the participants that are
    left of the present ones after adding and removing.
    """
    sent = Sent({}, {}, confirmed=frozenset(posted.getlist("confirm")))
    for name in posted:
        if name not in OWN_CONTROLS | {*HOLDER_KEYS, "add", "remove"}:
            sent.errors[name] = [_("There is no field “%(name)s”.", name=name[:100])]
    fields = [kind.by_key[key] for key in HOLDER_KEYS if key in kind.by_key]
    for each in fields:
        if posted.getlist(each.key):
            _read_field(each, posted, sent)
    field = kind.field("participants")
    try:
        added = field.type.parse(posted.getlist("add"))
        removed = field.type.parse(posted.getlist("remove"))
        if added or removed:
            kept = set(present["participants"]) | set(added)
            sent.values["participants"] = sorted(kept - set(removed))
        version = posted.get("version", "")
        sent = replace(sent, version=parse_id(version) if version else None)
    except Invalid as refused:
        sent.errors["add"] = [f"{field.label}: {refused.message}"]
    sent.typed["add"], sent.typed["remove"] = posted.getlist("add"), posted.getlist("remove")
    return sent


def _is_known(name: str, fields: Mapping[str, Field]) -> bool:
    if name in OWN_CONTROLS or name in fields or name.removeprefix(KEEP) in fields:
        return True
    listed = fields.get(name.removesuffix("_kind"))
    return listed is not None and listed.type.control == PHONE_LIST


def _read_field(field: Field, posted: Posted, sent: Sent) -> None:
    typed = _typed(field, posted)
    sent.typed[field.key] = typed
    try:
        sent.values[field.key] = field.type.parse(typed)
    except Invalid as refused:
        sent.errors[field.key] = [f"{field.label}: {refused.message}"]
        if field.type.control in {EMAIL_LIST, PHONE_LIST}:
            sent.wrong[field.key] = [
                place for place, entry in enumerate(typed) if not _fits(field, entry)
            ]


def _typed(field: Field, posted: Posted) -> list[str]:
    typed = posted.getlist(field.key)
    if field.type.control == PHONE_LIST:
        kinds = posted.getlist(f"{field.key}_kind")
        first = field.type.options[0][0]
        kinds += [first] * (len(typed) - len(kinds))
        return [
            f"{kind or first}:{entry}"
            for entry, kind in zip(typed, kinds, strict=False)
            if entry.strip()
        ]
    if field.type.is_multiple:
        return [each for each in typed if each.strip()]
    return typed[:1]


def _fits(field: Field, entry: str) -> bool:
    try:
        field.type.parse([entry])
    except Invalid:
        return False
    return True


@dataclass(frozen=True)
class Stale:
    """What somebody else changed while a form was open: by whom and when, both as text.

    `opened` and `now` are values by field key, `conflicts` the keys that both sides changed.
    """

    by: str
    at: str
    opened: Mapping[str, Any]
    now: Mapping[str, Any]
    conflicts: Sequence[str]
    merged_count: int = 0


class RecordForm:
    """The form of one record, or with `access` None of a new one, for one actor.

    `values` are the present values, or those a new record starts with.
    """

    def __init__(
        self,
        kind: Kind,
        actor: Actor,
        values: Mapping[str, Any],
        access: Access | None = None,
        sent: Sent | None = None,
    ) -> None:
        self.kind, self.actor, self.access = kind, actor, access
        self.values = dict(values)
        self.sent = sent or Sent({}, {})
        self.cells = Cells(kind, actor, values, self.sent.values)
        self.facts = account_facts()

    def is_locked(self, field: Field) -> bool:
        """Tell whether the actor lacks the right to change a field of this record."""
        return self.access is not None and not self.access.can(field.right)

    def is_offered(self, field: Field) -> bool:
        """Tell whether a field stands in the form: one whose plugin is off only while filled."""
        return field.is_editable and (is_active(field) or bool(self.values.get(field.key)))

    def view(  # noqa: PLR0913 - each is one value of the page
        self,
        *,
        action: str,
        title: str,
        cancel_url: str,
        version: int | None = None,
        token: str = "",
        errors: Mapping[str, Sequence[str]] | None = None,
        warnings: Mapping[str, str] | None = None,
        stale: Stale | None = None,
        **more: Any,
    ) -> FormView:
        """Return the form as the page takes it."""
        errors = errors or {}
        sections = self.sections(errors)
        return FormView(
            action=action,
            title=title,
            sections=sections,
            save_label=_("Save"),
            cancel_url=cancel_url,
            version=str(version or ""),
            token=token,
            errors=_summary(errors, sections),
            warnings=[FormWarning(key, str(text)) for key, text in (warnings or {}).items()],
            conflict=self.conflict(stale) if stale else None,
            **more,
        )

    def sections(self, errors: Mapping[str, Sequence[str]]) -> list[FormSection]:
        """Return the sections of the kind with their fields; the first wrong field has focus."""
        sections = []
        focused = False
        for section in self.kind.sections:
            fields = []
            for each in self.kind.fields:
                if each.section != section.key or not self.is_offered(each):
                    continue
                view = self.field(each, errors.get(each.key, ()))
                if view.errors and not focused:
                    view, focused = replace(view, has_focus=True), True
                fields.append(view)
            if fields:
                sections.append(FormSection(str(section.label), fields))
        return sections

    def field(self, field: Field, errors: Sequence[str] = ()) -> FieldView:
        """Return one field of the form."""
        value = self.sent.values.get(field.key, self.values.get(field.key))
        view = FieldView(
            key=field.key,
            label=str(field.label),
            type=field.type.control,
            hint=str(field.hint),
            is_required=field.is_required,
            errors=list(errors),
        )
        if self.is_locked(field):
            text = self.cells.text(field, self.values.get(field.key))
            return replace(view, is_readonly=True, readonly_text=text)
        typed = self.sent.typed.get(field.key)
        if typed is None:
            typed = field.type.typed(value)
        build = _CONTROLS.get(field.type.control, RecordForm._text)
        return build(self, view, field, typed)

    def _text(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        return replace(view, value=typed[0] if typed else "", is_wide=view.type == "longtext")

    def _emails(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        return replace(view, values=typed, wrong=self.sent.wrong.get(field.key, ()))

    def _phones(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        pairs = [(number, kind) for kind, _colon, number in (each.partition(":") for each in typed)]
        options = [Option(value, str(label)) for value, label in field.type.options]
        wrong = self.sent.wrong.get(field.key, ())
        return replace(view, values=pairs, options=options, wrong=wrong)

    def _user(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        chosen = typed[0] if typed else ""
        present = self.values.get(field.key)
        is_required = bool(setting(f"access.{self.kind.key}.owner_required"))
        options = [
            Option(str(each.id), each.name, is_selected=str(each.id) == chosen)
            for each in self.facts.users.values()
            if each.is_active or each.id == present
        ]
        if not is_required or not chosen:
            label = _("Choose a user") if is_required else _("None")
            options.insert(0, Option("", label, is_selected=not chosen))
        return replace(view, options=options, is_required=is_required)

    def _principals(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        present = self.values.get(field.key) or ()
        options = self.principals(typed, present)
        if not cast(Principals, field.type).with_teams:
            options = [each for each in options if int(each.value) in self.facts.users]
        if not is_active(field):
            options = [each for each in options if int(each.value) in present]
        return replace(view, options=options, sends_empty=True)

    def principals(self, chosen: Sequence[str], present: Iterable[int]) -> list[Option]:
        """Return the active users and the teams, with those that are there already."""
        kept = set(present)
        teams = [
            Option(str(each.id), each.name, str(each.id) in chosen, hint=_("team"))
            for each in self.facts.teams.values()
        ]
        users = [
            Option(str(each.id), each.name, str(each.id) in chosen)
            for each in self.facts.users.values()
            if each.is_active or each.id in kept
        ]
        return teams + users

    def _visibility(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        offered = list(setting(f"visibility.{self.kind.visibility_area}.offered"))
        present = self.values.get(field.key) if self.access else None
        shown = [each for each in ("public", "private", "hidden") if each in {*offered, present}]
        chosen = typed[0] if typed else ""
        if len(shown) == 1:
            return replace(view, is_readonly=True, readonly_text=visibility_word(shown[0]))
        hints = visibility_hints()
        options = [
            Option(each, visibility_word(each), each == chosen, hint=hints[each]) for each in shown
        ]
        return replace(view, options=options, is_required=True)

    def _record(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        kind = cast(RecordLink, field.type).kind
        options = [Option("", "")]
        chosen = typed[0].strip() if typed else ""
        level = self.cells.levels.get(int(chosen)) if chosen.isdecimal() else None
        if level is not None and level.basic.kind == kind:
            options.append(link_option(level))
        return replace(view, options=options, picker_url=f"/pick/{kind}")

    def _choice(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        options = self._label_options(field, typed, cast(LabelChoice, field.type).family)
        return replace(view, options=[Option("", ""), *options])

    def _choices(self, view: FieldView, field: Field, typed: list[str]) -> FieldView:
        kind = cast(Labels, field.type)
        options = self._label_options(field, typed, kind.family)
        known = {each.value for each in options}
        new = [
            Option(each, unquoted(each), is_selected=True) for each in typed if each not in known
        ]
        may_create = self.actor.has("general", kind.create_right)
        return replace(view, options=options + new, may_create=may_create, sends_empty=True)

    def _label_options(self, field: Field, typed: list[str], family: str) -> list[Option]:
        present = self.values.get(field.key) or []
        kept = set(present if isinstance(present, list) else [present])
        return [
            Option(str(each.id), each.name, is_selected=str(each.id) in typed)
            for each in labels_of(family, with_retired=True)
            if not each.is_retired or each.id in kept
        ]

    def holders(self, errors: Mapping[str, Sequence[str]] | None = None) -> list[FieldView]:
        """Return the controls of the dialog of holders; those of missing rights are read-only."""
        errors = errors or {}
        field = self.kind.field("participants")
        fields = [
            self.field(each, errors.get(each.key, ()))
            for each in self.kind.fields
            if each.key in {"owner", "owners"} and self.is_offered(each)
        ]
        if not self.is_locked(field):
            present = {str(each) for each in self.values.get(field.key) or ()}
            options = [
                each
                for each in self.principals(self.sent.typed.get("add", ()), ())
                if each.value not in present
            ]
            wrong = [*errors.get("add", ()), *errors.get(field.key, ())]
            fields.append(
                FieldView("add", _("Add participants"), "principals", options=options, errors=wrong)
            )
        visibility = self.kind.field("visibility")
        return [*fields, self.field(visibility, errors.get("visibility", ()))]

    def holders_view(
        self,
        *,
        url: str,
        title: str,
        version: int,
        errors: Mapping[str, Sequence[str]],
        warnings: Mapping[str, str],
    ) -> FormView:
        """Return the dialog of holders as a page of its own, to mend or confirm it."""
        removed = [
            FieldView("remove", "", "hidden", value=each)
            for each in self.sent.typed.get("remove", ())
        ]
        sections = [FormSection(_("Participants"), [*self.holders(errors), *removed])]
        return FormView(
            action=f"{url}/holders",
            title=title,
            sections=sections,
            save_label=_("Save"),
            cancel_url=url,
            version=str(version),
            errors=_summary(errors, sections),
            warnings=[FormWarning(key, str(text)) for key, text in warnings.items()],
        )

    def conflict(self, stale: Stale) -> Conflict:
        """Return the dialog that shows both sides of the fields in conflict."""
        cells = Cells(self.kind, self.actor, stale.opened, stale.now, self.sent.values)
        rows = []
        for key in stale.conflicts:
            field = self.kind.field(key)
            rows.append(
                ConflictRow(
                    key,
                    str(field.label),
                    opened=cells.text(field, stale.opened.get(key)),
                    now=cells.text(field, stale.now.get(key)),
                    mine=cells.text(field, self.sent.values.get(key)),
                )
            )
        return Conflict(stale.by, stale.at, rows, stale.merged_count)


def visibility_hints() -> dict[str, str]:
    """Return what each visibility means, in the reader's language."""
    return {
        "public": _("All users find it and open it."),
        "private": _("Others see only its name, kind and owner."),
        "hidden": _("For others it does not exist."),
    }


_CONTROLS = {
    EMAIL_LIST: RecordForm._emails,  # noqa: SLF001 - the table of this class's own methods
    PHONE_LIST: RecordForm._phones,  # noqa: SLF001
    "user": RecordForm._user,  # noqa: SLF001
    "principals": RecordForm._principals,  # noqa: SLF001
    "visibility": RecordForm._visibility,  # noqa: SLF001
    "record": RecordForm._record,  # noqa: SLF001
    "choice": RecordForm._choice,  # noqa: SLF001
    "choices": RecordForm._choices,  # noqa: SLF001
}


def link_option(level: Level) -> Option:
    """Return the chosen record of a picker; one without full access shows its basic line."""
    basic = level.basic
    note = "" if level.is_full else basic_note(basic.kind, basic.owner_id)
    return Option(str(basic.id), basic.name, is_selected=True, hint=note)


def _summary(
    errors: Mapping[str, Sequence[str]], sections: Sequence[FormSection]
) -> list[FormError]:
    shown = [each.key for section in sections for each in section.fields]
    order = [key for key in shown if key in errors] + [key for key in errors if key not in shown]
    return [
        FormError(key if key in shown else "", str(text)) for key in order for text in errors[key]
    ]
