"""Questions about companies and their people."""

from __future__ import annotations

from typing import Any

from core.access import Actor, rule_for
from core.db import sql
from core.records.fields import MASK
from core.records.models import Record
from plugins.contacts.kinds import COMPANY, PERSON

_PEOPLE = """
select r.id, r.name, r.owner_id, coalesce({full}, false) as is_full,
  case when {full} then k.position end as position
from contacts_person k
join core_record r on r.account_id = k.account_id and r.id = k.id
where k.account_id = :account and k.company_id = :company and r.deleted_at is null and {basic}
order by r.sort_key, r.id limit :most
"""


def people_of(company_id: int, actor: Actor, most: int) -> list[Any]:
    """Return the people of a company that the actor may know of, by name; of private ones without
    access the basic line alone.
    """
    rule = rule_for(actor, (PERSON.key,))
    values = {key: value for key, value in rule.values.items() if key != "kinds"}
    statement = _PEOPLE.format(full=rule.full, basic=rule.basic)
    return list(sql(statement, company=company_id, most=most, **values))


def primary_email(record: Record) -> str:
    """Return the first e-mail address of a person or company; empty where there is none."""
    table = (PERSON if record.kind == PERSON.key else COMPANY).table
    found = sql(
        f"select emails[1] from {table} where account_id = :account and id = :id",
        id=record.id,
    )
    email = found.scalar() or ""
    return "" if email == MASK else email
