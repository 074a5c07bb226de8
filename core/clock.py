"""The only source of the present time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """Return today's date in an IANA zone."""
    return now().astimezone(ZoneInfo(zone)).date()
