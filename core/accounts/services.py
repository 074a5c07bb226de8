"""Founding an account and switching its plugins."""

from __future__ import annotations

from typing import Any

from core.accounts.epoch import raise_epoch
from core.accounts.models import Account, AccountSetting, PluginSwitch, SecurityEntry
from core.accounts.queries import account_facts, is_included, needed_package
from core.contracts import PACKAGES
from core.db import account_scope, across_accounts, current_account, db
from core.errors import Invalid, NotFound
from core.i18n import _
from core.registry import registry
from core.roles.models import ADMINISTRATOR, AccessTick, Role, RoleTick
from core.roles.rights import ACCESS_ROLES

SHIPPED_ROLES = ((ADMINISTRATOR, "Administrator", True), ("manager", "Manager", True),
                 ("user", "User", False))  # fmt: skip


def found_account(name: str, *, package: str = "enterprise", language: str = "pl") -> Account:
    """Return a new account with the shipped roles and ticks, still without teams and users."""
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise Invalid(_("Name: 1 to 100 characters are needed."), "name")
    _check_package(package)
    account = Account(name=name, package=package, language=language)
    db.session.add(account)
    with across_accounts("an account is founded"):
        db.session.flush()
    with account_scope(account.id):
        _add_shipped_roles()
    return account


def _add_shipped_roles() -> None:
    rights = registry().rights
    for key, name, has_reach in SHIPPED_ROLES:
        role = Role(key=key, name=name, has_reach=has_reach)
        db.session.add(role)
        db.session.flush()
        for kind, right in rights.shipped(key):
            db.session.add(RoleTick(role_id=role.id, kind=kind, right=right))
    for access_role in ACCESS_ROLES:
        for kind, right in rights.shipped(access_role):
            db.session.add(AccessTick(access_role=access_role, kind=kind, right=right))
    db.session.flush()


def _check_package(package: str) -> None:
    if package not in PACKAGES:
        raise Invalid(_("Package: choose one of %(names)s.", names=", ".join(PACKAGES)), "package")


def assign_package(account: Account, package: str) -> None:
    """Put the account on a package; what it no longer includes is off, nothing is deleted."""
    _check_package(package)
    account.package = package
    raise_epoch(db.session())
    log_security("package_changed", {"package": package})


def switch_plugin(name: str, *, is_on: bool, user_id: int | None = None) -> None:
    """Switch a plugin on or off, with those it needs, or those that need it.

    Raises NotFound for a name that cannot be switched, Invalid where the package lacks it.
    """
    specs = registry().plugins
    if name not in specs or not specs[name].is_switchable:
        raise NotFound(_("There is no such plugin."))
    for each in _together(name, is_on=is_on):
        spec = specs[each]
        if is_on and not is_included(spec, account_facts().package):
            raise Invalid(
                _(
                    "%(plugin)s: the package %(package)s is needed.",
                    plugin=spec.label,
                    package=needed_package(spec).capitalize(),
                ),
                each,
            )
        if not spec.is_switchable:
            continue
        found = db.session.get(PluginSwitch, (current_account(), each))
        if found is None:
            db.session.add(PluginSwitch(plugin=each, is_on=is_on))
        else:
            found.is_on = is_on
        log_security("plugin_switched", {"plugin": each, "on": is_on}, user_id)
    db.session.flush()


def _together(name: str, *, is_on: bool) -> list[str]:
    """Return the plugins that are switched with one: needed ones on, dependent ones off."""
    specs = registry().plugins
    found, todo = [name], [name]
    while todo:
        present = todo.pop()
        more = (
            specs[present].needs
            if is_on
            else [each for each, spec in specs.items() if present in spec.needs]
        )
        for each in more:
            if each in specs and each not in found:
                found.append(each)
                todo.append(each)
    return found


def store_setting(key: str, value: Any) -> None:
    """Store an account-wide setting; a value like the start value needs no row."""
    declared = registry().settings[key]
    found = db.session.get(AccountSetting, (current_account(), key))
    if found is not None:
        found.value = value
    elif value != declared.shipped:
        db.session.add(AccountSetting(key=key, value=value))
    db.session.flush()


def log_security(
    event: str, details: dict[str, Any], user_id: int | None = None, address: str | None = None
) -> None:
    """Add a line to the security log."""
    db.session.add(SecurityEntry(user_id=user_id, event=event, details=details, address=address))
