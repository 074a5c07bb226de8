"""Opening an account, with its first team and its founder."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.accounts.learning import learn_rights
from core.accounts.models import Account
from core.accounts.services import found_account, log_security
from core.db import account_scope, db, installation_sql
from core.errors import Conflict
from core.i18n import _
from core.records.fields import clean
from core.teams.models import Team
from core.teams.services import create_team
from core.users.models import User
from core.users.services import Newcomer, create_user


@dataclass(frozen=True)
class Opened:
    """A new account with what it begins with."""

    account: Account
    team: Team
    founder: User


def open_account(
    name: str, founder: Newcomer, *, package: str = "enterprise", language: str = "pl"
) -> Opened:
    """Return a new account with one team named like it, whose administrator is the founder.

    Raises Invalid naming the field, and Conflict where the name or the login is taken: the
    operator tells accounts apart by their names.
    """
    name = clean(name)
    installation_sql("select pg_advisory_xact_lock(hashtextextended('account names', 0))")
    taken = installation_sql(
        "select 1 from core_account where lower(name) = lower(:name)", name=name
    ).scalar()
    if taken:
        raise Conflict(_("Name: there is an account “%(name)s” already.", name=name), "name")
    account = found_account(name, package=package, language=language)
    with account_scope(account.id):
        team = create_team(name)
        user = create_user(founder, team_id=team.id, role="administrator")
    return Opened(account, team, user)


def ship_new_rights() -> None:
    """Give every account the rights that this version brought, as shipped.

    What an account knows already stays as its administrators ticked it. Each that learns of a
    right has it in its security log.
    """
    for account_id, names in learn_rights().items():
        with account_scope(account_id):
            log_security("rights_added", {"rights": names})
            db.session.flush()


def named_after(email: str, account_name: str) -> tuple[str, str]:
    """Return first and last name for a founder of whom only the address is known."""
    words = [each for each in re.split(r"[^\w]+|[\d_]+", email.partition("@")[0]) if each]
    first, *rest = [each.capitalize() for each in words] or ["Administrator"]
    return first[:100], (" ".join(rest) or clean(account_name) or "Administrator")[:100]
