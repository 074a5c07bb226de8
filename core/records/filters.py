"""Filters of lists as small trees: tests of fields, combined with all or any, two levels deep.

A tree is stored as JSON and written into addresses as text:

    city:contains:rado,any(owner:is:me;12,updated_at:last:30;days)

A test is `field:operator:values`, values are parted by `;`, tests by `,`, and what would be taken
for such a sign stands as `~` with its hexadecimal number. At the top all tests must hold, unless
the whole is in `any(…)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Invalid
from core.i18n import _
from core.records.fields import clean

ALL, ANY = "all", "any"
MOST_TESTS = 30
MOST_GROUPS = 10
MOST_VALUES = 100
LONGEST_VALUE = 255
LONGEST_TEXT = 6_000

_KEY = re.compile(r"[a-z0-9_.]{1,64}")
_SIGN = re.compile(r"[~(),:;]")
_ESCAPED = re.compile(r"~([0-9a-f]{2})")
_TOKEN = re.compile(r"(?:(all|any)\()|([^(),]+)|(,)|(\))")


@dataclass(frozen=True)
class Test:
    """One question to one field; the values are texts as they were typed or chosen."""

    field: str
    operator: str
    values: tuple[str, ...] = ()

    __test__ = False


@dataclass(frozen=True)
class Group:
    """Tests of which all or any must hold; only the top one holds groups."""

    match: str = ALL
    parts: tuple[Test | Group, ...] = ()

    def tests(self) -> Iterator[Test]:
        """Return every test, in its order."""
        for part in self.parts:
            if isinstance(part, Test):
                yield part
            else:
                yield from part.tests()

    def __bool__(self) -> bool:
        return any(True for _test in self.tests())


def without_empty(tree: Group) -> Group:
    """Return the tree without groups that hold nothing."""
    return Group(tree.match, tuple(each for each in tree.parts if isinstance(each, Test) or each))


# ---------------------------------------------------------------- JSON


def from_json(stored: Any) -> Group:
    """Return the tree that JSON holds; anything else is Invalid."""
    return _checked(_group(stored, depth=1))


def to_json(tree: Group) -> dict[str, Any]:
    """Return the tree as JSON."""
    return {
        "match": tree.match,
        "parts": [
            to_json(each)
            if isinstance(each, Group)
            else {"field": each.field, "operator": each.operator, "values": list(each.values)}
            for each in tree.parts
        ],
    }


def _group(stored: Any, depth: int) -> Group:
    if not isinstance(stored, dict) or stored.keys() != {"match", "parts"} or depth > 2:
        raise _unreadable()
    match, parts = stored["match"], stored["parts"]
    if match not in (ALL, ANY) or not isinstance(parts, list) or len(parts) > MOST_TESTS:
        raise _unreadable()
    return Group(
        match,
        tuple(
            _group(each, depth + 1) if isinstance(each, dict) and "parts" in each else _test(each)
            for each in parts
        ),
    )


def _test(stored: Any) -> Test:
    if not isinstance(stored, dict) or stored.keys() != {"field", "operator", "values"}:
        raise _unreadable()
    values = stored["values"]
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise _unreadable()
    if not isinstance(stored["field"], str) or not isinstance(stored["operator"], str):
        raise _unreadable()
    return Test(stored["field"], stored["operator"], tuple(clean(each) for each in values))


# ---------------------------------------------------------------- text


def from_text(text: str) -> Group:
    """Return the tree that an address holds; anything else is Invalid."""
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("The filter is too long."))
    tokens = _tokens(text)
    if len(tokens) > 1 and tokens[0] == "any(" and _closes_last(tokens):
        return _checked(Group(ANY, _parts(tokens[1:-1])))
    return _checked(Group(ALL, _parts(tokens)))


def to_text(tree: Group) -> str:
    """Return the tree as it stands in an address; empty for one that asks nothing."""
    written = ",".join(_written(each) for each in tree.parts)
    return f"any({written})" if tree.match == ANY and written else written


def _written(part: Test | Group) -> str:
    if isinstance(part, Group):
        return f"{part.match}({','.join(_written(each) for each in part.parts)})"
    texts = (part.field, part.operator, *(";".join(map(_escaped, part.values)),))
    return ":".join(texts if part.values else texts[:2])


def _escaped(value: str) -> str:
    return _SIGN.sub(lambda found: f"~{ord(found[0]):02x}", value)


def _unescaped(value: str) -> str:
    return clean(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), value))


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _unreadable()
        tokens.append(found[0])
        place = found.end()
    return tokens


def _closes_last(tokens: Sequence[str]) -> bool:
    """Tell whether the bracket that opens first is closed by the last token."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += {"all(": 1, "any(": 1, ")": -1}.get(token, 0)
        if depth == 0:
            return place == len(tokens) - 1
    return False


def _parts(tokens: Sequence[str], depth: int = 1) -> tuple[Test | Group, ...]:
    parts: list[Test | Group] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.endswith("(") and depth == 1 and ")" in tokens[place:]:
            end = place + tokens[place:].index(")")
            parts.append(Group(token[:-1], _parts(tokens[place + 1 : end], depth + 1)))
            place = end + 1
        elif token in {",", ")"} or token.endswith("("):
            raise _unreadable()
        else:
            parts.append(_read_test(token))
            place += 1
        if place < len(tokens) and tokens[place] != ",":
            raise _unreadable()
        place += 1
    return tuple(parts)


def _read_test(text: str) -> Test:
    key, colon, rest = text.partition(":")
    operator, has_values, values = rest.partition(":")
    if not colon or ":" in values:
        raise _unreadable()
    split = tuple(_unescaped(each) for each in values.split(";")) if has_values else ()
    return Test(key, operator, split)


# ---------------------------------------------------------------- limits


def _checked(tree: Group) -> Group:
    """Return a tree within all limits; one that is a single group is that group."""
    _check(tree)
    only = tree.parts[0] if len(tree.parts) == 1 else None
    return only if isinstance(only, Group) else tree


def _check(tree: Group) -> None:
    tests = list(tree.tests())
    groups = sum(isinstance(each, Group) for each in tree.parts)
    if len(tests) > MOST_TESTS or groups > MOST_GROUPS:
        raise Invalid(
            _(
                "A filter has at most %(tests)s conditions in %(groups)s groups.",
                tests=MOST_TESTS,
                groups=MOST_GROUPS,
            )
        )
    for each in tests:
        if not _KEY.fullmatch(each.field) or not _KEY.fullmatch(each.operator):
            raise _unreadable()
        if len(each.values) > MOST_VALUES:
            raise Invalid(_("A condition has at most %(most)s values.", most=MOST_VALUES))
        longest = max(map(len, each.values), default=0)
        if longest > LONGEST_VALUE:
            raise Invalid(
                _(
                    "%(length)s characters, allowed %(allowed)s",
                    length=longest,
                    allowed=LONGEST_VALUE,
                )
            )


def _unreadable() -> Invalid:
    return Invalid(_("The filter in this address cannot be read."))
