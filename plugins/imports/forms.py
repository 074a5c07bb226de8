"""The forms of an import: its file, the targets of its columns, its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.access import Actor
from core.errors import Invalid
from core.i18n import Text, _
from core.records.fields import LABELS, Labels
from core.records.forms import Posted, RecordForm, Sent
from core.records.kinds import Kind
from core.records.services import errors_in
from core.shown import FieldView, FormSection, Option
from plugins.imports.csv_reading import ENCODINGS, SEPARATORS
from plugins.imports.options import ON_EMPTY, ON_MATCH, ON_UNKNOWN, ImportOptions

CHOICES: dict[str, dict[str, Text]] = {
    "on_match": ON_MATCH,
    "on_empty": ON_EMPTY,
    "on_unknown": ON_UNKNOWN,
}
HOLDERS = ("owner", "participants", "visibility")
ACCEPTED = ".csv,.txt,.tsv,.xls,.xlsx,.ods"


def file_field(most_bytes: int, errors: Sequence[str] = ()) -> FieldView:
    """Return the control for the file, which refuses bigger ones before they are sent."""
    return FieldView(
        key="file",
        label=_("File"),
        type="file",
        is_required=True,
        accept=ACCEPTED,
        max_bytes=most_bytes,
        errors=list(errors),
        hint=_("Up to %(size)s MB: .csv, .xls, .xlsx or .ods", size=most_bytes // 1024 // 1024),
    )


def kind_field(kinds: Sequence[Kind], chosen: str) -> FieldView:
    """Return the choice of what the file is about."""
    return FieldView(
        key="kind",
        label=_("The file holds"),
        type="choice",
        options=[Option(kind.key, str(kind.labels), kind.key == chosen) for kind in kinds],
    )


def read_file_choices(posted: Posted, facts: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what was chosen about the file, of what its format has."""
    asked: dict[str, str | None] = {}
    if facts.get("separator"):
        encoding, separator = posted.get("encoding", ""), posted.get("separator", "")
        asked["encoding"] = encoding if encoding in ENCODINGS else None
        separator = "\t" if separator == "tab" else separator
        asked["separator"] = separator if separator in SEPARATORS else None
    sheet = posted.get("sheet", "")
    if sheet:
        asked["sheet"] = sheet
    return asked


def file_choices(facts: Mapping[str, Any]) -> list[FieldView]:
    """Return the controls for what may be chosen about the file."""
    if not facts.get("separator"):
        names = facts.get("sheets", ())
        sheets = [Option(name, name, name == facts["sheet"]) for name in names]
        return [FieldView("sheet", _("Sheet"), "choice", options=sheets)] if sheets else []
    shown = {
        ";": "; " + _("semicolon"),
        ",": ", " + _("comma"),
        "\t": _("tab"),
        "|": "| " + _("bar"),
    }
    names = {each: each.upper().replace("WINDOWS", "Windows") for each in ENCODINGS}
    return [
        FieldView(
            "encoding",
            _("Encoding"),
            "choice",
            options=[Option(key, name, key == facts["encoding"]) for key, name in names.items()],
        ),
        FieldView(
            "separator",
            _("Separator"),
            "choice",
            options=[
                Option("tab" if key == "\t" else key, name, key == facts["separator"])
                for key, name in shown.items()
            ],
        ),
    ]


def read_targets(posted: Posted, count: int) -> list[str | None]:
    """Return the chosen target of each column."""
    return [posted.get(f"target_{at}", "") or None for at in range(count)]


@dataclass(frozen=True)
class SentOptions:
    """What the form of options brought: what was typed, what is wrong, the choices by key."""

    sent: Sent
    errors: dict[str, list[Any]]
    chosen: dict[str, str]

    def options(self, kind: Kind) -> ImportOptions:
        """Return the options; only of a form without errors."""
        values = self.sent.values
        return ImportOptions(
            owner=values["owner"],
            participants=values["participants"],
            visibility=values["visibility"],
            on_match=self.chosen["on_match"],
            on_empty=self.chosen["on_empty"],
            on_unknown=self.chosen["on_unknown"],
            labels={key: values[key] for key in _label_keys(kind) if values[key]},
        )


def read_options(kind: Kind, posted: Posted, actor: Actor, shipped: ImportOptions) -> SentOptions:
    """Return what was typed; a visibility that the page does not offer is as for new records."""
    sent = Sent({}, {})
    errors: dict[str, list[Any]] = {}
    for key in (*HOLDERS, *_label_keys(kind)):
        field = kind.field(key)
        typed = [each for each in posted.getlist(key) if each.strip()]
        if key == "visibility" and not typed:
            typed = [shipped.visibility]
        sent.typed[key] = typed
        try:
            sent.values[key] = field.type.parse(typed)
        except Invalid as wrong:
            errors[key] = [f"{field.label}: {wrong.message}"]
    errors = {**errors_in(kind, sent.values, {}, actor), **errors}
    chosen = {key: posted.get(key, "") or next(iter(choices)) for key, choices in CHOICES.items()}
    for key, value in chosen.items():
        if value not in CHOICES[key]:
            errors[key] = [_("choose one from the list")]
    return SentOptions(sent, errors, chosen)


def _label_keys(kind: Kind) -> list[str]:
    return [field.key for field in kind.homed(LABELS) if isinstance(field.type, Labels)]


def option_sections(
    kind: Kind,
    actor: Actor,
    options: ImportOptions,
    read: SentOptions | None = None,
) -> list[FormSection]:
    """Return the sections of the options' form, with what was typed before if it was wrong."""
    wrong = read.errors if read else {}
    sent = read.sent if read else None
    if read:
        known = {key: value for key, value in read.chosen.items() if value in CHOICES[key]}
        options = replace(options, **known)  # type: ignore[arg-type]
    values = {key: getattr(options, key) for key in HOLDERS} | dict(options.labels)
    form = RecordForm(kind, actor, values, None, sent)
    own = [form.field(kind.field(key), wrong.get(key, ())) for key in HOLDERS]
    labels = [form.field(kind.field(key), wrong.get(key, ())) for key in _label_keys(kind)]
    return [
        FormSection(
            _("Records that exist already"),
            [
                _choice("on_match", _("When a record is found"), options),
                _choice("on_empty", _("Empty cells"), options),
                _choice("on_unknown", _("Unknown groups, tags, sources and users"), options),
            ],
            hint=_(
                "Companies are found by NIP, then REGON, then name; persons by their names and"
                " company, or by their names and an equal e-mail or phone. E-mails, phones, groups"
                " and tags are added to those that are there."
            ),
        ),
        FormSection(
            _("New records"),
            own,
            hint=_("A column for the owner or the visibility takes precedence."),
        ),
        FormSection(_("All records of this import"), labels),
    ]


def _choice(key: str, label: str, options: ImportOptions) -> FieldView:
    present = getattr(options, key)
    shown = [Option(value, str(text), value == present) for value, text in CHOICES[key].items()]
    return FieldView(key, label, "choice", options=shown)
