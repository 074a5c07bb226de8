"""Changes of permissions: seconds for the preview and for saving, in an account of 1,000,000."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from core.access import actor_of
from core.db import db, sql
from core.permissions.effect import effect_of
from core.permissions.facts import ACCESS, MEMBER, PARENT, TICK, PermissionChange
from core.permissions.queries import memberships, parents
from core.permissions.services import apply
from core.teams.services import role_named
from tests.bench.dataset import Personas

TIMES = 3


def permissions(personas: Personas) -> None:
    """Print a line for each sort of change; nothing of them is kept."""
    print(
        f"{'change of permissions':44}{'preview s':>12}{'save ms':>10}{'next actor ms':>15}{'lines':>8}"
    )
    for name, change in changes(personas).items():
        previews = [_seconds(lambda change=change: _preview(change)) for _number in range(TIMES)]
        saves, actors = zip(*(_saved(change, personas) for _number in range(TIMES)), strict=True)
        print(
            f"{name:44}{statistics.median(previews):12.2f}{statistics.median(saves) * 1000:10.1f}"
            f"{statistics.median(actors) * 1000:15.1f}{_preview(change):8}",
            flush=True,
        )


def changes(personas: Personas) -> dict[str, PermissionChange]:
    """Return one change of each sort: ticks, a user's team, a team's place, a user's role."""
    user, manager = role_named("user").id, role_named("manager").id
    teams = sql("select id from core_team where account_id = :account order by id").scalars().all()
    gone = memberships(user_id=personas.ordinary)
    moved = teams[5]
    below = {fact for fact in parents() if fact[1] == moved}
    home = min(gone)[2]
    return {
        "a tick of a team role": PermissionChange(
            new=frozenset({(TICK, user, "person", "delete")})
        ),
        "the tick View of a team role taken away": PermissionChange(
            gone=frozenset({(TICK, user, "person", "view")})
        ),
        "a tick of an access role": PermissionChange(
            new=frozenset({(ACCESS, "participant", "person", "delete")})
        ),
        "a user moved to another team": PermissionChange(
            frozenset(gone), frozenset({(MEMBER, personas.ordinary, teams[7], user)})
        ),
        "a team moved below another, with four teams": PermissionChange(
            frozenset(below), frozenset({(PARENT, moved, teams[3])})
        ),
        "a user made manager of his team": PermissionChange(
            frozenset(gone), frozenset({(MEMBER, personas.ordinary, home, manager)})
        ),
    }


def _preview(change: PermissionChange) -> int:
    return len(effect_of(change).lines)


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _saved(change: PermissionChange, personas: Personas) -> tuple[float, float]:
    """Return the seconds that storing takes, and those of the next request's actor; taken back."""
    savepoint = db.session.begin_nested()
    saving = _seconds(lambda: apply(change))
    acting = _seconds(lambda: actor_of(personas.manager))
    savepoint.rollback()
    return saving, acting
