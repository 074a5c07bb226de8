"""Which passwords are accepted, and how they are kept: hashed with argon2id.

`common_passwords.txt` holds words and passwords known from published lists (those of the library
zxcvbn, MIT licence, and Polish ones), folded. Beside them patterns count as commonly known:
such a word with a few figures or signs around it, keyboard walks and repetitions.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Invalid
from core.i18n import _
from core.records.folding import fold

SHORTEST, LONGEST = 10, 128

# A local part shorter than this is contained in too many words to be worth refusing.
SHORTEST_LOCAL_PART = 4
MOST_DECORATION = 6

# The OWASP Password Storage Cheat Sheet's parameters: 19 MiB, 2 passes, 1 thread.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$Ylbdv98C5YDduyDEyqvMWA$"
    "NiF4w13SjnxSG8KDzQYM2yo5iO6cTls39Wps46kS+b0"
)

_TRACKS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7",
    "zaq12wsxcde34rfv",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1s2d3f4g5h6j7k8l9",
    "a1b2c3d4e5f6g7h8i9",
)
_WALKS = " ".join([*_TRACKS, *(track[::-1] for track in _TRACKS)])
_UNSHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_LEET = str.maketrans("@4310!$57", "aaeloisst")
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_SIGNS = re.compile(r"[\W_]+")
_REPEATED = re.compile(r"(.{1,5}?)\1{2,}.{0,2}|(.{5,})\2")


def check_password(password: str, login: str) -> None:
    """Raise Invalid with the rule that fails: 10 to 128 characters, not commonly known, not
    containing the login (the whole address, or the part before @ from 4 characters).
    """
    password = _normalised(password)
    if not SHORTEST <= len(password) <= LONGEST:
        message = _(
            "A password has %(shortest)d to %(longest)d characters; this one has %(length)d.",
            shortest=SHORTEST,
            longest=LONGEST,
            length=len(password),
        )
    elif _contains_login(password, login):
        message = _("The password must not contain the login.")
    elif is_common(password):
        message = _("This password is commonly known and quickly guessed. Choose another one.")
    else:
        return
    raise Invalid(message, "password")


def is_common(password: str) -> bool:
    """Tell whether the password is on the list or follows one of the patterns people guess first."""
    plain = fold(password)
    forms = {plain, plain.translate(_UNSHIFTED), plain.translate(_LEET)}
    return any(_is_known(form) or _is_pattern(_SIGNS.sub("", form)) for form in forms)


def hash_password(password: str) -> str:
    """Return the argon2id hash (RFC 9106) together with its parameters and salt."""
    return _HASHER.hash(_normalised(password))


def verify(password_hash: str, password: str) -> bool:
    """Tell whether the password is the one that was hashed; a broken hash fits none."""
    try:
        return _HASHER.verify(password_hash, _normalised(password))
    except (VerificationError, InvalidHashError):
        return False


def dummy_verify(password: str) -> bool:
    """Take as long as `verify` and return False; for logins that do not exist."""
    verify(_DUMMY_HASH, password)
    return False


def needs_rehash(password_hash: str) -> bool:
    """Tell whether the hash was made with other parameters than those in use now."""
    return _HASHER.check_needs_rehash(password_hash)


def _normalised(password: str) -> str:
    # Keyboards differ in how they compose letters (RFC 8265, OpaqueString).
    return unicodedata.normalize("NFC", password)


def _contains_login(password: str, login: str) -> bool:
    local_part = login.partition("@")[0]
    searched = password.casefold()
    parts = [login, local_part] if len(local_part) >= SHORTEST_LOCAL_PART else [login]
    return any(part and part.casefold() in searched for part in parts)


@cache
def _common_passwords() -> frozenset[str]:
    path = Path(__file__).with_name("common_passwords.txt")
    return frozenset(path.read_text(encoding="utf-8").split())


def _is_known(form: str) -> bool:
    """Tell whether the form is on the list, alone or with a weak decoration around it."""
    known = _common_passwords()
    if form in known or _SIGNS.sub("", form) in known:
        return True
    core = _AROUND.sub("", form)
    spellings = {core, core.translate(_LEET)}
    if known.isdisjoint(spellings | {_SIGNS.sub("", spelling) for spelling in spellings}):
        return False
    decoration = _SIGNS.sub("", form.replace(core, "", 1))
    return len(decoration) <= MOST_DECORATION or _is_walk(decoration)


def _is_pattern(form: str) -> bool:
    return len(set(form)) < 4 or bool(_REPEATED.fullmatch(form)) or _is_walk(form)


def _is_walk(form: str) -> bool:
    """Tell whether at most four steps along the keyboard, alphabet or numbers make the form."""
    steps = 0
    while form and steps < 4:
        length = next((n for n in range(len(form), 2, -1) if form[:n] in _WALKS), 0)
        if not length:
            return False
        form, steps = form[length:], steps + 1
    return not form
