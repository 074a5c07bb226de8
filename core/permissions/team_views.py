"""Account settings > Users > Teams: the tree, each team's members with their roles."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from core import face
from core.accounts.queries import account_facts
from core.contracts import SEVERAL_ROLES
from core.errors import SzansaError
from core.i18n import _
from core.permissions import roles, teams
from core.permissions.facts import PermissionChange
from core.permissions.matrix import active_kinds
from core.permissions.previewing import Preview, answer, refused, settle
from core.records.fields import clean
from core.roles.naming import role_name
from core.settings.frame import settings_frame
from core.shown import FormError, Option
from core.teams.services import check_name, create_team, team as stored_team
from core.web import ADMINISTRATOR, opens

blueprint = Blueprint("teams", __name__)

INDENT = "\u2003"
TEAMS = "/settings/account/users/teams"


@blueprint.get(TEAMS)
@opens(ADMINISTRATOR)
def team_list() -> str:
    members: dict[int, dict[int, list[str]]] = {}
    for row in teams.member_rows():
        roles_of = members.setdefault(row.team_id, {}).setdefault(row.user_id, [])
        roles_of.append(role_name(row.key, row.name))
    return render_template(
        "permissions/teams.html",
        rows=[
            {
                "id": each.id,
                "name": each.name,
                "depth": depth,
                "members": [
                    (account_facts().principal_name(user_id), ", ".join(roles_of))
                    for user_id, roles_of in members.get(each.id, {}).items()
                ],
            }
            for each, depth in in_tree()
        ],
        url=TEAMS,
        new_url=f"{TEAMS}/new",
        **settings_frame("account"),
    )


def in_tree() -> list[tuple[Any, int]]:
    """Return all teams, each below its parent, with how deep it stands."""
    children: dict[int | None, list[Any]] = {}
    for each in account_facts().teams.values():
        children.setdefault(each.parent_id, []).append(each)
    found: list[tuple[Any, int]] = []
    waiting = [(each, 0) for each in reversed(children.get(None, []))]
    while waiting:
        team, depth = waiting.pop()
        found.append((team, depth))
        waiting += [(each, depth + 1) for each in reversed(children.get(team.id, []))]
    return found


# ---------------------------------------------------------------- one team


@blueprint.get(f"{TEAMS}/new")
@opens(ADMINISTRATOR)
def new_team() -> str:
    return _page(None, "", None, [])


@blueprint.post(f"{TEAMS}/new")
@opens(ADMINISTRATOR)
def add_team() -> Any:
    settle()
    name, wanted = request.form.get("name", ""), _sent_members()
    again = partial(_page, None, name, _number(request.form.get("parent", "")), wanted)
    try:
        check_name(name)
        parent_id = teams.parent_of(request.form.get("parent", ""))
        change = teams.change_of(teams.NEW, parent_id, (), wanted)
    except SzansaError as wrong:
        return refused(wrong, again)

    def store(found: PermissionChange) -> None:
        teams.add(name, found)

    def prepare(found: PermissionChange) -> PermissionChange:
        return teams.for_team(found, create_team(name).id)

    page = Preview(
        action_url=f"{TEAMS}/new",
        back_url=TEAMS,
        title=_("Add team"),
        about="teams",
        again=again,
        store=store,
        prepare=prepare,
        saved_text=_("The team “%(name)s” was added.", name=clean(name)),
    )
    return answer(change, page)


@blueprint.get(f"{TEAMS}/<int:team_id>")
@opens(ADMINISTRATOR)
def team(team_id: int) -> str:
    found = teams.find(team_id)
    return _page(found, found.name, found.parent_id, _wires(team_id))


def _wires(team_id: int) -> list[str]:
    return [f"{row.user_id}.{row.role_id}" for row in teams.member_rows(team_id)]


@blueprint.post(f"{TEAMS}/<int:team_id>")
@opens(ADMINISTRATOR)
def change_team(team_id: int) -> Any:
    settle()
    found, form = teams.find(team_id), request.form
    parent, wanted = _kept(found.parent_id, "parent"), _sent_members()
    again = partial(_page, found, form.get("name", found.name), _number(parent), wanted)
    name = _kept(found.name, "name")
    try:
        check_name(name, team_id)
        parent_id = teams.parent_of(parent)
        change = teams.change_of(team_id, parent_id, form.getlist("opened"), wanted)
    except SzansaError as wrong:
        return refused(wrong, again)
    page = Preview(
        action_url=f"{TEAMS}/{team_id}",
        back_url=TEAMS,
        title=_("Team: %(name)s", name=found.name),
        about="teams",
        again=again,
        store=partial(teams.store, stored_team(team_id), name),
        saved_text=_("Team saved."),
    )
    return answer(change, page)


def _kept(present: str | int | None, control: str) -> str:
    """Return what a control was set to; one that was not touched stays as it is now."""
    as_text = "" if present is None else str(present)
    sent = request.form.get(control, as_text)
    return as_text if sent == request.form.get(f"opened_{control}") else sent


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _sent_members() -> list[str]:
    """Return the memberships of the form: each row's roles, and the roles of those who are added."""
    rows = [each for each in request.form.getlist("member") if each.partition(".")[2]]
    role = request.form.get("add_role", "")
    return rows + [f"{user}.{role}" for user in request.form.getlist("add") if user and role]


