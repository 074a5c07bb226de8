"""The demo account's companies and persons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from core import clock
from core.access import actor_of, fetch
from core.accounts.queries import account_facts
from core.accounts.services import store_setting
from core.changes.capture import change_set
from core.contracts import PARTICIPANT
from core.db import current_account, db
from core.demo.names import demo_companies, demo_persons
from core.demo.services import put_back
from core.records.bulk import create_many
from core.records.kinds import Kind, Values
from core.records.label_lists import Entry, arrange
from core.records.labels import labels_of, make
from core.records.queries import values_of
from core.records.services import change, next_ids
from core.registry import registry
from core.roles.models import AccessTick

COMPANIES, PERSONS = 200, 1_000
BATCH = 60  # records made at one moment
DAYS = 180

SOURCES = ("Targi", "Polecenie", "Strona internetowa", "LinkedIn", "Telefon", "Kampania e-mail")
GROUPS = ("Klienci", "Potencjalni klienci", "Partnerzy", "Dostawcy", "Newsletter")
TAGS = ("VIP", "pilne", "targi 2026", "eksport", "rabat 10%", "zimny kontakt", "decydent",
        "wdrożenie", "po spotkaniu", "oferta wysłana")  # fmt: skip

# How the records are spread over their owners, and their visibilities, in parts.
OWNERS = {"anna": 25, "adam": 20, "beata": 20, "celina": 16, "marek": 10, "maria": 5, "ada": 6}
VISIBILITIES = {"public": 60, "private": 25, "hidden": 15}


@dataclass(frozen=True)
class _Cast:
    """Who and what the records are spread over; `random` is the same in every demo."""

    users: Mapping[str, int]
    teams: Mapping[str, int]
    sources: Sequence[int]
    groups: Sequence[int]
    tags: Sequence[int]
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311  (examples)

    def one_of(self, parts: Mapping[str, int]) -> str:
        return self.random.choices(list(parts), list(parts.values()))[0]

    def some_of(self, values: Sequence[int], most: int) -> list[int]:
        return sorted(self.random.sample(values, self.random.randint(0, most)))

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def fill(users: Mapping[str, int], teams: Mapping[str, int]) -> None:
    """Make companies and persons of several owners, and let visibility be as in a strict firm.

    Hidden is the default and participants do not edit, so that what the teams see of each other
    differs from the first new record on.
    """
    arrange("source", [Entry(None, name) for name in SOURCES])
    everybody = _Cast(
        users,
        teams,
        sources=[each.id for each in labels_of("source")],
        groups=[make("group.contacts", name) for name in GROUPS],
        tags=[make("tag", name) for name in TAGS],
    )
    _be_strict()
    companies = demo_companies(COMPANIES)
    company, person = registry().kinds["company"], registry().kinds["person"]
    company_ids = _make(company, companies, everybody, lambda values: values)
    persons = demo_persons(PERSONS, companies)
    person_ids = _make(person, persons, everybody, lambda values: _employed(values, company_ids))
    _hand_over(person, person_ids[:3], everybody)


def _be_strict() -> None:
    for kind in registry().kinds.of(frozenset({"contacts"})):
        store_setting(f"visibility.{kind.visibility_area}.default", "hidden")
        tick = db.session.get(AccessTick, (current_account(), PARTICIPANT, kind.key, "edit"))
        if tick is not None:
            db.session.delete(tick)
    db.session.flush()


def _employed(values: Values, company_ids: Sequence[int]) -> Values:
    place = values["company"]
    return {**values, "company": None if place is None else company_ids[place]}


def _make(
    kind: Kind, made_up: Sequence[Values], everybody: _Cast, linked: Callable[[Values], Values]
) -> list[int]:
    """Make the records in batches, each of one owner and one moment; return their IDs in order."""
    ids = next_ids(len(made_up))
    for owner, places in _batches(len(made_up), everybody):
        items = [_whole(kind, linked(made_up[place]), owner, everybody) for place in places]
        batch = [ids[place] for place in places]
        with change_set("demo", everybody.users[owner]):
            create_many(kind, items, actor_of(everybody.users[owner]), batch)
        put_back(batch, _moment(everybody))
    return ids


def _batches(count: int, everybody: _Cast) -> Iterator[tuple[str, list[int]]]:
    """Give every owner his share of so many places, in any order, a batch at a time."""
    places = list(range(count))
    everybody.random.shuffle(places)
    begin, parts = 0, 0
    for owner, share in OWNERS.items():
        parts += share
        end = count * parts // sum(OWNERS.values())
        for start in range(begin, end, BATCH):
            yield owner, places[start : min(start + BATCH, end)]
        begin = end


def _moment(everybody: _Cast) -> datetime:
    """Return a moment of the last half year, in office hours."""
    day = clock.now() - timedelta(days=everybody.random.randint(1, DAYS))
    return day.replace(
        hour=7 + everybody.random.randrange(8), minute=everybody.random.randrange(60)
    )


def _whole(kind: Kind, values: Values, owner: str, everybody: _Cast) -> dict[str, Any]:
    """Return the values of all fields, empty ones as a form would give them."""
    empty = {each.key: each.type.empty for each in kind.fields if each.is_editable}
    typed = {key: None if value == "" else value for key, value in values.items()}
    owner_id = everybody.users[owner]
    return {
        **empty,
        **typed,
        "source": everybody.random.choice(everybody.sources) if everybody.chance(0.8) else None,
        "groups": everybody.some_of(everybody.groups, 2),
        "tags": everybody.some_of(everybody.tags, 3) if everybody.chance(0.6) else [],
        "owner": owner_id,
        "participants": _participants(owner_id, everybody),
        "visibility": everybody.one_of(VISIBILITIES),
    }


def _participants(owner_id: int, everybody: _Cast) -> list[int]:
    """Return the owner's team mostly, here and there another team, or a single user."""
    found = set()
    team_id = account_facts().users[owner_id].main_team_id
    if team_id and everybody.chance(0.75):
        found.add(team_id)
    if everybody.chance(0.06):
        found.add(everybody.random.choice(list(everybody.teams.values())))
    if everybody.chance(0.12):
        found.add(everybody.random.choice(list(everybody.users.values())))
    return sorted(found - {owner_id})


def _hand_over(kind: Kind, record_ids: Sequence[int], everybody: _Cast) -> None:
    """Let the manager invite everybody to a few records, as in a form: the bells ring."""
    maria = everybody.users["maria"]
    for record_id in record_ids:
        with change_set("form", maria):
            access = fetch(kind.key, record_id, actor_of(maria))
            invited = {*values_of(kind, access)["participants"], *everybody.users.values()}
            change(access, {"participants": sorted(invited - {access.record.owner_id})})
