"""The right that this plugin checks."""

from __future__ import annotations

from core.contracts import MANAGER, Right
from core.i18n import lazy

RIGHT = "import"
IMPORTED = ("person", "company")

RIGHTS = [
    Right(
        kind,
        RIGHT,
        lazy("Import"),
        lazy("Bring in records from files; adding and editing take their own rights."),
        (MANAGER,),
        order=90,
    )
    for kind in IMPORTED
]
