"""Keeps the shared texts of a big workbook on the disk."""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Callable
from functools import lru_cache
from typing import Self

from plugins.imports.refusals import Reason, Refused

PLACE = struct.Struct("<Q")

Texts = Callable[[int], str]


class TextStore:
    """Shared texts in two temporary files, one of texts and one of their places; flat in memory."""

    def __init__(self) -> None:
        self._texts = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the store
        self._places = tempfile.TemporaryFile()  # noqa: SIM115  # the same
        self._end = 0
        self._place(0)

    def add(self, text: str) -> None:
        """Store the next text."""
        self._end += self._texts.write(text.encode())
        self._place(self._end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._texts.close()
        self._places.close()

    def for_reading(self) -> Texts:
        """Return the function that gives a text by its number; it keeps the most recent ones."""
        self._texts.flush()
        self._places.flush()
        return lru_cache(maxsize=50_000)(self._text)

    def _place(self, end: int) -> None:
        self._places.write(PLACE.pack(end))

    def _text(self, number: int) -> str:
        places = os.pread(self._places.fileno(), 2 * PLACE.size, number * PLACE.size)
        if len(places) < 2 * PLACE.size:
            raise Refused(Reason.DAMAGED)
        (start,), (end,) = PLACE.iter_unpack(places)
        return os.pread(self._texts.fileno(), end - start, start).decode()
