"""Telling somebody else why a user may or may not: whom, about what, and the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.access import Access, Actor, Answer, actor_of, fetch, why
from core.accounts.queries import Person, account_facts
from core.errors import NotFound
from core.i18n import _
from core.registry import registry


def those_to_ask_about(actor: Actor) -> list[Person]:
    """Return the users about whom an actor may ask: all, or those whom a manager reaches."""
    people = account_facts().users.values()
    return [
        each
        for each in people
        if each.status != "removed" and (actor.is_administrator or each.id in actor.reached)
    ]


def asked_about(actor: Actor, user_id: int) -> Person:
    """Return the user about whom is asked; NotFound where the actor may not."""
    found = next((each for each in those_to_ask_about(actor) if each.id == user_id), None)
    if found is None:
        raise NotFound(_("There is no such user."))
    return found


def answers(
    access: Access, person: Person, day: Callable[[datetime], str]
) -> tuple[str, list[Answer]]:
    """Return the name of the user and what he may do with a record, by the rule that decides.

    The name is empty where the actor asks about himself.
    """
    about = "" if person.id == access.actor.user_id else person.name
    return about, why(actor_of(person.id), access.record, day, about=about)


def found_by_sign(actor: Actor, sign: str) -> Access:
    """Return the record of a sign such as `person.7`. Raises as `fetch` does."""
    kind, _dot, number = sign.partition(".")
    known = {each.key for each in registry().kinds.of(actor.active_plugins)}
    if kind not in known or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise NotFound(_("There is no such record."))
    return fetch(kind, int(number), actor)
