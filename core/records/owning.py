"""Which of several owners comes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def owners_in_order(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's values with the owner apart from the further ones.

    Where there is no owner, the first of the further ones takes his place.
    """
    ordered = dict(values)
    further = [each for each in values.get("owners") or () if each != values.get("owner")]
    if further and values.get("owner") is None:
        ordered["owner"], *further = further
    if "owners" in values:
        ordered["owners"] = further
    return ordered
