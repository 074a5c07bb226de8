"""The leak matrix: every address x every asker x every state of a record, held to what he may know.

Three questions are put to each address, none of which knows how the rule is written. Does the
answer tell of a record what the naive model denies its asker? Does the number of a record that he
may not know answer like one that nothing has? Is the answer the same in a world where everything
that he may not know is different?
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from core.db import account_scope
from core.mail.services import JOB as MAIL, PURPOSE
from core.mail.writing import written
from core.records.search import document_of
from core.registry import registry
from core.sealing import unseal
from tests.core.access.addresses import BY_PLUGIN, MISSING, Address, filled
from tests.core.access.crowd import Crowd
from tests.core.access.naive import BASIC, FULL, NOTHING, Thing, User
from tests.core.access.peopled import KINDS, TRACE, plain, same

STATES = ("public", "private", "hidden", "trashed")
ASKERS = ("administrator", "manager", "leader", "owner", "participant", "guest", "ordinary",
          "blind", "suspended", "their administrator", None,
          "partner", "patron", "auditor", "viewer as ordinary")  # fmt: skip

# What stands for the number of a record, and of something that hangs on one.
RECORDS = ("person", "company")
SORTS = {f"{way}{kind}": kind for kind in RECORDS for way in ("", "trashed_", "ownerless_")}

# What a request about a record of which only the basic line is known may store nevertheless.
BESIDE = {"core_access_request", "core_notification", "core_job", "core_operation",
          "core_operation_batch", "core_export", "core_export_rows", "core_security_entry"}  # fmt: skip
# What differs by itself: numbers and hues of new rows, their moments, and secrets.
MADE = re.compile(r"\d{6,}|\bav-\d\b|datetime=\"[^\"]*\"|\b\d\d?:\d\d\b")
SECRET = re.compile(
    r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b|\b[A-Z2-7]{16,}\b|\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b|gAAAA[\w=-]+|data:[^\"]+"
)

Found = Iterator[str]


@dataclass
class Size:
    """How much was asked and compared, for the line at the end of the run."""

    addresses: set[str] = field(default_factory=set)
    askers: set[str | None] = field(default_factory=set)
    questions: int = 0
    comparisons: int = 0
    leaks: int = 0

    def __str__(self) -> str:
        return (
            f"leak matrix: {len(self.addresses)} addresses x {len(self.askers)} askers"
            f" x {len(STATES)} states, {self.questions:,} questions,"
            f" {self.comparisons:,} comparisons, {self.leaks} leaks"
        )


SIZE = Size()


@dataclass
class Exchange:
    """An answer, what was seen before and after it, what it wrote, and what is wrong with that."""

    answer: Any
    onward: Any = None
    previews: list[Any] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    """One way to put the number of a record to an address.

    `build` returns the path and what is sent for a number; `is_in_path` tells the number of an
    address from one in a control.
    """

    address: Address
    where: str
    kind: str
    build: Callable[[Any], tuple[str, dict[str, Any]]]
    is_in_path: bool


class Matrix:
    """Asks as one of the askers, and holds every answer against what he may know."""

    def __init__(self, ask: Crowd, who: str | None, only: str = "") -> None:
        self.ask, self.who, self.world = ask, who, ask.world
        self.addresses = [each for each in catalogue() if re.search(only, str(each))]
        SIZE.askers.add(who)
        self.places = ask.ours.places | ask.own.get(who, {})
        self.missing: dict[str, Exchange] = {}

    # ------------------------------------------------------------ what he may know

    @property
    def user(self) -> User | None:
        """The user whose rights the asker has."""
        return self.ask.user_behind(self.who)

    def level(self, thing: Thing) -> str:
        return NOTHING if self.user is None else self.world.level(self.user, thing)

    def may_know(self, thing: Thing) -> bool:
        """Whether he may know that there is such a record, be it in the trash."""
        restores = self.user is not None and self.world.may_restore(self.user, thing)
        return restores or self.level(thing) != NOTHING

    def told(self, where: str, answers: Iterable[Any], sent: str) -> Found:
        """Return what answers tell beyond what he may know; what he sent is no news."""
        echoed = {int(each) for _s, _n, each in TRACE.findall(sent) if each}
        for answer in answers:
            if answer is None:
                continue
            SIZE.comparisons += 1
            for what, record_id in sorted(self.ask.traces(answer)):
                thing = self.world.things.get(record_id)
                if thing is None or (what == "number" and record_id in echoed):
                    continue
                known = self.may_know(thing)
                is_restored = thing.is_trashed and known
                if not known or (what == "words" and self.level(thing) != FULL and not is_restored):
                    yield f"{self.who} {where}: the {what} of {self.name(thing)}"

    def name(self, thing: Thing) -> str:
        names = {each.id: key for key, each in self.ask.ours.things.items()}
        return names.get(thing.id, f"their {thing.kind} {thing.name}")

    # ------------------------------------------------------------ asking

    def asked(self, address: Address, path: str, sent: dict[str, Any]) -> Exchange:
        """Send one request and follow where it leads; what it stored is taken back."""
        SIZE.addresses.add(str(address))
        if not address.is_post:
            SIZE.questions += 1
            return Exchange(self.ask.sent(self.who, "GET", path, **sent))
        with self.ask.taken_back():
            return self.written(path, sent)

    def written(self, path: str, sent: dict[str, Any]) -> Exchange:
        """Send one request that may write, and look at what it leaves behind."""
        before = self.ask.written()
        SIZE.questions += 1
        self.ask.previews.clear()
        found = Exchange(self.ask.sent(self.who, "POST", path, **sent))
        found.previews = list(self.ask.previews)
        now = self.ask.written()
        found.changed = {each for each in now if now[each] != before[each]}
        if "core_job" in found.changed:
            found.lines += self.mailed()
        if "core_notification" in found.changed:
            found.lines += self.notified()
        where = found.answer.headers.get("Location", "").removeprefix("http://localhost")
        if found.answer.status_code < 400 and where.startswith("/"):
            SIZE.questions += 1
            found.onward = self.ask.sent(self.who, "GET", where)
        return found

    def mailed(self) -> Found:
        """Every mail that was asked for since: it says nothing about any record."""
        statement = "select arguments from core_job where name = %s and id > %s"
        for row in self.ask.connection.exec_driver_sql(
            statement, (MAIL, self.ask.last["core_job"])
        ):
            letter = unseal(row.arguments["sealed"], PURPOSE)
            said = written(letter["template"], letter["language"], letter["values"])
            SIZE.comparisons += 1
            if TRACE.search(f"{said.subject} {said.plain} {said.html} {letter['values']}"):
                yield f"{self.who}: the mail {letter['template']} tells of a record"

    def notified(self) -> Found:
        """Everybody who was told of a record since can open it, as it is held now."""
        statement = "select user_id, record_id from core_notification where id > %s"
        for row in self.ask.connection.exec_driver_sql(
            statement, (self.ask.last["core_notification"],)
        ):
            SIZE.comparisons += 1
            thing = self.world.things.get(row.record_id)
            if thing and self.world.level(self.world.users[row.user_id], self.held(thing)) != FULL:
                yield f"{self.who}: user {row.user_id} is told of {self.name(thing)}"

    def held(self, thing: Thing) -> Thing:
        """Return a thing of the naive model with the holders that are stored now."""
        run = self.ask.connection.exec_driver_sql
        row = run("select owner_id, visibility, deleted_at from core_record where id = %s",
                  (thing.id,)).one()  # fmt: skip
        holders = run("select role, principal_id from core_holder where record_id = %s",
                      (thing.id,)).all()  # fmt: skip
        return replace(
            thing,
            owner=row.owner_id,
            visibility=row.visibility,
            is_trashed=row.deleted_at is not None,
            further_owners={each.principal_id for each in holders if each.role == "owner"},
            participants={each.principal_id for each in holders if each.role == "participant"},
        )

    # ------------------------------------------------------------ what every address tells

    def everywhere(self) -> Found:
        """Ask every address what it is asked well; then again where the unknown is different."""
        first = {}
        for each in self.addresses:
            path, sent = each.at(self.places), each.sent(self.places)
            first[str(each)] = self.asked(each, path, sent)
            yield from self.plain_faults(str(each), first[str(each)], f"{path} {sent}")
        with self.otherwise():
            there = {str(each): self.again(each) for each in self.addresses}
        for each in self.addresses:
            if self.unlike(first[str(each)], there[str(each)]):
                yield from self.differing(each)

    def differing(self, each: Address) -> Found:
        """Ask once more, since a minute may have gone by between the two."""
        here = self.again(each)
        with self.otherwise():
            line = self.unlike(here, self.again(each))
        if line:
            yield f"{self.who} {each}: differs by what he may not know: {line}"

    def again(self, each: Address) -> Exchange:
        return self.asked(each, each.at(self.places), each.sent(self.places))

    def plain_faults(self, where: str, found: Exchange, sent: str) -> Found:
        yield from found.lines
        yield from self.told(where, (found.answer, found.onward, *found.previews), sent)

    def unlike(self, first: Exchange, second: Exchange) -> str:
        """Return where two exchanges differ, apart from what differs by itself; mostly nowhere."""
        SIZE.comparisons += 1
        both = [
            "\n".join(_seen(each) for each in (found.answer, found.onward, *found.previews) if each)
            for found in (first, second)
        ]
        if both[0] == both[1]:
            return ""
        lines = zip_longest(both[0].splitlines(), both[1].splitlines(), fillvalue="")
        return " | ".join(next((a.strip(), b.strip()) for a, b in lines if a != b))

    @property
    def unknown(self) -> list[Thing]:
        """All records of which he may know nothing."""
        return [each for each in self.world.things.values() if not self.may_know(each)]

    @property
    def half_known(self) -> list[Thing]:
        """All records of which he may know the basic line alone."""
        return [each for each in self.world.things.values() if self.level(each) == BASIC]

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """A world in which all that he may not know is different: what is unknown is not there,
        and of what is half known the rest is empty.

        Links stay: a record shows what it is linked to by name and owner (VIS-9).
        """
        with self.ask.taken_back():
            both = [*self.unknown, *self.half_known]
            self._run("update core_record set name = 'aaa other', sort_name = 'aaa other',"
                      " owner_id = null, deleted_at = '2001-01-01' where id = any(%s)",
                      self.unknown)  # fmt: skip
            self._run("update core_record set version = version + 7, created_by_id = null,"
                      " updated_at = '2001-01-01', created_at = '2001-01-01'"
                      " where id = any(%s)", both)  # fmt: skip
            self._run("delete from core_holder where record_id = any(%s)", both)
            self._run("delete from core_record_label where record_id = any(%s)", both)
            self._forget_values(both)
            for each in both:
                self._index_anew(each)
            yield

    def _forget_values(self, things: list[Thing]) -> None:
        for kind in KINDS:
            table = registry().kinds[kind].row.__table__
            emptied = ", ".join(
                f"{column.name} = null"
                for column in table.c
                if column.nullable and not column.foreign_keys
            )
            self._run(f"update {table.name} set {emptied} where id = any(%s)",
                      [each for each in things if each.kind == kind])  # fmt: skip

    def _index_anew(self, thing: Thing) -> None:
        """Let a record be found by nothing but its name."""
        with account_scope(thing.account):
            document = document_of(registry().kinds[thing.kind], thing.name, {}, [])
        self.ask.connection.exec_driver_sql(
            "update core_search set document = cast(%s as tsvector) where record_id = %s",
            (document, thing.id),
        )

    def _run(self, statement: str, things: list[Thing]) -> None:
        self.ask.connection.exec_driver_sql(statement, ([each.id for each in things],))

    # ------------------------------------------------------------ what a given number tells

    def by_number(self) -> Found:
        """Put the number of a record in each state to every control and argument that takes one."""
        for question in questions(self.addresses, self.places):
            for state in STATES:
                yield from self.one_number(
                    question, self.ask.ours.things[f"{question.kind} {state}"]
                )
            yield from self.foreign_number(question)

    def foreign_number(self, question: Question) -> Found:
        """Another account's record, and one of another kind, are not there."""
        theirs = self.ask.theirs.things[f"{question.kind} public"]
        if self.user is not None and self.user.account == theirs.account:
            return
        yield from self.unlike_missing(question, theirs)
        if question.is_in_path:
            other = next(each for each in RECORDS if each != question.kind)
            yield from self.unlike_missing(question, self.ask.ours.things[f"{other} public"])

    def one_number(self, question: Question, thing: Thing) -> Found:
        level = self.level(thing)
        if level == NOTHING and not self.may_know(thing):
            yield from self.unlike_missing(question, thing)
            return
        found, where = self.put(question, thing.id), f"{question.where} {self.name(thing)}"
        path, sent = question.build(thing.id)
        yield from self.plain_faults(where, found, f"{path} {sent}")
        if level != BASIC:
            return
        stored = found.changed - self.put_missing(question).changed - BESIDE
        if stored:
            yield f"{self.who} {where}: changed {stored} of what he cannot open"
        status, is_asking = found.answer.status_code, path.endswith("/ask")
        if question.is_in_path and status != 403 and not (is_asking and status == 303):
            yield f"{self.who} {where}: answers {status}"

    def unlike_missing(self, question: Question, thing: Thing) -> Found:
        """A number that means nothing to him answers, and stores, as one that nothing has."""
        found, missing = self.put(question, thing.id), self.put_missing(question)
        where = f"{question.where} {self.name(thing)}"
        SIZE.comparisons += 1
        if not _like(found, thing.id, missing, MISSING):
            codes = [each.answer.status_code for each in (found, missing)]
            yield f"{self.who} {where}: told from a missing one, {codes}"
        if found.changed != missing.changed:
            yield f"{self.who} {where}: changed {found.changed}, a missing one {missing.changed}"
        path, sent = question.build(thing.id)
        yield from self.plain_faults(where, found, f"{path} {sent}")

    def put(self, question: Question, number: Any) -> Exchange:
        return self.asked(question.address, *question.build(number))

    def put_missing(self, question: Question) -> Exchange:
        if question.where not in self.missing:
            self.missing[question.where] = self.put(question, MISSING)
        return self.missing[question.where]


