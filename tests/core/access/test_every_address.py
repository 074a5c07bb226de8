"""Every address of the application: for nobody, for strangers, for every access to every record.

The tests walk the registered addresses; `addresses` says how each is asked. A finding is a line,
and a test fails with all of its lines at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from core.db import db
from core.registry import registry
from tests.core.access.addresses import (
    ADMINISTRATOR,
    ANYONE,
    BY_PLUGIN,
    EXPORTER,
    IMPORTER,
    MANAGER,
    MISSING,
    OPERATOR,
    Address,
    tried,
)
from tests.core.access.naive import BASIC, FULL, NOTHING, Thing, User
from tests.core.access.peopled import (
    FORGOTTEN,
    KINDS,
    PLURAL,
    Asker,
    plain,
    rows,
    same,
)
from tests.mailbox import set_up

Found = Iterator[str]
EVIL = "evil.example"

# What nobody may send with a form that has no such control.
EXTRA = {
    "owner": "$stranger",
    "owner_id": "$stranger",
    "visibility": "hidden",
    "account_id": "$their_account",
    "version": "1",
    "id": "$their_person",
    "record_id": "$their_person",
    "created_by_id": "$stranger",
    "user_id": "$stranger",
    "deleted_at": "2020-01-01",
    "state": "done",
    "role": "administrator",
    "is_administrator": "1",
}


@pytest.fixture(scope="module")
def ask(whole_app) -> Iterator[Asker]:
    """Both accounts, made once; every request is taken back."""
    with whole_app.app_context():
        engines: Any = db._app_engines[whole_app]
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            whole_app.config["WTF_CSRF_ENABLED"] = False
            before = set_up(whole_app, smtp_url="smtp://127.0.0.1:9")  # asked for, never sent
            try:
                yield Asker(whole_app, connection)
            finally:
                whole_app.config.update(WTF_CSRF_ENABLED=True, SZANSA=before)
                db.session.remove()
                engines[None] = engine
                outer.rollback()


def none(found: Iterator[str] | list[str], ask: Asker) -> None:
    """Fail with every line that was found, and with what was wrong with any answer."""
    lines = [*found, *ask.faults]
    ask.faults.clear()
    assert not lines, "\n" + "\n".join(lines)


def catalogue() -> list[Address]:
    """Return the addresses of the plugins that are there."""
    there = {"core", *registry().plugins}
    return [each for name, addresses in BY_PLUGIN.items() if name in there for each in addresses]


def posts() -> list[Address]:
    return [each for each in catalogue() if each.is_post]


# ---------------------------------------------------------------- the catalogue


def test_every_address_is_in_the_catalogue_as_it_is(ask):
    none(unlike_the_catalogue(ask), ask)


def unlike_the_catalogue(ask: Asker) -> Found:
    known = {str(each): each for each in catalogue()}
    there = {}
    for rule in ask.app.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            if method not in {"HEAD", "OPTIONS"}:
                there[f"{method} {rule.rule}"] = ask.app.view_functions[rule.endpoint]
    yield from (f"{each}: not in the catalogue" for each in sorted(there.keys() - known.keys()))
    yield from (f"{each}: no such address" for each in sorted(known.keys() - there.keys()))
    for name in there.keys() & known.keys():
        is_open = there[name].opens in {"anyone", "programs"}
        if is_open != (known[name].opens == ANYONE):
            yield f"{name}: open to anyone is {is_open}"


def test_every_address_answers_what_it_is_asked_well(ask):
    none(not_answered(ask), ask)


def not_answered(ask: Asker) -> Found:
    for each in catalogue():
        answer, changed = ask.tried(
            "administrator", each.method, each.at(ask.places), **each.sent(ask.places)
        )
        if answer.status_code >= 400:
            yield f"{each}: {answer.status_code} {plain(answer)[-1500:]}"
        if not each.rule.endswith(UNCHANGING) and each.is_post and not changed:
            yield f"{each}: nothing was changed, so it shows nothing"
    now = ask.state()
    yield from (f"{table}: changed by a GET" for table in now if now[table] != ask.base[table])


UNCHANGING = (
    "/sign-out",
    "/settings/account/package/plugins",
    "/sign-in/new-password",  # nobody here has a temporary password
    "/sign-in/second-factor",  # who asks has one already
    "/settings/profile/security/second-factor",
    "/invitation/<token>",  # who asks must sign out first
    "/similar",
    "/operations/merge",  # it leads to the page on which values are chosen
    "/ask",  # an administrator has access already
    "/view-as/end",  # nobody views as somebody else here
)


# ---------------------------------------------------------------- who is not signed in


@pytest.mark.parametrize("who", [None, "suspended"])
def test_auth_whoever_is_not_signed_in_is_led_to_sign_in(ask, who):
    none(open_to_nobody(ask, who), ask)


def open_to_nobody(ask: Asker, who: str | None) -> Found:
    for each in catalogue():
        if each.opens == ANYONE:
            continue
        path, sent = each.at(ask.places), each.sent(ask.places)
        answer, changed = ask.tried(who, each.method, path, **sent)
        told = ask.traces(answer) - {
            ("number", number) for number in numbers_in(ask, f"{path} {sent}")
        }
        if changed or told:
            yield f"{each}: changed {changed}, told {told}"
        if not (answer.status_code == 401 if each.is_post else leads_to_sign_in(answer)):
            yield f"{each}: {answer.status_code} {answer.headers.get('Location')}"
        if each.is_post:
            continue
        part = ask.ask(who, "GET", path, headers={"HX-Request": "true"}, **sent)
        if part.headers.get("HX-Redirect") != "/sign-in":
            yield f"{each}: a part answers {part.status_code}"


def leads_to_sign_in(answer: Any) -> bool:
    where = answer.headers.get("Location", "").removeprefix("http://localhost")
    return answer.status_code == 302 and where.startswith("/sign-in")


def numbers_in(ask: Asker, path: str) -> set[int]:
    return {each for each in ask.world.things if str(each) in path}


def test_gen_2_pages_of_administrators_and_importers_answer_403(ask):
    none(open_without_right(ask), ask)


def open_without_right(ask: Asker) -> Found:
    for each in catalogue():
        closed_to = {
            ADMINISTRATOR: ("leader", "blind"),
            IMPORTER: ("blind",),
            OPERATOR: ("blind",),
            EXPORTER: ("blind", "ordinary"),
            MANAGER: ("blind", "ordinary"),
        }.get(each.opens, ())
        for who in closed_to:
            answer, changed = ask.tried(
                who, each.method, each.at(ask.places), **each.sent(ask.places)
            )
            if answer.status_code != 403 or changed:
                yield f"{each}: {answer.status_code} for {who}, changed {changed}"


# ---------------------------------------------------------------- another account


def test_gen_1_numbers_of_another_account_answer_as_missing_ones(ask):
    none(known_of_others(ask), ask)


def known_of_others(ask: Asker) -> Found:
    theirs = ask.theirs.places
    for each in catalogue():
        for argument, sort in each.path.items():
            if argument in each.secrets:
                continue
            number, nothing = (
                ("person.x", "nothing.x") if argument in each.signs else (theirs[sort], MISSING)
            )
            yield from swapped(ask, each, {"path": {argument: number}},
                               {"path": {argument: nothing}}, f"{argument} of {sort}")  # fmt: skip
        for control, sorts in each.foreign.items():
            for sort in sorts:
                yield from swapped(
                    ask,
                    each,
                    {"sent": {control: tried(sort, ask.places, theirs[sort.partition(":")[0]])}},
                    {
                        "sent": {
                            control: "neither-this"
                            if sort == "sign"
                            else tried(sort, ask.places, MISSING)
                        }
                    },
                    f"{control} of {sort}",
                    is_refused=each.is_post and control not in each.ignored,
                )


def swapped(
    ask: Asker,
    each: Address,
    foreign: dict[str, Any],
    missing: dict[str, Any],
    what: str,
    *,
    is_refused: bool = True,
) -> Found:
    """Compare the answers to another account's number and to one that nothing has."""
    answers, changes = [], []
    for instead in (foreign, missing):
        path = each.at(ask.places, **instead.get("path", {}))
        more = instead.get("sent", {})
        key = f"{each} {path} {more}"
        if key not in ask.answered:
            sent = each.sent(ask.places, **more)
            ask.answered[key] = ask.tried("administrator", each.method, path, **sent)
        answers.append(ask.answered[key][0])
        changes.append(ask.answered[key][1])
    number, nothing = (
        re.sub(r"^\w+:\w+:", "", str(value))  # a filter names its field and operator as well
        for each in (foreign, missing)
        for value in next(iter(each.values())).values()
    )
    if is_refused and not 400 <= answers[0].status_code < 500:
        yield f"{each}: {what} answers {answers[0].status_code}"
    if changes[0] != changes[1] or (is_refused and changes[0]):
        yield f"{each}: {what} changed {changes[0]}, a missing one {changes[1]}"
    if not (answers[0].status_code < 400 and each.is_post) and not same(
        answers[0], number, answers[1], nothing
    ):
        yield f"{each}: {what} is told from a missing one, {[a.status_code for a in answers]}"
    their_own = {key for key, thing in ask.world.things.items()
                 if thing.account == ask.theirs.account_id}  # fmt: skip
    told = {trace for trace in ask.traces(answers[0]) if trace[1] in their_own}
    if told - {("number", int(each)) for each in re.findall(r"\d+", str(number))}:
        yield f"{each}: {what} tells {told}"


