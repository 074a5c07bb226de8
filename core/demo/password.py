"""The one password of all demo users: each installation has its own, and can say it again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from itertools import count

from core.errors import Invalid
from core.users.passwords import check_password

# No vowels, so no words, and nothing that is easily taken for something else.
SIGNS = "bcdfghjkmnpqrstvwxz23456789"
LENGTH, PART = 16, 4


def demo_password(secret_key: str, logins: Iterable[str]) -> str:
    """Return the password that follows from the installation's key and suits all the logins."""
    logins = list(logins)
    for number in count():
        password = _drawn(secret_key, number)
        try:
            for login in logins:
                check_password(password, login)
        except Invalid:
            continue
        return password
    raise AssertionError


def _drawn(secret_key: str, number: int) -> str:
    drawn = hmac.new(secret_key.encode(), f"demo {number}".encode(), hashlib.sha512).digest()
    signs = "".join(SIGNS[byte % len(SIGNS)] for byte in drawn[:LENGTH])
    return "-".join(signs[place : place + PART] for place in range(0, LENGTH, PART))
