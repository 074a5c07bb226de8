"""Each event of the security log: registered, and told from the details that are stored."""

from __future__ import annotations

import ast

from core.app import ROOT
from core.registry import registry
from tests.makers import make_account

FOLDERS = ("core", "plugins")


def logged() -> dict[str, tuple[str, set[str] | None]]:
    """Return each event that the code logs: where, and the keys of its details if they are there."""
    found = {}
    for path in sorted(each for folder in FOLDERS for each in (ROOT / folder).rglob("*.py")):
        module = ast.parse(path.read_text())
        constants = constants_of(module)
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and name_of(call.func) == "log_security":
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                for event in events_of(call.args[0], constants, where):
                    found[event] = where, keys_of(call.args[1])
    return found


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def constants_of(module: ast.Module) -> dict[str, str]:
    """Return the names of a module that stand for one text."""
    found = {}
    for each in module.body:
        if not isinstance(each, ast.Assign):
            continue
        for target in each.targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = each.value.elts if isinstance(each.value, ast.Tuple) else [each.value]
            for name, value in zip(names, values, strict=False):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[name_of(name)] = value.value
    return found


def events_of(node: ast.expr, constants: dict[str, str], where: str) -> list[str]:
    """Return what the first argument can be; a test fails with the place where it cannot be read."""
    if isinstance(node, ast.IfExp):
        return [*events_of(node.body, constants, where), *events_of(node.orelse, constants, where)]
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    assert name_of(node) in constants, f"{where}: say the event as a text or a constant"
    return [constants[name_of(node)]]


def keys_of(node: ast.expr) -> set[str] | None:
    if not isinstance(node, ast.Dict) or not all(
        isinstance(key, ast.Constant) for key in node.keys
    ):
        return None
    return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}


def test_auth_10_every_event_that_is_logged_is_registered(app):
    assert logged()
    missing = [
        f"{where}: {event}"
        for event, (where, _keys) in logged().items()
        if event not in registry().security_events
    ]
    assert not missing, "\n" + "\n".join(missing)


class Asked(dict):
    """Details that remember what was asked of them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return ""

    def get(self, key: str, default: object = None) -> object:
        return default


def test_auth_10_every_event_is_told_from_the_details_that_are_stored(app):
    make_account()
    wrong = []
    for event, (where, keys) in logged().items():
        told = registry().security_events.get(event)
        if told is None or keys is None:
            continue
        details = Asked()
        try:
            told.text(details)
        except (KeyError, ValueError, TypeError):
            continue  # it reads more than texts; what it asked for so far is held against the keys
        finally:
            if details.asked - keys:
                wrong.append(f"{where}: {event} tells {details.asked - keys}, which is not stored")
    assert not wrong, "\n" + "\n".join(wrong)
