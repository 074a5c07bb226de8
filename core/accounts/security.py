"""The entries of the security log, as sentences."""

from __future__ import annotations

from typing import Any

from core.contracts import SecurityEvent
from core.i18n import _, lazy
from core.registry import registry


def _plugin_switched(details: dict[str, Any]) -> str:
    spec = registry().plugins.get(details["plugin"])
    name = spec.label if spec else details["plugin"]
    if details["on"]:
        return _("The plugin %(name)s was switched on.", name=name)
    return _("The plugin %(name)s was switched off.", name=name)


def _rights_added(details: dict[str, Any]) -> str:
    labels = {f"{each.kind}.{each.key}": each.label for each in registry().rights.all()}
    names = [str(labels.get(name, name)) for name in details["rights"]]
    return _("The program brought new rights: %(names)s.", names=", ".join(dict.fromkeys(names)))


EVENTS = [
    SecurityEvent("signed_in", lazy("Signed in"), lambda _details: _("Signed in.")),
    SecurityEvent("sign_in_failed", lazy("Sign-in refused"),
                  lambda _details: _("Signing in was refused.")),
    SecurityEvent("package_changed", lazy("Package changed"),
                  lambda details: _("The account was put on the package %(name)s.",
                                    name=details["package"].capitalize())),
    SecurityEvent("security_log_exported", lazy("Security log exported"),
                  lambda _details: _("The security log was exported.")),
    SecurityEvent("plugin_switched", lazy("Plugin switched"), _plugin_switched),
    SecurityEvent("rights_added", lazy("New rights"), _rights_added),
]  # fmt: skip
