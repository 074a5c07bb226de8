"""The form on which a user is removed: who gets what he leaves."""

from __future__ import annotations

from collections.abc import Mapping

from core import face
from core.i18n import _
from core.records.handing_over import PARTICIPATIONS, Holdings
from core.registry import registry
from core.shown import FieldView
from core.staff.forms.choices import Errors, number_of, people_options
from core.staff.services.leaving import Plan

TO = "to."


def read_plan(form: Mapping[str, str]) -> Plan:
    """Return who was chosen for each kind, and for the participations."""
    owned = {
        kind.key: number_of(form[TO + kind.key])
        for kind in registry().kinds
        if form.get(TO + kind.key, "")
    }
    participations = form.get(TO + PARTICIPATIONS, "")
    return Plan(owned, number_of(participations) if participations else None)


def held_lines(held: Holdings) -> list[tuple[str, str]]:
    """Return what a user holds: sorts of things and how many."""
    whole = face.formats().integer
    lines = [
        (_("%(kinds)s owned", kinds=registry().kinds[kind].labels), whole(count))
        for kind, count in held.owned.items()
    ]
    return [*lines, (_("Participations"), whole(held.participation_count))]


def plan_fields(
    user_id: int, held: Holdings, form: Mapping[str, str], errors: Errors
) -> list[FieldView]:
    """Return a field for each sort of things that the user holds."""
    keys = [*held.owned, PARTICIPATIONS] if held.participation_count else [*held.owned]
    return [
        FieldView(
            TO + key,
            f"{label}: {count}",
            "choice",
            options=people_options(user_id, form.get(TO + key, ""), _("leave as it is")),
            errors=[str(each) for each in errors.get(key, ())],
        )
        for key, (label, count) in zip(keys, held_lines(held), strict=False)
    ]
