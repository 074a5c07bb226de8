"""Reading the settings forms of contacts."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from core.records.label_lists import Entry
from core.records.models import Label

UP, DOWN = "up", "down"


def entries_of(form: MultiDict[str, str], present: Sequence[Label]) -> list[Entry]:
    """Return the labels as the form shows them, in its order, with a new one at the end.

    What was not changed since the form was opened is taken as it is now, so that nobody takes
    back what somebody else changed meanwhile.
    """
    by_id = {str(each.id): each for each in present}
    retired, opened_retired = form.getlist("retired"), form.getlist("opened_retired")
    entries = []
    for place in dict.fromkeys(form.getlist("order")):
        label = by_id.get(place)
        if label is None:
            continue
        name = form.get(f"name.{place}", label.name)
        is_retired = label.is_retired
        if name == form.get(f"opened.{place}"):
            name = label.name
        if (place in retired) != (place in opened_retired):
            is_retired = place in retired
        entries.append(Entry(label.id, name, is_retired))
    entries = moved(entries, form.get("move", ""))
    if form.get("new", "").strip():
        entries.append(Entry(None, form["new"]))
    return entries


def moved(entries: list[Entry], move: str) -> list[Entry]:
    """Return the entries with one moved a place `up.<id>` or `down.<id>`."""
    direction, _dot, label_id = move.partition(".")
    place = next((n for n, each in enumerate(entries) if str(each.label_id) == label_id), None)
    if place is None or direction not in {UP, DOWN}:
        return entries
    other = place - 1 if direction == UP else place + 1
    if not 0 <= other < len(entries):
        return entries
    changed = list(entries)
    changed[place], changed[other] = changed[other], changed[place]
    return changed