def test_gen_1_their_rows_stay_as_they_are_whatever_is_passed_over(ask):
    none(changed_of_others(ask), ask)


def changed_of_others(ask: Asker) -> Found:
    before = rows_of_theirs(ask)
    for each in posts():
        for control in sorted(each.ignored):
            for sort in each.foreign[control]:
                number = str(ask.theirs.places[sort])
                also = {f"name.{number}": "Taken over", control: number}
                also |= {"move": f"up.{number}"} if control == "move" else {}
                with ask.taken_back():
                    sent = each.sent(ask.places, **also)
                    ask.sent("administrator", each.method, each.at(ask.places), **sent)
                    if rows_of_theirs(ask) != before:
                        yield f"{each}: {control} of {sort} changed another account"


def rows_of_theirs(ask: Asker) -> list[Any]:
    tables = ("core_label", "core_record", "core_holder", "core_user", "core_membership")
    return [
        ask.connection.exec_driver_sql(
            f"select sum(hashtextextended(x::text, 0)) from {table} x where account_id = %s",
            (ask.theirs.account_id,),
        ).scalar()
        for table in tables
    ]


def test_gen_1_imports_and_notifications_of_colleagues_do_not_exist(ask):
    none(known_of_colleagues(ask), ask)


def known_of_colleagues(ask: Asker) -> Found:
    for each in catalogue():
        for argument in each.path.keys() & {
            "request_id",
            "import_id",
            "notification_id",
            "operation_id",
        }:
            answer, changed = ask.tried(
                "ordinary", each.method, each.at(ask.places), **each.sent(ask.places)
            )
            missing = ask.ask("ordinary", each.method, each.at(ask.places, **{argument: MISSING}),
                              **each.sent(ask.places))  # fmt: skip
            number = ask.places[each.path[argument]]
            if answer.status_code != 404 or changed or not same(answer, number, missing, MISSING):
                yield f"{each}: {answer.status_code}, changed {changed}"


