"""`szansa demo`."""

from __future__ import annotations

import argparse
from typing import Any

from config.settings import Settings
from core.db import account_scope
from core.demo.services import ACCOUNT, FOUNDER, USERS, fill_demo, record_counts


def demo(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """Fill the demo account, once, and say who may sign in."""
    made = fill_demo(settings.secret_key)
    with account_scope(made.account_id):
        counts = record_counts()
    people = [FOUNDER, *USERS]
    widest = max(len(each.email) for each in people)
    lines = [f"  {each.email:{widest}}  {each.role} in {each.team}" for each in people]
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return {
        "account": ACCOUNT,
        "account_id": made.account_id,
        "is_new": made.is_new,
        "email": FOUNDER.email,
        "password": made.password,
        "users": [{"email": each.email, "team": each.team, "role": each.role} for each in people],
        "records": counts,
        "message": f"The account {ACCOUNT} has {found}."
        f" Sign in with the password {made.password} as one of:\n" + "\n".join(lines),
    }
