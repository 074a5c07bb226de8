"""What stands around every settings page: the navigation and its title."""

from __future__ import annotations

from typing import Any

from core import face
from core.i18n import _


def settings_frame(area: str, at: str = "") -> dict[str, Any]:
    """Return the values around a page of Profile settings (`profile`) or Account settings.

    `at` is the address of the settings page to which this one belongs, where it is not its own.
    """
    label = _("Account settings") if area == "account" else _("Profile settings")
    return {
        "settings_nav": face.settings_nav(area, at),
        "settings_tabs": face.settings_tabs(area, at),
        "settings_label": label,
        "settings_title": label,
    }
