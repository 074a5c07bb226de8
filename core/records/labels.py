"""Groups, tags and sources: finding them by name and making those that are new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from core.access import Actor
from core.db import db, sql
from core.errors import Invalid
from core.i18n import _
from core.records.fields import LABELS, Field, LabelChoice, Labels
from core.records.folding import fold
from core.records.kinds import Kind
from core.records.models import Label


def labels_of(family: str, *, with_retired: bool = False) -> list[Label]:
    """Return the labels of a family in their order."""
    statement = db.select(Label).where(Label.family == family)
    if not with_retired:
        statement = statement.where(Label.is_retired.is_(False))
    ordered = statement.order_by(Label.position, Label.name_key, Label.id)
    return list(db.session.execute(ordered).scalars())


def names_of(label_ids: list[int]) -> dict[int, str]:
    """Return the names of labels by their IDs."""
    rows = sql(
        "select id, name from core_label where account_id = :account and id = any(:ids)",
        ids=label_ids,
    )
    return {row.id: row.name for row in rows}


def present_of(label_ids: list[int]) -> set[int]:
    """Return those of the labels that are there."""
    return set(names_of(label_ids)) if label_ids else set()


def check(field: Field, value: Any, actor: Actor) -> None:
    """Raise Invalid where a value names a label of another list, or a new one without right."""
    kind = cast(LabelChoice | Labels, field.type)
    wanted = value if isinstance(value, list) else [value]
    known = labels_of(kind.family, with_retired=True)
    if not {each for each in wanted if isinstance(each, int)} <= {each.id for each in known}:
        raise Invalid(_("choose one from the list"))
    names = {each.name_key for each in known}
    new = [each for each in wanted if isinstance(each, str) and fold(each) not in names]
    if new and not (isinstance(kind, Labels) and actor.has("general", kind.create_right)):
        raise Invalid(_("you may not make “%(name)s”; choose one from the list", name=new[0]))


def resolve(kind: Kind, values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the values with the names of new labels replaced by the IDs of labels made now."""
    resolved = dict(values)
    for field in kind.homed(LABELS):
        value = resolved.get(field.key) or []
        family = cast(Labels, field.type).family
        resolved[field.key] = sorted(
            {each if isinstance(each, int) else make(family, each) for each in value}
        )
    return resolved


def make(family: str, name: str) -> int:
    """Return the ID of the label of that name, made if it is new; case does not matter."""
    values = {"family": family, "key": fold(name), "name": name}
    made = sql(
        "insert into core_label (account_id, family, name, name_key, position, is_retired)"
        " values (:account, :family, :name, :key, 0, false)"
        " on conflict (account_id, family, name_key) do nothing returning id",
        **values,
    ).scalar()
    if made is None:
        made = sql(
            "select id from core_label where account_id = :account"
            " and family = :family and name_key = :key",
            family=family,
            key=fold(name),
        ).scalar_one()
    return int(made)
