"""Which of several owners comes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.accounts.queries import account_facts


def owners_in_order(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's values with the owner apart from the further ones.

    Where there is no owner, the first of the further ones who may sign in takes his place.
    """
    ordered = dict(values)
    further = [each for each in values.get("owners") or () if each != values.get("owner")]
    if "owner" in values and values["owner"] is None:
        people = account_facts().users
        ordered["owner"] = next((each for each in further if people[each].is_active), None)
        further = [each for each in further if each != ordered["owner"]]
    if "owners" in values:
        ordered["owners"] = further
    return ordered
