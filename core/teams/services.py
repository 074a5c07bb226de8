"""Making and changing teams and memberships."""

from __future__ import annotations

from core.accounts.queries import account_facts
from core.accounts.services import wait_for_each_other
from core.db import current_account, db, sql
from core.errors import Conflict, Invalid, NotFound
from core.i18n import _
from core.records.fields import clean
from core.roles.models import ADMINISTRATOR, Role
from core.teams.models import Membership, Team
from core.users.models import Principal, User


def new_principal(sort: str) -> int:
    """Return the number of a new user or team."""
    principal = Principal(sort=sort)
    db.session.add(principal)
    db.session.flush()
    return principal.id


def create_team(name: str, parent_id: int | None = None) -> Team:
    """Return a new team, below `parent_id` if given."""
    name = _checked_name(name)
    if parent_id is not None:
        team(parent_id)
    made = Team(id=new_principal("team"), name=name, parent_id=parent_id)
    db.session.add(made)
    db.session.flush()
    return made


def check_name(name: str, own_id: int | None = None) -> None:
    """Raise Invalid where a new team, or the given one, may not be called so."""
    _checked_name(name, own_id)


def _checked_name(name: str, own_id: int | None = None) -> str:
    name = clean(name)
    if not 1 <= len(name) <= 100:
        raise Invalid(_("Name: 1 to 100 characters are needed."), "name")
    taken = sql(
        "select id from core_team where account_id = :account and lower(name) = lower(:name)",
        name=name,
    ).scalar()
    if taken is not None and taken != own_id:
        raise Invalid(_("Name: there is a team “%(name)s” already.", name=name), "name")
    return name


def team(team_id: int) -> Team:
    """Return a team; NotFound where there is none."""
    found = db.session.get(Team, (current_account(), team_id))
    if found is None:
        raise NotFound(_("There is no such team."))
    return found


def move_team(team_id: int, parent_id: int | None) -> None:
    """Put a team below another, or at the top; a team cannot stand below itself."""
    wait_for_each_other()
    moved = team(team_id)
    if parent_id is not None:
        parent = team(parent_id)
        if parent_id in below(team_id):
            raise Invalid(
                _("Parent team: %(name)s is below this team.", name=parent.name), "parent"
            )
    moved.parent_id = parent_id
    db.session.flush()


def below(team_id: int) -> set[int]:
    """Return a team and all teams below it."""
    rows = sql(
        "with recursive below as (select id from core_team"
        " where account_id = :account and id = :team union"
        " select t.id from core_team t join below b on t.parent_id = b.id"
        " where t.account_id = :account) select id from below",
        team=team_id,
    )
    return set(rows.scalars())


def rename_team(team_id: int, name: str) -> None:
    """Give a team another name."""
    team(team_id).name = _checked_name(name, team_id)
    db.session.flush()


def delete_team(team_id: int) -> None:
    """Delete a team; its sub-teams move up, its participations end.

    Raises Conflict while a member has no other team, or where it holds the last administrators.
    """
    gone = team(team_id)
    _keep_an_administrator(gone)
    only = sql(
        "select m.user_id from core_membership m where m.account_id = :account"
        " and m.team_id = :team and not exists (select 1 from core_membership o"
        " where o.account_id = :account and o.user_id = m.user_id and o.team_id <> :team)",
        team=team_id,
    ).scalars()
    names = [account_facts().principal_name(each) for each in only]
    if names:
        raise Conflict(_("%(names)s must belong to a team.", names=", ".join(names)))
    members = db.session.execute(db.select(User).where(User.main_team_id == team_id)).scalars()
    parent_id = gone.parent_id
    for user in members:
        user.main_team_id = _another_team(user.id, team_id)
    children = db.session.execute(db.select(Team).where(Team.parent_id == team_id)).scalars()
    for child in children:
        child.parent_id = parent_id
    db.session.flush()
    remove_team(gone)


def remove_team(gone: Team) -> None:
    """Remove a team on which nothing hangs any more."""
    team_id = gone.id
    db.session.delete(gone)
    db.session.flush()
    sql("delete from core_principal where account_id = :account and id = :team", team=team_id)


def _another_team(user_id: int, than: int) -> int | None:
    found = sql(
        "select team_id from core_membership where account_id = :account and user_id = :user"
        " and team_id <> :team order by team_id limit 1",
        user=user_id,
        team=than,
    ).scalar()
    return int(found) if found is not None else None


def role_named(key: str) -> Role:
    """Return a shipped role by its key; Invalid where there is none."""
    found: Role | None = db.session.execute(
        db.select(Role).where(Role.key == key)
    ).scalar_one_or_none()
    if found is None:
        raise Invalid(_("Role: choose administrator, manager or user."), "role")
    return found


def role(role_id: int) -> Role:
    """Return a role, shipped or own; NotFound where there is none."""
    found = db.session.get(Role, (current_account(), role_id))
    if found is None:
        raise NotFound(_("There is no such role."))
    return found


def join(user: User, team_id: int, role_key: str) -> None:
    """Make a user member of a team with a shipped role; the first team becomes the main one."""
    give_role(user, team_id, role_named(role_key))


def give_role(user: User, team_id: int, role: Role) -> None:
    """Make a user member of a team with a role; the first team becomes the main one."""
    joined = team(team_id)
    if role.key != ADMINISTRATOR:
        _keep_an_administrator(joined, user)
    for present in _memberships(user.id, team_id):
        if present.role_id != role.id:
            db.session.delete(present)
    db.session.flush()
    if db.session.get(Membership, (current_account(), user.id, team_id, role.id)) is None:
        db.session.add(Membership(user_id=user.id, team_id=team_id, role_id=role.id))
    if user.main_team_id is None:
        user.main_team_id = team_id
    db.session.flush()


def leave(user: User, team_id: int) -> None:
    """Take a user out of a team; everybody must belong to one."""
    left = team(team_id)
    wait_for_each_other()
    another = _another_team(user.id, team_id)
    if another is None:
        raise Conflict(_("%(name)s must belong to a team.", name=user.name))
    _keep_an_administrator(left, user)
    for present in _memberships(user.id, team_id):
        db.session.delete(present)
    if user.main_team_id == team_id:
        user.main_team_id = another
    db.session.flush()


def _memberships(user_id: int, team_id: int) -> list[Membership]:
    statement = db.select(Membership).where(
        Membership.user_id == user_id, Membership.team_id == team_id
    )
    return list(db.session.execute(statement).scalars())


_ADMINISTRATORS = """
select count(*) as now,
  count(*) filter (where m.team_id = :team and (m.user_id = :user or :user = 0)) as lost
from core_membership m
join core_role r on r.account_id = m.account_id and r.id = m.role_id
join core_user u on u.account_id = m.account_id and u.id = m.user_id
where m.account_id = :account and r.key = :administrator and u.status = 'active'
"""


def _keep_an_administrator(left: Team, user: User | None = None) -> None:
    """Raise Conflict where nobody administers the account without a team, or a user in it."""
    wait_for_each_other()
    found = sql(
        _ADMINISTRATORS,
        administrator=ADMINISTRATOR,
        team=left.id,
        user=user.id if user else 0,
    ).one()
    if found.lost and found.lost == found.now:
        raise Conflict(_("The account must keep at least one administrator."))
