"""What the clock does for the whole installation: old rows go, new rights come."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from core import clock
from core.accounts.founding import ship_new_rights
from core.accounts.viewing import LONGEST
from core.contracts import CronEntry
from core.db import installation_sql
from core.security.services import send_asked_resets
from core.users.second_factors import reseal
from core.users.throttle import forget_old_failures

NOTIFICATION_DAYS = 90  # NOTIF-13
FORM_TOKEN_DAYS = 7
ENDED_JOB_DAYS = 90
ENDED_OPERATION_DAYS = 90
ENDED_EXPORT_DAYS = 90
EXPORT_FILE_DAYS = 7  # IMP-34
DRAFT_DAYS = 1  # list operations that were begun and never ran

# For whoever closed the browser instead of ending it.
_OVERDUE = """
insert into core_security_entry (account_id, user_id, event, details, created_at)
select b.account_id, b.user_id, 'view_as_ended',
  jsonb_build_object('user', b.details->'user', 'of', b.id), :now
from core_security_entry b
where b.event = 'view_as_started' and b.created_at <= :oldest
  and not exists (select 1 from core_security_entry e where e.account_id = b.account_id
    and e.id > b.id and e.event = 'view_as_ended' and cast(e.details->>'of' as bigint) = b.id)
"""

AT_ONCE = 10_000  # rows of one kind in one go; the rest waits for the next hour


def delete_old_rows() -> None:
    """Delete ended sessions, sent forms, old notifications, ended jobs, operations, exports."""
    session_days = current_app.config["SZANSA"].limits.session_days
    _delete("core_session", "last_used_at", session_days)
    _delete("core_form_token", "created_at", FORM_TOKEN_DAYS)
    _delete("core_notification", "created_at", NOTIFICATION_DAYS)
    _delete("core_ticket", "ends_at", 0)
    _delete("core_job", "ended_at", ENDED_JOB_DAYS, "state not in ('waiting', 'running')")
    _delete("core_operation", "ended_at", ENDED_OPERATION_DAYS)
    _delete("core_export", "ended_at", ENDED_EXPORT_DAYS)
    _delete("core_export_piece", "created_at", EXPORT_FILE_DAYS)
    _delete("core_export_rows", "created_at", EXPORT_FILE_DAYS)
    _delete("core_operation", "created_at", DRAFT_DAYS, "state in ('choosing', 'checked')")


def _delete(table: str, moment: str, days: int, also: str = "true") -> None:
    installation_sql(
        f"delete from {table} where ctid = any(array("
        f"select ctid from {table} where {moment} < :before and {also} limit :most))",
        before=clock.now() - timedelta(days=days),
        most=AT_ONCE,
    )


def end_overdue_viewings() -> None:
    """Log the end of every viewing in the installation that lasted as long as one may."""
    now = clock.now()
    installation_sql(_OVERDUE, now=now, oldest=now - LONGEST)


# At the start of a clock everything is due: so rights come too with a plugin that has no revision.
CRON = [
    CronEntry("core.ship_new_rights", ship_new_rights, timedelta(hours=1)),
    CronEntry("core.delete_old_rows", delete_old_rows, timedelta(hours=1)),
    CronEntry("core.end_overdue_viewings", end_overdue_viewings, timedelta(minutes=15)),
    CronEntry("core.forget_old_failures", forget_old_failures, timedelta(minutes=5)),
    CronEntry("core.send_asked_resets", send_asked_resets, timedelta(seconds=2)),
    CronEntry("core.reseal_secrets", reseal, timedelta(hours=1)),
]