def _page(
    found: Any,
    name: str,
    parent_id: int | None,
    members: Iterable[str],
    errors: list[FormError] | None = None,
) -> str:
    facts, chosen = account_facts(), _by_user(members)
    wrong: dict[str, list[str]] = {}
    for each in errors or ():
        wrong.setdefault(each.key, []).append(each.text)
    return render_template(
        "permissions/team.html",
        team=found,
        title=_("Team: %(name)s", name=found.name) if found else _("Add team"),
        name=name,
        parents=[
            Option(str(each.id), INDENT * depth + each.name, each.id == parent_id)
            for each, depth in in_tree()
            if found is None or each.id != found.id
        ],
        members=[_member(user_id, roles_of) for user_id, roles_of in chosen.items()],
        opened=request.form.getlist("opened") if errors else list(members) if found else [],
        opened_name=request.form.get("opened_name", found.name) if found else "",
        opened_parent=request.form.get("opened_parent", found.parent_id or "") if found else "",
        others=[
            Option(str(each.id), each.name)
            for each in facts.users.values()
            if each.is_active and each.id not in chosen
        ],
        roles=_role_options(["user"], by_key=True),
        may_have_several=facts.allows(SEVERAL_ROLES),
        action_url=f"{TEAMS}/{found.id}" if found else f"{TEAMS}/new",
        delete_url=f"{TEAMS}/{found.id}/delete" if found else None,
        back_url=TEAMS,
        errors=errors or [],
        wrong=wrong,
        **settings_frame("account"),
    )


def _by_user(members: Iterable[str]) -> dict[int, list[str]]:
    chosen: dict[int, list[str]] = {}
    for wire in members:
        user, _dot, role = wire.partition(".")
        number = _number(user)
        if number is not None and number in account_facts().users:
            chosen.setdefault(number, []).append(role)
    return chosen


def _member(user_id: int, chosen: list[str]) -> dict[str, Any]:
    person = account_facts().users[user_id]
    return {
        "id": user_id,
        "name": person.name,
        "initials": person.initials,
        "hue": face.hue(user_id),
        "is_active": person.is_active,
        "roles": _role_options(chosen),
        "has_several": len(chosen) > 1,
    }


def _role_options(chosen: list[str], *, by_key: bool = False) -> list[Option]:
    return [
        Option(
            str(each.id),
            role_name(each.key, each.name),
            (each.key if by_key else str(each.id)) in chosen,
        )
        for each in roles.all_roles()
    ]


# ---------------------------------------------------------------- deleting


@blueprint.get(f"{TEAMS}/<int:team_id>/delete")
@opens(ADMINISTRATOR)
def ask_to_delete_team(team_id: int) -> str:
    return _delete_page(teams.find(team_id))


@blueprint.post(f"{TEAMS}/<int:team_id>/delete")
@opens(ADMINISTRATOR)
def delete_team(team_id: int) -> Any:
    settle()
    found, form = teams.find(team_id), request.form
    again = partial(_delete_page, found)
    gone = stored_team(team_id)
    try:
        over = teams.taking_over(
            team_id,
            form.get("members_to", ""),
            form.get("participations_to", ""),
            form.get("invited_to", ""),
        )
        change = teams.leaving(gone, over)
    except SzansaError as wrong:
        return refused(wrong, again)

    def store(wanted: PermissionChange) -> None:
        teams.delete(gone, over, wanted)

    page = Preview(
        action_url=f"{TEAMS}/{team_id}/delete",
        back_url=TEAMS,
        title=_("Delete the team “%(name)s”", name=found.name),
        about="teams",
        again=again,
        store=store,
        instead={team_id: over.participations} if over.participations else {},
        saved_text=_("The team “%(name)s” was deleted.", name=found.name),
    )
    return answer(change, page)


def _delete_page(found: Any, errors: list[FormError] | None = None) -> str:
    hanging = teams.hanging_on(found.id)
    labels = {kind.key: str(kind.labels) for kind in active_kinds()}
    return render_template(
        "permissions/team_delete.html",
        team=found,
        homeless=[name for _id, name in hanging.homeless],
        participations=[
            (labels.get(kind, kind), face.formats().integer(count))
            for kind, count in hanging.participations.items()
        ],
        invited=[labels.get(key.split(".")[1], key) for key in hanging.invited],
        below=hanging.below,
        others=[each for each, _depth in in_tree() if each.id != found.id],
        sent=request.form,
        action_url=f"{TEAMS}/{found.id}/delete",
        back_url=TEAMS,
        wrong={each.key: each.text for each in errors or ()},
        errors=errors or [],
        **settings_frame("account"),
    )
