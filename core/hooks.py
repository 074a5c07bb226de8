"""Calling hooks: only those plugins answer that the current account has switched on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pluggy

from core import hookspecs


class Hooks:
    """The plugin manager of one application."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("szansa")
        self.manager.add_hookspecs(hookspecs)

    def register(self, module: Any, name: str) -> None:
        """Take in a plugin module under its name."""
        self.manager.register(module, name)

    def check(self) -> None:
        """Raise when a plugin implements a hook that does not exist."""
        self.manager.check_pending()

    def named(self, hook: str) -> list[tuple[str, Any]]:
        """Return each plugin's name with its answer to a `register_*` hook."""
        return [
            (implementation.plugin_name, implementation.function())
            for implementation in getattr(self.manager.hook, hook).get_hookimpls()
        ]

    def call(self, hook: str, active: frozenset[str], **values: Any) -> list[Any]:
        """Return the answers of the active plugins, flattened when they are lists.

        Core itself answers always: its name is `core`.
        """
        off = [
            self.manager.get_plugin(name)
            for name in self._names()
            if name != "core" and name not in active
        ]
        caller = self.manager.subset_hook_caller(hook, off)
        answers: list[Any] = []
        for answer in caller(**values):
            answers.extend(answer if isinstance(answer, list) else [answer])
        return answers

    def one_by_one(
        self, hook: str, active: frozenset[str], **values: Any
    ) -> list[tuple[str, Callable[[], Any]]]:
        """Return each active plugin's name with its still unasked answer, to isolate failures."""
        return [
            (
                each.plugin_name,
                partial(each.function, **{name: values[name] for name in each.argnames}),
            )
            for each in getattr(self.manager.hook, hook).get_hookimpls()
            if each.plugin_name == "core" or each.plugin_name in active
        ]

    def _names(self) -> list[str]:
        return [name for name, plugin in self.manager.list_name_plugin() if plugin is not None]
