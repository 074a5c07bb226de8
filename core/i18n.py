"""Translated texts: English sentences in the code, gettext catalogues beside it."""

from __future__ import annotations

from typing import Any, TypeAlias

import flask_babel
from flask import has_app_context
from flask_babel import LazyString

LANGUAGES = ("pl", "en")

Text: TypeAlias = str | LazyString


def _(text: str, /, **values: Any) -> str:
    """Return the sentence in the reader's language; outside the application, in English."""
    if has_app_context():
        return str(flask_babel.gettext(text, **values))
    return text % values if values else text


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """Return the plural form that fits `number`, which is offered as `%(num)s`."""
    if has_app_context():
        return str(flask_babel.ngettext(one, many, number, **values))
    return (one if number == 1 else many) % {"num": number, **values}


def lazy(text: str, /, **values: Any) -> LazyString:
    """Return a sentence that is translated when it is shown, not when it is made."""
    return LazyString(_, text, **values)


def sense(meaning: str, text: str, /) -> LazyString:
    """Return a lazy text that the same English words, meant otherwise, would not do for."""
    return LazyString(_in_sense, meaning, text)


def _in_sense(meaning: str, text: str) -> str:
    return str(flask_babel.pgettext(meaning, text)) if has_app_context() else text


def in_language(language: str, text: Text) -> str:
    """Return a text in one language, whatever the reader's is."""
    with flask_babel.force_locale(language):
        return str(text)
