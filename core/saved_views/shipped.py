"""The views that core ships with every list."""

from __future__ import annotations

from core.contracts import MANAGER, Right, ShippedView
from core.i18n import lazy, sense

VIEWS = [
    ShippedView("all", sense("view", "All"), is_tab=True, order=10),
    ShippedView("mine", sense("view", "Mine"), "owner:is:me", is_tab=True, order=20),
    ShippedView("team", sense("view", "My team's"), "owner:is:my_teams", is_tab=True, order=30),
    ShippedView(
        "changed",
        sense("view", "Recently changed"),
        sort="updated_at",
        is_descending=True,
        order=40,
    ),
    ShippedView("ownerless", sense("view", "Without owner"), "owner:empty", order=50),
    ShippedView("deleted", sense("view", "Deleted"), url="/{plural}/trash", order=60),
]
RIGHTS = [
    Right(
        "general",
        "share_views",
        lazy("Share saved views"),
        lazy("Share own views of lists with users, teams or all."),
        (MANAGER,),
        order=70,
    )
]
