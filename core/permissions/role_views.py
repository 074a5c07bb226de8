"""Account settings > Users > Roles: what each team role may do."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request

from core import face
from core.accounts.queries import account_facts
from core.contracts import OWN_ROLES
from core.errors import SzansaError
from core.i18n import _
from core.permissions import matrix, roles
from core.permissions.facts import TICK, PermissionChange, changed
from core.permissions.previewing import Preview, answer
from core.permissions.queries import ticks
from core.roles.models import ADMINISTRATOR, Role
from core.roles.naming import role_name
from core.settings.frame import settings_frame
from core.shown import FormError
from core.web import ADMINISTRATOR as ADMINISTRATORS, opens

blueprint = Blueprint("roles", __name__)

ROLES = "/settings/account/users/roles"


@blueprint.get(ROLES)
@opens(ADMINISTRATORS)
def role_list() -> str:
    return render_template(
        "permissions/roles.html",
        roles=[(each, role_name(each.key, each.name)) for each in roles.all_roles()],
        url=ROLES,
        new_url=f"{ROLES}/new" if account_facts().allows(OWN_ROLES) else None,
        **settings_frame("account"),
    )


@blueprint.get(f"{ROLES}/<int:role_id>")
@opens(ADMINISTRATORS)
def role(role_id: int) -> str:
    found = roles.role(role_id)
    return _page(found, {f"{fact[2]}.{fact[3]}" for fact in ticks(role_id)})


@blueprint.post(f"{ROLES}/<int:role_id>")
@opens(ADMINISTRATORS)
def change_role(role_id: int) -> Any:
    found = roles.role(role_id)
    if found.key == ADMINISTRATOR:
        return _page(
            found, set(), [FormError("", _("The rights of Administrator cannot be changed."))]
        ), 422
    ticked, opened = request.form.getlist("tick"), request.form.getlist("opened")
    change = changed(_facts(role_id, opened), _facts(role_id, ticked))
    name = request.form.get("name", found.name)
    if found.key is None:
        change |= roles.reach_change(found, is_on="reach" in request.form)
    page = Preview(
        action_url=f"{ROLES}/{role_id}",
        back_url=ROLES,
        title=_("Role: %(name)s", name=role_name(found.key, found.name)),
        about="roles",
        again=partial(_page, found, set(ticked)),
        store=partial(roles.store, found, name),
    )
    if found.key is None and not change and name.strip() != found.name:
        return _renamed(found, name, page)
    return answer(change, page)


def _renamed(found: Role, name: str, page: Preview) -> Any:
    """Store a new name, which changes nobody's rights."""
    try:
        roles.store(found, name, PermissionChange())
    except SzansaError as wrong:
        return page.again([FormError("name", wrong.message)]), wrong.status
    face.toast(_("Role saved."))
    return redirect(ROLES, 303)


def _facts(role_id: int, wires: list[str]) -> set[tuple[Any, ...]]:
    """Return the ticks of a form as facts; what is no right at all is left to the check."""
    return {(TICK, role_id, *each.partition(".")[::2]) for each in wires if each}


def _page(found: Role, ticked: set[str], errors: list[FormError] | None = None) -> str:
    is_administrator = found.key == ADMINISTRATOR
    opened = request.form.getlist("opened") if errors else sorted(ticked)
    return render_template(
        "permissions/role.html",
        role=found,
        name=role_name(found.key, found.name),
        typed_name=request.form.get("name", found.name),
        has_reach="reach" in request.form if errors else found.has_reach,
        action_url=f"{ROLES}/{found.id}",
        delete_url=f"{ROLES}/{found.id}/delete",
        back_url=ROLES,
        is_administrator=is_administrator,
        columns=matrix.columns(),
        groups=matrix.groups(ticked, lambda _right: True, lambda _right: is_administrator),
        general=matrix.general(ticked, locked=is_administrator),
        opened=opened,
        errors=errors or [],
        **settings_frame("account"),
    )


# ---------------------------------------------------------------- roles of the account's own


def _require_own_roles() -> None:
    if not account_facts().allows(OWN_ROLES):
        abort(404)


@blueprint.get(f"{ROLES}/new")
@opens(ADMINISTRATORS)
def new_role() -> str:
    _require_own_roles()
    return _new_page()


@blueprint.post(f"{ROLES}/new")
@opens(ADMINISTRATORS)
def add_role() -> Any:
    _require_own_roles()
    try:
        made = roles.add(request.form.get("name", ""), has_reach="reach" in request.form)
    except SzansaError as wrong:
        return _new_page([FormError("name", wrong.message)]), wrong.status
    face.toast(_("The role “%(name)s” was added. Now tick its rights.", name=made.name))
    return redirect(f"{ROLES}/{made.id}", 303)


def _new_page(errors: list[FormError] | None = None) -> str:
    return render_template(
        "permissions/role_new.html",
        action_url=f"{ROLES}/new",
        back_url=ROLES,
        name=request.form.get("name", ""),
        has_reach="reach" in request.form,
        errors=errors or [],
        **settings_frame("account"),
    )


@blueprint.get(f"{ROLES}/<int:role_id>/delete")
@opens(ADMINISTRATORS)
def ask_to_delete_role(role_id: int) -> str:
    return _delete_page(roles.own_role(role_id))


@blueprint.post(f"{ROLES}/<int:role_id>/delete")
@opens(ADMINISTRATORS)
def delete_role(role_id: int) -> Any:
    found = roles.own_role(role_id)
    again = partial(_delete_page, found)
    try:
        change = roles.leaving(found, request.form.get("instead", ""))
    except SzansaError as wrong:
        return again([FormError("instead", wrong.message)]), wrong.status
    page = Preview(
        action_url=f"{ROLES}/{role_id}/delete",
        back_url=ROLES,
        title=_("Delete the role “%(name)s”", name=found.name),
        about="roles",
        again=again,
        store=partial(roles.delete, found),
        saved_text=_("The role “%(name)s” was deleted.", name=found.name),
    )
    return answer(change, page)


def _delete_page(found: Role, errors: list[FormError] | None = None) -> str:
    return render_template(
        "permissions/role_delete.html",
        role=found,
        members=roles.member_names(found.id),
        others=[(each.id, role_name(each.key, each.name)) for each in roles.all_roles()
                if each.id != found.id],
        action_url=f"{ROLES}/{found.id}/delete",
        back_url=ROLES,
        errors=errors or [],
        **settings_frame("account"),
    )  # fmt: skip
