"""What an account has switched on, set, and who is in it: cached under the account's epoch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.accounts.epoch import EpochCache, current_epoch
from core.accounts.switching import Switchboard
from core.contracts import PACKAGES
from core.db import current_account, sql
from core.registry import registry


@dataclass(frozen=True)
class Person:
    """A user, as other users see him."""

    id: int
    name: str
    initials: str
    email: str
    status: str
    main_team_id: int | None

    @property
    def is_active(self) -> bool:
        """Whether he may sign in and be chosen."""
        return self.status == "active"


@dataclass(frozen=True)
class TeamName:
    """A team, as everybody sees it; removed users do not count."""

    id: int
    name: str
    parent_id: int | None
    member_count: int


@dataclass(frozen=True)
class AccountFacts:
    """What rarely changes in an account, read once per epoch."""

    account_id: int
    epoch: int
    name: str
    package: str
    language: str
    zone: str
    switchboard: Switchboard
    active_plugins: frozenset[str]
    settings: dict[str, Any]
    users: dict[int, Person]
    teams: dict[int, TeamName]

    def allows(self, grant: str) -> bool:
        """Tell whether an active plugin grants something that core does not allow by itself."""
        specs = registry().plugins
        return any(grant in specs[name].grants for name in self.active_plugins)

    def principal_name(self, principal_id: int) -> str:
        """Return the name of a user or team; empty for one that is gone."""
        found = self.users.get(principal_id) or self.teams.get(principal_id)
        return found.name if found else ""


_facts: EpochCache[AccountFacts] = EpochCache(most=200)


def account_facts() -> AccountFacts:
    """Return the current account's facts, from the cache while the epoch stands."""
    return _facts.get(_read_facts)


def _read_facts() -> AccountFacts:
    account = sql(
        "select name, package, language, zone from core_account where id = :account"
    ).one()
    switches = {
        row.plugin: row.is_on
        for row in sql("select plugin, is_on from core_plugin_switch where account_id = :account")
    }
    stored = {
        row.key: row.value
        for row in sql("select key, value from core_setting where account_id = :account")
    }
    board = _switchboard(account.package, switches)
    declared = {setting.key: setting.shipped for setting in registry().settings.values()}
    return AccountFacts(
        account_id=current_account(),
        epoch=current_epoch(),
        name=account.name,
        package=account.package,
        language=account.language,
        zone=account.zone,
        switchboard=board,
        active_plugins=board.active,
        settings={**declared, **stored},
        users=_users(),
        teams=_teams(),
    )


def _users() -> dict[int, Person]:
    rows = sql(
        "select id, first_name || ' ' || last_name as name, initials, email, status, main_team_id"
        " from core_user where account_id = :account"
        " order by core_sort_key(last_name || ' ' || first_name), id"
    )
    return {
        row.id: Person(row.id, row.name, row.initials, row.email, row.status, row.main_team_id)
        for row in rows
    }


def _teams() -> dict[int, TeamName]:
    rows = sql(
        "select t.id, t.name, t.parent_id, count(distinct u.id) as members"
        " from core_team t left join core_membership m"
        " on m.account_id = t.account_id and m.team_id = t.id"
        " left join core_user u on u.account_id = m.account_id and u.id = m.user_id"
        " and u.status <> 'removed'"
        " where t.account_id = :account group by t.id, t.name, t.parent_id"
        " order by core_sort_key(t.name), t.id"
    )
    return {row.id: TeamName(row.id, row.name, row.parent_id, row.members) for row in rows}


def switchboard() -> Switchboard:
    """Return the plugins as the current account has them: its package and its switches."""
    return account_facts().switchboard


def _switchboard(package: str, stored: dict[str, bool]) -> Switchboard:
    specs = registry().plugins
    return Switchboard(
        specs=specs,
        included=registry().packages.get(package, frozenset()),
        positions={
            name: stored.get(name, spec.shipped_on)
            for name, spec in specs.items()
            if spec.is_switchable
        },
    )


def needed_package(name: str) -> str:
    """Return the lowest package in which a plugin is available; empty where it is in none."""
    board = switchboard()
    packages = registry().packages
    return next(
        (each for each in PACKAGES if replace(board, included=packages[each]).is_available(name)),
        "",
    )


def setting(key: str) -> Any:
    """Return an account-wide setting, or its start value."""
    return account_facts().settings[key]
