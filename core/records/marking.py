"""Which letters of a text are those that were looked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.records.folding import fold

Part = tuple[str, bool]


def marked(text: str, words: Iterable[str]) -> Sequence[Part]:
    """Return the text in parts, each with whether one of the folded words stands there.

    Where none does, the whole text is one part.
    """
    folded, places = _folded(text)
    hit = bytearray(len(text))
    for word in words:
        at = folded.find(word) if word else -1
        while at >= 0:
            for place in places[at : at + len(word)]:
                hit[place] = 1
            at = folded.find(word, at + 1)
    parts: list[Part] = []
    for letter, is_hit in zip(text, hit, strict=True):
        if parts and parts[-1][1] == bool(is_hit):
            parts[-1] = parts[-1][0] + letter, parts[-1][1]
        else:
            parts.append((letter, bool(is_hit)))
    return parts


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and of each of its letters the place in the text it came from."""
    folded, places = [], []
    for place, letter in enumerate(text):
        for each in fold(letter):
            folded.append(each)
            places.append(place)
    return "".join(folded), places
