"""View as: an administrator looks with another user's rights, from one entry of the log to another.

What a browser keeps is the number of the entry that says who began to view as whom. Once another
entry says that it ended, the number opens nothing any more. It ends by itself after twelve hours.
"""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.accounts.models import SecurityEntry
from core.accounts.queries import Person, account_facts
from core.accounts.services import log_security
from core.db import current_account, db, sql

BEGAN, ENDED = "view_as_started", "view_as_ended"
LONGEST = timedelta(hours=12)

_UNDER_WAY = """
select cast(b.details->>'user' as bigint) from core_security_entry b
where b.account_id = :account and b.id = :id and b.event = 'view_as_started' and b.user_id = :by
  and b.created_at > :oldest
  and not exists (select 1 from core_security_entry e where e.account_id = :account
    and e.id > b.id and e.event = 'view_as_ended' and cast(e.details->>'of' as bigint) = b.id)
"""


def begin_viewing(user_id: int) -> int:
    """Log that the author begins to view as a user; return the number of the entry."""
    entry = log_security(BEGAN, {"user": user_id})
    db.session.flush()
    return entry.id


def viewed_since(entry_id: int, by_id: int) -> Person | None:
    """Return as whom a user has viewed since an entry of the log; None where that is over."""
    user_id = sql(_UNDER_WAY, id=entry_id, by=by_id, oldest=clock.now() - LONGEST).scalar()
    return account_facts().users.get(user_id) if user_id else None


def end_viewing(entry_id: int, by_id: int, address: str | None) -> None:
    """Log that a user's viewing, begun with an entry of the log, ended."""
    began = db.session.get_one(SecurityEntry, (current_account(), entry_id))
    log_security(ENDED, {"user": began.details["user"], "of": entry_id}, by_id, address)
    db.session.flush()
