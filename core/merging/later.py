"""What came to a record after others were merged into it: values typed, and records linked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.access import Actor
from core.db import sql
from core.merging.choices import is_empty
from core.merging.models import Merge
from core.records.bulk import Stored, allowed
from core.records.fields import HOLDERS, Field
from core.records.kinds import Kind
from core.records.links import link_fields
from core.records.queries import changes_since
from core.registry import registry

RIGHT = "edit"  # what it takes to let a record lead to another one
STAYS = frozenset({"owner", "owners", "participants", "visibility"})


@dataclass(frozen=True)
class Later:
    """Something that came to the main record after the merge and may go to a restored one.

    Either a value that was typed into `field`, or, with `record_id`, a record of `kind` whose
    field leads to the main record since then.
    """

    key: str
    kind: Kind
    field: Field
    value: Any = None
    record_id: int = 0
    may_move: bool = True


def later_than(merge: Merge, kind: Kind, main: Stored, actor: Actor) -> Iterator[Later]:
    """Return what came to the main record since a merge, as far as the actor may see it."""
    yield from _later_values(merge, kind, main)
    yield from _later_links(merge, kind, main, actor)


def version_of(merge: Merge) -> int:
    """Return the version that the main record had right after a merge."""
    return int(
        sql(
            "select version from core_change where account_id = :account"
            " and change_set_id = :set and record_id = :record",
            set=merge.change_set_id,
            record=merge.main_id,
        ).scalar_one()
    )


def _later_values(merge: Merge, kind: Kind, main: Stored) -> Iterator[Later]:
    """Return what was typed into the fields of the main record since the merge."""
    then: dict[str, Any] = {}
    for diff in changes_since(main.id, version_of(merge)):
        for key, (before, _after) in diff.items():
            then.setdefault(key, before)
    for field in kind.fields:
        if field.key in then.keys() - STAYS and field.home != HOLDERS:
            yield from _typed_since(kind, field, then[field.key], main.values.get(field.key))


def _typed_since(kind: Kind, field: Field, then: Any, now: Any) -> Iterator[Later]:
    key = f"value.{field.key}"
    if field.type.is_multiple:
        for place, entry in enumerate(now or ()):
            if entry not in (then or ()):
                yield Later(f"{key}.{place}", kind, field, entry)
    elif not is_empty(now) and now != then:
        yield Later(key, kind, field, now)


_LATER = """
select distinct c.record_id from core_change c
where c.account_id = :account and c.record_id = any(:ids) and c.change_set_id > :set
  and jsonb_exists(c.diff, :field)
order by c.record_id
"""


def _later_links(merge: Merge, to: Kind, main: Stored, actor: Actor) -> Iterator[Later]:
    """Return the records that lead to the main one since the merge, as far as they may be seen."""
    for kind in registry().kinds.of(actor.active_plugins):
        for field in link_fields(kind, to):
            ids = sql(
                f"select k.id from {kind.table} k where k.account_id = :account"
                f" and k.{field.column} = :main order by k.id",
                main=main.id,
            ).scalars()
            since = sql(_LATER, ids=list(ids), set=merge.change_set_id, field=field.key)
            seen = allowed(kind, since.scalars().all(), actor)
            movable = allowed(kind, seen, actor, RIGHT)
            for record_id in sorted(seen):
                yield Later(
                    f"link.{kind.key}.{field.key}.{record_id}",
                    kind,
                    field,
                    record_id=record_id,
                    may_move=record_id in movable,
                )
