"""The choices that forms about users share: teams, roles, active users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.accounts.queries import account_facts
from core.errors import Invalid
from core.i18n import _
from core.records.fields import parse_id
from core.shown import FieldView, FormError, Option
from core.staff.queries.users import roles

Errors = Mapping[str, Sequence[Any]]


def number_of(typed: str) -> int:
    """Return the number that was chosen; 0, which nothing has, for anything else."""
    try:
        return parse_id(typed)
    except Invalid:
        return 0


def team_options(chosen: str) -> list[Option]:
    """Return all teams of the account."""
    return [
        Option(str(each.id), each.name, is_selected=str(each.id) == chosen)
        for each in account_facts().teams.values()
    ]


def role_options(chosen: str) -> list[Option]:
    """Return all roles of the account; User stands chosen where nothing is."""
    found = roles()
    usual = next((str(each.id) for each in found if each.key == "user"), "")
    return [
        Option(str(each.id), each.label, is_selected=str(each.id) == (chosen or usual))
        for each in found
    ]


def place_fields(typed: Mapping[str, str], errors: Errors) -> list[FieldView]:
    """Return the fields for the team and the role of somebody new."""
    return [
        FieldView(
            "team",
            _("Team"),
            "choice",
            options=team_options(typed.get("team", "")),
            is_required=True,
            errors=[str(each) for each in errors.get("team", ())],
        ),
        FieldView(
            "role",
            _("Role"),
            "choice",
            options=role_options(typed.get("role", "")),
            is_required=True,
            errors=[str(each) for each in errors.get("role", ())],
        ),
    ]


def people_options(without: int, chosen: str, first: str) -> list[Option]:
    """Return the active users except one, below a first option that means nobody."""
    people = [
        Option(str(each.id), each.name, is_selected=str(each.id) == chosen, hint=each.email)
        for each in account_facts().users.values()
        if each.is_active and each.id != without
    ]
    return [Option("", first, is_selected=not chosen), *people]


def summary(errors: Errors) -> list[FormError]:
    """Return what stands above a form that was refused."""
    return [FormError(key, str(text)) for key, texts in errors.items() for text in texts]
