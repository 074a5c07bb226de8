"""Where a browser may be sent after signing in: to pages of this application alone."""

from __future__ import annotations

from urllib.parse import urlsplit


def own_path(address: str) -> str:
    """Return the address if it is a path of this application; otherwise nothing.

    Browsers take a backslash for a slash and drop line breaks and tabs, so neither may occur.
    """
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return ""
    if any(ord(sign) < 33 or ord(sign) == 127 for sign in address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else address
