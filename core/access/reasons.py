"""Why a user can or cannot: the facts of the rule, told as sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.access.actor import Actor
from core.access.engine import Basic
from core.accounts.queries import account_facts
from core.contracts import Right
from core.db import sql
from core.i18n import _
from core.records.models import PUBLIC, Record
from core.registry import registry
from core.roles.naming import role_name


@dataclass(frozen=True)
class Answer:
    """The answer for one right: held or not, with one sentence per reason.

    For a right that is not held the sentences say what would give it and who can grant it.
    """

    right: str
    label: str
    is_held: bool
    sentences: tuple[str, ...]


_FACTS = """
select h.principal_id, h.role, h.added_at, h.added_by_id
from core_holder h where h.account_id = :account and h.record_id = :id
"""

_OWNER_SINCE = """
select s.at from core_change c
join core_change_set s on s.account_id = c.account_id and s.id = c.change_set_id
where c.account_id = :account and c.record_id = :id and c.diff ? 'owner'
order by c.version desc limit 1
"""

_MANAGED = """
with recursive below as (
    select m.team_id as root, m.team_id as id from core_membership m
    join core_role r on r.account_id = m.account_id and r.id = m.role_id
    where m.account_id = :account and m.user_id = :user and r.has_reach
    union
    select b.root, t.id from core_team t join below b on t.parent_id = b.id
    where t.account_id = :account
)
select b.root, b.id as team_id, m.user_id from below b
join core_membership m on m.account_id = :account and m.team_id = b.id
where m.user_id = any(:owners)
"""

_ROLES = """
select r.key, r.name, array_agg(t.kind || '.' || t."right") filter (where t.role_id is not null)
  as ticks
from core_membership m
join core_role r on r.account_id = m.account_id and r.id = m.role_id
left join core_role_tick t on t.account_id = r.account_id and t.role_id = r.id
where m.account_id = :account and m.user_id = :user group by r.id, r.key, r.name
"""

_GRANTING = """
select r.key, r.name, t."right" from core_role r join core_role_tick t
  on t.account_id = r.account_id and t.role_id = r.id
