"""Founding an account and switching its plugins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from core.accounts.epoch import current_epoch, raise_epoch
from core.accounts.learning import learn_rights
from core.accounts.models import Account, AccountSetting, PluginSwitch, SecurityEntry
from core.accounts.queries import needed_package, switchboard
from core.accounts.switching import Contradiction, Turn
from core.changes.capture import author_or_none
from core.contracts import PACKAGES
from core.db import account_scope, across_accounts, current_account, db, sql
from core.errors import Invalid, NeedsConfirmation, NotFound
from core.i18n import _
from core.registry import registry
from core.roles.models import ADMINISTRATOR, Role

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
        _add_shipped_roles(account.id)
    return account


def _add_shipped_roles(account_id: int) -> None:
    for key, name, has_reach in SHIPPED_ROLES:
        db.session.add(Role(key=key, name=name, has_reach=has_reach))
    db.session.flush()
    learn_rights(account_id)
    raise_epoch(db.session())


def _check_package(package: str) -> None:
    if package not in PACKAGES:
        raise Invalid(_("Package: choose one of %(names)s.", names=", ".join(PACKAGES)), "package")


def assign_package(account: Account, package: str) -> None:
    """Put the account on a package; what it no longer includes is off, nothing is deleted."""
    _check_package(package)
    account.package = package
    raise_epoch(db.session())
    log_security("package_changed", {"package": package})
    db.session.flush()


def turns(chosen: Mapping[str, bool]) -> list[Turn]:
    """Return what changes when the account sets these switches, plugins that go together included.

    Raises NotFound for a name that cannot be switched, Invalid where the package lacks it or
    where one plugin needs another that is to go off.
    """
    board = switchboard()
    for name, is_on in chosen.items():
        if name not in board.positions:
            raise NotFound(_("There is no plugin “%(name)s” that can be switched.", name=name))
        if is_on and not board.is_available(name):
            raise Invalid(
                _(
                    "%(plugin)s: the package %(package)s is needed.",
                    plugin=board.specs[name].label,
                    package=needed_package(name).capitalize(),
                ),
                name,
            )
    try:
        return board.turns(chosen)
    except Contradiction as wrong:
        raise Invalid(
            _(
                "%(plugin)s needs %(needed)s: switch both on or both off.",
                plugin=board.specs[wrong.name].label,
                needed=board.specs[wrong.needed].label,
            ),
            wrong.name,
        ) from wrong


def switch_plugins(chosen: Mapping[str, bool]) -> list[Turn]:
    """Set switches of plugins, together with what they need or what needs them.

    Returns what changed; each change stands in the security log. Raises as `turns` does.
    """
    changed = turns(chosen)
    for turn in changed:
        found = db.session.get(PluginSwitch, (current_account(), turn.name))
        if found is None:
            db.session.add(PluginSwitch(plugin=turn.name, is_on=turn.is_on))
        else:
            found.is_on = turn.is_on
        details = {"plugin": turn.name, "on": turn.is_on}
        log_security("plugin_switched", details)
    db.session.flush()
    return changed


def switch_after_asking(chosen: Mapping[str, bool], confirmed: Collection[str]) -> list[Turn]:
    """Set switches as an administrator chose them on the page; return what changed.

    Raises NeedsConfirmation for each plugin that would be switched with them and whose key
    (`on.` or `off.` and its name) is not among the `confirmed`; otherwise as `turns` does.
    """
    warnings = {}
    for turn in turns(chosen):
        key = f"{'on' if turn.is_on else 'off'}.{turn.name}"
        if turn.because != turn.name and key not in confirmed:
            warnings[key] = _along(turn)
    if warnings:
        raise NeedsConfirmation(warnings)
    return switch_plugins(chosen)


def _along(turn: Turn) -> str:
    specs = registry().plugins
    values = {"other": specs[turn.name].label, "plugin": specs[turn.because].label}
    if turn.is_on:
        return _("%(other)s is switched on too, because %(plugin)s needs it.", **values)
    return _("%(other)s is switched off too, because it needs %(plugin)s.", **values)


def store_setting(key: str, value: Any) -> None:
    """Store an account-wide setting; a value like the start value needs no row."""
    declared = registry().settings[key]
    found = db.session.get(AccountSetting, (current_account(), key))
    if found is not None:
        found.value = value
    elif value != declared.shipped:
        db.session.add(AccountSetting(key=key, value=value))
    db.session.flush()


def wait_for_each_other() -> None:
    """Let changes that hold only together, such as two moves in the tree, come one by one.

    The account's row is what every change of the epoch locks too, so nothing waits in a circle.
    What was read before the wait is read again where somebody else changed it meanwhile.
    """
    db.session.flush()
    known = current_epoch()
    epoch = sql("select epoch from core_account where id = :account for no key update").scalar_one()
    if epoch != known:
        db.session.expire_all()
        db.session.info["epoch"] = (current_account(), epoch)


def log_security(
    event: str, details: dict[str, Any], user_id: int | None = None, address: str | None = None
) -> SecurityEntry:
    """Return a new line of the security log; who did it and from where is known inside a request.

    `event` is one that `register_security_events` names, `details` are its JSON values.
    """
    who = author_or_none()
    if who is not None:
        user_id, address = user_id or who.user_id, address or who.address
    entry = SecurityEntry(user_id=user_id, event=event, details=details, address=address)
    db.session.add(entry)
    return entry
