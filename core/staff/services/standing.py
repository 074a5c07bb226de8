"""Who may sign in: suspending, activating and removing users."""

from __future__ import annotations

from core.accounts.services import log_security, wait_for_each_other
from core.changes.capture import author_or_none
from core.db import current_account, db, sql
from core.errors import Conflict, Forbidden, NotFound
from core.i18n import _
from core.roles.models import ADMINISTRATOR
from core.security.services import end_all
from core.users import second_factors
from core.users.models import ACTIVE, REMOVED, SUSPENDED, User


def user_to_change(user_id: int) -> User:
    """Return a user as he is now, with the account locked until the transaction ends.

    Raises NotFound where there is none, and Forbidden where whoever asks was himself suspended
    or removed while he waited for the lock.
    """
    wait_for_each_other()
    who = author_or_none()
    if who is not None and who.user_id is not None and _user(who.user_id).status != ACTIVE:
        raise Forbidden(_("You are no longer active in this account."))
    return _user(user_id)


def _user(user_id: int) -> User:
    found = db.session.get(User, (current_account(), user_id), populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such user."))
    return found


def suspend(user_id: int) -> User:
    """Let a user no longer sign in, until he is activated again; his sessions end at once.

    Raises Conflict where nobody would administer the account, or where he is not active.
    """
    user = user_to_change(user_id)
    if user.status != ACTIVE:
        raise Conflict(_("%(name)s is not active.", name=user.name))
    _stop(user, SUSPENDED)
    log_security("user_suspended", named(user))
    db.session.flush()
    return user


def activate(user_id: int) -> User:
    """Let a suspended user sign in again, with everything as before."""
    user = user_to_change(user_id)
    if user.status != SUSPENDED:
        raise Conflict(_("%(name)s is not suspended.", name=user.name))
    user.status = ACTIVE
    log_security("user_activated", named(user))
    db.session.flush()
    return user


def remove(user_id: int) -> User:
    """Let a user never sign in again; his address is free, his name and his teams stay.

    The teams decide who reaches the records that he leaves. Raises as `suspend` does.
    """
    user = user_to_change(user_id)
    if user.status == REMOVED:
        raise Conflict(_("%(name)s was removed already.", name=user.name))
    _stop(user, REMOVED)
    sql("delete from core_login where account_id = :account and user_id = :user", user=user.id)
    second_factors.remove(user.id)
    user = _user(user.id)
    log_security("user_removed", named(user))
    db.session.flush()
    return user


def named(user: User) -> dict[str, object]:
    """Return how an entry of the security log tells of a user."""
    return {"user": user.id, "name": user.name, "email": user.email}


def _stop(user: User, status: str) -> None:
    if user.status == ACTIVE and not _others_administer(user.id):
        raise Conflict(_("The account must keep at least one administrator."))
    user.status = status
    db.session.flush()
    end_all(user.id)


_OTHERS = """
select exists (
  select from core_membership m
  join core_role r on r.account_id = m.account_id and r.id = m.role_id
  join core_user u on u.account_id = m.account_id and u.id = m.user_id
  where m.account_id = :account and r.key = :administrator and u.status = 'active'
    and u.id <> :user
)
"""


def _others_administer(user_id: int) -> bool:
    return bool(sql(_OTHERS, administrator=ADMINISTRATOR, user=user_id).scalar_one())
