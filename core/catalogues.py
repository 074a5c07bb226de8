"""Keeping the gettext catalogues true to the code: `update` writes them, `check` holds them.

Core has one catalogue, and each plugin its own, so that a plugin can be deleted. What core
says already, a plugin does not translate again: one text reads the same everywhere.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "pl"
METHODS = [("**.py", "python"), ("pages/**.html", "jinja2"), ("pages/**.txt", "jinja2")]
OPTIONS = {
    pattern: {"newstyle_gettext": "true", "silent": "false"}
    for pattern, method in METHODS
    if method == "jinja2"
}
KEYWORDS = {"_": None, "lazy": None, "ngettext": (1, 2), "sense": ((1, "c"), 2)}
HEADER = f"""\
msgid ""
msgstr ""
"Project-Id-Version: Szansa\\n"
"Language: {LANGUAGE}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

"""

_VALUE = re.compile(r"%\((\w+)\)[sd]|(\{\w*\})")
_CARELESS = {
    "a quotation mark that is neither „ nor ”": re.compile(r"[\"“]"),
    "an ordinary blank after a word of one letter": re.compile(r"(?<!\w)[aiouwzAIOUWZ] "),
    "a blank too many": re.compile(r"^ | $|  "),
    "three dots instead of …": re.compile(r"\.\.\."),
}

# A text, or its singular and plural, with the sense where one text has several.
Text = tuple[str, str | tuple[str, ...]]


def folders() -> list[Path]:
    """Return the folders with a catalogue of their own, core first."""
    plugins = sorted(path.parent for path in (ROOT / "plugins").glob("*/plugin.py"))
    return [ROOT / "core", *plugins]


def path_of(folder: Path) -> Path:
    """Return where the catalogue of core or of a plugin stands."""
    return folder / "translations" / LANGUAGE / "LC_MESSAGES" / "messages.po"


def fresh_catalogues() -> dict[Path, Catalog]:
    """Return for each folder a catalogue of the code's texts, with the stored translations."""
    catalogues: dict[Path, Catalog] = {}
    known: set[Text] = set()
    for folder in folders():
        texts = _texts_of(folder)
        stored = _stored(path_of(folder))
        fresh = Catalog(locale=LANGUAGE)
        for key, places in sorted(texts.items(), key=lambda each: (each[1], str(each[0]))):
            if key in known:
                continue
            sense, text = key
            message = fresh.add(
                text, locations=[(place, 0) for place in places], context=sense or None
            )
            old = stored.get(message.id, message.context)
            if old and type(old.id) is type(message.id):
                message.string, message.flags = old.string, message.flags | old.flags
        if folder.name == "core":
            known = set(texts)
        catalogues[folder] = fresh
    return catalogues


def faults() -> list[str]:
    """Return what is wrong with the catalogues, one line for each fault."""
    found: list[str] = []
    translated: dict[Text, object] = {}
    for folder, fresh in fresh_catalogues().items():
        place = path_of(folder).relative_to(ROOT)
        wanted = {_key(message) for message in _messages(fresh)}
        stored = {_key(message) for message in _messages(_stored(path_of(folder)))}
        found += [f"{place}: stale: {text!r}" for _sense, text in sorted(stored - wanted, key=str)]
        for message in _messages(fresh):
            found += [f"{place}: {fault}: {message.id!r}" for fault in _faults_of(message)]
            if translated.setdefault(_key(message), message.string) != message.string:
                found.append(f"{place}: other words than another plugin's: {message.id!r}")
    return found


def update() -> None:
    """Bring every catalogue up to date with the code: new texts come in empty, stale ones go."""
    for folder, fresh in fresh_catalogues().items():
        path = path_of(folder)
        if not _messages(fresh) and not path.exists():
            continue
        written = BytesIO()
        write_po(written, fresh, width=100, omit_header=True, include_lineno=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + written.getvalue().decode().strip("\n") + "\n", encoding="utf-8")


def main() -> int:
    """Run `update` or `check`; return the exit status."""
    act = sys.argv[1] if len(sys.argv) == 2 else ""
    if act == "update":
        update()
        return 0
    if act == "check":
        found = faults()
        sys.stderr.writelines(f"{fault}\n" for fault in found)
        if found:
            sys.stderr.write("`make words` brings the catalogues up to date with the code.\n")
        return 1 if found else 0
    sys.stderr.write("Say update or check.\n")
    return 2


def _texts_of(folder: Path) -> dict[Text, list[str]]:
    texts: dict[Text, set[str]] = {}
    found = extract_from_dir(str(folder), METHODS, OPTIONS, KEYWORDS)
    for name, _line, text, _comments, context in found:
        texts.setdefault((context or "", text), set()).add(name)
    return {text: sorted(places) for text, places in texts.items()}


def _stored(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _key(message: Message) -> Text:
    return message.context or "", message.id if isinstance(message.id, str) else tuple(message.id)


def _faults_of(message: Message) -> Iterator[str]:
    source, strings = _parts(message.id), _parts(message.string)
    if not all(strings) or len(strings) != (3 if message.pluralizable else 1):
        yield "missing"
        return
    if message.fuzzy:
        yield "fuzzy"
    values = set(_VALUE.findall(source[-1]))
    for string in strings:
        if set(_VALUE.findall(string)) != values:
            yield "other values in the translation"
        if source[0] == source[0].strip():
            yield from (name for name, careless in _CARELESS.items() if careless.search(string))


def _parts(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


if __name__ == "__main__":
    sys.exit(main())
