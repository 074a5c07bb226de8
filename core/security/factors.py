"""Two-factor login as people switch it, and as the account requires it."""

from __future__ import annotations

from core.accounts.queries import setting
from core.accounts.services import log_security, store_setting
from core.db import sql
from core.errors import Conflict, Forbidden, Invalid
from core.i18n import _
from core.roles.models import ADMINISTRATOR
from core.sealing import BrokenSeal, seal, unseal
from core.security.services import tell
from core.users import codes, second_factors
from core.users.second_factors import RULES, SETTING
from core.users.services import user
from core.users.signing_in import confirm_password

PROPOSED = "proposed second factor"


def proposed(user_id: int) -> str:
    """Return a new secret for this user, sealed, as the page keeps it until it is confirmed."""
    return seal([user_id, codes.new_secret()], PROPOSED)


def secret_in(user_id: int, proposal: str) -> str:
    """Return the secret of a proposal. Raises Conflict for another's, an old or altered one."""
    try:
        proposed_to, secret = unseal(proposal, PROPOSED, second_factors.SETUP_TIME)
    except BrokenSeal:
        proposed_to, secret = None, ""
    if proposed_to != user_id:
        raise Conflict(_("This page is too old. Scan the new code."))
    return str(secret)


def switch_on(user_id: int, proposal: str, code: str) -> list[str]:
    """Switch two-factor login on; return the recovery codes. Raises Conflict and WrongCode."""
    made = second_factors.switch_on(user_id, secret_in(user_id, proposal), code)
    log_security("second_factor_on", {}, user_id)
    tell(user_id, "second_factor_on")
    return made


def switch_off(
    user_id: int, password: str, code: str, *, address: str, is_administrator: bool
) -> None:
    """Switch two-factor login off for whoever has both factors.

    Raises Invalid naming `current` or `code`, TooManyTries, and Forbidden for whom the account
    requires it.
    """
    if second_factors.is_required(is_administrator=is_administrator):
        raise Forbidden(_("Two-factor login is required in this account."))
    confirm_password(user_id, password, address)
    second_factors.use(user_id, code)
    second_factors.remove(user_id)
    log_security("second_factor_off", {}, user_id)
    tell(user_id, "second_factor_off")


def renew_recovery_codes(user_id: int, password: str, *, address: str) -> list[str]:
    """Return new recovery codes. Raises Invalid naming `current`, TooManyTries and Conflict."""
    confirm_password(user_id, password, address)
    if not second_factors.is_on(user_id):
        raise Conflict(_("Two-factor login is off."))
    made = second_factors.renew_recovery_codes(user_id)
    log_security("recovery_codes_made", {}, user_id)
    return made


def reset_second_factor(user_id: int) -> None:
    """Take away the second factor of a user of the account, who is told by mail (AUTH-7).

    For administrators, whose act it is in the security log. Raises NotFound, and Conflict where
    the user has no second factor.
    """
    found = user(user_id)
    if not second_factors.remove(user_id):
        raise Conflict(_("%(name)s does not use two-factor login.", name=found.name))
    log_security("second_factor_reset", {"user": user_id, "name": found.name})
    tell(user_id, "second_factor_reset")


def require(who: str) -> None:
    """Require two-factor login of nobody, administrators or all, from their next request on."""
    if who not in RULES:
        raise Invalid(_("Choose one of the three."), "second_factor")
    if who != setting(SETTING):
        store_setting(SETTING, who)
        log_security("second_factor_rule", {"who": who})


_WITHOUT = """
select count(*) as users, count(*) filter (where exists (select 1 from core_membership m
  join core_role r on r.account_id = m.account_id and r.id = m.role_id and r.key = :administrator
  where m.account_id = u.account_id and m.user_id = u.id)) as administrators
from core_user u
where u.account_id = :account and u.status = 'active' and not exists (
  select 1 from core_second_factor f where f.account_id = u.account_id and f.user_id = u.id)
"""


def without_count() -> tuple[int, int]:
    """Return how many active users, and administrators among them, have no second factor."""
    found = sql(_WITHOUT, administrator=ADMINISTRATOR).one()
    return found.users, found.administrators
