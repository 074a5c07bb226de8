"""Inviting people to become users, and what becomes of their invitations."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core import clock
from core.accounts.queries import account_facts
from core.accounts.services import log_security, wait_for_each_other
from core.changes.capture import author, change_set
from core.db import account_scope, current_account, db
from core.errors import Conflict, Invalid, InvalidForm, NotFound
from core.i18n import _
from core.mail.services import check_set_up, send
from core.notifications.services import notify
from core.roles.models import Role
from core.staff.models import EXPIRED, SENT, WITHDRAWN, Invitation, InvitationLink
from core.staff.queries import invitations as queries
from core.staff.services.users import place
from core.teams import services as teams
from core.teams.models import Team
from core.users import sessions
from core.users.models import Login, User
from core.users.services import Newcomer, add_user, normalise_login
from core.users.signing_in import Entered, Visit, begin_session

MOST = 50  # addresses in one form
VALID = timedelta(days=7)
ACCEPTED = "core.invitation_accepted"
SHOWN = 60  # characters of a wrong address that are repeated


@dataclass(frozen=True)
class Wish:
    """An address as typed, the team and role that it gets, and the control it was typed into."""

    email: str
    team_id: int
    role_id: int
    control: str = "addresses"


def invite(wishes: Sequence[Wish]) -> list[Invitation]:
    """Invite people and return the invitations, whose links are mailed.

    Raises InvalidForm naming every address that is malformed or in use, and MailNotSetUp; then
    nothing is sent.
    """
    check_set_up()
    wait_for_each_other()
    if not 1 <= len(wishes) <= MOST:
        text = _(
            "Addresses: 1 to %(most)d in one form; these are %(count)d.",
            most=MOST,
            count=len(wishes),
        )
        raise InvalidForm({"addresses": [text]})
    ready, errors = _checked(wishes)
    if errors:
        raise InvalidForm(errors)
    return [_invited(email, team, role) for email, team, role in ready]


def _checked(
    wishes: Sequence[Wish],
) -> tuple[list[tuple[str, Team, Role]], dict[str, list[Any]]]:
    errors: dict[str, list[Any]] = {}
    ready = []
    typed = Counter(each.email.strip().lower() for each in wishes)
    used, waiting = _taken(typed)
    for wish in wishes:
        try:
            email = _free(wish.email, typed, used, waiting)
            ready.append((email, *place(wish.team_id, wish.role_id)))
        except InvalidForm as wrong:
            for key, sentences in wrong.errors.items():
                control = key if wish.control == "addresses" else wish.control
                errors.setdefault(control, sentences)
        except Invalid as wrong:
            found = errors.setdefault(wish.control, [])
            if wrong.message not in found:
                found.append(wrong.message)
    return ready, errors


def _taken(emails: Counter[str]) -> tuple[set[str], set[str]]:
    """Return which addresses are logins already, and which have an invitation that waits."""
    logins = db.select(Login.email).where(Login.email.in_(emails))
    waiting = db.select(Invitation).where(
        Invitation.email.in_(emails),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    found = db.session.execute(waiting).scalars()
    return set(db.session.execute(logins).scalars()), {
        each.email for each in found if each.state == SENT
    }


def _free(typed: str, all_typed: Counter[str], used: set[str], waiting: set[str]) -> str:
    """Return the address as a login; Invalid where nobody can be invited under it."""
    shown = typed if len(typed) <= SHOWN else f"{typed[:SHOWN]}…"
    try:
        email = normalise_login(typed)
    except Invalid as wrong:
        raise Invalid(_("“%(text)s” is not an address such as a@b.com.", text=shown)) from wrong
    if email in used:
        raise Invalid(_("%(email)s is in use already.", email=shown))
    if email in waiting:
        raise Invalid(
            _("%(email)s has an invitation that waits: it can be sent again.", email=shown)
        )
    if all_typed[email] > 1:
        raise Invalid(_("%(email)s stands here more than once.", email=shown))
    return email


def _invited(email: str, team: Team, role: Role) -> Invitation:
    _withdraw_expired(email)
    made = Invitation(email=email, team_id=team.id, role_id=role.id)
    db.session.add(made)
    _send(made)
    log_security("user_invited", {"email": email, "team": team.name, "role": role.id})
    return made


def _withdraw_expired(email: str) -> None:
    statement = db.select(Invitation).where(Invitation.email == email)
    for each in db.session.execute(statement).scalars():
        if each.state == EXPIRED:
            each.withdrawn_at = clock.now()
    db.session.flush()


def _send(invitation: Invitation) -> None:
    """Give an invitation a new link of seven days, and mail it."""
    invitation.sent_at = clock.now()
    invitation.expires_at = invitation.sent_at + VALID
    invitation.invited_by_id = author().user_id
    db.session.flush()
    token = _new_link(invitation)
    facts = account_facts()
    values = {
        "token": token,
        "account": facts.name,
        "inviter": facts.principal_name(invitation.invited_by_id or 0),
        "days": VALID.days,
    }
    send("invitation", invitation.email, facts.language, values)


def _new_link(invitation: Invitation) -> str:
    """Return the token of a new link to an invitation; what leads to it so far is dead."""
    old = db.delete(InvitationLink).where(
        InvitationLink.account_id == current_account(),
        InvitationLink.invitation_id == invitation.id,
    )
    db.session.execute(old)
    token = secrets.token_urlsafe(32)
    link = InvitationLink(
        token_hash=sessions.hash_of(token),
        account_id=current_account(),
        invitation_id=invitation.id,
    )
    db.session.add(link)
    db.session.flush()
    return token


def send_again(invitation_id: int) -> Invitation:
    """Send an invitation anew: its new link is valid for seven days, the old one is dead.

    Raises Conflict where it was accepted or withdrawn, where its team or role was deleted, or
    where its address is in use by now.
    """
    check_set_up()
    found = _open_one(invitation_id)
    if found.team_id is None or found.role_id is None:
        raise Conflict(_("The team or role of this invitation was deleted. Invite anew."))
    if db.session.get(Login, found.email) is not None:
        raise Conflict(_("%(email)s is in use already.", email=found.email))
    _send(found)
    team = account_facts().principal_name(found.team_id)
    log_security("user_invited", {"email": found.email, "team": team, "again": True})
    db.session.flush()
    return found


def withdraw(invitation_id: int) -> Invitation:
    """Withdraw an invitation, so that its link leads nowhere; Conflict where it was accepted."""
    found = _open_one(invitation_id)
    found.withdrawn_at = clock.now()
    log_security("invitation_withdrawn", {"email": found.email})
    db.session.flush()
    return found


def _open_one(invitation_id: int) -> Invitation:
    found = queries.invitation(invitation_id, lock=True)
    if not found.is_open:
        if found.state == WITHDRAWN:
            raise Conflict(_("This invitation was withdrawn already."))
        raise Conflict(_("This invitation was accepted already."))
    return found


class Closed(Conflict):
    """The invitation of a link is no longer open; its page says why."""

    def __init__(self) -> None:
        super().__init__(_("This invitation is no longer valid."))


@dataclass(frozen=True)
class Newly:
    """What somebody who accepts an invitation types."""

    first_name: str
    last_name: str
    password: str


def accept(token: str, who: Newly, visit: Visit) -> Entered:
    """Make the user that an invitation leads to, tell who invited him, and sign him in.

    Raises NotFound for a link that leads nowhere, Closed for one that was used, withdrawn or has
    expired, InvalidForm naming what is wrong, Conflict where the address is in use by now
    or the team was deleted.
    """
    where = queries.whereabouts(token)
    if where is None:
        raise NotFound(_("This link leads nowhere."))
    with account_scope(where.account_id):
        wait_for_each_other()
        found = queries.invitation(where.id, lock=True)
        if found.state != SENT or queries.whereabouts(token) != where:
            raise Closed
        user = _accepted(found, Newcomer(found.email, who.first_name, who.last_name, who.password))
        return Entered(session=begin_session(user.id, visit))


def _accepted(found: Invitation, who: Newcomer) -> User:
    if found.team_id is None or found.role_id is None:
        raise Conflict(_("The team of this invitation was deleted. Ask for a new invitation."))
    user = add_user(who, found.team_id, teams.role(found.role_id))
    found.accepted_at, found.user_id = clock.now(), user.id
    with change_set("form", user.id):
        log_security("invitation_accepted", {"email": found.email})
        url = f"/settings/account/users/users/{user.id}"
        notify([found.invited_by_id or 0], ACCEPTED, url=url)
        db.session.flush()
    return user
