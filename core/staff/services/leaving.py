"""What becomes of the records of a user who is removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from core.access import Actor, actor_of
from core.accounts.queries import account_facts
from core.changes.capture import change_set
from core.contracts import JobType
from core.errors import Forbidden, InvalidForm
from core.i18n import _
from core.jobs.runner import checkpoint
from core.jobs.services import enqueue
from core.notifications.services import notify
from core.records.handing_over import (
    PARTICIPATIONS,
    hand_over_owned,
    hand_over_participations,
    holdings_of,
)
from core.registry import registry
from core.staff.services import standing
from core.users.models import User

HAND_OVER = "core.hand_over"
TOOK_OVER, HANDED_OVER, NOT_HANDED_OVER = (
    "core.took_over",
    "core.handed_over",
    "core.not_handed_over",
)
AT_ONCE = 5_000  # records; more than that are handed over in the background
ORIGIN = "list operation"


@dataclass(frozen=True)
class Plan:
    """Who gets what a user leaves: a user for each kind that he owns records of, and one for his
    participations. What is not named stays as it is.
    """

    owned: Mapping[str, int] = field(default_factory=dict)
    participations: int | None = None

    def as_arguments(self) -> dict[str, object]:
        """Return the plan as the JSON values of a job."""
        return {"owned": dict(self.owned), "participations": self.participations}


def remove_user(user_id: int, plan: Plan, actor: Actor) -> bool:
    """Remove a user, and hand over what he leaves; return whether that is done already.

    Many records are handed over by a job; the user is removed at once in any case. Raises as
    `standing.remove` does, and InvalidForm naming each new holder who cannot be one.
    """
    user = standing.user_to_change(user_id)
    _check(user, plan)
    held = holdings_of(user_id)
    standing.remove(user_id)
    count = sum(held.owned.get(kind, 0) for kind in plan.owned)
    count += held.participation_count if plan.participations else 0
    if count > AT_ONCE:
        enqueue(HAND_OVER, {"user": user_id, **plan.as_arguments(), "by": actor.user_id},
                actor.user_id)  # fmt: skip
        return False
    if count:
        _hand_over(user_id, plan, actor)
    return True


def _check(user: User, plan: Plan) -> None:
    people = account_facts().users
    errors = {}
    for key, holder in {**plan.owned, PARTICIPATIONS: plan.participations}.items():
        person = people.get(holder or 0)
        if holder is not None and (person is None or not person.is_active or holder == user.id):
            errors[key] = [_("Choose an active user from the list.")]
    if errors:
        raise InvalidForm(errors)


def _hand_over(user_id: int, plan: Plan, actor: Actor) -> int:
    """Hand over batch by batch, each one change set; return how many records it was."""
    given: dict[int, int] = {}
    for holder, step in _steps(user_id, plan, actor):
        while count := _batch(step, actor):
            given[holder] = given.get(holder, 0) + count
            checkpoint()
    name = account_facts().principal_name(user_id)
    for holder, count in given.items():
        url = f"/settings/account/users/users/{user_id}" if _is_administrator(holder) else ""
        notify([holder], TOOK_OVER, parameters={"count": count, "name": name}, url=url)
    return sum(given.values())


def _steps(user_id: int, plan: Plan, actor: Actor) -> Iterator[tuple[int, Callable[[], int]]]:
    for key, holder in plan.owned.items():
        kind = registry().kinds[key]
        yield holder, partial(hand_over_owned, kind, user_id, holder, actor)
    if plan.participations:
        holder = plan.participations
        yield holder, partial(hand_over_participations, user_id, holder, actor)


def _batch(step: Callable[[], int], actor: Actor) -> int:
    with change_set(ORIGIN, actor.user_id):
        return step()


def _is_administrator(user_id: int) -> bool:
    return actor_of(user_id).is_administrator


def hand_over_later(
    user: int, owned: Mapping[str, int], participations: int | None, by: int
) -> None:
    """Hand over what a removed user left, and tell who removed him (the job).

    Raises Forbidden where that one is no administrator any more.
    """
    actor = actor_of(by)
    if not actor.is_administrator:
        raise Forbidden(_("Whoever removed this user is no administrator any more."))
    count = _hand_over(user, Plan(owned, participations), actor)
    _tell_end(HANDED_OVER, user, by, count)


def give_up(user: int, by: int, **_plan: object) -> None:
    """Tell who removed a user that not all was handed over; called when no try is left."""
    _tell_end(NOT_HANDED_OVER, user, by, holdings_of(user).count)


def _tell_end(cause: str, user_id: int, by: int, count: int) -> None:
    name = account_facts().principal_name(user_id)
    url = f"/settings/account/users/users/{user_id}"
    notify([by], cause, parameters={"count": count, "name": name}, url=url)


JOBS = [JobType(HAND_OVER, hand_over_later, failed=give_up)]
