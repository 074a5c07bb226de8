"""Asking for access to a private record, and answering: one click, or a reason."""

from __future__ import annotations

from typing import Any

from core import clock
from core.access import Access, Actor, actor_of, everything, fetch, levels_of
from core.access.engine import NoAccess
from core.accounts.queries import account_facts
from core.contracts import Cause
from core.db import current_account, db, sql
from core.errors import Conflict, Invalid, NotFound
from core.i18n import _, lazy
from core.notifications.services import notify
from core.permissions.models import DECLINED, GRANTED, OPEN, AccessRequest
from core.records.fields import clean
from core.records.models import Record
from core.records.queries import values_of
from core.records.services import change
from core.registry import registry

ASKED, GAVE, REFUSED = "core.access_asked", "core.access_granted", "core.access_declined"
LONGEST_REASON = 500
RIGHT = "manage_participants"


def _asked_told(named: dict[str, Any]) -> str:
    return _("%(actor)s asks for access to %(record)s.",
             actor=named["actor"], record=named["record"])  # fmt: skip


def _granted_told(named: dict[str, Any]) -> str:
    return _("%(actor)s gave you access to %(record)s.",
             actor=named["actor"], record=named["record"])  # fmt: skip


def _declined_told(named: dict[str, Any]) -> str:
    if named.get("reason"):
        return _("%(actor)s declined your request for access: %(reason)s",
                 actor=named["actor"], reason=named["reason"])  # fmt: skip
    return _("%(actor)s declined your request for access.", actor=named["actor"])


CAUSES = [
    Cause(ASKED, lazy("Somebody asks for access"), _asked_told, icon="key"),
    Cause(GAVE, lazy("You got access"), _granted_told, icon="lock-open"),
    Cause(REFUSED, lazy("Your request for access was declined"), _declined_told, icon="lock"),
]


def ask(kind: str, record_id: int, actor: Actor) -> bool:
    """Ask for access to a private record; return False for one to which he has access already.

    Whoever may add participants is told: the owners, otherwise the administrators. Asked again
    while nobody answered, nothing happens. Raises NotFound where he may not know of the record.
    """
    try:
        fetch(kind, record_id, actor)
    except NoAccess:
        pass
    else:
        return False
    made = sql(
        "insert into core_access_request (account_id, record_id, user_id, state, reason, asked_at)"
        " values (:account, :record, :user, 'open', '', :now)"
        " on conflict (account_id, record_id, user_id) where state = 'open' do nothing"
        " returning id",
        record=record_id,
        user=actor.user_id,
        now=clock.now(),
    ).scalar()
    if made is not None:
        notify(_who_can_answer(record_id), ASKED, record_id, url=f"/access-requests/{made}")
    return True


def _who_can_answer(record_id: int) -> list[int]:
    """Return the active owners who may add participants, otherwise the administrators."""
    statement = everything(Record, reason="whoever can answer a request is told of it")
    record = db.session.execute(statement.where(Record.id == record_id)).scalar_one()
    further = sql(
        "select principal_id from core_holder where account_id = :account"
        " and record_id = :record and role = 'owner'",
        record=record_id,
    ).scalars()
    owners = [record.owner_id, *further]
    people = account_facts().users
    able = [
        each
        for each in owners
        if each in people and people[each].is_active and _may_answer(record_id, actor_of(each))
    ]
    if able:
        return able
    return [
        each.id for each in people.values() if each.is_active and actor_of(each.id).is_administrator
    ]


def _may_answer(record_id: int, actor: Actor) -> bool:
    level = levels_of(actor, [record_id]).get(record_id)
    if level is None or not level.is_full:
        return False
    return fetch(level.basic.kind, record_id, actor).can(RIGHT)


def request_for(
    request_id: int, actor: Actor, *, lock: bool = False
) -> tuple[AccessRequest, Access]:
    """Return a request with its record, for somebody who may answer it.

    Raises NotFound for everybody else: whether others asked is not his to know.
    """
    found = db.session.get(
        AccessRequest, (current_account(), request_id), with_for_update=lock or None
    )
    if found is None:
        raise NotFound(_("There is no such request."))
    level = levels_of(actor, [found.record_id]).get(found.record_id)
    if level is None or not level.is_full:
        raise NotFound(_("There is no such request."))
    access = fetch(level.basic.kind, found.record_id, actor)
    if not access.can(RIGHT):
        raise NotFound(_("There is no such request."))
    return found, access


def grant(request_id: int, actor: Actor) -> AccessRequest:
    """Make the asker a participant of the record. Raises Conflict where it was answered."""
    found, access = request_for(request_id, actor, lock=True)
    _require_open(found)
    person = account_facts().users.get(found.user_id)
    if person is None or not person.is_active:
        raise Conflict(_("This user may not sign in any more."))
    kind = registry().kinds[access.record.kind]
    present = values_of(kind, access)["participants"]
    _answer(found, actor, GRANTED)
    change(access, {"participants": sorted({*present, found.user_id})})
    notify([found.user_id], GAVE, found.record_id)
    return found


def decline(request_id: int, actor: Actor, reason: str) -> AccessRequest:
    """Decline a request with a reason, which may be empty. Raises Conflict where it was answered."""
    found, access = request_for(request_id, actor, lock=True)
    _require_open(found)
    reason = clean(reason)
    if len(reason) > LONGEST_REASON:
        raise Invalid(
            _("Reason: %(count)s characters, allowed %(most)s",
              count=len(reason), most=LONGEST_REASON),
            "reason",
        )  # fmt: skip
    _answer(found, actor, DECLINED, reason)
    kind = registry().kinds[access.record.kind]
    notify([found.user_id], REFUSED, None, {"reason": reason}, f"/{kind.plural}/{found.record_id}")
    return found


def _require_open(found: AccessRequest) -> None:
    if found.state != OPEN:
        name = account_facts().principal_name(found.answered_by_id or 0)
        raise Conflict(_("%(name)s has answered this already.", name=name))


def _answer(found: AccessRequest, actor: Actor, state: str, reason: str = "") -> None:
    found.state, found.reason = state, reason
    found.answered_at, found.answered_by_id = clock.now(), actor.user_id
    db.session.flush()
