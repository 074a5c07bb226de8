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
