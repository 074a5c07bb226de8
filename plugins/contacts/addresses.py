"""E-mail addresses, telephone numbers and web addresses: what is accepted and how it compares."""

from __future__ import annotations

import re
import unicodedata

from core.errors import Invalid
from core.i18n import _

LONGEST_EMAIL = 254
LONGEST_PHONE = 50
LONGEST_WEB = 2000

# Letters of any script count, as RFC 6531 and internationalised domain names allow.
_HOST = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])?"
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_HOST}")

_BLANK = "[ \u00a0\u202f]"
_PHONE = re.compile(
    rf"(?=[^0-9]*[0-9])(?:[0-9+()/.-]|{_BLANK})+(?:,?{_BLANK}*(?:wewn|wew|w|ext|x)\.?{_BLANK}*[0-9]+)?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"([^a-zA-Z#]*)(?:[^0-9]*([0-9]*).*)", re.DOTALL)
_NO_DIGIT = re.compile(r"[^0-9]+")

_ADDRESS = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_WEB = re.compile(
    rf"(?:https?://)?(?:{_HOST}|{_ADDRESS})(?::[0-9]{{1,5}})?(?:[/?#][^\s<>\"\\^`{{|}}\x00-\x1f\x7f]*)?",
    re.IGNORECASE,
)


def parse_email(text: str) -> str:
    """Return the e-mail address as typed, without blanks around it; it must look like a@b.c.

    At most 254 characters (RFC 5321); letters of any script are accepted, quoted local parts not.
    """
    email = _typed(text)
    _check_length(email, LONGEST_EMAIL, "emails")
    if not _EMAIL.fullmatch(email):
        raise Invalid(
            _(
                "“%(email)s” is not an e-mail address. It should look like name@company.com.",
                email=_shortened(email),
            ),
            "emails",
        )
    return email


def parse_phone(text: str) -> str:
    """Return the number as typed, without blanks around it.

    Digits, blanks, + - ( ) / . and an extension such as `w. 204`, `wew. 12`, `ext. 5` or `x5`
    are accepted, at most 50 characters.
    """
    phone = _typed(text)
    _check_length(phone, LONGEST_PHONE, "phones")
    if not _PHONE.fullmatch(phone):
        raise Invalid(
            _(
                "“%(phone)s” is not a phone number. Use digits, blanks, + - ( ) / . "
                "and an extension such as ext. 12.",
                phone=_shortened(phone),
            ),
            "phones",
        )
    return phone


def parse_web(text: str) -> str:
    """Return the web address as typed, without blanks around it: a domain, or http(s)://…

    At most 2,000 characters; other schemes, such as `javascript:`, are refused.
    """
    web = _typed(text)
    _check_length(web, LONGEST_WEB, "web")
    if not _WEB.fullmatch(web):
        raise Invalid(
            _(
                "“%(web)s” is not a web address. "
                "It should look like www.company.com or https://company.com.",
                web=_shortened(web),
            ),
            "web",
        )
    return web


def email_key(email: str) -> str:
    """Return what e-mail addresses are compared by: case does not matter."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def digits_of(phone: str) -> str:
    """Return the digits of a phone number, by which alone numbers are compared."""
    return _NO_DIGIT.sub("", phone)


def tel_of(phone: str) -> str:
    """Return the address that dials a number (RFC 3966): its digits, + and extension."""
    number, extension = _EXTENSION.fullmatch(phone.strip()).group(1, 2)  # type: ignore[union-attr]
    plus = "+" if number.lstrip(" (").startswith("+") else ""
    after = f";ext={extension}" if extension else ""
    return f"tel:{plus}{digits_of(number)}{after}"


def link_of(web: str) -> str:
    """Return the address a browser can open: a bare domain gets https://."""
    return web if web.lower().startswith(("http://", "https://")) else f"https://{web}"


def _typed(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _check_length(text: str, longest: int, field: str) -> None:
    if len(text) > longest:
        raise Invalid(
            _(
                "“%(text)s” has %(length)d characters; %(longest)d are allowed.",
                text=_shortened(text),
                length=len(text),
                longest=longest,
            ),
            field,
        )
