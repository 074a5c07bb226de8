"""Forms that are sent twice, by a double click, a reload or a retry, are stored once (GEN-10)."""

from __future__ import annotations

from collections.abc import Callable

from core.records.services import remember_sent, sent_before


def once(token: str, store: Callable[[], str]) -> str:
    """Return where a form leads; sent twice, it is stored once."""
    where = sent_before(token) if token else None
    if where is None:
        where = store()
        if token:
            remember_sent(token, where)
    return where
