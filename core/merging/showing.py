"""Merges and splits as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core import face
from core.access import Actor, Effect, levels_of
from core.accounts.queries import account_facts
from core.i18n import _
from core.merging.choices import Choice, is_empty, is_united
from core.merging.later import Later
from core.merging.planning import Plan
from core.merging.splitting import Split
from core.records.bulk import Stored
from core.records.cells import Cells, address
from core.records.kinds import Kind, Values
from core.records.list_cells import initials
from core.registry import registry
from core.shown import Crumb, FieldRow, Section


def crumbs_of(kind: Kind, record: Stored) -> list[Crumb]:
    """Return the way to a page about a record."""
    return [Crumb(str(kind.labels), f"/{kind.plural}"), Crumb(record.name, _url(kind, record.id))]


def _url(kind: Kind, record_id: int) -> str:
    return address(kind.key, record_id)


def record_shown(kind: Kind, record: Stored, cells: Cells) -> dict[str, Any]:
    """Return a record as one of several: its name, and what stands below it."""
    below = [cells.text(kind.by_key[key], record.values[key]) for key in kind.subtitle]
    emails = [str(each) for each in record.values.get("emails") or ()][:1]
    return {
        "id": record.id,
        "name": record.name,
        "url": _url(kind, record.id),
        "initials": initials(record.name),
        "hue": face.hue(record.id),
        "shape": "round" if kind.is_round else "square",
        "note": ", ".join(each for each in (*below, *emails) if each),
    }


def compared(plan: Plan) -> dict[str, Any]:
    """Return the page on which the main record and the values are chosen."""
    kind, cells = plan.kind, _cells(plan)
    return {
        "records": [record_shown(kind, each, cells) for each in plan.records],
        "main": record_shown(kind, plan.main, cells),
        "choices": [_choice(each, plan, cells) for each in plan.choices],
        "together": _together(plan, cells),
        "crumbs": crumbs_of(kind, plan.main),
    }


def _cells(plan: Plan) -> Cells:
    return Cells(plan.kind, plan.actor, plan.values, *(each.values for each in plan.records))


def _told_apart(plan: Plan, cells: Cells) -> dict[int, str]:
    """Return the records by name, those of one name with what stands below it."""
    shown = [record_shown(plan.kind, each, cells) for each in plan.records]
    names = [each["name"] for each in shown]
    return {
        each["id"]: f"{each['name']} ({each['note']})"
        if names.count(each["name"]) > 1 and each["note"]
        else each["name"]
        for each in shown
    }


def _choice(choice: Choice, plan: Plan, cells: Cells) -> dict[str, Any]:
    names = _told_apart(plan, cells)
    return {
        "key": choice.field.key,
        "label": str(choice.field.label),
        "offers": [
            {
                "value": offer.record_ids[0],
                "cells": cells.of(choice.field, offer.value),
                "from": ", ".join(names[each] for each in offer.record_ids),
                "is_main": plan.main.id in offer.record_ids,
                "is_chosen": place == choice.chosen,
            }
            for place, offer in enumerate(choice.offers)
        ],
    }


def _together(plan: Plan, cells: Cells) -> list[FieldRow]:
    """Return the fields that take the values of all records, or of the only one that has any."""
    chosen = {each.field.key for each in plan.choices}
    rows = []
    for field in plan.kind.fields:
        if field.key in chosen or field.key not in plan.changed:
            continue
        if field.key == "visibility" or is_united(field) or not is_empty(plan.values[field.key]):
            shown = cells.of(field, plan.values[field.key])
            if shown:
                rows.append(FieldRow(field.key, str(field.label), shown))
    return rows


def previewed(plan: Plan) -> dict[str, Any]:
    """Return the page that shows what merging would come to."""
    kind, cells = plan.kind, _cells(plan)
    return {
        "main": record_shown(kind, plan.main, cells),
        "others": [record_shown(kind, each, cells) for each in plan.others],
        "sections": sections_of(kind, plan.values, cells),
        "counts": moved_counts(plan.linked_ids, plan.actor),
        "effects": effects_shown(plan.effects, list(_told_apart(plan, cells).values())),
        "crumbs": crumbs_of(kind, plan.main),
        "confirmed": plan.digest,
        "loses_access": plan.loses_access,
    }


def sections_of(kind: Kind, values: Values, cells: Cells) -> list[Section]:
    """Return all fields that are filled in, section by section."""
    found = []
    for section in kind.sections:
        rows = [
            FieldRow(field.key, str(field.label), shown)
            for field in kind.fields
            if field.section == section.key
            and field.is_editable
            and (shown := cells.of(field, values.get(field.key)))
        ]
        if rows:
            found.append(Section(str(section.label), rows))
    return found


def moved_counts(linked: Mapping[str, Sequence[int]], actor: Actor) -> list[dict[str, Any]]:
    """Return how many records that the actor may know go along, kind by kind."""
    levels = levels_of(actor, [each for ids in linked.values() for each in ids])
    counted = {key: sum(each in levels for each in ids) for key, ids in linked.items()}
    return [
        {
            "kind": key,
            "label": str(registry().kinds[key].labels),
            "number": number,
            "text": face.formats().integer(number),
        }
        for key, number in counted.items()
        if number
    ]


def effects_shown(effects: Iterable[Effect], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return who begins or ceases to see which of the records, by name."""
    facts = account_facts()
    return [
        {
            "name": facts.principal_name(each.user_id),
            "initials": facts.users[each.user_id].initials,
            "hue": face.hue(each.user_id),
            "gained": ", ".join(dict.fromkeys(names[place] for place in each.gained)),
            "lost": ", ".join(dict.fromkeys(names[place] for place in each.lost)),
        }
        for each in effects
    ]


# ---------------------------------------------------------------- splitting


def split_shown(found: Split, actor: Actor) -> dict[str, Any]:
    """Return the page that shows what splitting would come to."""
    kind, main = found.kind, found.main
    every = [main.values, found.after, *(each.values for each in found.restored)]
    cells = Cells(kind, actor, *every)
    changed = [key for key, value in found.after.items() if value != main.values.get(key)]
    return {
        "main": record_shown(kind, main, cells),
        "restored": [record_shown(kind, each, cells) for each in found.restored],
        "lost": list(found.lost),
        "fields": [
            {
                "key": key,
                "label": str(kind.by_key[key].label),
                "now": cells.of(kind.by_key[key], main.values.get(key)),
                "after": cells.of(kind.by_key[key], found.after[key]),
            }
            for key in changed
        ],
        "kept": [str(each.label) for each in found.kept],
        "counts": moved_counts(found.back, actor),
        "later": [_later(each, actor) for each in found.later],
        "effects": effects_shown(found.effects, [each.name for each in (main, *found.restored)]),
        "crumbs": crumbs_of(kind, main),
        "confirmed": found.digest,
    }


def _later(each: Later, actor: Actor) -> dict[str, Any]:
    label = str(each.field.label)
    if each.record_id:
        name = levels_of(actor, [each.record_id])[each.record_id].basic.name
        text = f"{each.kind.label}: {name}"
    else:
        value = [each.value] if each.field.type.is_multiple else each.value
        values = {each.field.key: value}
        text = Cells(each.kind, actor, values).text(each.field, value)
    return {"key": each.key, "label": label, "text": text, "may_move": each.may_move}


def told(counts: Sequence[Mapping[str, Any]]) -> str:
    """Return counts as a sentence; empty where there are none."""
    if not counts:
        return ""
    return _(
        "Moved: %(what)s.", what=", ".join(f"{each['label']} {each['text']}" for each in counts)
    )
