"""The operator's commands on accounts, teams and users, and the explanation of access."""

from __future__ import annotations

import importlib
import json

import pytest

from core import commands
from core.accounts.models import SecurityEntry
from core.accounts.queries import account_facts
from core.db import account_scope, current_account, db, sql
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.users.models import Login
from core.users.passwords import verify
from tests.makers import PASSWORD, actor, make_account, make_record, make_team, make_user


@pytest.fixture
def say(app, settings):
    """Run a command as the operator types it, inside the test's transaction."""

    def run(*words):
        arguments = commands.parser().parse_args([str(each) for each in words])
        module, _, name = arguments.command.target.partition(":")
        facts = getattr(importlib.import_module(module), name)(settings, arguments)
        json.dumps(facts)
        assert facts["message"]
        return facts

    return run


@pytest.fixture
def own(say):
    """An account opened by command; the current one."""
    facts = say("account", "create", "--name", "Own", "--email", "Jan.Boss@Firm.example",
                "--password", PASSWORD)  # fmt: skip
    with account_scope(facts["account_id"]):
        yield facts


def test_account_create_opens_an_account_in_enterprise_with_its_founder(say, own):
    facts = account_facts()
    assert (facts.name, facts.package, facts.language) == ("Own", "enterprise", "pl")
    assert [each.name for each in facts.teams.values()] == ["Own"]
    founder = facts.users[own["user_id"]]
    assert (founder.name, founder.email) == ("Jan Boss", "jan.boss@firm.example")
    login = db.session.get_one(Login, "jan.boss@firm.example")
    assert verify(login.password_hash, PASSWORD)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"--name": "own"}, Conflict),
        ({"--email": "JAN.BOSS@firm.example"}, Conflict),
        ({"--email": "no address"}, Invalid),
        ({"--password": "short"}, Invalid),
        ({"--password": "second.boss@x.example1"}, Invalid),
        ({"--package": "platinum"}, Invalid),
        ({"--name": " "}, Invalid),
    ],
)
def test_account_create_refuses_with_a_sentence(say, own, changed, error):
    words = {"--name": "Second", "--email": "second.boss@x.example", "--password": PASSWORD}
    flat = [word for pair in (words | changed).items() for word in pair]
    with pytest.raises(error) as refused:
        say("account", "create", *flat)
    assert refused.value.message.endswith(".")


def test_pkg_2_account_package_assigns_another_package(say, own):
    assert say("account", "package", "--account", "Own", "basic")["package"] == "basic"
    assert account_facts().package == "basic"
    entry = db.session.execute(db.select(SecurityEntry)).scalar_one()
    assert (entry.event, entry.details) == ("package_changed", {"package": "basic"})
    with pytest.raises(NotFound):
        say("account", "package", "--account", "Nobody", "basic")
    with pytest.raises(Invalid):
        say("account", "package", "--account", "Own", "gold")


def test_account_plugin_refuses_what_cannot_be_switched(say, own):
    with pytest.raises(NotFound):
        say("account", "plugin", "--account", "Own", "contacts", "off")


def test_team_and_user_create(say, own):
    say("team", "create", "--account", "Own", "--name", "Sales")
    made = say("team", "create", "--account", "Own", "--name", "North", "--parent", "sales")
    teams = {each.name: each for each in account_facts().teams.values()}
    assert teams["North"].parent_id == teams["Sales"].id
    assert made["team_id"] == teams["North"].id
    words = ["user", "create", "--account", "Own", "--email", "Anna@firm.example",
             "--first-name", "Anna", "--last-name", "Nowak", "--password", PASSWORD,
             "--team", "North"]  # fmt: skip
    anna = say(*words, "--role", "manager")["user_id"]
    assert account_facts().users[anna].main_team_id == teams["North"].id
    with pytest.raises(Conflict):
        say(*words)
    with pytest.raises(NotFound):
        say("team", "create", "--account", "Own", "--name", "X", "--parent", "Nowhere")
    with pytest.raises(Invalid):
        say("team", "create", "--account", "Own", "--name", "north")


@pytest.fixture
def north(app):
    """Anna with a hidden and a private record, Adam of her team, Beata of another."""
    make_account("Own")
    team = make_team("North")
    anna = make_user("Anna", team, email="anna@own.example")
    make_user("Adam", team, email="adam@own.example")
    make_user("Beata", make_team("East"), email="beata@own.example")
    hidden = make_record(anna, visibility="hidden", participants=[team], last_name="Nowak")
    private = make_record(anna, visibility="private", participants=[team], last_name="Lis")
    return hidden.id, private.id


def test_acc_x1_why_says_what_gives_the_right(say, north):
    answer = say("why", "--as", "ANNA@own.example", "--kind", "person", north[0])
    assert answer["held"]
    assert "You have been the owner since" in answer["message"]
    answer = say("why", "--as", "adam@own.example", "--kind", "person", north[0])
    assert "Your team North is a participant" in " ".join(answer["reasons"])
    answer = say("why", "--as", "adam@own.example", "--kind", "person", north[0],
                 "--right", "delete")  # fmt: skip
    assert (answer["right"], answer["held"]) == ("delete", False)
    assert "Anna Test or an administrator can give it to you." in answer["reasons"]


def test_vis_7_why_does_not_tell_of_a_record_that_the_user_may_not_know(say, north):
    sentences = set()
    for record_id in (north[0], 999_999_999):
        with pytest.raises(NotFound) as refused:
            say("why", "--as", "beata@own.example", "--kind", "person", record_id)
        sentences.add(refused.value.message)
    assert len(sentences) == 1


def test_acc_x1_why_says_who_can_help_with_a_private_record(say, north):
    answer = say("why", "--as", "beata@own.example", "--kind", "person", north[1])
    assert not answer["held"]
    assert "The owner Anna Test or an administrator can add you" in answer["message"]


def test_why_refuses_unknown_users_kinds_and_rights(say, north):
    for words in (
        ("--as", "nobody@own.example", "--kind", "person", north[0]),
        ("--as", "anna@own.example", "--kind", "boat", north[0]),
        ("--as", "anna@own.example", "--kind", "person", north[0], "--right", "fly"),
        ("--as", "anna@own.example", "--kind", "company", north[0]),
    ):
        with pytest.raises(NotFound):
            say("why", *words)


def test_as_means_exactly_that_user_s_account(say, north):
    account = current_account()
    make_account("Other")
    make_user("Olga", make_team("Other"), "administrator", email="olga@other.example")
    with pytest.raises((NotFound, Forbidden)):
        say("why", "--as", "olga@other.example", "--kind", "person", north[0])
    with account_scope(account):
        assert sql("select count(*) from core_record where account_id = :account").scalar_one() == 2
    assert actor(make_user("Ola", role="administrator")).is_administrator
