"""Commands of the palette: pages, settings and adding, as far as the user may open them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core import face
from core.access import Actor
from core.i18n import LANGUAGES, Text, in_language, lazy
from core.records.folding import fold
from core.registry import registry

MOST = 8
ADD, PAGE, SETTING = "add", "page", "setting"
AREAS = {"profile": lazy("Profile settings"), "account": lazy("Account settings")}


@dataclass(frozen=True)
class Command:
    """A place to go to; `note` says where it stands, `sort` which group of commands it is."""

    sort: str
    label: str
    note: str
    url: str
    icon: str
    words: tuple[str, ...]


def commands(actor: Actor, typed: str) -> list[Command]:
    """Return the commands in which every typed word begins a word, best first.

    The words may be of any language of the program, with or without diacritics. Where nothing is
    typed, all pages and what can be added come first.
    """
    wanted = fold(typed).split()
    found = [each for each in _all(actor) if _fits(each, wanted)]
    if wanted:
        found.sort(key=lambda each: not _begins(each, wanted))
    else:
        found = [each for each in found if each.sort != SETTING]
    return found[:MOST]


def _fits(command: Command, wanted: list[str]) -> bool:
    return all(any(word.startswith(each) for word in command.words) for each in wanted)


def _begins(command: Command, wanted: list[str]) -> bool:
    return fold(command.label).startswith(" ".join(wanted))


def _all(actor: Actor) -> Iterator[Command]:
    hooks, active = registry().hooks, actor.active_plugins
    for entry in sorted(hooks.call("nav_entries", active, actor=actor), key=lambda one: one.order):
        if not entry.children:
            yield _command(PAGE, entry.label, "", entry.url, entry.icon)
        for child in entry.children:
            yield _command(PAGE, child.label, entry.label, child.url, child.icon or entry.icon)
    for entry in sorted(hooks.call("add_entries", active, actor=actor), key=lambda one: one.order):
        yield _command(ADD, entry.label, "", entry.url, "plus")
    for page in face.settings_pages():
        label = page.tab or page.label
        above = [AREAS[page.area], page.group, page.label if page.tab else ""]
        note = " › ".join(str(each) for each in above if str(each))
        yield _command(SETTING, label, note, page.url, "settings", *above)


def _command(sort: str, label: Text, note: Text, url: str, icon: str, *more: Text) -> Command:
    texts = [in_language(each, text) for text in (label, note, *more) for each in LANGUAGES]
    words = fold(" ".join(texts)).replace("›", " ").split()
    return Command(sort, str(label), str(note), url, icon, tuple(words))