# ---------------------------------------------------------------- what a form does not have


def test_controls_that_a_form_does_not_have_change_nothing(ask):
    none(changed_by_extras(ask), ask)


def changed_by_extras(ask: Asker) -> Found:
    values = {
        "$stranger": str(ask.ours.who["blind"]),
        "$their_account": str(ask.theirs.account_id),
        "$their_person": str(ask.theirs.places["person"]),
    }
    for each in posts():
        own = {*each.controls, *each.foreign}
        extra = {key: values.get(value, value) for key, value in EXTRA.items() if key not in own}
        wanted = settled(ask, each, {})[1]
        status, got = settled(ask, each, extra)
        if status < 400:
            if got != wanted:
                tables = [table for table in got if got[table] != wanted[table]]
                yield f"{each}: extra controls changed {tables}"
            continue
        for control, value in extra.items():
            status, got = settled(ask, each, {control: value})
            refused = status >= 400 and got == ask.settled_base
            if not refused and (status >= 400 or got != wanted):
                yield f"{each}: {control} answers {status}"


def settled(ask: Asker, each: Address, extra: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Return the status of a good request with extra controls, and what is stored then."""
    with ask.taken_back():
        ask.count_users_anew()
        sent = each.sent(ask.places, **extra)
        answer = ask.sent("administrator", each.method, each.at(ask.places), **sent)
        return answer.status_code, ask.state(is_settled=True)


def test_gen_10_forms_sent_from_foreign_sites_are_refused(ask, monkeypatch):
    monkeypatch.setitem(ask.app.config, "WTF_CSRF_ENABLED", True)
    none(forged(ask), ask)


def forged(ask: Asker) -> Found:
    for each in posts():
        path = each.at(ask.places)
        for token in ({}, {"csrf_token": "x"}):
            sent = each.sent(ask.places, **token)
            answer, changed = ask.tried(
                "administrator", "POST", path, headers={"Origin": f"https://{EVIL}"}, **sent
            )
            if answer.status_code != 400 or changed:
                yield f"{each}: {answer.status_code} with {token}, changed {changed}"


def test_no_answer_leads_or_links_to_a_foreign_host(ask):
    none(leading_away(ask), ask)


def leading_away(ask: Asker) -> Found:
    for number, each in enumerate(catalogue()):
        path, away = each.at(ask.places), AWAY[number % len(AWAY)]
        for headers, more in (
            ({"Host": EVIL, "X-Forwarded-Host": EVIL}, {}),
            ({"Referer": away if ":" in away else f"http:{away}"}, {"next": away}),
        ):
            answer = ask.ask(
                "administrator", each.method, path, headers=headers, **each.sent(ask.places, **more)
            )
            where = answer.headers.get("Location", "").removeprefix("http://localhost")
            if EVIL in where or where[:2] in {"//", "/\\"} or where[:1] not in {"", "/"}:
                yield f"{each}: leads to {where}"
            if not more and EVIL in plain(answer):
                yield f"{each}: links to the host that the request named"


AWAY = (f"//{EVIL}/x", f"/\\{EVIL}", f"https://{EVIL}/x")


# ---------------------------------------------------------------- access


OURS = ("administrator", "manager", "leader", "owner", "participant", "guest", "ordinary", "blind")


@pytest.mark.parametrize("who", [*OURS, "their administrator"])
def test_vis_9_every_page_shows_what_the_rule_allows(ask, who):
    look = Look(ask, who)
    none(look.everywhere(), ask)


class Look:
    """One user's view of all our records, over every page that could show any of them."""

    def __init__(self, ask: Asker, who: str) -> None:
        self.ask, self.who, self.world = ask, who, ask.world
        side = ask.theirs if who.startswith("their") else ask.ours
        self.user: User = ask.world.users[side.who[who.removeprefix("their ")]]
        self.things = list(ask.ours.things.values())
        self.missing: dict[tuple[str, str, str], Any] = {}

    def get(self, path: str, echoed: set[int] = frozenset()) -> tuple[Any, list[str]]:  # type: ignore[assignment]
        """Return an answer with the lines about what it should not tell; `echoed` was asked for."""
        answer = self.ask.ask(self.who, "GET", path)
        return answer, self.told(answer, path, echoed)

    def told(self, answer: Any, where: str, echoed: set[int] = frozenset()) -> list[str]:  # type: ignore[assignment]
        lines = []
        for what, record_id in sorted(self.ask.traces(answer)):
            thing = self.world.things.get(record_id)
            if thing is None or (what == "number" and record_id in echoed):
                continue
            level = self.world.level(self.user, thing)
            if self.main_of(thing) and self.world.may_restore(self.user, thing):
                continue  # the main record names what was merged into it
            if level == NOTHING or (level == BASIC and what == "words"):
                lines.append(f"{self.who} {where}: the {what} of {self.name(thing)}")
        return lines

    def main_of(self, thing: Thing) -> Thing | None:
        """Return into which record one was merged (DUP-6)."""
        ours = self.ask.ours.things
        return ours[f"{thing.kind} main"] if thing is ours[f"{thing.kind} merged"] else None

    def name(self, thing: Thing) -> str:
        names = {each.id: key for key, each in self.ask.ours.things.items()}
        return f"our {names[thing.id]}" if thing.id in names else f"their {thing.kind} {thing.name}"

    def levels(self, things: list[Thing]) -> dict[int, str]:
        return {each.id: self.world.level(self.user, each) for each in things}

    def everywhere(self) -> Found:
        yield from self.lists()
        yield from self.searches()
        yield from self.pickers()
        yield from self.links()
        yield from self.notifications()
        yield from self.imports()
        yield from self.operations()
        for key, thing in self.ask.ours.things.items():
            yield from self.employee(thing) if key.startswith("employee") else self.record(thing)

    # ------------------------------------------------------------ many records

    def lists(self) -> Found:
        for kind in KINDS:
            expected = self.levels(self.world.listed(self.user, kind))
            yield from self.rows_at(f"/{PLURAL[kind]}?size=200&sort=city&dir=desc", expected)
            found = self.world.found(self.user, kind, "vellum")
            expected = dict.fromkeys(found, FULL)
            yield from self.rows_at(f"/{PLURAL[kind]}?size=200&q=vellum", expected)

    def rows_at(self, path: str, expected: dict[int, str], *, is_counted: bool = True) -> Found:
        answer, lines = self.get(path)
        yield from lines
        if rows(answer) != expected:
            yield f"{self.who} {path}: {rows(answer)}, not {expected}"
        if is_counted and f'data-count="{len(expected)}"' not in plain(answer):
            yield f"{self.who} {path}: the count is not {len(expected)}"

    def searches(self) -> Found:
        for fragment in ("quillon", "vellum"):
            expected = {
                each: self.world.level(self.user, self.world.things[each])
                for kind in KINDS
                for each in self.world.found(self.user, kind, fragment)
            }
            yield from self.rows_at(f"/search?q={fragment}", expected, is_counted=False)
            path = f"/search/box?q={fragment}"
            answer, lines = self.get(path)
            yield from lines
            if not rows(answer).items() <= expected.items():
                yield f"{self.who} {path}: {rows(answer)}, not {expected}"

    def pickers(self) -> Found:
        for kind in KINDS:
            expected = self.levels(self.world.listed(self.user, kind))
            for query in ("", "?q=quillon") if kind == "person" else ("?q=quillon",):
                answer, lines = self.get(f"/pick/{kind}{query}")
                yield from lines
                shown = {
                    each["id"]: BASIC if each.get("disabled") else FULL for each in answer.json
                }
                if shown != expected:
                    yield f"{self.who} /pick/{kind}{query}: {shown}, not {expected}"

    def links(self) -> Found:
        """The filter by a company and the form that is filled in with one."""
        filtered, filled_in = "/people?filter=company:is:{}", "/people/new?company={}"
        missing = {path: self.ask.ask(self.who, "GET", path.format(MISSING))
                   for path in (filtered, filled_in)}  # fmt: skip
        for state in ("public", "private", "hidden", "trashed"):
            company = self.ask.ours.things[f"company {state}"]
            level = self.world.level(self.user, company)
            for path in (filtered, filled_in):
                answer, lines = self.get(path.format(company.id), {company.id})
                yield from lines
                if level == NOTHING and not same(answer, company.id, missing[path], MISSING):
                    yield f"{self.who} {path}: tells a {state} company from a missing one"
                if path == filtered:
                    yield from self.people_of(company, rows(answer))

    def people_of(self, company: Thing, shown: dict[int, str]) -> Found:
        """Hold a list of people narrowed by a company, as far as it may be known, against the model."""
        people = [
            each
            for each in self.world.listed(self.user, "person")
            if each.company == company.id
            and self.is_full(each)
            and self.world.level(self.user, company) != NOTHING
        ]
        if shown != self.levels(people):
            yield f"{self.who} people of {self.name(company)}: {shown}, not {self.levels(people)}"

    def is_full(self, thing: Thing) -> bool:
        return self.world.level(self.user, thing) == FULL

    def notifications(self) -> Found:
        for path in ("/notifications", "/notifications/bell"):
            yield from self.get(path)[1]
        for thing in self.things:
            about = self.ask.ours.told_of.get((self.user.id, thing.id))
            if about is None or thing.kind == "company":
                continue
            answer = self.ask.ask(self.who, "POST", f"/notifications/{about}/open")
            yield from self.told(answer, "/notifications/…/open")
            where = answer.headers["Location"].removeprefix("http://localhost")
            own = f"/{PLURAL[thing.kind]}/{thing.id}"
            if where != (own if self.is_full(thing) else "/notifications"):
                yield f"{self.who} is led to {where} by what he is told of {self.name(thing)}"

    def imports(self) -> Found:
        """The list and the result of an import of the ordinary user that hit every record."""
        told = self.ask.ours.told
        may_know = self.who in {"administrator", "ordinary"}
        for kind in KINDS:
            listed = self.levels(self.world.listed(self.user, kind)) if may_know else {}
            path = f"/{PLURAL[kind]}?filter=import:is:{told}"
            shown = rows(self.ask.ask(self.who, "GET", path))
            full = {key: level for key, level in listed.items() if level == FULL}
            if shown not in (listed, full):
                yield f"{self.who} {path}: {shown}, not {listed}"
            yield from self.get(path)[1]
        answer, lines = self.get(f"/imports/{told}")
        yield from lines
        status = 200 if may_know else 403 if self.who == "blind" else 404
        if answer.status_code != status:
            yield f"{self.who} /imports/{told}: {answer.status_code}, not {status}"

    def operations(self) -> Found:
        """Lists with tick boxes; operations of the ordinary user on all people."""
        for kind in KINDS:
            expected = self.levels(self.world.listed(self.user, kind))
            yield from self.rows_at(f"/{PLURAL[kind]}?size=200&operations=1", expected)
        for number in (self.ask.ours.planned, self.ask.ours.operated):
            for path in (f"/operations/{number}", f"/operations/{number}?show=refused"):
                answer, lines = self.get(path, {number})
                yield from lines
                is_own = self.who == "ordinary"
                status = 200 if is_own else 403 if self.who == "blind" else 404
                if answer.status_code != status:
                    yield f"{self.who} {path}: {answer.status_code}, not {status}"
                names = {key for what, key in self.ask.traces(answer) if what == "name"}
                known = {each.id for each in self.world.listed(self.user, "person")}
                if is_own and names != known:
                    yield f"{self.who} {path}: names {names}, not {known}"

    # ------------------------------------------------------------ one record

    def record(self, thing: Thing) -> Found:
        yield from self.profile(thing)
        for below, allowed in (
            ("/edit", any(self.can(right, thing) for right in FORM_RIGHTS)),
            ("/delete", self.can("delete", thing)),
            ("/holders", True),
            *((("/access", True),) if self.reaches_others else ()),
        ):
            answer = self.ask.ask(self.who, "GET", self.at(thing, below))
            yield from self.refusal(thing, "GET", below, answer, allowed=allowed)
        yield from self.asking(thing)
        yield from self.writes(thing)

    def asking(self, thing: Thing) -> Found:
        """Who sees the basic line may ask for more; nobody else's request is stored."""
        answer, changed = self.ask.tried(self.who, "POST", self.at(thing, "/ask"))
        level = self.world.level(self.user, thing)
        if level == NOTHING:
            yield from self.refusal(thing, "POST", "/ask", answer)
        has_asked = self.who == "ordinary" and thing is self.ask.ours.things["person private"]
        if bool(changed) != (level == BASIC and not has_asked):
            yield f"{self.who} asks for {self.name(thing)}: changed {changed}"

    @property
    def reaches_others(self) -> bool:
        return self.who.removeprefix("their ") in {"administrator", "manager", "leader"}

    def can(self, right: str, thing: Thing) -> bool:
        return self.world.can(self.user, right, thing)

    def at(self, thing: Thing, below: str = "") -> str:
        return f"/{PLURAL[thing.kind]}/{thing.id}{below}"

    def profile(self, thing: Thing) -> Found:
        answer = self.ask.ask(self.who, "GET", self.at(thing))
        main = self.main_of(thing)
        if main and self.is_full(main):
            if answer.headers.get("Location") != self.at(main):
                yield f"{self.who} {self.name(thing)}: does not lead to the main record"
            return
        if self.world.may_restore(self.user, thing):
            if answer.status_code != 404 or thing.name not in plain(answer):
                yield f"{self.who} {self.name(thing)}: {answer.status_code} in the trash"
            return
        yield from self.refusal(thing, "GET", "", answer)
        level = self.world.level(self.user, thing)
        if level == FULL and ("words", thing.id) not in self.ask.traces(answer):
            yield f"{self.who} {self.name(thing)}: its words are not there"
        if level == FULL and thing.kind == "company":
            people = [each for each in self.world.listed(self.user, "person")
                      if each.company == thing.id]  # fmt: skip
            shown = {key: each for key, each in rows(answer).items() if key != thing.id}
            if shown != self.levels(people):
                yield f"{self.who} {self.name(thing)}: people {shown}, not {self.levels(people)}"

    def refusal(
        self, thing: Thing, method: str, below: str, answer: Any, *, allowed: bool = True
    ) -> Found:
        """Hold the status and the body against what the user may know of the record."""
        level = self.world.level(self.user, thing)
        where = f"{method} {below or 'profile'} of {self.name(thing)}"
        if level == NOTHING:
            missing = self.missing_at(thing.kind, method, below)
            if answer.status_code != 404 or not same(answer, thing.id, missing, MISSING):
                yield f"{self.who} {where}: {answer.status_code}, told from a missing one"
            return
        yield from self.told(answer, where)
        if level == BASIC:
            owner = self.world.users[thing.owner or 0].name
            if answer.status_code != 403 or not (
                thing.name in plain(answer) and owner in plain(answer)
            ):
                yield f"{self.who} {where}: {answer.status_code}, not the basic line"
            participants = [self.world.users[each].name for each in thing.participants
                            if each in self.world.users]  # fmt: skip
            if any(each in plain(answer) for each in participants):
                yield f"{self.who} {where}: names a participant"
        elif (answer.status_code < 400) != allowed or answer.status_code not in {
            200,
            302,
            303,
            403,
        }:
            yield f"{self.who} {where}: {answer.status_code}, allowed is {allowed}"

    def missing_at(self, kind: str, method: str, below: str) -> Any:
        key = (kind, method, below)
        if key not in self.missing:
            path = f"/{PLURAL[kind]}/{MISSING}{below}"
            self.missing[key] = self.ask.ask(self.who, method, path)
        return self.missing[key]

    def writes(self, thing: Thing) -> Found:
        boss, agreed = self.ask.ours.boss_id, {"confirm": "confirm_lose_access"}
        other = "public" if thing.visibility != "public" else "private"
        for below, right, sent in (
            SHORT
            if thing.kind == "company"
            else (
                ("/edit", "edit", {"city": "Elsewhere"}),
                ("/edit", "change_owner", {"owner": str(boss), **agreed}),
                ("/edit", "change_visibility", {"visibility": other, **agreed}),
                ("/holders", "manage_participants", {"add": str(boss)}),
                ("/holders", "change_owner", {"owner": str(boss), **agreed}),
                ("/delete", "delete", {}),
                ("/restore", "delete", {}),
            )
        ):
            answer, changed = self.ask.tried(self.who, "POST", self.at(thing, below), data=sent)
            where = f"{self.who} POST {below} {sent} of {self.name(thing)}"
            if below == "/restore":
                may = self.world.may_restore(self.user, thing)
                yield from self.restored(thing, answer, changed, may=may)
                continue
            allowed = self.can(right, thing)
            yield from self.refusal(thing, "POST", below, answer, allowed=allowed)
            if bool(changed) != allowed:
                yield f"{where}: changed {changed}, allowed is {allowed}"

    def restored(self, thing: Thing, answer: Any, changed: set[str], *, may: bool) -> Found:
        if bool(changed) != may:
            yield f"{self.who} restoring {self.name(thing)}: changed {changed}, may is {may}"
        if not may:
            yield from self.refusal(thing, "POST", "/restore", answer)

    def employee(self, thing: Thing) -> Found:
        """A person whose company is not for everybody: on the profile and in the form."""
        company = self.world.things[thing.company or 0]
        level = self.world.level(self.user, company)
        for below in ("", "/edit"):
            answer = self.ask.ask(self.who, "GET", self.at(thing, below))
            yield from self.told(answer, f"{below} of {self.name(thing)}")
            if answer.status_code >= 400:
                continue
            if level == BASIC and f'href="/companies/{company.id}"' in plain(answer):
                yield f"{self.who} {self.name(thing)}{below}: leads to the private company"
            if level == BASIC and not below and company.name not in plain(answer):
                yield f"{self.who} {self.name(thing)}: the private company is not named"
        if self.can("edit", thing):
            answer = self.ask.ask(
                self.who, "POST", self.at(thing, "/edit"), data={"company": "", "city": "Elsewhere"}
            )
            yield from self.told(answer, f"POST /edit of {self.name(thing)}")


# Companies share their pages with people, so what is sent to them is cut short.
SHORT: Any = (("/edit", "edit", {"city": "Elsewhere"}), ("/delete", "delete", {}))
FORM_RIGHTS = ("edit", "change_owner", "manage_participants", "change_visibility")


def test_refused_requests_forget_nothing_but_what_may_be_left(ask):
    now = ask.state()
    assert now == ask.base
    assert FORGOTTEN.isdisjoint(now)
