"""Which plugins are switched together: pure rules over what is registered and switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from core.contracts import PluginSpec


class Contradiction(ValueError):
    """One plugin is to be on and another, which it needs, off; holds the name of the first."""

    def __init__(self, name: str, needed: str) -> None:
        super().__init__(f"{name} needs {needed}")
        self.name, self.needed = name, needed


@dataclass(frozen=True)
class Turn:
    """One switch that changes; `because` names the plugin that asks for it, itself if chosen."""

    name: str
    is_on: bool
    because: str


@dataclass(frozen=True)
class Switchboard:
    """The plugins of an installation as one account has them.

    `included` are those of the account's package; `positions` says of each switchable plugin
    whether its switch is on, which it may be although the package or a need is missing.
    """

    specs: Mapping[str, PluginSpec]
    included: frozenset[str]
    positions: Mapping[str, bool]

    def is_available(self, name: str) -> bool:
        """Tell whether a plugin and everything it needs is there and in the package."""
        return all(
            each in self.specs and (not self.specs[each].is_switchable or each in self.included)
            for each in (name, *self._closure([name], self._needs))
        )

    @property
    def switchable(self) -> list[str]:
        """The plugins with a switch that may be used now."""
        return [name for name in self.positions if self.is_available(name)]

    @property
    def active(self) -> frozenset[str]:
        """The plugins whose switch is on, that are available, and whose needs are active."""
        return frozenset(
            name
            for name in self.specs
            if self.is_available(name)
            and all(
                self.positions.get(each, True)
                for each in (name, *self._closure([name], self._needs))
            )
        )

    def turns(self, chosen: Mapping[str, bool]) -> list[Turn]:
        """Return what changes when some switches are set: what they need goes on with them, what
        needs them goes off with them.

        Raises Contradiction where one of them needs another that goes off.
        """
        asked = {name: on for name, on in chosen.items() if self.positions[name] != on}
        turned_on = self._closure([name for name, on in asked.items() if on], self._needs)
        turned_off = self._closure([name for name, on in asked.items() if not on], self._needed_by)
        for name in turned_on.keys() & turned_off.keys():
            raise Contradiction(turned_on[name], turned_off[name])
        return [
            Turn(name, is_on, because)
            for is_on, found in ((True, turned_on), (False, turned_off))
            for name, because in found.items()
            if name in self.positions and self.positions[name] != is_on
        ]

    def _needs(self, name: str) -> Iterable[str]:
        return self.specs[name].needs if name in self.specs else ()

    def _needed_by(self, name: str) -> Iterable[str]:
        return [each for each, spec in self.specs.items() if name in spec.needs]

    @staticmethod
    def _closure(names: Iterable[str], following: Callable[[str], Iterable[str]]) -> dict[str, str]:
        """Return the names and all that follow from them, each with the name it follows from."""
        found = {name: name for name in names}
        todo = list(found)
        while todo:
            present = todo.pop()
            for each in following(present):
                if each not in found:
                    found[each] = found[present]
                    todo.append(each)
        return found
