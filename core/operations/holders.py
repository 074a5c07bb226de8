"""The operation Change user: who is owner or participant of the ticked records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.access import Actor
from core.accounts.queries import account_facts, setting
from core.contracts import ListOperation
from core.errors import Invalid, InvalidForm
from core.i18n import Text, _, lazy
from core.records.fields import parse_id
from core.records.forms import Posted
from core.records.kinds import Kind, Values
from core.records.queries import is_active
from core.records.services import is_choosable
from core.shown import FieldView, FormSection, Option

OWNER, PARTICIPANT = "owner", "participant"
RIGHTS = {OWNER: "change_owner", PARTICIPANT: "manage_participants"}
ROLES: dict[str, Text] = {OWNER: lazy("Owner"), PARTICIPANT: lazy("Participants")}
REPLACE, ADD, REMOVE = "replace", "add", "remove"
MODES: dict[str, Text] = {
    REPLACE: lazy("Replace"),
    ADD: lazy("Add"),
    REMOVE: lazy("Remove"),
}

Arguments = dict[str, Any]


def _roles(kind: Kind, actor: Actor) -> list[str]:
    """Return the roles that the actor may fill on some record."""
    return [role for role, right in RIGHTS.items() if actor.may_on_some(kind.key, right)]


def is_offered(kind: Kind, actor: Actor) -> bool:
    """Tell whether the actor may change the users of some record of a kind."""
    return bool(_roles(kind, actor))


def has_several_owners(kind: Kind) -> bool:
    """Tell whether records of a kind may have several owners now."""
    return "owners" in kind.by_key and is_active(kind.by_key["owners"])


def sections(
    kind: Kind,
    actor: Actor,
    typed: Mapping[str, list[str]],
    errors: Mapping[str, Sequence[str]],
) -> list[FormSection]:
    """Return the form: the role, the users and teams, and how they take it."""
    facts, chosen = account_facts(), set(typed.get("principals", ()))
    teams = [
        Option(str(each.id), each.name, str(each.id) in chosen, hint=_("team"))
        for each in facts.teams.values()
    ]
    users = [
        Option(str(each.id), each.name, str(each.id) in chosen)
        for each in facts.users.values()
        if each.is_active or str(each.id) in chosen
    ]
    fields = [
        _choice("role", _("Role"), {role: ROLES[role] for role in _roles(kind, actor)}, typed),
        _choice("mode", _("What to do"), MODES, typed),
        FieldView(
            "principals",
            _("Users and teams"),
            "principals",
            options=teams + users,
            hint=_("Teams can be participants. The first of several owners is shown in lists.")
            if has_several_owners(kind)
            else _("Teams can be participants. The owner is one user."),
            sends_empty=True,
            is_wide=True,
        ),
    ]
    return [FormSection(_("Change user"), [_with(each, errors) for each in fields])]


def _choice(
    key: str, label: str, choices: Mapping[str, Text], typed: Mapping[str, list[str]]
) -> FieldView:
    chosen = typed.get(key, [""])[0]
    options = [Option(value, str(text), value == chosen) for value, text in choices.items()]
    return FieldView(key, label, "choice", options=options)


def _with(field: FieldView, errors: Mapping[str, Sequence[str]]) -> FieldView:
    return FieldView(**{**vars(field), "errors": list(errors.get(field.key, ()))})


def read(kind: Kind, actor: Actor, posted: Posted) -> Arguments:
    """Return role, mode and the chosen users and teams in their order; raises InvalidForm."""
    role, mode = posted.get("role", ""), posted.get("mode", "")
    errors: dict[str, list[Any]] = {}
    if role not in _roles(kind, actor):
        errors["role"] = [_wrong(_("Role"), _("choose one from the list"))]
    if mode not in MODES:
        errors["mode"] = [_wrong(_("What to do"), _("choose one from the list"))]
    elif role == OWNER and mode != REPLACE and not has_several_owners(kind):
        errors["mode"] = [_wrong(_("What to do"), _("an owner can only be replaced"))]
    chosen: list[int] = []
    try:
        typed = [each for each in posted.getlist("principals") if each.strip()]
        chosen = list(dict.fromkeys(parse_id(each) for each in typed))
        _check(kind, role, mode, chosen)
    except Invalid as wrong:
        label = ROLES[role] if role in ROLES else _("Users and teams")
        errors["principals"] = [_wrong(label, wrong.message)]
    if errors:
        raise InvalidForm(errors)
    return {"role": role, "mode": mode, "principals": chosen}


def _wrong(label: Text, message: str) -> str:
    return f"{label}: {message}"


def _check(kind: Kind, role: str, mode: str, chosen: list[int]) -> None:
    """Raise Invalid where these users and teams cannot take the role, or need not leave it."""
    if not chosen:
        if role == OWNER and (mode != REPLACE or setting(f"access.{kind.key}.owner_required")):
            raise Invalid(_("choose a user"))
        if mode != REPLACE:
            raise Invalid(_("choose users and teams from the list"))
    if role == OWNER and len(chosen) > 1 and not has_several_owners(kind):
        raise Invalid(_("choose one user"))
    facts = account_facts()
    for each in chosen:
        is_there = each in facts.users or (role != OWNER and each in facts.teams)
        fits = is_there if mode == REMOVE else is_choosable(each, with_teams=role != OWNER)
        if not fits:
            raise Invalid(
                _("choose a user") if role == OWNER else _("choose users and teams from the list")
            )


def right(arguments: Arguments) -> str:
    """Return the right that the chosen role takes."""
    return RIGHTS[arguments["role"]]


def after(kind: Kind, arguments: Arguments, values: Values) -> dict[str, Any]:
    """Return the holders of a record afterwards; raises Invalid where no owner would be left."""
    chosen, mode = arguments["principals"], arguments["mode"]
    if arguments["role"] == PARTICIPANT:
        return {"participants": sorted(_after(values["participants"], chosen, mode))}
    further = values.get("owners", [])
    present = [each for each in (values["owner"], *further) if each is not None]
    owners = _after(present, chosen, mode)
    if present and not owners and setting(f"access.{kind.key}.owner_required"):
        raise Invalid(_("it would be left without an owner"))
    found: dict[str, Any] = {"owner": owners[0] if owners else None}
    if "owners" in values:
        found["owners"] = sorted(owners[1:])
    return found


def _after(present: list[int], chosen: list[int], mode: str) -> list[int]:
    if mode == REPLACE:
        return chosen
    if mode == ADD:
        return [*present, *(each for each in chosen if each not in present)]
    return [each for each in present if each not in chosen]


def summary(kind: Kind, arguments: Arguments) -> str:
    """Return what is done, as `Participants: add Anna Bąk, North`."""
    facts = account_facts()
    names = ", ".join(facts.principal_name(each) for each in arguments["principals"])
    values = {"role": ROLES[arguments["role"]], "names": names or _("nobody")}
    sentences = {
        REPLACE: _("%(role)s: from now on %(names)s", **values),
        ADD: _("%(role)s: add %(names)s", **values),
        REMOVE: _("%(role)s: remove %(names)s", **values),
    }
    return sentences[arguments["mode"]]


CHANGE_USER = ListOperation(
    key="user",
    label=lazy("Change user"),
    icon="user-share",
    is_offered=is_offered,
    sections=sections,
    read=read,
    right=right,
    after=after,
    summary=summary,
    order=10,
)
