"""The fields of forms that ask for passwords and codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.errors import InvalidForm, SzansaError
from core.i18n import _
from core.shown import Crumb, FieldView, FormError, FormSection, FormView
from core.users.passwords import SHORTEST


def new_password(*, has_focus: bool = False) -> FieldView:
    """Return the field of a new password."""
    return FieldView(
        "password",
        _("New password"),
        "password",
        autocomplete="new-password",
        is_required=True,
        has_focus=has_focus,
        hint=_(
            "At least %(shortest)d characters, not a commonly known one, without the login.",
            shortest=SHORTEST,
        ),
    )


def current_password() -> FieldView:
    """Return the field in which a user types his password again."""
    return FieldView(
        "current",
        _("Your password"),
        "password",
        autocomplete="current-password",
        is_required=True,
        has_focus=True,
    )


def code(hint: str = "") -> FieldView:
    """Return the field of a code."""
    return FieldView(
        "code",
        _("Code"),
        autocomplete="one-time-code",
        is_required=True,
        max_length=40,
        hint=hint or _("Six digits from your authenticator application, or a recovery code."),
    )


def with_errors(fields: Sequence[FieldView], refused: SzansaError | None) -> list[FieldView]:
    """Return the fields with why they were refused beside them."""
    errors = _errors(refused)
    return [
        replace(each, errors=errors[each.key], has_focus=False) if each.key in errors
        else replace(each, has_focus=each.has_focus and not errors)
        for each in fields
    ]  # fmt: skip


def summary(fields: Sequence[FieldView], refused: SzansaError | None) -> list[FormError]:
    """Return what stands above a refused form."""
    known = {each.key for each in fields}
    return [
        FormError(key if key in known else "", text)
        for key, texts in _errors(refused).items()
        for text in texts
    ]


def _errors(refused: SzansaError | None) -> dict[str, list[str]]:
    if refused is None:
        return {}
    if isinstance(refused, InvalidForm):
        return {key: [str(each) for each in texts] for key, texts in refused.errors.items()}
    return {refused.field or "": [refused.message]}


def page(
    title: str,
    action: str,
    section: FormSection,
    save_label: str,
    *,
    back: Crumb,
    refused: SzansaError | None = None,
) -> FormView:
    """Return a settings page that is one section."""
    fields = with_errors(section.fields, refused)
    return FormView(
        action=action,
        title=title,
        sections=[replace(section, fields=fields)],
        save_label=save_label,
        cancel_url=str(back.url),
        crumbs=[back, Crumb(title)],
        errors=summary(fields, refused),
    )
