"""What contacts add to profiles: the people of a company, and writing to a contact."""

from __future__ import annotations

from urllib.parse import quote

from core import face
from core.access import Actor
from core.contracts import Panel, RecordAction
from core.i18n import _
from core.records.cells import basic_note
from core.records.list_cells import initials
from core.records.models import Record
from core.shown import Action, Hit
from plugins.contacts.kinds import COMPANY, PERSON
from plugins.contacts.queries import people_of, primary_email

MOST_PEOPLE = 20


def people_panel(record: Record, actor: Actor) -> list[Panel]:
    """Return the box with the people of a company; nothing for other kinds."""
    if record.kind != COMPANY.key:
        return []
    people = people_of(record.id, actor, MOST_PEOPLE + 1)
    hits = [
        Hit(
            id=row.id,
            kind=PERSON.key,
            url=f"/{PERSON.plural}/{row.id}",
            name=row.name,
            is_basic=not row.is_full,
            initials=initials(row.name),
            hue=face.hue(row.id),
            note=(row.position or "") if row.is_full else basic_note(PERSON.key, row.owner_id),
        )
        for row in people[:MOST_PEOPLE]
    ]
    has_more = len(people) > MOST_PEOPLE
    add = Action(_("Add person"), f"/{PERSON.plural}/new?company={record.id}", "plus", "ghost")
    return [
        Panel(
            "people",
            _("People of this company"),
            "contacts/_people.html",
            {
                "people": hits,
                "all_url": f"/{PERSON.plural}?filter=company:is:{record.id}" if has_more else "",
            },
            order=10,
            count=f"{MOST_PEOPLE}+" if has_more else str(len(hits)),
            action=add if actor.has(PERSON.key, "add") else None,
        )
    ]


def actions(record: Record) -> list[RecordAction]:
    """Return what a contact's profile offers besides what every record does."""
    if record.kind not in {PERSON.key, COMPANY.key}:
        return []
    email = primary_email(record)
    if not email:
        return []
    return [RecordAction(_("Write e-mail"), f"mailto:{quote(email, safe='@+')}", "mail", order=20)]
