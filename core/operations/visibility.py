"""The operation Change visibility."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.access import Actor
from core.accounts.queries import setting
from core.contracts import ListOperation
from core.errors import InvalidForm
from core.i18n import _, sense
from core.records.cells import visibility_word
from core.records.forms import Posted, visibility_hints
from core.records.kinds import Kind, Values
from core.records.models import VISIBILITIES
from core.shown import FieldView, FormSection, Option

RIGHT = "change_visibility"

Arguments = dict[str, Any]


def is_offered(kind: Kind, actor: Actor) -> bool:
    """Tell whether the actor may change the visibility of some record of a kind."""
    return actor.may_on_some(kind.key, RIGHT)


def offered(kind: Kind) -> list[str]:
    """Return the variants that are switched on."""
    switched_on = setting(f"visibility.{kind.visibility_area}.offered")
    return [each for each in VISIBILITIES if each in switched_on]


def sections(
    kind: Kind,
    actor: Actor,
    typed: Mapping[str, list[str]],
    errors: Mapping[str, Sequence[str]],
) -> list[FormSection]:
    """Return the form: the variants that are switched on."""
    chosen, hints = typed.get("visibility", [""])[0], visibility_hints()
    field = FieldView(
        "visibility",
        _("Visibility"),
        "visibility",
        options=[
            Option(each, visibility_word(each), each == chosen, hint=hints[each])
            for each in offered(kind)
        ],
        is_required=True,
        errors=list(errors.get("visibility", ())),
    )
    return [FormSection(str(CHANGE_VISIBILITY.label), [field])]


def read(kind: Kind, actor: Actor, posted: Posted) -> Arguments:
    """Return the chosen variant; raises InvalidForm."""
    chosen = posted.get("visibility", "")
    if chosen not in offered(kind):
        wrong = (
            _("this visibility is switched off")
            if chosen in VISIBILITIES
            else _("choose public, private or hidden")
        )
        label = kind.field("visibility").label
        raise InvalidForm({"visibility": [f"{label}: {wrong}"]})
    return {"visibility": chosen}


def right(arguments: Arguments) -> str:
    """Return the right that it takes."""
    return RIGHT


def after(kind: Kind, arguments: Arguments, values: Values) -> dict[str, Any]:
    """Return the visibility afterwards."""
    return {"visibility": arguments["visibility"]}


def summary(kind: Kind, arguments: Arguments) -> str:
    """Return what is done, as `Visibility: from now on hidden`."""
    return _("Visibility: from now on %(word)s", word=visibility_word(arguments["visibility"]))


CHANGE_VISIBILITY = ListOperation(
    key="visibility",
    label=sense("operation", "Change visibility"),
    icon="eye",
    is_offered=is_offered,
    sections=sections,
    read=read,
    right=right,
    after=after,
    summary=summary,
    order=20,
)
