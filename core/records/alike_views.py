"""Likely duplicates beside the form of a record, while it is typed and where it comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from core import face
from core.access import Actor, levels_of
from core.errors import Invalid
from core.records.alike import alike
from core.records.bulk import stored
from core.records.cells import address, basic_note
from core.records.fields import RecordLink, parse_id
from core.records.forms import SIMILAR_TO, read
from core.records.kinds import Kind
from core.records.list_cells import initials
from core.records.list_views import active_kind
from core.shown import Hit
from core.web import SIGNED_IN, actor, opens

MOST = 5


@dataclass(frozen=True)
class AlikeHit:
    """A likely duplicate, and what it has in common with what is typed."""

    hit: Hit
    reasons: str = ""


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses that the forms of kinds with matching ask while they are typed."""
    made = Blueprint("alike", __name__)
    for kind in (each for each in kinds if each.matching.needs):
        made.add_url_rule(
            f"/{kind.plural}/similar",
            f"similar_{kind.key}",
            similar,
            methods=["POST"],
            defaults={"kind_key": kind.key},
        )
    return made


@opens(SIGNED_IN)
def similar(kind_key: str) -> str:
    kind, who = active_kind(kind_key), actor()
    values = read(kind, request.form).values
    hits = alike_hits(kind, values, who, _own(request.form.get(SIMILAR_TO, "")))
    return render_template("records/_alike.html", hits=hits, is_seen=True)


def _own(typed: str) -> list[int]:
    try:
        return [parse_id(typed)] if typed else []
    except Invalid:
        return []


def alike_hits(
    kind: Kind, values: Mapping[str, Any], who: Actor, without: Collection[int] = ()
) -> list[AlikeHit]:
    """Return what is probably the same as some values, as far as the actor may know of it.

    A linked record that he does not see in full counts as none, so nobody learns by trying who
    belongs to it.
    """
    known = _without_unseen(kind, values, who)
    found = alike(kind, known, who, without, MOST)
    levels = levels_of(who, [each.id for each in found])
    records = stored(kind, [each.id for each in found if each.is_full])
    hits = []
    for each in found:
        basic = levels[each.id].basic
        record = records.get(each.id)
        reasons = kind.matching.reasons(known, record.values) if record else []
        hits.append(
            AlikeHit(
                Hit(
                    id=each.id,
                    kind=kind.key,
                    url=address(kind.key, each.id),
                    name=basic.name,
                    is_basic=not each.is_full,
                    initials=initials(basic.name),
                    hue=face.hue(each.id),
                    shape="round" if kind.is_round else "square",
                    note="" if each.is_full else basic_note(kind.key, basic.owner_id),
                ),
                ", ".join(str(reason) for reason in reasons),
            )
        )
    return hits


def _without_unseen(kind: Kind, values: Mapping[str, Any], who: Actor) -> dict[str, Any]:
    links = [
        each.key
        for each in kind.fields
        if isinstance(each.type, RecordLink) and values.get(each.key)
    ]
    levels = levels_of(who, [values[key] for key in links])
    unseen = {key for key in links if values[key] not in levels or not levels[values[key]].is_full}
    return {key: None if key in unseen else value for key, value in values.items()}
