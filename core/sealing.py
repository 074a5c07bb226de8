"""Sealing: what must be read again, and yet may not lie in the database or on a page in clear.

Fernet (AES-128-CBC with HMAC-SHA256) under keys derived from SECRET_KEY by HKDF, one for each
purpose, so that what was sealed for one is worthless for another. The newest key seals, older
ones still open.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


class BrokenSeal(ValueError):
    """The text was not sealed here for this purpose, was altered, or is too old."""


def seal(value: Any, purpose: str) -> str:
    """Return a JSON value as a text that only this installation can read, for this purpose."""
    return _fernets(purpose)[0].encrypt(json.dumps(value).encode()).decode()


def unseal(sealed: str, purpose: str, valid: timedelta | None = None) -> Any:
    """Return what was sealed, at most `valid` ago. Raises BrokenSeal."""
    seconds = None if valid is None else int(valid.total_seconds())
    try:
        return json.loads(MultiFernet(_fernets(purpose)).decrypt(sealed.encode(), ttl=seconds))
    except InvalidToken as error:
        raise BrokenSeal(purpose) from error


def resealed(sealed: str, purpose: str) -> str:
    """Return the text under the newest key; the same text where that key sealed it."""
    newest, *older = _fernets(purpose)
    try:
        newest.decrypt(sealed.encode())
    except InvalidToken:
        try:
            return MultiFernet([newest, *older]).rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise BrokenSeal(purpose) from error
    return sealed


def _fernets(purpose: str) -> list[Fernet]:
    settings = current_app.config["SZANSA"]
    keys = (settings.secret_key, *settings.old_secret_keys)
    return [Fernet(_derived(key, purpose)) for key in keys]


@lru_cache(maxsize=64)
def _derived(key: str, purpose: str) -> bytes:
    derivation = HKDF(SHA256(), length=32, salt=None, info=f"szansa sealing {purpose}".encode())
    return urlsafe_b64encode(derivation.derive(key.encode()))
