"""How roles are called."""

from __future__ import annotations

from core.i18n import _


def role_name(key: str | None, name: str) -> str:
    """Return a role's name in the reader's language; own roles keep theirs."""
    shipped = {
        "administrator": _("Administrator"),
        "manager": _("Manager"),
        "user": _("User"),
        "owner": _("Owner"),
        "participant": _("Participant"),
        "author": _("Author"),
        "responsible": _("Responsible"),
    }
    return shipped.get(key or "", name)
