"""The world of the leak matrix: further askers, and for each of them what only he may open."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import Connection

from core.accounts.services import switch_plugins
from core.accounts.viewing import begin_viewing
from core.changes.capture import no_longer_writing, writing_as
from core.db import Base, db, enter_account, leave_account
from core.operations.models import Batch
from core.permissions.models import AccessRequest
from core.registry import registry
from core.roles.models import Role, RoleTick
from core.teams.models import Membership
from core.users import sessions
from core.users.models import Login, User
from core.web import VIEW_AS
from tests.core.access import naive
from tests.core.access.peopled import FORGOTTEN, KINDS, Asker, Peopled

OPERATIONS = {"choosing": "chosen operation", "checked": "checked operation",
              "waiting": "waiting operation", "done": "done operation"}  # fmt: skip
IMPORTS = ("waiting", "stopped", "done")
WRITTEN = (
    "select relname as name, pg_stat_get_xact_tuples_inserted(oid)"
    " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) as written"
    f" from pg_class where relname = any('{{{','.join(set(Base.metadata.tables) - FORGOTTEN)}}}')"
)


class Crowded(Peopled):
    """One account with further owners, own roles, and each user's own operations and imports."""

    def fill(self) -> None:
        """Make everything, and let each user have touched every record."""
        super().fill()
        self.own = {name: self._belongings(user) for name, user in self.who.items()}
        self._logins()
        self._requests()
        db.session.commit()

    def _people(self) -> None:
        there = registry().plugins.keys() & {"custom_roles", "several_owners"}
        switch_plugins(dict.fromkeys(there, True))
        super()._people()
        home = self.team()
        self.who["partner"] = self.user(home)
        self.who["patron"] = self.user(home, "manager")
        audit = self.team()
        self.who["auditor"] = self.user(audit)
        self.user(audit)
        self._audits(self.who["auditor"])

    def _audits(self, user: int) -> None:
        """Give a user a role of the account's own: it reaches, sees companies, deletes both."""
        role = Role(key=None, name="Auditor", has_reach=True)
        db.session.add(role)
        db.session.flush()
        ticks = {("company", "view"), *((kind, "delete") for kind in KINDS),
                 ("general", "list_operations")}  # fmt: skip
        db.session.add_all(RoleTick(role_id=role.id, kind=kind, right=right)
                           for kind, right in ticks)  # fmt: skip
        held = db.session.execute(
            db.select(Membership).where(Membership.user_id == user)
        ).scalar_one()
        team = held.team_id
        db.session.delete(held)
        db.session.flush()
        db.session.add(Membership(user_id=user, team_id=team, role_id=role.id))
        db.session.flush()
        made = naive.Role(role.id, self.account_id, has_reach=True, ticks=ticks)
        self.world.roles[role.id] = made
        self.world.members = {each for each in self.world.members if each[0] != user}
        self.world.members.add((user, team, role.id))

    def _records(self) -> None:
        """Records like everybody's, and a further owner of each that has one."""
        super()._records()
        for thing in self.things.values():
            if thing.owner is not None:
                self.further_owner(thing, self.who["partner"], self.boss_id)

    def _logins(self) -> None:
        """Let everybody have the administrator's password, of which one hash is enough."""
        logins = db.session.execute(db.select(Login)).scalars()
        hashed = next(each.password_hash for each in logins if each.user_id == self.boss_id)
        for user in set(self.who.values()) - {self.boss_id}:
            email = db.session.get_one(User, (self.account_id, user)).email
            db.session.add(Login(email=email, account_id=self.account_id, user_id=user,
                                 password_hash=hashed))  # fmt: skip
        db.session.flush()

    def _belongings(self, user: int) -> dict[str, Any]:
        """Return operations and imports of a user, each of which once touched every record."""
        found: dict[str, Any] = {}
        people = [each.id for each in self.things.values() if each.kind == "person"]
        for state, name in OPERATIONS.items():
            made = self._operation(user, state, people)
            found[name] = made.id
            if state != "done":
                continue
            batch = db.session.execute(
                db.select(Batch).where(Batch.operation_id == made.id)
            ).scalar_one()
            batch.refused = [[each, "no"] for each in people]
            batch.counts = made.counts = {"changed": 0, "unchanged": 0, "refused": len(people)}
            batch.done_at = made.ended_at = made.created_at
        for state, name in (("done", "export"), ("waiting", "waiting export")):
            found[name] = self._export(user, state, people).id
        for state in IMPORTS:
            found[state] = self._copied(user, state)
        found["assigning"] = self._copied(user, self.made.state)
        found["notification"] = self.told_of[user, self.things["person hidden"].id]
        return found

    def _requests(self) -> None:
        """The blind user once asked for every record."""
        self.requests: dict[str, int] = {}
        for name, thing in self.things.items():
            made = AccessRequest(record_id=thing.id, user_id=self.who["blind"])
            db.session.add(made)
            db.session.flush()
            self.requests[name] = made.id


class Crowd(Asker):
    """Everybody who asks, with what is his own."""

    side = Crowded

    def __init__(self, app: Flask, connection: Connection) -> None:
        super().__init__(app, connection)
        self.own = {**self.ours.own, "their administrator": self.theirs.own["administrator"]}
        self.own["viewer as ordinary"] = self.own["ordinary"]
        self._view_as("administrator", "ordinary")
        self.last = {table: self._last_number(table) for table in ("core_job", "core_notification")}

    def _view_as(self, who: str, whom: str) -> None:
        enter_account(self.ours.account_id)
        token = sessions.begin(self.ours.account_id, self.ours.who[who], "", "")
        writing_as(self.ours.who[who], "form")
        entry = begin_viewing(self.ours.who[whom])
        no_longer_writing()
        db.session.commit()
        db.session.remove()
        leave_account()
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
            cookie[VIEW_AS] = entry
        kept = client.get_cookie("szansa")
        assert kept
        self.cookies[f"viewer as {whom}"] = f"szansa={kept.value}"

    def user_behind(self, who: str | None) -> naive.User | None:
        """Return the user of the naive model whose rights an asker has; None: signed out."""
        if who is None:
            return None
        name = who.removeprefix("viewer as ").removeprefix("their ")
        side = self.theirs if who.startswith("their ") else self.ours
        return self.world.users[side.who[name]]

    def written(self) -> dict[str, int]:
        """Return how many rows of each table were written so far, what was taken back included."""
        return {row.name: row.written for row in self.connection.exec_driver_sql(WRITTEN)}

    def _last_number(self, table: str) -> int:
        statement = f"select coalesce(max(id), 0) from {table}"
        return int(self.connection.exec_driver_sql(statement).scalar_one())
