"""Two-factor login of users: switching it on, asking for it, taking it away."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

from core import clock
from core.accounts.queries import setting
from core.db import across_accounts, current_account, db, sql
from core.errors import Conflict, Invalid
from core.i18n import _
from core.sealing import BrokenSeal, resealed, seal, unseal
from core.users import codes, tickets
from core.users.models import RecoveryCode, SecondFactor

PURPOSE = "second factor"
SETUP_TIME = timedelta(hours=1)  # between showing a secret and proving that it was scanned


log = logging.getLogger("szansa.security")

SETTING = "signing_in.second_factor"
NOBODY, ADMINISTRATORS, ALL = RULES = ("nobody", "administrators", "all")


def is_required(*, is_administrator: bool) -> bool:
    """Tell whether the account requires two-factor login of an administrator or a user (AUTH-7)."""
    rule = setting(SETTING)
    return rule == ALL or (rule == ADMINISTRATORS and is_administrator)


class WrongCode(Invalid):
    """The code is wrong, too old or used already; which it is is not said."""

    def __init__(self) -> None:
        super().__init__(_("The code is wrong or was used already."), "code")


def is_on(user_id: int) -> bool:
    """Tell whether a user of the current account has two-factor login."""
    return db.session.get(SecondFactor, (current_account(), user_id)) is not None


def switch_on(user_id: int, secret: str, code: str) -> list[str]:
    """Let a user sign in with codes of this secret from now on; return his recovery codes.

    Raises WrongCode where the code does not prove that his application knows the secret, and
    Conflict where he has two-factor login already.
    """
    if is_on(user_id):
        raise Conflict(_("Two-factor login is on already."))
    step = codes.matching_step(secret, codes.normalised(code), clock.now(), after=0)
    if step is None:
        raise WrongCode
    db.session.add(
        SecondFactor(user_id=user_id, sealed_secret=seal(secret, PURPOSE), last_step=step)
    )
    db.session.flush()
    return renew_recovery_codes(user_id)


def renew_recovery_codes(user_id: int) -> list[str]:
    """Return ten new recovery codes of a user; those he had are worthless."""
    sql(
        "delete from core_recovery_code where account_id = :account and user_id = :user",
        user=user_id,
    )
    made = codes.new_recovery_codes()
    db.session.add_all(
        RecoveryCode(user_id=user_id, code_hash=codes.hash_of(each)) for each in made
    )
    db.session.flush()
    return made


def recovery_code_count(user_id: int) -> int:
    """Return how many recovery codes a user has left."""
    return int(
        sql(
            "select count(*) from core_recovery_code where account_id = :account"
            " and user_id = :user",
            user=user_id,
        ).scalar_one()
    )


def use(user_id: int, typed: str) -> str:
    """Use up a code of a user of the current account; return `code` or `recovery`.

    Of several who send the same code at once one succeeds. Raises WrongCode.
    """
    if codes.is_recovery_code(typed):
        gone = sql(
            "delete from core_recovery_code where account_id = :account and user_id = :user"
            " and code_hash = :hash returning code_hash",
            user=user_id,
            hash=codes.hash_of(typed),
        )
        if gone.first() is None:
            raise WrongCode
        return "recovery"
    factor = db.session.get(
        SecondFactor, (current_account(), user_id), with_for_update=True, populate_existing=True
    )
    if factor is None:
        raise WrongCode
    step = codes.matching_step(
        _secret_of(factor), codes.normalised(typed), clock.now(), after=factor.last_step
    )
    if step is None:
        raise WrongCode
    factor.last_step = step
    db.session.flush()
    return "code"


def _secret_of(factor: SecondFactor) -> str:
    try:
        return str(unseal(factor.sealed_secret, PURPOSE))
    except BrokenSeal:
        log.error("a secret of two-factor login was sealed with a key that is gone")  # noqa: TRY400
        raise WrongCode from None


def remove(user_id: int) -> bool:
    """Take a user's second factor away, with its codes and trusted devices; False without one."""
    gone = sql(
        "delete from core_second_factor where account_id = :account and user_id = :user"
        " returning user_id",
        user=user_id,
    ).first()
    sql(
        "delete from core_recovery_code where account_id = :account and user_id = :user",
        user=user_id,
    )
    tickets.end(user_id, tickets.DEVICE, tickets.CODE)
    db.session.expire_all()
    return gone is not None


def reseal() -> None:
    """Put every secret under the newest key, so that older keys can be given up."""
    with across_accounts("secrets are sealed anew"):
        for factor in db.session.execute(db.select(SecondFactor)).scalars():
            with suppress(BrokenSeal):  # its user has recovery codes, or an administrator
                factor.sealed_secret = resealed(factor.sealed_secret, PURPOSE)
        db.session.flush()
