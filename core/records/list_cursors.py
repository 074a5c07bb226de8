"""Places in a list as addresses name them: from there the next page goes on."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from core.records.fields import Field, Moment, UserChoice
from core.records.lists import Cursor

LONGEST_VALUE = 1_000


def encode(cursor: Cursor) -> str:
    """Return a place in an order as it stands in an address."""
    text = json.dumps([cursor.segment, cursor.value, cursor.id], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor | None:
    """Return the place that an address names; None for anything that was not made here."""
    try:
        decoded = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        segment, value, record_id = decoded
    except (ValueError, binascii.Error, TypeError):
        return None
    fits = (
        segment in (0, 1)
        and isinstance(record_id, int)
        and 0 <= record_id < 2**62
        and (value is None or (isinstance(value, str) and len(value) <= LONGEST_VALUE))
    )
    return Cursor(segment, value, record_id) if fits else None


def is_comparable(cursor: Cursor, field: Field | None) -> bool:
    """Tell whether the value of a cursor has the type of the sorted field."""
    if cursor.value is None:
        return False
    if field is None or cursor.segment == 1:
        return True
    try:
        if isinstance(field.type, Moment):
            datetime.fromisoformat(cursor.value)
        elif isinstance(field.type, UserChoice):
            int(cursor.value)
    except ValueError:
        return False
    return "\x00" not in cursor.value
