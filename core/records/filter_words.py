"""Filters in words: what stands on chips, and who and what can be chosen as a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from core import face
from core.access import Actor, levels_of
from core.accounts.queries import account_facts, setting
from core.i18n import _, ngettext
from core.records.cells import visibility_word
from core.records.fields import Field
from core.records.filters import ANY, Group, Test
from core.records.labels import labels_of
from core.records.operators import (
    CHOICES,
    DAY,
    ME,
    MY_TEAMS,
    NOTHING,
    PERIOD,
    SPAN,
    TWO_DAYS,
    TWO_NUMBERS,
    Operator,
    operator_of,
    periods_of,
)
from core.records.queries import label_names
from core.registry import registry
from core.shown import Option

SHOWS_REMOVED = "lists.removed_users"  # USER-7
MOST_NAMED = 3


class Words:
    """Puts the tests of one filter into words, with one question for all of their labels."""

    def __init__(self, fields: dict[str, Field], actor: Actor, tree: Group) -> None:
        self.fields, self.actor = fields, actor
        self.labels = label_names(sorted(self._numbers(tree, "label", "labels")))
        self.levels = levels_of(actor, self._numbers(tree, "link"))

    def _numbers(self, tree: Group, *families: str) -> set[int]:
        return {
            int(value)
            for test in tree.tests()
            if test.field in self.fields and self.fields[test.field].type.asked_as in families
            for value in test.values
            if value.isascii() and value.isdigit()
        }

    def of(self, part: Test | Group) -> tuple[str, str]:
        """Return what stands on a chip: the field, and what is asked of it."""
        if isinstance(part, Test):
            field = self.fields[part.field]
            return str(field.label), self.value(field, part)
        known = [each for each in part.tests() if each.field in self.fields]
        joint = f" {_('or')} " if part.match == ANY else f" {_('and')} "
        return "", joint.join(" ".join(self.of(each)) for each in known)

    def value(self, field: Field, test: Test) -> str:
        """Return the operator, unless it goes without saying, and the values."""
        operator = operator_of(field, test.operator)
        if operator is None:
            return ""
        words = self.values(field, operator, test.values)
        return f"{operator.label} {words}".strip() if operator.has_word else words

    def values(self, field: Field, operator: Operator, values: tuple[str, ...]) -> str:
        """Return the values as a reader writes them."""
        formats = face.formats()
        if operator.takes == NOTHING:
            return ""
        if operator.takes == SPAN:
            return span(int(values[0]), values[1])
        if operator.takes == PERIOD:
            return str(dict(periods_of(field))[values[0]])
        if operator.takes in {DAY, TWO_DAYS}:
            return " – ".join(formats.date(date.fromisoformat(each)) for each in values)
        if operator.takes == CHOICES:
            names = [self.choice(field, each) for each in values]
            more = f" +{len(names) - MOST_NAMED}" if len(names) > MOST_NAMED else ""
            return ", ".join(names[:MOST_NAMED]) + more
        return (" – " if operator.takes == TWO_NUMBERS else " ").join(
            _("“%(text)s”", text=each) for each in values
        )

    def choice(self, field: Field, value: str) -> str:
        """Return the name of a chosen value, as far as the actor may know it."""
        family = field.type.asked_as
        if family == "registered":
            return registry().list_filters[field.key].label(value, self.actor) or value
        if family == "visibility":
            return visibility_word(value)
        if value in {ME, MY_TEAMS}:
            return _("me") if value == ME else _("my teams")
        number = int(value)
        if family in {"label", "labels"}:
            return self.labels.get(number) or _("deleted")
        if family == "link":
            level = self.levels.get(number)
            return level.basic.name if level else _("no access")
        return account_facts().principal_name(number) or _("deleted")


def span(count: int, unit: str) -> str:
    """Return a number of days, weeks, months or years."""
    ways = {
        "days": lambda: ngettext("%(num)s day", "%(num)s days", count),
        "weeks": lambda: ngettext("%(num)s week", "%(num)s weeks", count),
        "months": lambda: ngettext("%(num)s month", "%(num)s months", count),
        "years": lambda: ngettext("%(num)s year", "%(num)s years", count),
    }
    return ways[unit]()


def options_of(field: Field, chosen: Iterable[str], words: Words) -> list[Option]:
    """Return what can be chosen as the value of a field, with what is chosen now."""
    chosen = list(chosen)
    family = field.type.asked_as
    if family == "visibility":
        offered = [(each, visibility_word(each)) for each in ("public", "private", "hidden")]
    elif family in {"label", "labels"}:
        labels = labels_of(field.type.family, with_retired=True)  # type: ignore[attr-defined]
        offered = [(str(each.id), each.name) for each in labels]
    elif family in {"user", "principals"}:
        with_teams = family == "principals" and getattr(field.type, "with_teams", False)
        offered = _principals(with_teams=with_teams)
    else:
        offered = []
    known = {value for value, _label in offered}
    offered += [(each, words.choice(field, each)) for each in chosen if each not in known]
    return [Option(value, label, is_selected=value in chosen) for value, label in offered]


def _principals(*, with_teams: bool) -> list[tuple[str, str]]:
    facts = account_facts()
    users = [
        (str(each.id), _named(each.name, each.status))
        for each in facts.users.values()
        if each.status != "removed" or setting(SHOWS_REMOVED)
    ]
    teams = [(str(each.id), each.name) for each in facts.teams.values() if with_teams]
    return [(ME, _("me")), (MY_TEAMS, _("my teams")), *users, *teams]


def _named(name: str, status: str) -> str:
    if status == "removed":
        return _("%(name)s (removed)", name=name)
    return _("%(name)s (suspended)", name=name) if status == "suspended" else name
