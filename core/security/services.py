"""Replacing passwords, changing logins, ending sessions: what people are told of by mail."""

from __future__ import annotations

from typing import Any

from core import clock
from core.accounts.services import log_security
from core.db import account_scope, db, installation_sql
from core.errors import Conflict, Invalid, SzansaError
from core.i18n import _
from core.mail import services as mail
from core.users import passwords, sessions, throttle, tickets
from core.users.models import ACTIVE, Login, ResetRequest
from core.users.services import normalise_login, user
from core.users.sessions import hash_of
from core.users.signing_in import confirm_password, login_of


class LinkGone(SzansaError):
    """A link was used, is too old, was altered, or never was one: which it is is not said."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            _("This link is not valid. It may have been used already, or it is too old.")
        )


# ---------------------------------------------------------------- forgotten passwords


def ask_reset(email: str, address: str) -> None:
    """Take down that somebody forgot the password of a login; `send_asked_resets` goes on.

    Nothing here depends on whether there is such a login, so neither does the time it takes.
    Raises MailNotSetUp, Invalid for what is no address, and TooManyTries.
    """
    mail.check_set_up()
    email = normalise_login(email)
    _count_ask("reset", email, address)
    db.session.add(ResetRequest(email=email, address=address, asked_at=clock.now()))
    db.session.flush()


def _count_ask(what: str, login: str, address: str) -> None:
    """Count an ask like a refused sign-in, but apart from them: it must not lock anybody out."""
    throttle.refuse_too_many(f"{what} {login}", f"{what} {address}")
    throttle.settle(f"{what} {login}", f"{what} {address}", fits=False)


_ASKED = """
with gone as (delete from core_reset_request returning id, email, address, asked_at)
select l.account_id, l.user_id, l.email, u.language, u.first_name, g.address
from gone g
join core_login l on l.email = g.email
join core_user u on u.account_id = l.account_id and u.id = l.user_id
where u.status = :active and g.asked_at > :oldest
order by g.id
"""


def send_asked_resets() -> None:
    """Send a link to those who asked for one lately and exist; the others are forgotten."""
    oldest = clock.now() - tickets.VALID[tickets.RESET]
    for asked in installation_sql(_ASKED, active=ACTIVE, oldest=oldest).all():
        with account_scope(asked.account_id):
            token = tickets.issue(tickets.RESET, asked.user_id)
            log_security("password_reset_asked", {}, asked.user_id, asked.address)
            values = {"name": asked.first_name, "token": token}
            mail.send("password_reset", asked.email, asked.language, values)


def ticket(purpose: str, token: str, address: str) -> Any:
    """Return the ticket of a link. Raises LinkGone; who tries many of them has to wait."""
    login, address = f"link {hash_of(token)}", f"link {address}"
    throttle.refuse_too_many(login, address)
    found = tickets.find(purpose, token)
    if found is None:
        throttle.settle(login, address, fits=False)
        raise LinkGone
    return found


def reset_password(token: str, password: str, address: str) -> None:
    """Give the user of a link another password and end everything that the old one let in.

    His two-factor login stays. Raises LinkGone, TooManyTries and Invalid.
    """
    found = ticket(tickets.RESET, token, address)
    with account_scope(found.account_id):
        passwords.check_password(password, found.email)
        if not tickets.spend(tickets.RESET, token):
            raise LinkGone
        _store_password(login_of(found.user_id), password)
        log_security("password_reset", {}, found.user_id, address)
        tell(found.user_id, "password_changed")


# ---------------------------------------------------------------- passwords


def change_password(user_id: int, current: str, new: str, *, session: str, address: str) -> None:
    """Give a user another password; his session stays, all others end.

    Raises Invalid naming the field `current` or `password`, and TooManyTries.
    """
    login = confirm_password(user_id, current, address)
    passwords.check_password(new, login.email)
    _store_password(login, new, session=session)
    log_security("password_changed", {}, user_id)
    tell(user_id, "password_changed")


def replace_password(user_id: int, new: str, *, session: str) -> None:
    """Replace a password that somebody else chose (USER-5). Raises Invalid."""
    login = login_of(user_id)
    if not login.must_change_password:
        raise Conflict(_("Your password has been replaced already."))
    passwords.check_password(new, login.email)
    if passwords.verify(login.password_hash, new):
        raise Invalid(_("Choose another password than the temporary one."), "password")
    _store_password(login, new, session=session)
    log_security("password_changed", {}, user_id)


def _store_password(login: Login, password: str, *, session: str = "") -> None:
    login.password_hash, login.must_change_password = passwords.hash_password(password), False
    db.session.flush()
    sessions.end_of(login.user_id, but=session)
    tickets.end(login.user_id, *tickets.VALID)


def tell(user_id: int, template: str, to: str = "", **values: Any) -> None:
    """Send a user a notice, which cannot be switched off (NOTIF-8)."""
    told = user(user_id)
    mail.send(template, to or told.email, told.language, {"name": told.first_name, **values})


# ---------------------------------------------------------------- the login


def ask_login_change(user_id: int, password: str, email: str, address: str) -> None:
    """Send a link to a new address, which makes it the user's login when it is used (AUTH-9).

    Whether another login has this address is not said here: whoever reads its mail is told.
    Raises MailNotSetUp, TooManyTries, and Invalid naming the field `current` or `email`.
    """
    mail.check_set_up()
    login = confirm_password(user_id, password, address)
    email = normalise_login(email)
    if email == login.email:
        raise Invalid(_("E-mail: this is your login already."), "email")
    _count_ask("login", login.email, address)
    tickets.end(user_id, tickets.NEW_LOGIN)
    token = tickets.issue(tickets.NEW_LOGIN, user_id, email=email)
    log_security("login_change_asked", {"to": email}, user_id)
    found = user(user_id)
    values = {"name": found.first_name, "email": email, "token": token}
    mail.send("login_confirm", email, found.language, values)


def change_login(token: str, address: str) -> str:
    """Make the address of a link its user's login and return it; the old address gets a notice.

    Raises LinkGone, TooManyTries, and Conflict where somebody else has this login now.
    """
    found = ticket(tickets.NEW_LOGIN, token, address)
    with account_scope(found.account_id):
        if not tickets.spend(tickets.NEW_LOGIN, token):
            raise LinkGone
        if db.session.get(Login, found.new_email) is not None:
            raise Conflict(_("E-mail: %(email)s is in use already.", email=found.new_email))
        login_of(found.user_id).email = found.new_email
        user(found.user_id).email = found.new_email
        db.session.flush()
        tickets.end(found.user_id, tickets.RESET)
        details = {"from": found.email, "to": found.new_email}
        log_security("login_changed", details, found.user_id, address)
        tell(found.user_id, "login_changed", found.email, email=found.new_email)
        return str(found.new_email)


# ---------------------------------------------------------------- sessions and devices


def end_session(user_id: int, key: str) -> None:
    """End one of a user's sessions, which may have ended meanwhile."""
    if key and sessions.end_of(user_id, key=key):
        log_security("sessions_ended", {"count": 1}, user_id)


def end_other_sessions(user_id: int, session: str) -> int:
    """End a user's sessions but this one; return how many."""
    count = sessions.end_of(user_id, but=session)
    if count:
        log_security("sessions_ended", {"count": count}, user_id)
    return count


def forget_device(user_id: int, key: str) -> None:
    """Let a trusted device ask for codes again."""
    if key and tickets.end(user_id, tickets.DEVICE, key=key):
        log_security("device_forgotten", {}, user_id)


def end_all(user_id: int) -> None:
    """End whatever lets a user of the current account in: sessions, links, trusted devices.

    For whoever suspends or removes him: all of it is refused by his status already.
    """
    sessions.end_of(user_id)
    tickets.end(user_id, *tickets.VALID)
