"""What may stand in a header as the address of one person."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address

from core.errors import Invalid
from core.i18n import _

LONGEST = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets

# No control characters, blanks, or signs that would end an address or begin another one.
_ONE = re.compile(
    r"[^@\s\x00-\x1f\x7f-\x9f,;:<>()\[\]\\\"]+@[^@\s\x00-\x1f\x7f-\x9f,;:<>()\[\]\\\"]+"
)


def checked_address(text: str) -> str:
    """Return the address if it is one, with its domain in ASCII (IDNA). Raises Invalid."""
    wrong = Invalid(_("E-mail: type an address such as a@b.com."), "email")
    if len(text) > LONGEST or not _ONE.fullmatch(text):
        raise wrong
    local, domain = text.split("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
        Address(addr_spec=address)
    except (UnicodeError, ValueError, IndexError, MessageError) as error:
        raise wrong from error
    return address
