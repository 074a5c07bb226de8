"""Codes of two-factor login: which are right, and how recovery codes look (no database)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
import segno

SECONDS, DIGITS = 30, 6  # as every authenticator application has it (RFC 6238, SHA-1)
RECOVERY_COUNT = 10
ISSUER = "Szansa"


def new_secret() -> str:
    """Return a secret of 160 bits in base32, as applications take it."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """Return what the QR code says: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture(secret: str, login: str) -> str:
    """Return the QR code as a data: address of an SVG picture, dark on white."""
    return segno.make(address(secret, login), error="m", micro=False).svg_data_uri(
        scale=5, border=3, dark="#000", light="#fff"
    )


def grouped(text: str, size: int = 4) -> str:
    """Return a long code in groups, as people read it."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


def step_at(moment: datetime) -> int:
    """Return the number of the 30-second step that a moment lies in."""
    return int(moment.timestamp()) // SECONDS


def matching_step(secret: str, code: str, moment: datetime, after: int) -> int | None:
    """Return the step whose code this is: the present one, or the one before or after it.

    Steps up to `after` were used and do not count (AUTH-6). None where the code is wrong.
    """
    now, totp = step_at(moment), pyotp.TOTP(secret)
    right = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()) and step > after
    ]
    return right[0] if right else None


def is_recovery_code(typed: str) -> bool:
    """Tell whether what was typed is meant as a recovery code and not as one of six digits."""
    return len(normalised(typed)) > DIGITS


def normalised(typed: str) -> str:
    """Return a code without what people type between its groups."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())[:64]


def new_recovery_codes() -> list[str]:
    """Return ten codes of 80 random bits, as `k7qd-m2xa-5fhe-ps3w`."""
    return [_recovery_code() for _number in range(RECOVERY_COUNT)]


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def hash_of(recovery_code: str) -> str:
    """Return what is stored of a recovery code; at 80 random bits a plain hash cannot be guessed."""
    return hashlib.sha256(normalised(recovery_code).encode()).hexdigest()
