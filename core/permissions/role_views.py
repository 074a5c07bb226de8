"""Account settings > Users > Roles: what each team role may do."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from core.accounts.queries import account_facts
from core.contracts import OWN_ROLES
from core.errors import SzansaError
from core.i18n import _
from core.permissions import matrix, roles
from core.permissions.facts import TICK, changed
from core.permissions.previewing import Preview, answer, refuse, refused, settle
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
    settle()
    found = roles.role(role_id)
    ticked, opened = request.form.getlist("tick"), request.form.getlist("opened")
    again = partial(_page, found, set(ticked))
    if found.key == ADMINISTRATOR:
        return refuse([FormError("", _("The rights of Administrator cannot be changed."))],
                      again, 422)  # fmt: skip
    change = changed(_facts(role_id, opened), _facts(role_id, ticked))
    name = found.name
    if found.key is None:
        name = roles.new_name(found, request.form.get("name"), request.form.get("opened_name"))
        change |= roles.reach_change(
            found, is_on="reach" in request.form, was_on="opened_reach" in request.form
        )
        try:
            roles.check_name(found, name)
        except SzansaError as wrong:
            return refused(wrong, again)
    page = Preview(
        action_url=f"{ROLES}/{role_id}",
        back_url=ROLES,
        title=_("Role: %(name)s", name=role_name(found.key, found.name)),
        about="roles",
        again=again,
        store=partial(roles.store, found, name),
    )
    return answer(change, page)


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
        name_error=next((each.text for each in errors or () if each.key == "name"), ""),
        typed_name=request.form.get("name", found.name),
        has_reach="reach" in request.form if errors else found.has_reach,
        opened_name=request.form.get("opened_name", found.name),
        opened_reach="opened_reach" in request.form if errors else found.has_reach,
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


@blueprint.get(f"{ROLES}/<int:role_id>/delete")
@opens(ADMINISTRATORS)
def ask_to_delete_role(role_id: int) -> str:
    return _delete_page(roles.own_role(role_id))


@blueprint.post(f"{ROLES}/<int:role_id>/delete")
@opens(ADMINISTRATORS)
def delete_role(role_id: int) -> Any:
    settle()
    found = roles.own_role(role_id)
    again = partial(_delete_page, found)
    try:
        change = roles.leaving(found, request.form.get("instead", ""))
    except SzansaError as wrong:
        return refuse([FormError("instead", wrong.message)], again, 422)
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
        chosen=request.form.get("instead", ""),
        action_url=f"{ROLES}/{found.id}/delete",
        back_url=ROLES,
        errors=errors or [],
        **settings_frame("account"),
    )  # fmt: skip
