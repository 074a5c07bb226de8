"""The access rule as SQL: the one place where it is written.

    full  = administrator, or an owner within reach, or a participant among the principals,
            or public and View ticked
    basic = full, or private and View ticked

Every fragment speaks of the record under the alias `r`. The same predicate has two physical
forms: `dense` is probed row by row along an index, for users who may see much; `sparse` gathers
the few IDs first. Both give the same rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor

# The record carries a copy of its holders, which triggers of the database keep true.
_HELD = """(r.owner_id = any(:reached)
  or r.participant_ids && cast(:principals as bigint[])
  or r.further_owner_ids && cast(:reached as bigint[]))"""

_PARTICIPATES = "r.participant_ids && cast(:principals as bigint[])"

_OWNS = "(r.owner_id = :actor_id or :actor_id = any(r.further_owner_ids))"

# The arms of the sparse form: each selects the IDs that one reason gives, by an index of its own.
_AS_PARTICIPANT = """select h.record_id as id from core_holder h
  where h.account_id = :account and h.principal_id = any(:principals)"""

_AS_FURTHER_OWNER = """select h.record_id as id from core_holder h
  where h.account_id = :account and h.role = 'owner' and h.principal_id = any(:reached)"""

_AS_OWNER = """select o.id from core_record o where o.account_id = :account
  and o.kind = any(:kinds) and o.deleted_at is null and o.owner_id = any(:reached)"""

_AS_VIEWER = """select v.id from core_record v where v.account_id = :account
  and v.kind = any(:viewable) and v.deleted_at is null and v.visibility in ('public', 'private')"""

_EVERY = """select e.id from core_record e where e.account_id = :account
  and e.kind = any(:kinds) and e.deleted_at is null"""

_NONE = "select e.id from core_record e where e.account_id = :account and false"

_HOLDING = (_AS_PARTICIPANT, _AS_FURTHER_OWNER, _AS_OWNER)


@dataclass(frozen=True)
class Rule:
    """The rule for one actor and some kinds.

    `full` and `basic` are predicates over `r`; `candidates` selects the IDs of all records of
    the kinds for which `basic` holds, each once; the `arms` are what it is gathered from;
    `values` are the bound values of all of them.
    """

    full: str
    basic: str
    arms: tuple[str, ...]
    candidates: str
    values: dict[str, Any]


def _rule(full: str, basic: str, arms: tuple[str, ...], values: dict[str, Any]) -> Rule:
    candidates = f"""select r.id from ({" union ".join(arms)}) reasoned
      join core_record r on r.account_id = :account and r.id = reasoned.id
      where r.kind = any(:kinds) and r.deleted_at is null"""
    return Rule(full, basic, arms, candidates, values)


def under_alias(predicate: str, alias: str) -> str:
    """Return a predicate over `r` as one over another alias of the record."""
    return re.sub(r"\br\.", f"{alias}.", predicate)


def rule_for(actor: Actor, kinds: tuple[str, ...]) -> Rule:
    """Return the rule for an actor over records of the given kinds (one or more)."""
    values = {
        "principals": list(actor.principals),
        "reached": list(actor.reached),
        "actor_id": actor.user_id,
        "kinds": list(kinds),
    }
    if not actor.is_active:
        return _rule("false", "false", (_NONE,), values)
    if actor.is_administrator:
        return _rule("true", "true", (_EVERY,), values)
    viewable = [kind for kind in kinds if actor.has(kind, "view")]
    if not viewable:
        return _rule(_HELD, _HELD, _HOLDING, values)
    values["viewable"] = viewable
    of_kind = "" if len(viewable) == len(kinds) else " and r.kind = any(:viewable)"
    return _rule(
        full=f"((r.visibility = 'public'{of_kind}) or {_HELD})",
        basic=f"((r.visibility <> 'hidden'{of_kind}) or {_HELD})",
        arms=(*_HOLDING, _AS_VIEWER),
        values=values,
    )


def right_sql(actor: Actor, kind: str, right: str) -> str:
    """Return the predicate that an actor holds a right on `r`, whose full access is known."""
    if actor.has(kind, right):
        return "true"
    ways = []
    if (kind, right) in actor.owner_ticks:
        ways.append(_OWNS)
    if (kind, right) in actor.participant_ticks:
        ways.append(_PARTICIPATES)
    return f"({' or '.join(ways)})" if ways else "false"


HOLDINGS = f"""coalesce({_OWNS}, false) as is_owner,
  coalesce({_PARTICIPATES}, false) as is_participant"""