where r.account_id = :account and t.kind = :kind order by r.id
"""


def why(
    actor: Actor,
    record: Record,
    day: Callable[[datetime], str],
    holders: Sequence[Any] | None = None,
    about: str = "",
) -> list[Answer]:
    """Return the answers for View and every other right on a record.

    `day` turns a moment into the reader's date; `holders` are the rows of the record's holders
    where they are known already; `about` is the actor's name where somebody else reads it. The
    record's existence must already be known to whoever reads the answer.
    """
    telling = _Telling(actor, record, day, holders, about)
    ways = telling.ways_to_see()
    kind = record.kind
    answers = []
    for right in _explained(kind):
        if right.key == "view":
            answers.append(
                Answer("view", str(right.label), bool(ways), tuple(ways or telling.missing_view()))
            )
        else:
            answers.append(telling.answer(right, sees=bool(ways)))
    return answers


def _explained(kind: str) -> list[Right]:
    """Return the rights on single records of a kind that the active plugins check."""
    active = registry().rights.active(account_facts().active_plugins)
    return [
        right
        for right in registry().rights.of_kind(kind)
        if right.key not in {"add", "import"} and (kind, right.key) in active
    ]


def why_not(basic: Basic) -> list[Answer]:
    """Return the answers for a private record of which the actor has the basic line alone."""
    sentences = tuple(_who_can_add(basic.owner_id))
    return [
        Answer(right.key, str(right.label), is_held=False, sentences=sentences)
        for right in _explained(basic.kind)
    ]


def _who_can_add(owner_id: int | None, about: str = "") -> list[str]:
    owner = account_facts().principal_name(owner_id) if owner_id else ""
    if about and owner:
        return [
            _("The owner %(owner)s or an administrator can add %(name)s as participant.",
              owner=owner, name=about)
        ]  # fmt: skip
    if about:
        return [_("An administrator can add %(name)s as participant.", name=about)]
    if owner:
        return [
            _("The owner %(owner)s or an administrator can add you as participant.", owner=owner)
        ]
    return [_("An administrator can add you as participant.")]


class _Telling:
    def __init__(
        self,
        actor: Actor,
        record: Record,
        day: Callable[[datetime], str],
        holders: Sequence[Any] | None,
        about: str,
    ) -> None:
        self.actor, self.record, self.facts, self.day = actor, record, account_facts(), day
        self.about = about
        self.holders = sql(_FACTS, id=record.id).all() if holders is None else holders
        self.owners = [
            each
            for each in [
                record.owner_id,
                *(row.principal_id for row in self.holders if row.role == "owner"),
            ]
            if each is not None
        ]
        self.participations = [
            row
            for row in self.holders
            if row.role == "participant" and row.principal_id in actor.principals
        ]
        self.roles = sql(_ROLES, user=actor.user_id).all()
        self._granting: list[Any] | None = None

    def name(self, principal_id: int | None) -> str:
        return self.facts.principal_name(principal_id) if principal_id else _("somebody")

    def said(self, to_him: str, of_him: str) -> str:
        """Return the sentence said to the actor himself, or of him to somebody else."""
        return of_him if self.about else to_him

    def ways_to_see(self) -> list[str]:
        if not self.actor.is_active:
            return []
        ways, name = [], self.about
        if self.actor.is_administrator:
            ways.append(self.said(_("You are an administrator."),
                                  _("%(name)s is an administrator.", name=name)))  # fmt: skip
        if self.actor.user_id in self.owners:
            day = self.owner_since()
            ways.append(
                self.said(
                    _("You have been the owner since %(day)s.", day=day),
                    _("%(name)s has been the owner since %(day)s.", name=name, day=day),
                )
            )
        ways.extend(self.participation(row) for row in self.participations)
        ways.extend(self.reach())
        if self.record.visibility == PUBLIC and self.actor.has(self.record.kind, "view"):
            ways.append(
                self.said(
                    _("It is public and your role has the right “View”."),
                    _("It is public and a role of %(name)s has the right “View”.", name=name),
                )
            )
        return ways

    def owner_since(self) -> str:
        for row in self.holders:
            if row.role == "owner" and row.principal_id == self.actor.user_id:
                return self.day(row.added_at)
        changed = sql(_OWNER_SINCE, id=self.record.id).scalar()
        return self.day(changed or self.record.created_at)

    def participation(self, row: Any) -> str:
        values = {"day": self.day(row.added_at), "who": self.name(row.added_by_id)}
        if row.principal_id == self.actor.user_id:
            return self.said(
                _("You are a participant, added by %(who)s on %(day)s.", **values),
                _("%(name)s is a participant, added by %(who)s on %(day)s.",
                  name=self.about, **values),
            )  # fmt: skip
        team = self.name(row.principal_id)
        return self.said(
            _("Your team %(team)s is a participant, added by %(who)s on %(day)s.",
              team=team, **values),
            _("%(name)s belongs to the team %(team)s, a participant, added by %(who)s on %(day)s.",
              name=self.about, team=team, **values),
        )  # fmt: skip

    def reach(self) -> list[str]:
        if not set(self.owners) & set(self.actor.reached):
            return []
        rows = sql(_MANAGED, user=self.actor.user_id, owners=self.owners)
        return sorted(
            {
                self.said(
                    _("You manage the team %(team)s, to which %(owner)s belongs.",
                      team=self.name(row.root), owner=self.name(row.user_id)),
                    _("%(name)s manages the team %(team)s, to which %(owner)s belongs.",
                      name=self.about, team=self.name(row.root), owner=self.name(row.user_id)),
                )
                for row in rows
            }
        )  # fmt: skip

    def missing_view(self) -> list[str]:
        if not self.actor.is_active:
            return [
                _("%(name)s may not sign in.", name=self.about or self.name(self.actor.user_id))
            ]
        return _who_can_add(self.record.owner_id, self.about)

    def answer(self, right: Right, *, sees: bool) -> Answer:
        label = str(right.label)
        if not sees:
            return Answer(right.key, label, is_held=False, sentences=tuple(self.missing_view()))
        given = self.given_by(right)
        if given:
            return Answer(right.key, label, is_held=True, sentences=tuple(given))
        return Answer(right.key, label, is_held=False, sentences=tuple(self.missing(right)))

    def given_by(self, right: Right) -> list[str]:
        if self.actor.is_administrator:
            return [_("Administrators have every right.")]
        wire = f"{right.kind}.{right.key}"
        given = [
            self.said(
                _("Your role %(role)s has the right.", role=role_name(row.key, row.name)),
                _("The role %(role)s has the right.", role=role_name(row.key, row.name)),
            )
            for row in self.roles
            if wire in (row.ticks or ())
        ]
        if (right.kind, right.key) in self.actor.owner_ticks and (
            self.actor.user_id in self.owners
        ):
            given.append(_("The owner has the right."))
        if (right.kind, right.key) in self.actor.participant_ticks and self.participations:
            given.append(_("Participants have the right."))
        return given

    def granting(self) -> list[Any]:
        """Return the team roles with each right that they give on records of the kind."""
        if self._granting is None:
            self._granting = list(sql(_GRANTING, kind=self.record.kind))
        return self._granting

    def missing(self, right: Right) -> list[str]:
        have = [role_name(row.key, row.name) for row in self.granting() if row.right == right.key]
        if (right.kind, right.key) in self.actor.owner_ticks:
            have.append(_("owner"))
        if (right.kind, right.key) in self.actor.participant_ticks:
            have.append(_("participant"))
        sentences = []
        if have:
            sentences.append(_("These have it: %(names)s.", names=", ".join(have)))
        owner = self.name(self.record.owner_id) if self.record.owner_id else ""
        if owner:
            sentences.append(
                self.said(
                    _("%(owner)s or an administrator can give it to you.", owner=owner),
                    _("%(owner)s or an administrator can give it to %(name)s.",
                      owner=owner, name=self.about),
                )
            )  # fmt: skip
        else:
            sentences.append(
                self.said(
                    _("An administrator can give it to you."),
                    _("An administrator can give it to %(name)s.", name=self.about),
                )
            )
        return sentences
