"""Teams as a tree and who is in them (TEAM-2, TEAM-3, TEAM-6, TEAM-7, TEAM-18, USER-8)."""

from __future__ import annotations

import pytest

from core import db as wall
from core.access import actor_of
from core.accounts.founding import named_after, open_account
from core.accounts.models import Account
from core.db import account_scope, db, sql
from core.errors import Conflict, Invalid, NotFound
from core.teams.models import Membership, Team
from core.teams.services import (
    create_team,
    delete_team,
    join,
    leave,
    move_team,
    rename_team,
    team,
)
from core.users.models import SUSPENDED, User
from core.users.services import Newcomer
from tests.makers import PASSWORD, actor, make_account, make_record, make_team, make_user, opens
from tests.together import FOUNDER, at_once, stored

__all__ = ["stored"]  # a fixture


@pytest.fixture
def ada(app):
    """The administrator of a new account."""
    make_account("Own")
    return make_user("Ada", make_team("Own"), "administrator")


def roles_of(user):
    rows = sql(
        "select t.name as team, r.key from core_membership m"
        " join core_team t on t.account_id = m.account_id and t.id = m.team_id"
        " join core_role r on r.account_id = m.account_id and r.id = m.role_id"
        " where m.account_id = :account and m.user_id = :user",
        user=user.id,
    )
    return {row.team: row.key for row in rows}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_team_2_a_name_has_1_to_100_characters(ada, name):
    with pytest.raises(Invalid) as wrong:
        create_team(name)
    assert wrong.value.field == "name"


def test_team_2_a_name_is_unique_in_the_account_whatever_its_case(ada):
    north = create_team("North")
    with pytest.raises(Invalid):
        create_team(" NORTH ")
    with pytest.raises(Invalid):
        rename_team(make_team("East").id, "north")
    rename_team(north.id, "NORTH")
    make_account("Other")
    assert create_team("North").name == "North"


# ---------------------------------------------------------------- the tree


def test_team_3_a_team_cannot_stand_below_itself(ada):
    top, middle, low = make_team("Top"), None, None
    middle = make_team("Middle", top)
    low = make_team("Low", middle)
    for parent in (top, middle, low):
        with pytest.raises(Invalid) as wrong:
            move_team(top.id, parent.id)
        assert wrong.value.message == f"Parent team: {parent.name} is below this team."
        assert wrong.value.field == "parent"
    move_team(low.id, top.id)
    move_team(middle.id, low.id)
    move_team(middle.id, None)
    assert team(middle.id).parent_id is None


def test_team_3_a_parent_must_be_a_team_of_the_account(ada):
    own = make_team("Ours")
    account = wall.current_account()
    make_account("Other")
    foreign = make_team("Theirs")
    wall.enter_account(account)
    for act in (lambda: move_team(own.id, foreign.id), lambda: create_team("New", foreign.id),
                lambda: move_team(foreign.id, None), lambda: delete_team(foreign.id)):  # fmt: skip
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("turn", range(3))
def test_team_3_two_administrators_cannot_close_a_circle_at_once(stored, turn):
    with stored.app_context(), account_scope(stored.config["STORED"][0]):
        one, two = create_team("One").id, create_team("Two").id
        db.session.commit()
    answers = at_once(stored, lambda: move_team(one, two), lambda: move_team(two, one))
    assert answers[0] == ""
    assert "is below this team." in answers[1]


def test_team_18_two_administrators_cannot_take_the_role_from_each_other_at_once(stored):
    account, first_team, founder = stored.config["STORED"]
    with stored.app_context(), account_scope(account):
        second = make_user("Second", team(first_team), "administrator").id
        db.session.commit()

    def demote(user_id):
        join(db.session.get_one(User, (account, user_id)), first_team, "user")

    answers = at_once(stored, lambda: demote(founder), lambda: demote(second))
    assert answers == ["", "The account must keep at least one administrator."]


def test_moves_and_new_users_at_once_wait_in_no_circle(stored):
    account, first_team, _founder = stored.config["STORED"]
    with stored.app_context(), account_scope(account):
        one, two = create_team("One").id, create_team("Two").id
        db.session.commit()

    def move():
        move_team(one, two)
        move_team(one, None)

    def add():
        make_user("New", team(first_team))

    assert at_once(stored, move, add, move, add) == ["", "", "", ""]


# ---------------------------------------------------------------- members


def test_team_6_a_new_account_has_one_team_named_like_it_with_its_founder_as_administrator(app):
    opened = open_account("Północ Energia", FOUNDER, language="en")
    with account_scope(opened.account.id):
        teams = db.session.execute(db.select(Team)).scalars().all()
        assert [each.name for each in teams] == ["Północ Energia"]
        assert opened.founder.main_team_id == opened.team.id
        assert actor_of(opened.founder.id).is_administrator
        assert opened.founder.language == "en"


