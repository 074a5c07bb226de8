"""Combining a form with what others changed since it was opened; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Diff = Mapping[str, Sequence[Any]]

_EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Merged:
    """The values to store, and the keys that both sides changed to different values.

    `opened` holds what the fields changed by others had been when the form was opened.
    """

    values: dict[str, Any]
    conflicts: list[str]
    opened: dict[str, Any]


def merge(now: Mapping[str, Any], since: Sequence[Diff], typed: Mapping[str, Any]) -> Merged:
    """Return what to store of `typed`, given the present values and the diffs since opening.

    A field that somebody else changed keeps the new value if the form still holds the one it was
    opened with; if the form holds a third value, the field is in conflict. What was changed and
    changed back counts as left alone.
    """
    opened: dict[str, Any] = {}
    for diff in since:
        for key, (before, _after) in diff.items():
            opened.setdefault(key, before)
    values = dict(typed)
    conflicts = []
    for key, before in opened.items():
        if key not in typed or any(_same(now.get(key), each) for each in (typed[key], before)):
            continue
        if _same(typed[key], before):
            values[key] = now.get(key)
        else:
            conflicts.append(key)
    return Merged(values, sorted(conflicts), opened)


def _same(one: Any, other: Any) -> bool:
    return one == other or (one in _EMPTY and other in _EMPTY)
