"""The settings of which visibilities new records may have: forms to changes."""

from __future__ import annotations

from typing import Any

from core.accounts.queries import setting
from core.errors import InvalidForm
from core.i18n import _
from core.permissions import facts
from core.permissions.defaults import Posted
from core.permissions.facts import PermissionChange
from core.records.models import VISIBILITIES


def visibility_change(area: str, posted: Posted) -> PermissionChange:
    """Return what the form of an area's visibilities changes. Raises InvalidForm."""
    offered = _merged(area, posted)
    default = _default_wanted(area, posted)
    errors: dict[str, list[Any]] = {}
    if not offered:
        errors["offered"] = [_("Leave at least one visibility on.")]
    elif default not in offered:
        errors["default"] = [_("Default: choose a visibility that is on.")]
    if errors:
        raise InvalidForm(errors)
    key = f"visibility.{area}"
    return facts.setting(f"{key}.offered", setting(f"{key}.offered"), offered) | facts.setting(
        f"{key}.default", setting(f"{key}.default"), default
    )


def _merged(area: str, posted: Posted) -> list[str]:
    """Return the variants that are on: those that the form did not touch are as they are now."""
    sent, present = posted.getlist("offered"), setting(f"visibility.{area}.offered")
    opened = posted.getlist("opened") or present
    return [
        each
        for each in VISIBILITIES
        if (each in (present if (each in sent) == (each in opened) else sent))
    ]


def _default_wanted(area: str, posted: Posted) -> str:
    sent, opened = posted.get("default", ""), posted.get("opened_default", "")
    present = str(setting(f"visibility.{area}.default"))
    return present if opened and sent == opened else sent


def visibility_opened(area: str, posted: Posted | None) -> list[tuple[str, str]]:
    """Return the hidden controls that say what the form opened with."""
    offered = setting(f"visibility.{area}.offered")
    default = str(setting(f"visibility.{area}.default"))
    if posted is not None:
        offered = posted.getlist("opened") or offered
        default = posted.get("opened_default", default)
    return [*(("opened", each) for each in offered), ("opened_default", default)]
