"""The addresses of a list: what was asked for before stays, what is clicked changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from flask import request

PLACES = {"after", "before", "exact"}
TICKS = "operations"  # the parameter that shows tick boxes


def with_query(path: str, query: str) -> str:
    """Return an address with its parameters, if there are any."""
    return f"{path}?{query}" if query else path


def url_of(path: str, kept: Iterable[tuple[str, str]], **changed: str | None) -> str:
    """Return an address with the parameters that are kept, some of them changed or left out."""
    return with_query(path, query_of({**dict(kept), **changed}))


def query_of(values: Mapping[str, str | None]) -> str:
    """Return parameters as an address has them; the signs of filters stay as they can be read."""
    filled = {key: value for key, value in values.items() if value not in (None, "")}
    return urlencode(filled, safe=":;,()~")


def same_page() -> dict[str, str]:
    """Return the parameters by which the page that is looked at stays the one it is."""
    return {key: value for key, value in request.args.items() if key in PLACES - {"exact"}}
