"""Account settings > Users, and the page that an invitation leads to."""

from __future__ import annotations

from core.staff.views import accepting, inviting, leaving, listing, person
from core.staff.views.pages import INVITATIONS, USERS, blueprint

__all__ = [
    "INVITATIONS",
    "USERS",
    "accepting",
    "blueprint",
    "inviting",
    "leaving",
    "listing",
    "person",
]
