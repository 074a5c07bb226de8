"""Erasing personal data: asterisks in a record, and in all that was ever recorded of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from core.access import Access, actor_of
from core.accounts.queries import setting
from core.changes.capture import author
from core.changes.masking import erase_earlier
from core.db import db
from core.merging.models import MERGED, MERGED_INTO
from core.merging.queries import merged_into
from core.records import bulk
from core.records.fields import LABELS, MASK, Labels
from core.records.kinds import Kind
from core.registry import registry

ANONYMISED, TAGS = "anonymised", "tag"
NAME = "name"


def personal_keys(kind: Kind) -> frozenset[str]:
    """Return the fields of a kind that hold personal data, and the name made of them."""
    keys = {each.key for each in kind.fields if each.is_personal}
    return frozenset(keys | {NAME}) if keys else frozenset()


def can_be_anonymised(kind: Kind) -> bool:
    """Tell whether records of a kind hold personal data."""
    return bool(personal_keys(kind))


def anonymise(access: Access) -> None:
    """Replace a record's personal data by asterisks, for ever, and take its tags away.

    Earlier values are masked in the change sets, what finds and matches it is derived anew. The
    same happens to the records that were merged into it. Raises Forbidden without the right.
    """
    access.require("anonymise")
    kind = registry().kinds[access.record.kind]
    erase(kind, merged_into(access.record.id), act=ANONYMISED, where=bulk.TRASHED)
    erase(kind, [access.record.id], act=ANONYMISED)


def clears_on_deletion(kind: Kind) -> bool:
    """Tell whether the account erases personal data of this kind with the deletion (TRASH-7)."""
    return can_be_anonymised(kind) and bool(setting(f"trash.{kind.visibility_area}.clear_personal"))


def clear_trashed(record_ids: Collection[int], kind_key: str) -> None:
    """Erase the personal data of records that were just put into the trash, where wanted.

    What a merge puts there is not deleted: its data live on in the main record, and are erased
    with that.
    """
    kind = registry().kinds[kind_key]
    if clears_on_deletion(kind) and author().origin != "merge":
        merged = [each for record_id in record_ids for each in merged_into(record_id)]
        erase(kind, {*record_ids, *merged}, where=bulk.TRASHED)


def erase(
    kind: Kind, record_ids: Collection[int], act: str = "", *, where: str = bulk.ALIVE
) -> None:
    """Erase the personal data of records, in the change set under way."""
    user_id = author().user_id
    now = bulk.stored(kind, record_ids, lock=True, where=where)
    changes = [(each, _erased(kind, each.values, with_tags=bool(act))) for each in now.values()]
    bulk.change_many(kind, changes, actor_of(user_id) if user_id else None)
    keys = personal_keys(kind) | {MERGED, MERGED_INTO}
    for record_id in now:
        erase_earlier(db.session(), record_id, keys, partial(_masked, kind), act)


def _erased(kind: Kind, values: Mapping[str, Any], *, with_tags: bool) -> dict[str, Any]:
    erased = {
        each.key: each.type.masked(values[each.key])
        for each in kind.fields
        if each.is_personal and each.key in values
    }
    if with_tags:
        erased |= {
            each.key: []
            for each in kind.homed(LABELS)
            if isinstance(each.type, Labels) and each.type.family == TAGS
        }
    return erased


def _masked(kind: Kind, key: str, value: Any) -> Any:
    if key == MERGED:
        return [[record_id, MASK] for record_id, _name in value]
    if key == MERGED_INTO:
        return [value[0], MASK] if value else value
    field = kind.by_key.get(key)
    if field is not None:
        return field.type.masked(value)
    return MASK if value else value
