"""Forms before signing in: a title, a sentence, a few fields, one button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import render_template

from core.errors import SzansaError
from core.shown import FieldView


@dataclass(frozen=True)
class PublicForm:
    """What such a page shows; without a button it is a page to read."""

    title: str
    lead: str = ""
    action: str = ""
    fields: Sequence[FieldView] = ()
    button: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)
    back: tuple[str, str] | None = None  # label and address of the way out


def public_form(form: PublicForm, refused: SzansaError | None = None) -> str:
    """Return the page, with why the form was refused beside its field, or on top."""
    wrong = refused.field if refused else None
    shown = [
        replace(each, errors=[refused.message]) if refused and each.key == wrong else each
        for each in form.fields
    ]
    on_top = refused.message if refused and wrong not in {each.key for each in shown} else ""
    return render_template(
        "security/public_form.html", form=replace(form, fields=shown), refused=on_top
    )
