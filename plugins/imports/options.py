"""What the user chose about an import, stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core.i18n import lazy

UPDATE, FILL, SKIP, ADD = "update", "fill", "skip", "add"
ON_MATCH = {
    UPDATE: lazy("Update all assigned fields"),
    FILL: lazy("Fill only empty fields"),
    SKIP: lazy("Skip the row"),
    ADD: lazy("Add anyway"),
}
IGNORE, CLEAR = "ignore", "clear"
ON_EMPTY = {
    IGNORE: lazy("Leave what is there"),
    CLEAR: lazy("Clear the field"),
}
MAKE, LEAVE, FAIL = "add", "leave", "fail"
ON_UNKNOWN = {
    MAKE: lazy("Add it where you may, otherwise the row fails"),
    LEAVE: lazy("Leave the field empty"),
    FAIL: lazy("The row fails"),
}


@dataclass(frozen=True)
class ImportOptions:
    """The options of one import.

    `owner`, `participants` and `visibility` are those of new records. `labels` are groups and
    tags that every record gets, by field key: IDs, and names of labels still to be made.
    """

    owner: int | None
    participants: list[int]
    visibility: str
    on_match: str = UPDATE
    on_empty: str = IGNORE
    on_unknown: str = MAKE
    labels: Mapping[str, list[int | str]] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """Return the options as they are stored."""
        return asdict(self)


def options_of(stored: Mapping[str, Any], shipped: Mapping[str, Any]) -> ImportOptions:
    """Return the options that were stored; what is not there is as for new records."""
    known = {each.name for each in fields(ImportOptions)}
    return ImportOptions(**{k: v for k, v in {**shipped, **stored}.items() if k in known})
