"""The form of a saved view: its name, and with whom it is shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.access import Actor
from core.accounts.queries import account_facts
from core.errors import Invalid
from core.i18n import _
from core.records.fields import parse_id
from core.saved_views.services import LONGEST_NAME, SHARE, Sharing
from core.shown import FieldView, FormError, FormSection, FormView, Option

PRIVATE, SOME, EVERYBODY = "private", "some", "all"

Errors = Mapping[str, Sequence[str]]


class Posted(Protocol):
    """The controls of the form by name, each possibly several times."""

    def get(self, key: str, default: str) -> str:
        """Return the first value of a control."""

    def getlist(self, key: str) -> list[str]:
        """Return every value of a control."""


def sharing_in(posted: Posted, actor: Actor) -> Sharing | None:
    """Return with whom the view shall be shared; None where the actor has no say in that.

    Raises Invalid naming the control.
    """
    if not actor.has(*SHARE):
        return None
    sharing = posted.get("sharing", "")
    if sharing not in {PRIVATE, SOME, EVERYBODY}:
        raise Invalid(_("choose one from the list"), "sharing")
    if sharing != SOME:
        return Sharing(is_for_all=sharing == EVERYBODY)
    try:
        readers = tuple(parse_id(each) for each in posted.getlist("readers") if each.strip())
    except Invalid as wrong:
        raise Invalid(wrong.message, "readers") from wrong
    if not readers:
        raise Invalid(_("Choose users or teams with whom the view is shared."), "readers")
    return Sharing(readers=readers)


def typed_in(posted: Posted) -> tuple[str, str, list[str]]:
    """Return name, sharing and readers as they were typed."""
    return posted.get("name", ""), posted.get("sharing", PRIVATE), posted.getlist("readers")


def typed_of(name: str, sharing: Sharing) -> tuple[str, str, list[str]]:
    """Return name, sharing and readers of a view as they would be typed."""
    kept = EVERYBODY if sharing.is_for_all else SOME if sharing.readers else PRIVATE
    return name, kept, [str(each) for each in sharing.readers]


def view_form(  # noqa: PLR0913 - each is one value of the page
    actor: Actor,
    typed: tuple[str, str, list[str]],
    *,
    action: str,
    title: str,
    cancel_url: str,
    refused: Invalid | None = None,
    hidden: Mapping[str, str] | None = None,
) -> FormView:
    """Return the form as its page takes it."""
    name, sharing, readers = typed
    errors = {refused.field or "name": [refused.message]} if refused else {}
    fields = [
        FieldView(
            "name", _("Name of the view"), value=name, is_required=True, is_wide=True,
            max_length=LONGEST_NAME, has_focus=True, errors=errors.get("name", ()),
        )
    ]  # fmt: skip
    sections = [FormSection("", fields)]
    if actor.has(*SHARE):
        sections.append(_sharing(sharing, readers, errors))
    return FormView(
        action=action,
        title=title,
        sections=sections,
        save_label=_("Save view"),
        cancel_url=cancel_url,
        errors=[FormError(key, text) for key, texts in errors.items() for text in texts],
        hidden=hidden or {},
    )


def _sharing(sharing: str, readers: Sequence[str], errors: Errors) -> FormSection:
    offered = (
        (PRIVATE, _("Only me"), ""),
        (SOME, _("Chosen users and teams"), ""),
        (EVERYBODY, _("Everybody in the account"), ""),
    )
    fields = [
        FieldView(
            "sharing",
            _("Who uses this view"),
            "radio",
            options=[
                Option(value, label, is_selected=value == sharing, hint=hint)
                for value, label, hint in offered
            ],
            is_wide=True,
            errors=errors.get("sharing", ()),
        ),
        FieldView(
            "readers",
            _("Users and teams"),
            "principals",
            options=_principals(readers),
            is_wide=True,
            errors=errors.get("readers", ()),
            hint=_("Everybody sees only the rows that he may see; a view opens no records."),
        ),
    ]
    return FormSection(_("Share"), fields)


def _principals(chosen: Sequence[str]) -> list[Option]:
    facts = account_facts()
    people = [each for each in facts.users.values() if each.is_active or str(each.id) in chosen]
    names = {each.id: each.name for each in people}
    names |= {each.id: each.name for each in facts.teams.values()}
    return [
        Option(str(number), name, is_selected=str(number) in chosen)
        for number, name in names.items()
    ]
