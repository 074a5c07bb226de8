"""A world to ask over HTTP: two accounts like the naive model's, and everybody signed in.

Every name holds a token `zqn<n>x`, every other text of a record `zqs<n>x`, and records are numbered
from 770,000,001 on, so that any trace of one in an answer is told from everything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pyotp
from flask import Flask
from sqlalchemy import Connection, text

from core import clock
from core.access import actor_of
from core.access.actor import _actors
from core.accounts.models import SecurityEntry
from core.accounts.queries import _facts
from core.accounts.services import switch_plugins
from core.changes.capture import change_set, no_longer_writing, open_set, writing_as
from core.db import Base, db, enter_account, leave_account, sql
from core.exports.models import Export, ExportPiece, ExportRows
from core.merging import planning, services
from core.notifications.holders import PARTICIPANT
from core.notifications.models import Notification
from core.operations.models import Batch, Operation
from core.permissions.facts import setting
from core.permissions.models import AccessRequest
from core.permissions.services import save
from core.records.filters import from_text
from core.records.labels import make
from core.records.services import create
from core.registry import registry
from core.roles.models import Role as RoleRow
from core.saved_views.services import Look, Sharing, create_view
from core.staff.models import Invitation, InvitationLink
from core.teams.models import Membership
from core.users import codes, second_factors, sessions, tickets
from core.users.models import Login, User, UserPhoto
from core.users.passwords import hash_password
from plugins.duplicates.models import Group, Run
from plugins.imports.models import Chunk, Import
from tests.core.access import naive
from tests.core.access.addresses import FILE
from tests.core.access.comparing import Builder, trash_or_restore
from tests.makers import PASSWORD, make_user, set_up
from tests.plugins.imports.makers import make_import

FIRST_NUMBER = 770_000_000
NUMBERED = (
    "core_record",
    "core_principal",
    "core_label",
    "core_notification",
    "core_operation",
    "core_export",
    "core_role",
    "core_security_entry",
    "core_access_request",
    "core_merge",
    "imports_import",
    "duplicates_run",
    "duplicates_group",
    "core_invitation",
    "core_saved_view",
)
KINDS = ("person", "company")
PLURAL = {"person": "people", "company": "companies"}
TRACE = re.compile(r"zq([ns])(\d+)x|(?<!\d)(77\d{7})(?!\d)")
CONFIRMED = re.compile(r'name="confirmed" value="(\w+)"')
TOKEN = re.compile(r'((?:csrf_token|form_token)" value=|nonce=|nonce-)"?[\w.\-=]+')

# What a request may leave behind although it was refused.
FORGOTTEN = {"core_session", "core_form_token", "core_sign_in_failure"}
# What differs between two requests that do the same.
VOLATILE = ("id", "version", "created_at", "updated_at", "added_at", "at", "read_at", "ended_at",
            "token", "token_hash", "last_used_at", "change_set_id", "job_id", "record_id",
            "import_id", "export_id", "document", "deleted_at", "key", "run_at", "enqueued_at", "due_at",
            "notification_id", "arguments", "parameters", "operation_id", "done_at", "ends_at",
            "asked_at", "changed_at", "password_hash", "code_hash", "invitation_id", "sent_at",
            "expires_at", "accepted_at", "withdrawn_at", "answered_at", "details",
            "merged_at", "split_at", "merge_id", "run_id", "said_at", "view_id")  # fmt: skip

WRITES = (
    "select sum(pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
    " + pg_stat_get_xact_tuples_deleted(oid)) from pg_class"
    f" where relname = any('{{{','.join(set(Base.metadata.tables) - FORGOTTEN)}}}')"
)
SETTLED_ROW = (
    f"((to_jsonb(x) - '{{{','.join(VOLATILE)}}}'::text[]) #- '{{diff,deleted_at}}'::text[])::text"
)


class Peopled(Builder):
    """One account as the tests of addresses need it; `places` are numbers by sort."""

    def fill(self) -> None:
        """Make people, records in every visibility, imports, labels and notifications."""
        self.places: dict[str, Any] = {"sign": "nothing-like-it"}
        self.account_id = self.account()
        for role in ("user", "manager"):
            for kind in KINDS:
                self.tick(self.role(self.account_id, role), kind, "import", on=True)
        set_up(access__contacts__take_over=True)
        if "custom_roles" in registry().plugins:
            switch_plugins({"custom_roles": True})
        self._people()
        self._records()
        self._labels()
        self._views()
        self._imports()
        self._operations()
        self._duplicates()
        self._exports()
        self._notifications()
        self._invitation()
        self._permissions()
        db.session.commit()

    def _people(self) -> None:
        top = self.team()
        self.who = {"administrator": self.user(top, "administrator")}
        north, east, guests = self.team(top), self.team(top), self.team()
        self.who |= {
            "owner": self.user(north),
            "manager": self.user(north, "manager"),
            "leader": self.user(top, "manager"),
            "participant": self.user(east),
            "guest": self.user(guests),
            "ordinary": self.user(east),
            "blind": self.user(east),
            "suspended": self.user(north),
        }
        self.guests = guests
        self._blind(self.who["blind"], east)
        self.set_status(self.world.users[self.who["suspended"]], "suspended")
        self.places |= {
            "user": self.who["ordinary"],
            "boss": self.who["administrator"],
            "suspended": self.who["suspended"],
            "double": self.who["guest"],
            "team": east,
            "other_team": north,
            "user_role": self.role(self.account_id, "user").id,
            "password": PASSWORD,
        }
        self.factor(self.who["guest"])
        self._ways_in(self.who["administrator"])
        db.session.add(
            UserPhoto(user_id=self.who["ordinary"], content=b"photo", media_type="image/jpeg")
        )

    def _invitation(self) -> None:
        """An invitation that is open, with the token that its mail had."""
        token = f"token-{self.account_id}"
        made = Invitation(
            email=f"invited{self.account_id}@example.com", team_id=self.places["team"],
            role_id=self.places["user_role"], invited_by_id=self.boss_id,
            expires_at=clock.now() + timedelta(days=7),
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        link = InvitationLink(token_hash=sessions.hash_of(token), account_id=self.account_id,
                              invitation_id=made.id)  # fmt: skip
        db.session.add(link)
        db.session.flush()
        self.places |= {"invitation": made.id, "token": token}

    def _ways_in(self, user_id: int) -> None:
        """Give a user a password, two-factor login, a second session and a trusted device."""
        user = db.session.get_one(User, (self.account_id, user_id))
        db.session.add(
            Login(
                email=user.email,
                account_id=self.account_id,
                user_id=user_id,
                password_hash=hash_password(PASSWORD),
            )
        )
        self.places["boss_code"] = self.factor(user_id)
        session = sessions.begin(self.account_id, user_id, "", "")
        device = tickets.issue(tickets.DEVICE, user_id)
        for name, token in (("session", session), ("device", device)):
            self.places[name] = sessions.hash_of(token)[:16]

    def factor(self, user_id: int) -> str:
        """Let a user sign in with codes from now on; return one of his recovery codes."""
        secret = codes.new_secret()
        code = pyotp.TOTP(secret).generate_otp(codes.step_at(clock.now()))
        return second_factors.switch_on(user_id, secret, code)[0]

    def _blind(self, user: int, team: int) -> None:
        """Give a user a role that ticks nothing."""
        role = RoleRow(key=None, name="Blind", has_reach=False)
        db.session.add(role)
        db.session.flush()
        db.session.delete(db.session.execute(
            db.select(Membership).where(Membership.user_id == user)).scalar_one())  # fmt: skip
        db.session.add(Membership(user_id=user, team_id=team, role_id=role.id))
        db.session.flush()
        self.places["role"] = role.id
        self.world.roles[role.id] = naive.Role(role.id, self.account_id)
        self.world.members = {each for each in self.world.members if each[0] != user}
        self.world.members.add((user, team, role.id))

    def _records(self) -> None:
        """A company and a person in each visibility and in the trash; a person of each company."""
        self.things: dict[str, naive.Thing] = {}
        self.boss_id = self.who["administrator"]
        with change_set("form", self.boss_id):
            for state in ("public", "private", "hidden", "trashed"):
                company = self._record("company", state)
                hall = self.things["company public"]
                self._record("person", state, company=hall.id)
                self._record("person", "public", company=company.id, key=f"employee {state}")
            for kind in KINDS:
                made = self._record(kind, "public", key=f"{kind} ownerless", is_owned=False)
                self.places[f"ownerless_{kind}"] = made.id
                self._record(kind, "public", key=f"{kind} main")
            self.set_id = open_set(db.session()).set_id
        for kind in KINDS:
            self._merge(kind)
            trash_or_restore(self.things[f"{kind} trashed"], self.boss_id)
            self.places[kind] = self.things[f"{kind} public"].id
            self.places[f"trashed_{kind}"] = self.things[f"{kind} trashed"].id
            self.places[f"name_of_{kind}"] = self.things[f"{kind} public"].name

    def _merge(self, kind: str) -> None:
        """A record into which another one was merged, which had nothing but its name."""
        main = self.things[f"{kind} main"]
        number = len(self.world.things) + 1
        name = f"quillon zqn{number}x"
        values = {
            "last_name" if kind == "person" else "name": name,
            "owner": main.owner,
            "participants": sorted(main.participants),
            "visibility": "public",
        }
        boss, spec = actor_of(self.boss_id), registry().kinds[kind]
        with change_set("form", self.boss_id):
            other = create(spec, values, boss)
        picks = {"last_name" if kind == "person" else "name": main.id}
        plan = planning.plan(spec, [main.id, other.id], main.id, picks, boss)
        self.places[f"merge_{kind}"] = services.merge(plan).id
        self.places[f"main_{kind}"] = main.id
        made = naive.Thing(
            other.id, other.account_id, kind, name, main.owner, set(), main.participants,
            "public", is_trashed=True,
        )  # fmt: skip
        self.world.things[made.id] = self.things[f"{kind} merged"] = made

    def _record(
        self,
        kind: str,
        state: str,
        key: str = "",
        company: int | None = None,
        *,
        is_owned: bool = True,
    ) -> Any:
        number = len(self.world.things) + 1
        name, word = f"quillon zqn{number}x", f"zqs{number}x"
        visibility = "public" if state == "trashed" else state
        owner = self.who["owner"] if is_owned else None
        participants = {self.who["participant"], self.guests}
        own = {"last_name": name, "position": word} if kind == "person" else {"name": name}
        values = {
            **own,
            **({"company": company} if company else {}),
            "owner": owner,
            "participants": sorted(participants),
            "visibility": visibility,
            "emails": [f"{word}@example.com"],
            "web": f"https://{word}.example.com",
            "street": word,
            "city": word,
            "note": f"vellum {word}",
        }
        record = create(registry().kinds[kind], values, actor_of(self.boss_id))
        made = naive.Thing(
            record.id, record.account_id, kind, name, owner, set(), participants, visibility,
            words={"note": f"vellum {word}"}, company=company,
        )  # fmt: skip
        self.world.things[made.id] = self.things[key or f"{kind} {state}"] = made
        return made

    def _labels(self) -> None:
        for sort, family in (("source", "source"), ("tags", "tag"), ("groups", "group.contacts")):
            self.places[sort] = make(family, f"{sort} {self.account_id}")

    def _views(self) -> None:
        """A view of each list, the administrator's own."""
        boss = actor_of(self.boss_id)
        for kind in KINDS:
            look = Look(from_text("note:contains:vellum"))
            made = create_view(kind, "Vellum", look, boss, Sharing(is_for_all=True))
            self.places[f"{kind}_view"] = made.id

    def _imports(self) -> None:
        """An import in each state, and one of the ordinary user whose rows hit every record."""
        rows = b"".join(b"Row%d;Radom\r\n" % each for each in range(len(self.things)))
        self.made = make_import(
            SimpleNamespace(id=self.boss_id), FILE.partition(b"Nowak")[0] + rows
        )
        self.places["assigning"] = self.made.id
        for state in ("waiting", "stopped", "done"):
            self.places[state] = self._copied(self.boss_id, state)
        self.told = self._copied(self.who["ordinary"], "done")

    def _copied(self, user_id: int, state: str) -> int:
        """Return the number of an import like the first, but further on."""
        columns = {
            each.key: getattr(self.made, each.key)
            for each in Import.__table__.columns
            if each.key != "id"
        }
        made = Import(**{**columns, "user_id": user_id, "state": state})
        db.session.add(made)
        db.session.flush()
        first = db.session.execute(
            db.select(Chunk).where(Chunk.import_id == self.made.id)
        ).scalar_one()
        chunk = Chunk(import_id=made.id, number=0, row_count=first.row_count, rows=first.rows)
        if state == "done":
            self._finish(made, chunk)
        db.session.add(chunk)
        db.session.flush()
        return made.id

    def _finish(self, made: Import, chunk: Chunk) -> None:
        """Let the first row have failed and each other have changed one of the records."""
        chunk.results = json.dumps(
            [
                [at + 2, "updated" if at else "failed", thing.id, [] if at else ["no"]]
                for at, thing in enumerate(self.things.values())
            ]
        )
        made.counts = chunk.counts = {"failed": 1, "updated": len(self.things) - 1}
        made.done_count, chunk.done_at = len(self.things), made.created_at
        chunk.change_set_id = self.set_id

    def _operations(self) -> None:
        """An operation in each state, and two of the ordinary user on every record."""
        everything = [each.id for each in self.things.values() if each.kind == "person"]
        ordinary = self.who["ordinary"]
        for state in ("choosing", "checked", "waiting"):
            name = "chosen" if state == "choosing" else state
            ids = [self.places["person"]]
            self.places[f"{name} operation"] = self._operation(self.boss_id, state, ids).id
        self.planned = self._operation(ordinary, "checked", everything).id
        done = self._operation(ordinary, "done", everything)
        batch = db.session.execute(
            db.select(Batch).where(Batch.operation_id == done.id)
        ).scalar_one()
        batch.refused = [[each, "no"] for each in everything]
        batch.counts = done.counts = {"changed": 0, "unchanged": 0, "refused": len(everything)}
        batch.done_at = done.ended_at = done.created_at
        self.operated = done.id

    def _duplicates(self) -> None:
        """A search that waits, and one that ended and found a group of all persons."""
        done = Run(kind="person", user_id=self.boss_id, state="done")
        waiting = Run(kind="person", user_id=self.boss_id)
        db.session.add_all([done, waiting])
        db.session.flush()
        ids = [each.id for each in self.things.values() if each.kind == "person"]
        group = Group(run_id=done.id, record_ids=ids)
        db.session.add(group)
        db.session.flush()
        self.places |= {"run": waiting.id, "group": group.id}

    def _operation(self, user_id: int, state: str, record_ids: list[int]) -> Operation:
        made = Operation(
            user_id=user_id,
            kind="person",
            key="user",
            state=state,
            row_count=len(record_ids),
            arguments={
                "role": "participant", "mode": "add", "principals": [self.who["suspended"]],
            } if state != "choosing" else {},
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.add(Batch(operation_id=made.id, number=0, record_ids=record_ids))
        db.session.flush()
        return made

    def _exports(self) -> None:
        """An export that is made, and one that waits."""
        ids = [self.places["person"]]
        self.places["export"] = self._export(self.boss_id, "done", ids).id
        self.places["waiting export"] = self._export(self.boss_id, "waiting", ids).id

    def _export(self, user_id: int, state: str, record_ids: list[int]) -> Export:
        """Return an export of people, whose file names its records."""
        made = Export(user_id=user_id, kind="person", format="csv", file_name="People.csv",
                      state=state, row_count=len(record_ids), choices={})  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.add(ExportRows(export_id=made.id, record_ids=record_ids))
        if state == "done":
            made.ended_at, made.written_count = made.created_at, len(record_ids)
            names = "\n".join(each.name for each in self.things.values() if each.id in record_ids)
            db.session.add(ExportPiece(export_id=made.id, number=0, content=names.encode()))
        db.session.flush()
        return made

    def _permissions(self) -> None:
        """A change that can be undone, and the ordinary user's request for a private person."""
        writing_as(self.boss_id, "form")
        key = "access.contacts.inactive_days"
        save(setting(key, 0, 3650), "access")
        no_longer_writing()
        entry = db.session.execute(
            db.select(SecurityEntry).where(SecurityEntry.event == "permissions_changed")
        ).scalar_one()
        request = AccessRequest(record_id=self.things["person private"].id,
                                user_id=self.who["ordinary"])  # fmt: skip
        db.session.add(request)
        db.session.flush()
        self.places |= {"entry": entry.id, "request": request.id}

    def _notifications(self) -> None:
        """Tell everybody of every record, whatever he may know of it now."""
        for user in self.who.values():
            for thing in self.things.values():
                db.session.add(
                    Notification(user_id=user, cause=PARTICIPANT, record_id=thing.id,
                                 parameters={"by_id": self.boss_id})
                )  # fmt: skip
        db.session.flush()
        found = sql(
            "select user_id, record_id, id from core_notification where account_id = :account"
            " order by id"
        )
        self.told_of = {(row.user_id, row.record_id): row.id for row in found}
        self.places["notification"] = self.told_of[self.boss_id, self.places["person"]]


class Asker:
    """Sends requests that are taken back, and sees what each would have changed."""

    side = Peopled

    def __init__(self, app: Flask, connection: Connection) -> None:
        self.app, self.connection = app, connection
        self.cookies: dict[Any, str] = {None: ""}
        self.world = naive.World()
        for place, table in enumerate(NUMBERED):
            self._count_from(table, FIRST_NUMBER - place * 10_000_000)
        self.theirs, self.ours = self.side(self.world), self.side(self.world)
        self.theirs.fill()
        self.ours.fill()
        self.places = self.ours.places
        user = make_user(role="administrator")
        self.places |= {
            "email": user.email,
            "code": self.ours.factor(user.id),
            "ticket": tickets.issue(tickets.CODE, user.id),
            "reset": tickets.issue(tickets.RESET, user.id),
            "new_login": tickets.issue(tickets.NEW_LOGIN, user.id, email="newer@example.com"),
        }
        db.session.commit()
        for side in (self.theirs, self.ours):
            enter_account(side.account_id)
            for name, user_id in side.who.items():
                self._sign_in(side, name, user_id)
        db.session.commit()
        db.session.remove()
        leave_account()
        self.numbers = {
            (sort, str(number)): thing
            for number, thing in enumerate(self.world.things.values(), start=1)
            for sort in "ns"
        }
        self.base, self.settled_base = self.state(), self.state(is_settled=True)
        self.faults: list[str] = []
        self.previews: list[Any] = []
        self.answered: dict[str, tuple[Any, set[str]]] = {}

    def _count_from(self, table: str, number: int) -> None:
        """Give the rows of a table numbers that stand for nothing else on a page."""
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        self.connection.exec_driver_sql(
            f"select setval({sequence}, greatest(nextval({sequence}), {number}))"
        )

    def count_users_anew(self) -> None:
        """Let a new user have the same number, whatever was tried and taken back before."""
        self.connection.exec_driver_sql(
            "select setval(pg_get_serial_sequence('core_principal', 'id'),"
            " (select max(id) from core_principal))"
        )

    def _sign_in(self, side: Peopled, name: str, user_id: int) -> None:
        token = sessions.begin(side.account_id, user_id, "", "")
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = token, True
        kept = client.get_cookie("szansa")
        assert kept
        self.cookies[name if side is self.ours else f"their {name}"] = f"szansa={kept.value}"

    def ask(self, who: str | None, method: str, path: str, **more: Any) -> Any:
        """Return the answer to a request; what it stored is taken back."""
        if method != "POST":
            return self.sent(who, method, path, **more)
        with self.taken_back():
            return self.sent(who, method, path, **more)

    def tried(self, who: str | None, method: str, path: str, **more: Any) -> tuple[Any, set[str]]:
        """Return the answer and the tables that differ afterwards; then all is taken back."""
        if method != "POST":
            return self.sent(who, method, path, **more), set()
        with self.taken_back():
            writes = self.writes()
            answer = self.sent(who, method, path, **more)
            now = self.base if writes == self.writes() else self.state()
        return answer, {table for table in now if now[table] != self.base[table]}

    def writes(self) -> int:
        """Return how many rows were written so far, those that were taken back included."""
        return int(self.connection.exec_driver_sql(WRITES).scalar_one())

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Undo what is stored inside."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        finally:
            epochs = self.epochs()
            savepoint.rollback()
            if epochs != self.epochs():  # the same number will mean something else
                for cache in (_facts, _actors):
                    cache.kept.clear()

    def epochs(self) -> list[Any]:
        """Return the epochs of the accounts."""
        statement = "select id, epoch from core_account order by id"
        return list(self.connection.exec_driver_sql(statement))

    def sent(self, who: str | None, method: str, path: str, **more: Any) -> Any:
        """Return the answer to a request; what is wrong with any answer goes to the faults.

        A change that is previewed is confirmed, so that the answer is that to the change itself.
        """
        headers = {"Cookie": self.cookies[who], **more.get("headers", {})}
        more = {key: value for key, value in more.items() if key != "headers"}
        with self.app.app_context():
            client = self.app.test_client(use_cookies=False)
            answer = client.open(path, method=method, headers=headers, **more)
            page = answer.get_data(as_text=True)
            answer.close()
        leave_account()
        previewed = CONFIRMED.search(page) if method == "POST" and "data" in more else None
        if previewed and "confirmed" not in more["data"]:
            self.previews.append(answer)
            confirmed = {**more["data"], "confirmed": previewed[1]}
            return self.sent(who, method, path, headers=headers, **{**more, "data": confirmed})
        self._check(f"{method} {path} of {who}: {answer.status_code}", answer)
        return answer

    def _check(self, where: str, answer: Any) -> None:
        policy = answer.headers.get("Content-Security-Policy", "")
        wrong = [
            name
            for name, fits in {
                "500": answer.status_code != 500,
                "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
                "framing": answer.headers.get("X-Frame-Options") == "DENY"
                and "frame-ancestors 'none'" in policy,
                "scripts": "default-src 'none'" in policy
                and "unsafe" not in policy
                and "*" not in policy,
                "base": "base-uri 'none'" in policy and "form-action 'self'" in policy,
                "caching": "private" in answer.headers.get("Cache-Control", ""),
            }.items()
            if not fits
        ]
        if wrong:
            self.faults.append(f"{where}: {', '.join(wrong)}")

    def state(self, *, is_settled: bool = False) -> dict[str, Any]:
        """Return a hash of every table's rows; settled: without what differs by itself."""
        row = SETTLED_ROW if is_settled else "x::text"
        parts = [
            f"select '{table}' as name, count(*) as number, sum(hashtextextended({row}, 0)) as hash"
            f" from {table} x"
            for table in Base.metadata.tables
            if table not in FORGOTTEN
        ]
        rows = self.connection.execute(text(" union all ".join(parts)))
        return {row.name: (row.number, row.hash) for row in rows}

    # ------------------------------------------------------------ reading answers

    def traces(self, answer: Any) -> set[tuple[str, int]]:
        """Return which records an answer tells of: `name`, `words` or `number`, and the record."""
        everything = f"{plain(answer)}\n{answer.headers}"
        found = set()
        for sort, number, record_id in TRACE.findall(everything):
            if record_id:
                found.add(("number", int(record_id)))
            elif (sort, number) in self.numbers:
                what = "name" if sort == "n" else "words"
                found.add((what, self.numbers[sort, number].id))
        return found


def plain(answer: Any) -> str:
    """Return the body without what differs between two requests: the tokens."""
    return TOKEN.sub(r"\1", answer.get_data(as_text=True))


def same(first: Any, first_id: Any, second: Any, second_id: Any) -> bool:
    """Tell whether two answers are the same but for the number that was asked for."""
    return _of(first, first_id) == _of(second, second_id)


def _of(answer: Any, number: Any) -> tuple[Any, ...]:
    headers = {key: value for key, value in answer.headers.items() if key not in NOT_COMPARED}
    shown = plain(answer).replace(str(number), "N")
    told = {key: value.replace(str(number), "N") for key, value in headers.items()}
    return answer.status_code, shown, told


NOT_COMPARED = {"Content-Length", "Set-Cookie", "Content-Security-Policy", "Date"}


def rows(answer: Any) -> dict[int, str]:
    """Return the records that stand on a page as rows, with `full` or `basic`."""
    found: dict[int, str] = {}
    for tag in re.findall(r"<[^<>]*data-record-id=[^<>]*>", plain(answer)):
        number = int(re.findall(r'data-record-id="(\d+)"', tag)[0])
        found[number] = "basic" if 'data-access="basic"' in tag else "full"
    return found
