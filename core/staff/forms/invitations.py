"""The forms of invitations: inviting people, and accepting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from core.i18n import _
from core.records.fields import clean
from core.shown import FieldView, Option
from core.staff.forms.choices import (
    Errors,
    number_of,
    place_fields,
    role_options,
    team_options,
)
from core.staff.services.invitations import MOST, Wish
from core.users.services import LONGEST_NAME

BETWEEN = re.compile(r"[\s,;]+")
MOST_ROWS = 4 * MOST  # rows that are read at all
MOST_SIGNS = 50_000


@dataclass(frozen=True)
class Row:
    """An address with a team and role of its own, as typed."""

    email: str = ""
    team: str = ""
    role: str = ""


@dataclass(frozen=True)
class Sent:
    """What was typed into the form of invitations."""

    addresses: str = ""
    team: str = ""
    role: str = ""
    rows: Sequence[Row] = field(default_factory=list)

    def wishes(self) -> list[Wish]:
        """Return one wish for each address, those of the list before those of the rows."""
        team, role = number_of(self.team), number_of(self.role)
        listed = dict.fromkeys(each for each in BETWEEN.split(self.addresses) if each)
        return [
            *(Wish(each, team, role) for each in listed),
            *(
                Wish(each.email, number_of(each.team), number_of(each.role), f"row_{at}")
                for at, each in enumerate(self.rows)
            ),
        ]


def read_invitations(form: MultiDict[str, str]) -> Sent:
    """Return what was typed; rows without an address are passed over."""
    columns = [form.getlist(name)[:MOST_ROWS] for name in ("row_email", "row_team", "row_role")]
    rows = [Row(clean(email), team, role) for email, team, role in zip(*columns, strict=False)]
    return Sent(
        addresses=clean(form.get("addresses", "")[:MOST_SIGNS]),
        team=form.get("team", ""),
        role=form.get("role", ""),
        rows=[each for each in rows if each.email],
    )


def invitation_fields(sent: Sent, errors: Errors) -> list[FieldView]:
    """Return the fields of those who are invited to the same team in the same role."""
    addresses = FieldView(
        "addresses",
        _("E-mail addresses"),
        "longtext",
        value=sent.addresses,
        placeholder="anna@example.com\njan@example.com",
        hint=_("One a line, or with commas between; at most %(most)d in one form.", most=MOST),
        errors=[str(each) for each in errors.get("addresses", ())],
        has_focus=not errors,
    )
    return [addresses, *place_fields({"team": sent.team, "role": sent.role}, errors)]


@dataclass(frozen=True)
class RowView:
    """A row of an address with a team and role of its own."""

    key: str
    email: str
    teams: Sequence[Option]
    roles: Sequence[Option]
    errors: Sequence[str]


def row_views(sent: Sent, errors: Errors) -> list[RowView]:
    """Return the rows that were typed, and an empty one."""
    return [
        RowView(
            f"row_{at}",
            each.email,
            team_options(each.team),
            role_options(each.role),
            [str(text) for text in errors.get(f"row_{at}", ())],
        )
        for at, each in enumerate([*sent.rows, Row(team=sent.team, role=sent.role)])
    ]


def accepting_fields(first_name: str, last_name: str, errors: Errors) -> list[FieldView]:
    """Return the fields of the page on which an invitation is accepted."""

    def made(key: str, label: str, value: str = "", kind: str = "text", **more: Any) -> FieldView:
        return FieldView(
            key,
            label,
            kind,
            value=value,
            is_required=True,
            max_length=LONGEST_NAME if kind == "text" else None,
            errors=[str(each) for each in errors.get(key, ())],
            is_wide=True,
            **more,
        )

    return [
        made("first_name", _("First name"), first_name, autocomplete="given-name"),
        made("last_name", _("Last name"), last_name, autocomplete="family-name"),
        made(
            "password",
            _("Password"),
            kind="password",
            autocomplete="new-password",
            hint=_("At least 10 characters, not commonly known."),
        ),
    ]
