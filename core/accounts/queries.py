"""What an account has switched on, set, and who is in it: cached under the account's epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.accounts.epoch import EpochCache, current_epoch
from core.contracts import PACKAGES, PluginSpec
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
    """A team, as everybody sees it."""

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
    active_plugins: frozenset[str]
    settings: dict[str, Any]
    users: dict[int, Person]
    teams: dict[int, TeamName]

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
    declared = {setting.key: setting.shipped for setting in registry().settings.values()}
    return AccountFacts(
        account_id=current_account(),
        epoch=current_epoch(),
        name=account.name,
        package=account.package,
        language=account.language,
        zone=account.zone,
        active_plugins=active_plugins(account.package, switches),
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
        "select t.id, t.name, t.parent_id, count(distinct m.user_id) as members"
        " from core_team t left join core_membership m"
        " on m.account_id = t.account_id and m.team_id = t.id"
        " where t.account_id = :account group by t.id, t.name, t.parent_id"
        " order by core_sort_key(t.name), t.id"
    )
    return {row.id: TeamName(row.id, row.name, row.parent_id, row.members) for row in rows}


def is_included(spec: PluginSpec, package: str) -> bool:
    """Tell whether a package includes a plugin, by the configuration file of packages."""
    return spec.name in registry().packages.get(package, frozenset())


def needed_package(spec: PluginSpec) -> str:
    """Return the lowest package that includes a plugin; empty where none does."""
    return next((each for each in PACKAGES if is_included(spec, each)), "")


def active_plugins(package: str, switches: dict[str, bool]) -> frozenset[str]:
    """Return the plugins that are included, switched on, and whose needs are active too."""
    specs = registry().plugins
    active = {
        name
        for name, spec in specs.items()
        if not spec.is_switchable
        or (is_included(spec, package) and switches.get(name, spec.shipped_on))
    }
    while missing := {name for name in active if not set(specs[name].needs) <= active}:
        active -= missing
    return frozenset(active)


def setting(key: str) -> Any:
    """Return an account-wide setting, or its start value."""
    return account_facts().settings[key]