def catalogue() -> list[Address]:
    """Return the addresses of the plugins that are there."""
    there = {"core", *registry().plugins}
    return [each for name, addresses in BY_PLUGIN.items() if name in there for each in addresses]


def questions(addresses: Iterable[Address], places: Any) -> list[Question]:
    """Return every way in which the number of a record can be put to addresses."""
    return [each for address in addresses for each in _questions(address, places)]


def _questions(address: Address, places: Any) -> Iterator[Question]:
    for argument, sort in address.path.items():
        if sort in SORTS and argument not in address.signs:

            def path(number: Any, argument: str = argument) -> tuple[str, dict[str, Any]]:
                return address.at(places, **{argument: number}), address.sent(places)

            yield Question(address, f"{address} {argument}", SORTS[sort], path, is_in_path=True)
    for control, shape, kind in sorted({*_numbered(address), *_foreign(address)}):

        def controls(
            number: Any, control: str = control, shape: str = shape
        ) -> tuple[str, dict[str, Any]]:
            value = str(filled(shape, places)).replace("@", str(number))
            return address.at(places), address.sent(places, **{control: value})

        yield Question(address, f"{address} {control}={shape}", kind, controls, is_in_path=False)


def _numbered(address: Address) -> Iterator[tuple[str, str, str]]:
    """Return the controls of a good request that carry a record's number."""
    for control, value in {**address.controls, **address.query}.items():
        for each in value if isinstance(value, list) else [value]:
            for sort, kind in SORTS.items():
                if re.search(rf"\${sort}\b", str(each)):
                    yield control, re.sub(rf"\${sort}\b", "@", str(each)), kind


def _foreign(address: Address) -> Iterator[tuple[str, str, str]]:
    """Return the controls into which a record's number can be put by hand."""
    for control, sorts in address.foreign.items():
        for each in sorts:
            sort, _colon, shape = each.partition(":")
            if sort in SORTS:
                yield control, shape or "@", SORTS[sort]


def _seen(answer: Any) -> str:
    """Return what can be seen of an answer, without what differs by itself."""
    where = answer.headers.get("Location", "")
    seen = f"{answer.status_code} {where}\n{'' if where else SECRET.sub('S', plain(answer))}"
    return MADE.sub("N", seen)


def _like(first: Exchange, first_id: int, second: Exchange, second_id: int) -> bool:
    """Tell whether two exchanges are the same but for the number that was put."""
    if first.answer.status_code < 400 and first.answer.headers.get("Location"):
        return _seen(first.answer) == _seen(second.answer)
    return same(first.answer, first_id, second.answer, second_id)
