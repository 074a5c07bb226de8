"""The form of an export: format, columns, separator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import InvalidForm
from core.i18n import Text, _, lazy
from core.records.forms import Posted
from core.shown import FieldView, FormSection, Option
from core.tables.cells import FileKind

FORMATS: dict[FileKind, tuple[Text, Text]] = {
    FileKind.XLSX: (lazy("Excel (.xlsx)"), lazy("For Excel and LibreOffice, the usual choice")),
    FileKind.XLS: (lazy("Old Excel (.xls)"), lazy("Full sheets are followed by further ones")),
    FileKind.ODS: (lazy("OpenDocument (.ods)"), lazy("For LibreOffice")),
    FileKind.CSV: (lazy("Text (.csv)"), lazy("UTF-8, for other programs")),
}
SEPARATORS: dict[str, tuple[str, Text]] = {
    "semicolon": (";", lazy("semicolon ;")),
    "comma": (",", lazy("comma ,")),
    "tab": ("\t", lazy("tab")),
    "bar": ("|", lazy("bar |")),
}
SHOWN, ALL = "shown", "all"


@dataclass(frozen=True)
class Asked:
    """What the form says: the format, whether all columns are wanted, the separator."""

    format: FileKind
    is_of_all_columns: bool
    separator: str


def read(posted: Posted) -> Asked:
    """Return what was chosen; InvalidForm where that is none of the choices."""
    errors = {}
    format_, columns = posted.get("format", ""), posted.get("columns", SHOWN)
    separator = posted.get("separator", "semicolon")
    if format_ not in set(FileKind):
        errors["format"] = [_("Choose a format.")]
    if columns not in {SHOWN, ALL}:
        errors["columns"] = [_("Choose which columns.")]
    if separator not in SEPARATORS:
        errors["separator"] = [_("Choose a separator.")]
    if errors:
        raise InvalidForm(errors)
    return Asked(FileKind(format_), columns == ALL, SEPARATORS[separator][0])


def sections(
    posted: Posted, errors: Mapping[str, Sequence[str]], columns: Mapping[str, str]
) -> list[FormSection]:
    """Return the form; `columns` say what each choice of columns holds."""
    format_ = posted.get("format", FileKind.XLSX)
    chosen, separator = posted.get("columns", SHOWN), posted.get("separator", "semicolon")
    labels = {SHOWN: _("Columns of the list"), ALL: _("All columns")}
    return [
        FormSection(
            _("File"),
            [
                FieldView(
                    "format",
                    _("Format"),
                    "radio",
                    options=[
                        Option(kind, str(label), kind == format_, hint=str(hint))
                        for kind, (label, hint) in FORMATS.items()
                    ],
                    errors=errors.get("format", ()),
                ),
                FieldView(
                    "columns",
                    _("Columns"),
                    "radio",
                    options=[
                        Option(key, labels[key], key == chosen, hint=hint)
                        for key, hint in columns.items()
                    ],
                    errors=errors.get("columns", ()),
                ),
                FieldView(
                    "separator",
                    _("Separator of .csv"),
                    "choice",
                    options=[
                        Option(key, str(label), key == separator)
                        for key, (_sign, label) in SEPARATORS.items()
                    ],
                    hint=_("Between the columns; other formats have none."),
                    errors=errors.get("separator", ()),
                ),
            ],
        )
    ]
