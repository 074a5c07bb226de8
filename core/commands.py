"""The command line: what can be said, and which function each command is.

A function stands here by name, so that a command loads only what it needs. It takes the settings
and the parsed arguments and returns facts: the sentence under "message" is printed, with --json
all of them are.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tomllib
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from config.settings import Settings, SettingsError, load

Facts = dict[str, Any]
Target = Callable[[Settings, argparse.Namespace], Facts | None]

NOTHING = "nothing"  # the command finds for itself what it needs
SERVICES = "services"  # database and Redis are started for it where nothing runs
APPLICATION = "application"  # also the application, and one transaction around the command
USER = "user"  # also the user named by --as, who is handed over instead of the settings
EDGES = {APPLICATION: "core.operation:in_application", USER: "core.operation:as_user"}


@dataclass(frozen=True)
class Argument:
    """One argument: its name as argparse takes it, and how argparse shall treat it."""

    name: str
    options: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Command:
    """One command: its words, one line of help, the function, what it needs, its arguments."""

    words: str
    help: str
    target: str
    needs: str = NOTHING
    arguments: tuple[Argument, ...] = ()


def _argument(name: str, **options: Any) -> Argument:
    return Argument(name, tuple(options.items()))


def _needed(name: str, **options: Any) -> Argument:
    return _argument(name, required=True, **options)


ACCOUNT = _needed("--account", metavar="NAME")
AS = _needed("--as", dest="login", metavar="EMAIL", help="act with exactly this user's rights")
KIND = _needed("--kind", metavar="KIND")
LISTEN = _argument("--listen", metavar="ADDRESS", help="the network address to listen on")

COMMANDS = (
    Command(
        "up",
        "start everything on this machine: web, worker, cron, embedded services",
        "core.supervisor:up",
        arguments=(
            LISTEN,
            _argument(
                "--demo",
                action=argparse.BooleanOptionalAction,
                help="fill an account with demo data; if not said: in a new embedded database",
            ),
        ),
    ),
    Command("web", "serve the pages", "core.serving:web", arguments=(LISTEN,)),
    Command("worker", "run the jobs", "core.working:worker"),
    Command("cron", "start what is due", "core.working:cron"),
    Command("migrate", "bring the database up to date", "core.operation:migrate", SERVICES),
    Command("doctor", "check the installation", "core.doctor:doctor"),
    Command(
        "backup",
        "write everything into one file",
        "core.backup:backup",
        SERVICES,
        (_argument("file", metavar="FILE"),),
    ),
    Command(
        "restore",
        "bring everything back from a backup",
        "core.backup:restore",
        NOTHING,
        (
            _argument("file", metavar="FILE"),
            _argument("--replace", action="store_true", help="drop what the database holds"),
        ),
    ),
    Command("demo", "fill an account with demo data", "core.demo.commands:demo", APPLICATION),
    Command(
        "account create",
        "open an account with its first administrator",
        "core.operation:create_account",
        APPLICATION,
        (
            _needed("--name", metavar="NAME"),
            _needed("--email", metavar="EMAIL"),
            _needed("--password", metavar="PASSWORD"),
            _argument("--package", default="enterprise", metavar="PACKAGE"),
            _argument("--language", default="pl", choices=("pl", "en")),
        ),
    ),
    Command(
        "account package",
        "give an account another package",
        "core.operation:change_package",
        APPLICATION,
        (ACCOUNT, _argument("package", metavar="PACKAGE")),
    ),
    Command(
        "account plugin",
        "switch a plugin of an account",
        "core.operation:switch_plugin",
        APPLICATION,
        (
            ACCOUNT,
            _argument("plugin", metavar="PLUGIN"),
            _argument("state", choices=("on", "off")),
        ),
    ),
    Command(
        "team create",
        "add a team",
        "core.operation:create_team",
        APPLICATION,
        (ACCOUNT, _needed("--name", metavar="NAME"), _argument("--parent", metavar="NAME")),
    ),
    Command(
        "user create",
        "add a user",
        "core.operation:create_user",
        APPLICATION,
        (
            ACCOUNT,
            _needed("--email", metavar="EMAIL"),
            _needed("--first-name", metavar="NAME"),
            _needed("--last-name", metavar="NAME"),
            _needed("--password", metavar="PASSWORD"),
            _needed("--team", metavar="NAME"),
            _argument("--role", default="user", choices=("administrator", "manager", "user")),
        ),
    ),
    Command(
        "export",
        "take the rows of a list out into a file, all columns",
        "core.exports.commands:take_out",
        USER,
        (
            AS,
            KIND,
            _argument("--format", default="xlsx", choices=("xlsx", "xls", "ods", "csv")),
            _argument("file", metavar="FILE"),
        ),
    ),
    Command(
        "why",
        "explain why a user may or may not see a record",
        "core.operation:why",
        APPLICATION,
        (AS, KIND, _argument("id", type=int, metavar="ID"), _argument("--right", default="view")),
    ),
)


def _of_plugins() -> Iterator[Command]:
    """Yield the commands that plugins list in their `commands.toml`, arguments as argparse names
    them.
    """
    for file in sorted(Path(__file__).parents[1].glob("plugins/*/commands.toml")):
        for each in tomllib.loads(file.read_text(encoding="utf-8"))["command"]:
            listed = each.pop("argument")
            arguments = tuple(_argument(**argument) for argument in listed)
            yield Command(**each, arguments=arguments)


def main(words: list[str] | None = None) -> None:
    """Run one command; ends with exit status 0 only when it succeeded."""
    arguments = parser().parse_args(words)
    sys.excepthook = partial(_say, arguments)
    settings = load()
    facts = _run(arguments.command, settings, arguments)
    if arguments.json:
        print(json.dumps(facts or {}, default=str))
    elif facts and facts.get("message"):
        print(facts["message"])
    if facts and facts.get("failed"):
        sys.exit(1)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="szansa", description="Szansa, a CRM.")
    levels = {"": top.add_subparsers(metavar="COMMAND", required=True)}
    for command in (*COMMANDS, *_of_plugins()):
        group, _, word = command.words.rpartition(" ")
        if group not in levels:
            inner = levels[""].add_parser(group, help=f"see szansa {group} --help")
            levels[group] = inner.add_subparsers(metavar="COMMAND", required=True)
        own = levels[group].add_parser(word, help=command.help, description=command.help)
        own.add_argument("--json", action="store_true", help="answer for programs")
        own.set_defaults(command=command)
        for argument in command.arguments:
            own.add_argument(argument.name, **dict(argument.options))
    return top


def _run(command: Command, settings: Settings, arguments: argparse.Namespace) -> Facts | None:
    around: AbstractContextManager[Settings] = nullcontext(settings)
    if command.needs != NOTHING:
        around = _named("core.embedded:services")(settings)
    with around as ready:
        target: Target = _named(command.target)
        if command.needs in EDGES:
            facts: Facts | None = _named(EDGES[command.needs])(target, ready, arguments)
            return facts
        return target(ready, arguments)


def _named(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def _say(
    arguments: argparse.Namespace,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Say in one sentence why the command failed; a bug also leaves its trace."""
    name = f"szansa {arguments.command.words}"
    kinds = {each.__name__ for each in kind.__mro__}
    if kind is KeyboardInterrupt:
        print(f"{name}: interrupted.", file=sys.stderr)
    elif isinstance(error, SettingsError) or "SzansaError" in kinds:
        print(f"{name}: {getattr(error, 'message', error)}", file=sys.stderr)
    elif "OperationalError" in kinds:
        print(f"{name}: the database does not answer: {_first_line(error)}", file=sys.stderr)
    elif "RedisError" in kinds:
        print(f"{name}: Redis does not answer: {_first_line(error)}", file=sys.stderr)
    elif isinstance(error, OSError):
        print(f"{name}: {error}.", file=sys.stderr)
    else:
        traceback.print_exception(kind, error, trace)
        print(f"{name}: a bug in Szansa: {kind.__name__}: {error}", file=sys.stderr)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0]


if __name__ == "__main__":
    main()
