"""The forms of one user: changing what is kept of him, adding somebody directly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.addresses import LONGEST as LONGEST_EMAIL
from core.i18n import _
from core.shown import Crumb, FieldView, FormSection, FormView, Option
from core.staff.forms.choices import Errors, number_of, place_fields, summary
from core.staff.queries.users import Place
from core.staff.services.users import values_of
from core.users.models import User
from core.users.services import (
    LONGEST_INITIALS,
    LONGEST_NAME,
    LONGEST_PHONE,
    LONGEST_POSITION,
    Newcomer,
)

Typed = Mapping[str, str]

KEYS = ("first_name", "last_name", "position", "phone", "initials")
OPENED = "opened."


def read_user(form: Typed) -> dict[str, Any]:
    """Return what was typed of a user."""
    typed: dict[str, Any] = {key: form[key] for key in KEYS if key in form}
    if "main_team" in form:
        typed["main_team"] = number_of(form["main_team"])
    return typed


def read_opened(form: Typed) -> dict[str, Any]:
    """Return the values that the form showed when it was opened."""
    opened: dict[str, Any] = {key: form[OPENED + key] for key in KEYS if OPENED + key in form}
    if OPENED + "main_team" in form:
        opened["main_team"] = number_of(form[OPENED + "main_team"]) or None
    return opened


def user_fields(
    values: Mapping[str, Any], places: list[Place], errors: Errors, *, may_change: bool
) -> list[FieldView]:
    """Return the fields of a user, with these values."""
    names = {
        "first_name": (_("First name"), LONGEST_NAME, True),
        "last_name": (_("Last name"), LONGEST_NAME, True),
        "position": (_("Position"), LONGEST_POSITION, False),
        "phone": (_("Phone"), LONGEST_PHONE, False),
        "initials": (_("Initials"), LONGEST_INITIALS, False),
    }
    fields = [
        FieldView(
            key,
            label,
            value=str(values[key]),
            is_required=is_required,
            max_length=longest,
            errors=[str(each) for each in errors.get(key, ())],
            is_readonly=not may_change,
            hint=_("1 to 4 letters; left empty they are made from the names.")
            if key == "initials" and may_change
            else "",
        )
        for key, (label, longest, is_required) in names.items()
    ]
    return [*fields, _main_team(values["main_team"], places, errors, may_change=may_change)]


def _main_team(
    chosen: int | None, places: list[Place], errors: Errors, *, may_change: bool
) -> FieldView:
    teams = {each.team_id: each.team for each in places}
    is_open = may_change and len(teams) > 1
    return FieldView(
        "main_team",
        _("Main team"),
        "choice",
        options=[Option(str(key), name, is_selected=key == chosen) for key, name in teams.items()],
        is_readonly=not is_open,
        readonly_text=teams.get(chosen or 0, ""),
        errors=[str(each) for each in errors.get("main_team", ())],
        hint=_("New records may be shared with it from the start.") if may_change else "",
    )


def opened_controls(user: User) -> dict[str, str]:
    """Return the hidden controls that say what the form showed."""
    return {OPENED + key: str(value or "") for key, value in values_of(user).items()}


def read_newcomer(form: Typed) -> Newcomer:
    """Return who is to be added, as typed."""
    return Newcomer(
        **{key: form.get(key, "") for key in ("email", "first_name", "last_name", "password")}
    )


def new_user_form(
    form: Typed, errors: Errors, *, action: str, cancel_url: str, token: str
) -> FormView:
    """Return the form in which a user is added directly."""

    def field(key: str, label: str, kind: str = "text", **more: Any) -> FieldView:
        return FieldView(
            key,
            label,
            kind,
            value=form.get(key, "") if kind != "password" else "",
            is_required=True,
            errors=[str(each) for each in errors.get(key, ())],
            **more,
        )

    return FormView(
        action=action,
        title=_("Add a user"),
        save_label=_("Add user"),
        cancel_url=cancel_url,
        token=token,
        crumbs=[Crumb(_("Users"), cancel_url)],
        errors=summary(errors),
        sections=[
            FormSection(
                _("Personal details"),
                [
                    field("first_name", _("First name"), max_length=LONGEST_NAME),
                    field("last_name", _("Last name"), max_length=LONGEST_NAME),
                    field("email", _("Login e-mail"), "email", max_length=LONGEST_EMAIL),
                    field(
                        "password",
                        _("Temporary password"),
                        "password",
                        autocomplete="new-password",
                        hint=_(
                            "At least 10 characters. Tell it in person or by phone; it must be"
                            " replaced at the first sign-in."
                        ),
                    ),
                ],
            ),
            FormSection(
                _("Team and role"),
                place_fields(form, errors),
                hint=_("Further teams can be added later, on the page of a team."),
            ),
        ],
    )
