"""How text is compared and found: folding, search documents and queries.

A search document is a PostgreSQL `tsvector` that holds every ending of every word, so that a
prefix query finds any fragment: `owals:*` meets the ending `owalski` of Kowalski. Every ending
begins with a mark of account and kind, so that a search reads the index entries of these alone.
Only letters, digits, `@`, `.`, `-` and `_` ever get into a literal made here, so nothing in it
needs escaping.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable
from functools import lru_cache

LONGEST_WORD = 64
LONGEST_QUERY = 200
MOST_QUERY_WORDS = 10

# The endings of a tsvector may take 1 MB. A character takes 4 bytes at most, so this stays below.
LONGEST_DOCUMENT = 200_000

# Letters that Unicode does not take apart into a base letter and a mark.
_UNDIVIDED = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "ĸ": "k",
    "ŋ": "n",
    "ŧ": "t",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ƒ": "f",
    "ə": "e",
}

_WORD = re.compile(r"[^\W_]+")
_DOMAIN = re.compile(r"@([^\W_][\w.-]*)")
_NO_DIGIT = re.compile(r"[^0-9]+")
_PHONE_LIKE = re.compile(r"[0-9\s+()./-]+")


def _fold_slowly(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).casefold()
    marked = unicodedata.normalize("NFKD", folded)
    plain = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return plain.translate(_FOLDED_LETTERS)


_FOLDED_LETTERS = {ord(letter): base for letter, base in _UNDIVIDED.items()}
_FOLDED_LETTERS |= {code: _fold_slowly(chr(code)) for code in range(0xC0, 0x250)}


def fold(text: str) -> str:
    """Return the text in small letters without diacritics: `Łódź` as `lodz`, `Straße` as `strasse`.

    Compatibility forms are taken apart (Unicode NFKD); letters that Unicode does not divide,
    such as `ł` and `ø`, get their base letter. Blanks and punctuation stay.
    """
    text = text.lower()
    if text.isascii():
        return text
    quick = text.translate(_FOLDED_LETTERS)
    return quick if quick.isascii() else _fold_slowly(quick)


def search_words(text: str) -> list[str]:
    """Return the folded words of the text, each once, cut at 64 characters.

    Of an e-mail address the whole domain follows as one more word, `@firma.pl`.
    """
    folded = fold(text)
    words = _WORD.findall(folded)
    if "@" in folded:
        words += ["@" + domain.rstrip("._-") for domain in _DOMAIN.findall(folded)]
    if len(folded) > LONGEST_WORD:
        words = [word[:LONGEST_WORD] for word in words]
    return list(dict.fromkeys(words))


def suffixes(word: str) -> list[str]:
    """Return every ending of the word that has 2 characters or more, the longest first."""
    return [word[start:] for start in range(len(word) - 1)]


@lru_cache(maxsize=16_384)
def mark_of(account_id: int, kind: str) -> str:
    """Return with what all entries of one kind in one account begin.

    No account's mark begins with another's. Two kinds may share one, if very rarely.
    """
    return f"{account_id:x}.{zlib.crc32(kind.encode()) & 0xFF:02x}"


def search_document(name: str, other: Iterable[str], digits: Iterable[str], mark: str = "") -> str:
    """Return the literal of a `tsvector` that any fragment of the words can be found in.

    The words of `name` have weight A, the rest B. `digits` are phone and register numbers, of
    which only the digits count. Besides its endings each word leaves its first letter, by which
    a single typed letter is found. What is beyond 200,000 characters is left out, of `other` first.
    """
    entries = [_entry(word, "A", mark) for word in search_words(name)]
    entries += [_number_entry(number, mark) for number in digits]
    length = sum(map(len, entries))
    for word in search_words("\n".join(other)[:LONGEST_DOCUMENT]):
        if length > LONGEST_DOCUMENT:
            break
        entries.append(entry := _entry(word, "B", mark))
        length += len(entry)
    document = " ".join(filter(None, entries))
    if len(document) > LONGEST_DOCUMENT:
        document = document[: document.rindex(" ", 0, LONGEST_DOCUMENT)]
    return document


def search_query(text: str, mark: str = "") -> tuple[str, str] | None:
    """Return the literals of two `tsquery`: all words anywhere, and all words in the name.

    Every word is looked for as a fragment, a single letter as the beginning of a word. A text of
    digits and phone punctuation is looked for as one number as well. None where fewer than two
    letters or digits were typed.
    """
    folded = fold(text[:LONGEST_QUERY])
    if sum(letter.isalnum() for letter in folded) < 2:
        return None
    words = _query_words(folded)
    numbers = _numbers(folded) if _PHONE_LIKE.fullmatch(folded) else []
    if numbers and folded.lstrip()[0] in "+(":
        words = []
    return _query(words, numbers, "", mark), _query(words, numbers, "A", mark)


def _query_words(folded: str) -> list[str]:
    """Return the words to look for; the domain of an e-mail address is one, and rare, word."""
    domains = [word for word in search_words(folded) if word[0] == "@"]
    words = search_words(_DOMAIN.sub(" ", folded))
    return [*words[:MOST_QUERY_WORDS], *domains[:MOST_QUERY_WORDS]]


@lru_cache(maxsize=32_768)
def _entry(word: str, weight: str, mark: str) -> str:
    if word[0] == "@":
        return f"'{mark}{word}':1{weight}"
    between = f"':1{weight} '{mark}"
    return f"'{mark}{between.join([*suffixes(word), word[0]])}':1{weight}"


def _number_entry(number: str, mark: str) -> str:
    number = _NO_DIGIT.sub("", number)[:LONGEST_WORD]
    if len(number) < 2:
        return ""
    return f"'{mark}" + f"':1B '{mark}".join(suffixes(number)) + "':1B"


def _numbers(folded: str) -> list[str]:
    """Return the ways in which a typed number may be stored: as it is, and without +48 or 00."""
    number = _NO_DIGIT.sub("", folded)
    numbers = [number]
    if number.startswith("00"):
        number = number[2:]
        numbers.append(number)
    if number.startswith("48") and folded.lstrip()[:2] in {"+4", "00"}:
        numbers.append(number[2:])
    return [number for number in numbers if len(number) > 1]


def _query(words: list[str], numbers: list[str], weight: str, mark: str) -> str:
    ways = [f"'{mark}{number}':*{weight}" for number in numbers]
    if words:
        ways.insert(0, " & ".join(_term(word, weight, mark) for word in words))
    if len(ways) == 1:
        return ways[0]
    return " | ".join(f"({way})" for way in ways)


def _term(word: str, weight: str, mark: str) -> str:
    if len(word) > 1:
        return f"'{mark}{word}':*{weight}"
    return f"'{mark}{word}':{weight}" if weight else f"'{mark}{word}'"
