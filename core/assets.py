"""Serving what the build made for browsers."""

from __future__ import annotations

import re
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

DIST = Path(__file__).parent / "static" / "dist"
PREFIX = "static/"
_NAMED_BY_CONTENT = re.compile(r"\.[0-9A-Za-z]{8,10}\.[a-z0-9]+$")


def install(app: Flask) -> None:
    """Serve the built files, compressed as they were built, before any request begins.

    A file whose name holds the hash of its content is kept by browsers for good.
    """
    served = WhiteNoise(
        app.wsgi_app,
        root=str(DIST) if DIST.is_dir() else None,
        prefix=PREFIX,
        max_age=60,
        allow_all_origins=False,
        immutable_file_test=_is_named_by_content,
        add_headers_function=_add_headers,
    )
    app.wsgi_app = served  # type: ignore[method-assign]


def _is_named_by_content(path: str, url: str) -> bool:
    return bool(_NAMED_BY_CONTENT.search(url))


def _add_headers(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
