"""What is asked about users."""

from __future__ import annotations

from core.db import current_account, db
from core.users.models import UserPhoto


def photo_of(user_id: int) -> UserPhoto | None:
    """Return the photo of a user of the current account; None where there is none."""
    found: UserPhoto | None = db.session.get(UserPhoto, (current_account(), user_id))
    return found
