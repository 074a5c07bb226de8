"""What the operator does from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from config.settings import Settings
from core import revisions
from core.access import Actor, NoAccess, actor_of, fetch, why as access_why, why_not
from core.accounts.founding import named_after, open_account, ship_new_rights
from core.accounts.models import Account
from core.accounts.queries import account_facts
from core.accounts.services import assign_package, switch_plugins
from core.app import create_app
from core.changes.capture import change_set
from core.db import account_scope, across_accounts, db
from core.errors import NotFound
from core.migrate import migrate as bring_up_to_date
from core.registry import registry
from core.teams import services as team_services
from core.users import services as user_services
from core.users.models import Login
from core.users.services import Newcomer

Facts = dict[str, Any]


def in_application(
    target: Callable[[Settings, argparse.Namespace], Facts],
    settings: Settings,
    arguments: argparse.Namespace,
) -> Facts:
    """Run a command inside the application: all it does is stored, or nothing is."""
    revisions.check(str(settings.database_url))
    app = create_app(settings)
    with app.app_context():
        facts = target(settings, arguments)
        db.session.commit()
    return facts


def as_user(
    target: Callable[[Actor, argparse.Namespace], Facts],
    settings: Settings,
    arguments: argparse.Namespace,
) -> Facts:
    """Run a command inside the application with exactly the rights of the user it names."""

    def run(_settings: Settings, asked: argparse.Namespace) -> Facts:
        with _signed_in(asked.login) as actor:
            return target(actor, asked)

    return in_application(run, settings, arguments)


def migrate(settings: Settings, arguments: argparse.Namespace) -> Facts:
    """Bring the database up to date, and every account the rights that are new."""
    facts = bring_up_to_date(settings, arguments)
    with create_app(settings).app_context():
        ship_new_rights()
        db.session.commit()
        db.engine.dispose()
    return facts


# ---------------------------------------------------------------- accounts


def create_account(settings: Settings, arguments: argparse.Namespace) -> Facts:
    """Open an account with one team and its first administrator."""
    first_name, last_name = named_after(arguments.email, arguments.name)
    opened = open_account(
        arguments.name,
        Newcomer(arguments.email, first_name, last_name, arguments.password),
        package=arguments.package,
        language=arguments.language,
    )
    return {
        "account_id": opened.account.id,
        "user_id": opened.founder.id,
        "team_id": opened.team.id,
        "email": opened.founder.email,
        "message": f"Opened the account {opened.account.name};"
        f" {opened.founder.email} is its administrator.",
    }


def change_package(settings: Settings, arguments: argparse.Namespace) -> Facts:
    """Give an account another package."""
    with _account(arguments.account) as account:
        assign_package(account, arguments.package)
        db.session.flush()
        message = f"{account.name} now has the package {account.package}."
        return {"account_id": account.id, "package": account.package, "message": message}


def switch_plugin(settings: Settings, arguments: argparse.Namespace) -> Facts:
    """Switch a plugin of an account, with those it needs or that need it."""
    with _account(arguments.account) as account:
        changed = switch_plugins({arguments.plugin: arguments.state == "on"})
        others = [each.name for each in changed if each.name != arguments.plugin]
        message = f"{arguments.plugin} is {arguments.state} in {account.name}"
        return {
            "account_id": account.id,
            "plugins": sorted(account_facts().active_plugins),
            "switched": [each.name for each in changed],
            "message": f"{message}, and with it {', '.join(others)}." if others else f"{message}.",
        }


# ---------------------------------------------------------------- people


def create_team(settings: Settings, arguments: argparse.Namespace) -> Facts:
    """Add a team."""
    with _account(arguments.account) as account:
        parent_id = _team_id(arguments.parent) if arguments.parent else None
        team = team_services.create_team(arguments.name, parent_id)
        message = f"Added the team {team.name} to {account.name}."
        return {"account_id": account.id, "team_id": team.id, "message": message}


def create_user(settings: Settings, arguments: argparse.Namespace) -> Facts:
    """Add a user, member of one team."""
    with _account(arguments.account) as account:
        who = Newcomer(
            arguments.email, arguments.first_name, arguments.last_name, arguments.password
        )
        user = user_services.create_user(who, team_id=_team_id(arguments.team), role=arguments.role)
        message = f"Added {user.name} to {account.name}."
        return {"account_id": account.id, "user_id": user.id, "message": message}


def why(settings: Settings, arguments: argparse.Namespace) -> Facts:
    """Explain why a user may or may not, in the sentences that the pages show him.

    A record that he may not know of is not there for him, here as on the pages.
    """
    with _signed_in(arguments.login) as actor:
        if arguments.kind not in {kind.key for kind in registry().kinds.of(actor.active_plugins)}:
            raise NotFound(f"There is no kind {arguments.kind}.")
        try:
            access = fetch(arguments.kind, arguments.id, actor)
            name, answers = access.record.name, access_why(actor, access.record, _day)
        except NoAccess as refused:
            name, answers = refused.basic.name, why_not(refused.basic)
    answer = next((each for each in answers if each.right == arguments.right), None)
    if answer is None:
        raise NotFound(f"There is no right {arguments.right} on a record of {arguments.kind}.")
    word = "yes" if answer.is_held else "no"
    return {
        "kind": arguments.kind,
        "id": arguments.id,
        "name": name,
        "right": answer.right,
        "held": answer.is_held,
        "reasons": list(answer.sentences),
        "message": "\n".join([f"{name}, {answer.label}: {word}", *answer.sentences]),
    }


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


@contextmanager
def _account(name: str) -> Iterator[Account]:
    """Work for the account of that name, as the operator."""
    with across_accounts("the operator names an account"):
        found = db.session.execute(db.select(Account).where(Account.name == name)).scalars().all()
    if len(found) != 1:
        raise NotFound(
            f"There {'is no account' if not found else 'are several accounts'} named {name}."
        )
    with account_scope(found[0].id), change_set("command"):
        yield found[0]


@contextmanager
def _signed_in(email: str) -> Iterator[Actor]:
    """Work with exactly one user's rights."""
    with across_accounts("the operator names a user"):
        login = db.session.get(Login, email.strip().lower())
    if login is None:
        raise NotFound(f"There is no user {email}.")
    with account_scope(login.account_id):
        yield actor_of(login.user_id)


def _team_id(name: str) -> int:
    teams = account_facts().teams.values()
    found = [team.id for team in teams if team.name.casefold() == name.strip().casefold()]
    if not found:
        raise NotFound(f"There is no team {name}.")
    return found[0]
