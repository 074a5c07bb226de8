"""The invitations of an account, and what an invited person may know of his."""

from __future__ import annotations

from dataclasses import dataclass

from core.accounts.queries import account_facts
from core.db import account_scope, current_account, db, installation_sql
from core.errors import NotFound
from core.i18n import _
from core.staff.models import Invitation
from core.users.sessions import hash_of

SHOWN = 500  # the newest invitations; older ones can be found in the security log


def invitations() -> list[Invitation]:
    """Return the account's invitations, the newest first."""
    statement = db.select(Invitation).order_by(Invitation.id.desc()).limit(SHOWN)
    return list(db.session.execute(statement).scalars())


def invitation(invitation_id: int, *, lock: bool = False) -> Invitation:
    """Return an invitation; NotFound where there is none. A locked one is as it is now."""
    found = db.session.get(
        Invitation,
        (current_account(), invitation_id),
        with_for_update=lock or None,
        populate_existing=lock,
    )
    if found is None:
        raise NotFound(_("There is no such invitation."))
    return found


@dataclass(frozen=True)
class Whereabouts:
    """Where in the installation the invitation of a link is."""

    account_id: int
    id: int


def whereabouts(token: str) -> Whereabouts | None:
    """Return where the invitation is that a link leads to; None for a link that leads nowhere."""
    found = installation_sql(
        "select account_id, invitation_id from core_invitation_link where token_hash = :hash",
        hash=hash_of(token),
    ).first()
    return Whereabouts(found.account_id, found.invitation_id) if found else None


@dataclass(frozen=True)
class Invited:
    """What somebody who has the link of an invitation may know."""

    state: str
    email: str
    account: str
    inviter: str


def invited(token: str) -> Invited | None:
    """Return what the page of a link shows; None for a link that leads nowhere."""
    place = whereabouts(token)
    if place is None:
        return None
    with account_scope(place.account_id):
        found, facts = invitation(place.id), account_facts()
        return Invited(
            state=found.state,
            email=found.email,
            account=facts.name,
            inviter=facts.principal_name(found.invited_by_id or 0),
        )