def test_an_account_s_name_is_told_apart_from_all_others(app):
    open_account("Own", FOUNDER)
    with pytest.raises(Conflict):
        open_account(" OWN ", Newcomer("b@example.com", "B", "B", PASSWORD))
    with pytest.raises(Conflict):
        open_account("Another", FOUNDER)
    with pytest.raises(Invalid):
        open_account(" ", Newcomer("b@example.com", "B", "B", PASSWORD))


@pytest.mark.parametrize(
    ("email", "names"),
    [
        ("jan.kowalski@example.com", ("Jan", "Kowalski")),
        ("anna-maria.nowak2@example.com", ("Anna", "Maria Nowak")),
        ("boss@example.com", ("Boss", "Firm")),
        ("12345@example.com", ("Administrator", "Firm")),
    ],
)
def test_a_founder_is_named_after_his_address(email, names):
    assert named_after(email, "Firm") == names


def test_team_6_the_first_team_is_the_main_one(ada):
    north, east = make_team("North"), make_team("East")
    user = make_user("Ula", north)
    join(user, east.id, "manager")
    assert user.main_team_id == north.id
    assert roles_of(user) == {"North": "user", "East": "manager"}


def test_team_6_nobody_leaves_his_only_team(ada):
    user = make_user("Ula", make_team("North"))
    with pytest.raises(Conflict) as refused:
        leave(user, user.main_team_id)
    assert refused.value.message == "Ula Test must belong to a team."


def test_team_6_who_leaves_his_main_team_gets_another(ada):
    north, east = make_team("North"), make_team("East")
    user = make_user("Ula", north)
    join(user, east.id, "user")
    leave(user, north.id)
    assert user.main_team_id == east.id
    assert roles_of(user) == {"East": "user"}


def test_team_5_one_role_per_user_and_team(ada):
    north = make_team("North")
    user = make_user("Ula", north)
    join(user, north.id, "manager")
    join(user, north.id, "manager")
    assert roles_of(user) == {"North": "manager"}
    with pytest.raises(Invalid):
        join(user, north.id, "emperor")


def test_team_7_sub_teams_move_up_when_their_team_is_deleted(ada):
    top = make_team("Top")
    gone = make_team("Gone", top)
    low = make_team("Low", gone)
    record = make_record(ada, participants=[gone])
    delete_team(gone.id)
    assert team(low.id).parent_id == top.id
    with pytest.raises(NotFound):
        team(gone.id)
    held = sql("select 1 from core_holder where account_id = :account and record_id = :id",
               id=record.id)  # fmt: skip
    assert held.first() is None


def test_team_7_a_team_with_members_who_have_no_other_is_not_deleted(ada):
    north = make_team("North")
    make_user("Ula", north)
    with pytest.raises(Conflict) as refused:
        delete_team(north.id)
    assert "Ula Test" in refused.value.message


@pytest.mark.parametrize("how", ["lower role", "leaving", "deleting the team"])
def test_team_18_the_last_administrator_stays(ada, how):
    other = make_team("Other")
    join(ada, other.id, "user")
    suspended = make_user("Ola", other, "administrator")
    suspended.status = SUSPENDED
    db.session.flush()
    acts = {
        "lower role": lambda: join(ada, ada.main_team_id, "user"),
        "leaving": lambda: leave(ada, ada.main_team_id),
        "deleting the team": lambda: delete_team(ada.main_team_id),
    }
    with pytest.raises(Conflict) as refused:
        acts[how]()
    assert refused.value.message == "The account must keep at least one administrator."
    assert roles_of(ada)["Own"] == "administrator"


def test_team_18_one_of_two_administrators_may_go(ada):
    second = make_user("Ola", make_team("Other"), "administrator")
    join(ada, ada.main_team_id, "user")
    assert not actor(ada).is_administrator
    assert actor(second).is_administrator


def test_team_19_and_acc_s1_moving_between_teams_holds_with_the_next_request(ada):
    north, east = make_team("North"), make_team("East")
    anna, adam, beata = make_user("Anna", north), make_user("Adam", north), make_user("Beata", east)
    record = make_record(anna, visibility="hidden", participants=[north])
    assert [opens(each, record) for each in (adam, beata)] == ["full", "nothing"]
    join(beata, north.id, "user")
    leave(beata, east.id)
    assert opens(beata, record) == "full"
    join(adam, east.id, "user")
    leave(adam, north.id)
    assert opens(adam, record) == "nothing"


def test_a_membership_of_a_deleted_account_is_gone_with_it(ada):
    account = db.session.get_one(Account, ada.account_id)
    db.session.delete(account)
    db.session.flush()
    assert db.session.execute(db.select(Membership)).first() is None
