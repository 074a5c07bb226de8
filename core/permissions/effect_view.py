"""The effect of a change as the pages show it: sentences, counts, samples with their addresses."""

from __future__ import annotations

from collections.abc import Iterable

from core import face
from core.access import levels_of
from core.accounts.queries import account_facts
from core.i18n import _, ngettext
from core.permissions.effect import BASIC, SAMPLES, Effect, Line
from core.registry import registry
from core.roles.rights import GENERAL
from core.shown import EffectLine, Gainer
from core.web import actor

SHOWN_AT_ONCE = 3


def lines_of(effect: Effect, samples: int = SAMPLES) -> list[EffectLine]:
    """Return the lines of an effect as the page takes them, each with so many samples."""
    known = named({each for line in effect.lines for each in line.samples})
    return [_line(line, known, samples) for line in effect.lines]


def named(record_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return name and address of those of the records that the reader may open."""
    return {
        record_id: (level.basic.name, f"/{registry().kinds[level.basic.kind].plural}/{record_id}")
        for record_id, level in levels_of(actor(), record_ids).items()
        if level.is_full
    }


def right_label(kind: str, right: str) -> str:
    """Return how a right is called; the basic line is one here."""
    if right == BASIC:
        return _("See name and owner")
    return str(registry().rights.get(kind, right).label)


def kind_label(kind: str) -> str:
    """Return how the records of a kind are called; empty for rights without a kind."""
    return "" if kind == GENERAL else str(registry().kinds[kind].labels)


def _line(line: Line, known: dict[int, tuple[str, str]], samples: int) -> EffectLine:
    count, label = len(line.users), right_label(line.kind, line.right)
    if line.is_gain:
        title = ngettext("%(num)s user gains “%(right)s”", "%(num)s users gain “%(right)s”",
                         count, right=label)  # fmt: skip
    else:
        title = ngettext("%(num)s user loses “%(right)s”", "%(num)s users lose “%(right)s”",
                         count, right=label)  # fmt: skip
    shown = _gainers(line)
    further = shown[SHOWN_AT_ONCE:]
    more = line.total - min(line.total, samples)
    return EffectLine(
        sign=f"{'+' if line.is_gain else '−'}{face.formats().integer(count)}",
        is_loss=not line.is_gain,
        title=title,
        detail=_detail(line),
        gainers=shown[:SHOWN_AT_ONCE],
        further=further,
        further_text=ngettext("%(num)s more user", "%(num)s more users", len(further))
        if further
        else "",
        samples=[known[each] for each in line.samples[:samples] if each in known],
        more_samples=_("and %(count)s more", count=face.formats().integer(more)) if more else "",
        list_key=f"{line.key}.0" if line.total else "",
    )


def _detail(line: Line) -> str:
    label = kind_label(line.kind)
    if not line.total:
        return label
    return f"{label}: {face.formats().integer(line.total)}"


def _gainers(line: Line) -> list[Gainer]:
    """Return who gains or loses, those with most records first."""
    facts = account_facts()
    users = sorted(line.users.items(), key=lambda each: -(each[1] or 0))
    return [
        Gainer(
            name=facts.principal_name(user_id),
            initials=facts.users[user_id].initials if user_id in facts.users else "",
            hue=face.hue(user_id),
            count="" if number is None else face.formats().integer(number),
            list_key="" if number is None else f"{line.key}.{user_id}",
        )
        for user_id, number in users
    ]
