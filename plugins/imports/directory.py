"""Finding users, teams, labels and records by what people write into files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.access import Actor, rule_for
from core.accounts.queries import account_facts
from core.db import sql
from core.errors import Invalid
from core.i18n import _
from core.records.fields import LabelChoice, Labels
from core.records.folding import fold
from core.records.labels import make
from core.records.services import is_choosable


class Unknown(Invalid):
    """A name that nothing has; what follows is an option of the import."""


@dataclass
class Directory:
    """The names of one account, read when they are first needed; lives as long as a batch."""

    actor: Actor
    _users: dict[str, set[int]] = field(default_factory=dict)
    _teams: dict[str, set[int]] = field(default_factory=dict)
    _labels: dict[str, dict[str, int]] = field(default_factory=dict)
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)
    _records: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    def prepare(self, families: Iterable[str]) -> None:
        """Read the users, the teams and these families of labels now."""
        self._read_people()
        for family in families:
            self._family(family)

    def user(self, text: str) -> int:
        """Return the active user of that login e-mail or name."""
        self._read_people()
        return _single(self._users.get(fold(text).strip(), set()), text)

    def principal(self, text: str) -> int:
        """Return the active user or the team of that name, users by login e-mail as well."""
        self._read_people()
        name = fold(text).strip()
        return _single(self._users.get(name, set()) | self._teams.get(name, set()), text)

    def _read_people(self) -> None:
        if self._users:
            return
        facts = account_facts()
        for person in facts.users.values():
            if is_choosable(person.id):
                turned = " ".join(reversed(person.name.rsplit(" ", 1)))
                for name in (person.email, person.name, turned):
                    self._users.setdefault(fold(name), set()).add(person.id)
        for team in facts.teams.values():
            self._teams.setdefault(fold(team.name), set()).add(team.id)

    def label(self, type_: LabelChoice | Labels, text: str) -> int | str:
        """Return the label of that name, or the name itself where the actor may make it.

        Raises Unknown where he may not.
        """
        found = self._seen.get((type_.family, text))
        if found is None:
            found = self._family(type_.family).get(fold(text))
        if found is not None:
            self._seen[type_.family, text] = found
            return found
        may_make = self.actor.is_administrator
        if isinstance(type_, Labels):
            may_make = self.actor.has("general", type_.create_right)
        if not may_make:
            raise Unknown(_("“%(name)s” is not on the list", name=text))
        if len(text) > type_.max_length:
            raise Invalid(
                _(
                    "%(length)s characters, allowed %(allowed)s",
                    length=len(text),
                    allowed=type_.max_length,
                )
            )
        return text

    def made(self, family: str, name: str) -> int:
        """Return the label of that name, made now where there is none."""
        labels = self._family(family)
        key = fold(name)
        if key not in labels:
            labels[key] = make(family, name)
        return labels[key]

    def _family(self, family: str) -> dict[str, int]:
        if family not in self._labels:
            rows = sql(
                "select name_key, id from core_label"
                " where account_id = :account and family = :family",
                family=family,
            )
            self._labels[family] = {row.name_key: row.id for row in rows}
        return self._labels[family]

    def find_records(self, kind: str, texts: Iterable[str]) -> None:
        """Look for the records of these exact names or IDs, for `record` to know them."""
        wanted = sorted(set(texts))
        rule = rule_for(self.actor, (kind,))
        ids = {text: int(text) for text in wanted if text.isascii() and text.isdigit()}
        rows = sql(
            "select r.id, r.name from core_record r"
            " where r.account_id = :account and r.kind = any(:kinds) and r.deleted_at is null"
            " and (r.id = any(:ids) or r.sort_key = any(array("
            "   select core_sort_key(name) from unnest(cast(:names as text[])) name)))"
            f" and {rule.full}",
            ids=[each for each in ids.values() if each < 2**63],
            names=wanted,
            **rule.values,
        ).all()
        for text in wanted:
            by_id = {row.id for row in rows if row.id == ids.get(text)}
            by_name = {row.id for row in rows if row.name.casefold() == text.casefold()}
            self._records[kind, text] = by_id or by_name

    def record(self, kind: str, text: str) -> int:
        """Return the record of that exact name or ID, which `find_records` looked for."""
        return _single(self._records.get((kind, text), set()), text)


def _single(found: set[int], text: str) -> int:
    if not found:
        raise Unknown(_("“%(name)s” was not found", name=text))
    if len(found) > 1:
        raise Invalid(_("more than one is called “%(name)s”", name=text))
    return next(iter(found))
