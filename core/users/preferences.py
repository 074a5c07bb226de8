"""What a user chose for himself and finds again."""

from __future__ import annotations

import json
from typing import Any

from core.db import sql


def store_preference(user_id: int, key: str, value: Any) -> None:
    """Keep a choice of the user."""
    sql(
        "insert into core_preference (account_id, user_id, key, value)"
        " values (:account, :user, :key, cast(:value as jsonb))"
        " on conflict (account_id, user_id, key) do update set value = excluded.value",
        user=user_id,
        key=key,
        value=json.dumps(value),
    )


def store_entry(user_id: int, key: str, entry: str, value: Any) -> None:
    """Keep one entry of a choice that is a dictionary; None removes it. The others stay."""
    sql(
        "insert into core_preference as p (account_id, user_id, key, value)"
        " values (:account, :user, :key, jsonb_strip_nulls(cast(:entry as jsonb)))"
        " on conflict (account_id, user_id, key) do update set value = jsonb_strip_nulls("
        " case jsonb_typeof(p.value) when 'object' then p.value else '{}' end"
        " || cast(:entry as jsonb))",
        user=user_id,
        key=key,
        entry=json.dumps({entry: value}),
    )
