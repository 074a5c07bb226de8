"""The rights that kinds and plugins registered."""

from __future__ import annotations

from core.contracts import OWNER, PARTICIPANT, Right


class Rights:
    """The closed list of rights of one application."""

    def __init__(self) -> None:
        self._rights: dict[tuple[str, str], Right] = {}
        self._plugins: dict[tuple[str, str], str] = {}

    def add(self, right: Right, plugin: str) -> None:
        """Take in a plugin's right; a second one of the same name stops the start."""
        name = right.kind, right.key
        if name in self._rights:
            raise ValueError(f"right {right.kind}.{right.key} is registered twice")
        self._rights[name], self._plugins[name] = right, plugin

    def get(self, kind: str, key: str) -> Right:
        """Return a right; KeyError where there is none."""
        return self._rights[kind, key]

    def all(self) -> list[Right]:
        """Return every right by kind and order."""
        return sorted(self._rights.values(), key=lambda each: (each.kind, each.order))

    def of_kind(self, kind: str) -> list[Right]:
        """Return the rights on one kind of record."""
        return [each for each in self.all() if each.kind == kind]

    def active(self, plugins: frozenset[str]) -> frozenset[tuple[str, str]]:
        """Return the names of the rights that core and the given plugins check."""
        return frozenset(
            name for name, plugin in self._plugins.items() if plugin in plugins | {"core"}
        )


ACCESS_ROLES = (OWNER, PARTICIPANT)
TEAM_ROLES_ONLY = {"add", "import"}
GENERAL = "general"


def fits_access_role(right: Right) -> bool:
    """Tell whether a right can be held on one record, so that access roles may tick it."""
    return right.kind != GENERAL and right.key not in TEAM_ROLES_ONLY
