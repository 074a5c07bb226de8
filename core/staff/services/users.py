"""Adding users directly, and changing what an administrator keeps of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.accounts.services import log_security
from core.db import db, sql
from core.errors import Conflict, Invalid, InvalidForm, NotFound
from core.i18n import _
from core.records.fields import clean
from core.records.merging import merge
from core.roles.models import Role
from core.staff.services.standing import named, user_to_change
from core.teams import services as teams
from core.teams.models import Team
from core.users.models import REMOVED, User
from core.users.services import CHECKS, Newcomer, add_user, initials_of
from core.users.signing_in import login_of


def place(team_id: int, role_id: int) -> tuple[Team, Role]:
    """Return the team and role that were chosen for somebody new.

    Raises InvalidForm naming what was deleted meanwhile, or never was of this account.
    """
    errors: dict[str, list[Any]] = {}
    found: list[Any] = []
    for key, ask, number, text in (
        ("team", teams.team, team_id, _("Team: choose one from the list.")),
        ("role", teams.role, role_id, _("Role: choose one from the list.")),
    ):
        try:
            found.append(ask(number))
        except NotFound:
            errors[key] = [text]
    if errors:
        raise InvalidForm(errors)
    return found[0], found[1]


def add_directly(who: Newcomer, team_id: int, role_id: int) -> User:
    """Return a new user whose password is temporary: he must replace it when he first signs in.

    Raises InvalidForm naming what is wrong, and Conflict where the address is taken.
    """
    team, role = place(team_id, role_id)
    user = add_user(who, team.id, role)
    login_of(user.id).must_change_password = True
    log_security("user_added", {**named(user), "team": team.name, "role": role.id})
    db.session.flush()
    return user


class Stale(Conflict):
    """Somebody else changed fields that are changed here too; `now` are the present values."""

    def __init__(self, now: Mapping[str, Any], fields: list[str]) -> None:
        super().__init__(_("Somebody changed this meanwhile. Compare and save again."))
        self.now, self.fields = dict(now), fields


def values_of(user: User) -> dict[str, Any]:
    """Return what an administrator may change of a user, as it is now."""
    return {**{key: getattr(user, key) for key in CHECKS}, "main_team": user.main_team_id}


def change_user(user_id: int, typed: Mapping[str, Any], opened: Mapping[str, Any]) -> User:
    """Store what an administrator typed of a user, and return him.

    `opened` are the values that the form showed: a field that was left alone keeps what somebody
    else made of it since. Raises InvalidForm naming every wrong field, Stale where both changed
    the same one.
    """
    user = user_to_change(user_id)
    if user.status == REMOVED:
        raise Conflict(_("%(name)s was removed already.", name=user.name))
    now = values_of(user)
    wanted = _checked(user, typed)
    since = [{key: (opened[key], now[key]) for key in opened if opened[key] != now[key]}]
    merged = merge(now, since, wanted)
    if merged.conflicts:
        raise Stale(now, merged.conflicts)
    changed = {key: value for key, value in merged.values.items() if value != now[key]}
    for key, value in changed.items():
        setattr(user, "main_team_id" if key == "main_team" else key, value)
    if changed:
        diff = {key: [now[key], value] for key, value in changed.items()}
        log_security("user_changed", {**named(user), "changed": diff})
    db.session.flush()
    return user


def _checked(user: User, typed: Mapping[str, Any]) -> dict[str, Any]:
    values, errors = {}, {}
    for key in typed.keys() & CHECKS.keys():
        try:
            values[key] = CHECKS[key](clean(typed[key]))
        except Invalid as wrong:
            errors[key] = [wrong.message]
    if not values.get("initials", "-") and not errors:
        names = ("first_name", "last_name")
        values["initials"] = initials_of(*(values.get(key) or getattr(user, key) for key in names))
    if "main_team" in typed:
        values["main_team"] = typed["main_team"]
        if not _is_member(user.id, typed["main_team"]):
            errors["main_team"] = [_("Main team: choose one from the list.")]
    if errors:
        raise InvalidForm({key: errors[key] for key in (*CHECKS, "main_team") if key in errors})
    return values


def _is_member(user_id: int, team_id: int | None) -> bool:
    found = sql(
        "select 1 from core_membership where account_id = :account and user_id = :user"
        " and team_id = :team limit 1",
        user=user_id,
        team=team_id,
    )
    return found.first() is not None
