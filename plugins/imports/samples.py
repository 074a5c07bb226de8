"""Sample files: every column that this account knows, with one row that shows how it is filled."""

from __future__ import annotations

from core.access import Actor
from core.accounts.queries import account_facts
from core.i18n import lazy
from core.records.kinds import Kind
from plugins.imports.aims import FULL_NAME, ID, Aim, aims_of

EXAMPLES = {
    "first_name": "Anna",
    "last_name": "Nowak",
    "position": lazy("Buyer"),
    "name": "Bud-Mar sp. z o.o.",
    "nip": "7740001454",
    "regon": "610188201",
    "emails": "anna.nowak@example.com; biuro@example.com",
    "phones": "+48 22 555 12 34",
    "phones:mobile": "601 555 123",
    "phones:fax": "22 555 12 35",
    "web": "www.example.com",
    "street": "ul. Długa 1",
    "postcode": "00-238",
    "city": "Warszawa",
    "country": lazy("Poland"),
    "note": lazy("Asks for a catalogue"),
    "visibility": "public",
}


def sample_row(kind: Kind, actor: Actor) -> tuple[list[str], list[str | None]]:
    """Return the names of all columns and one row below them, which can be imported as it is."""
    aims = [each for each in aims_of(kind, actor) if each.name not in {ID, FULL_NAME}]
    aims = [each for each in aims if not (each.field and each.field.is_link and _is_record(each))]
    return [str(each.heading) for each in aims], [_example(each) for each in aims]


def _is_record(aim: Aim) -> bool:
    return aim.field is not None and aim.field.type.control == "record"


def _example(aim: Aim) -> str | None:
    facts = account_facts()
    if aim.name == "owner":
        return next((each.email for each in facts.users.values() if each.is_active), None)
    if aim.name == "participants":
        return next((each.name for each in facts.teams.values()), None)
    found = EXAMPLES.get(aim.name)
    return str(found) if found is not None else None


GUIDES = (
    (lazy("Google Contacts"), lazy("Export the contacts as “Google CSV”.")),
    (lazy("Outlook"), lazy("File > Open and export > Export to a file > csv.")),
    (lazy("iPhone"), lazy("Export a vCard and convert it into csv first.")),
    (lazy("Other programs"), lazy("Any table with names of columns in its first row will do.")),
)


def guides() -> list[tuple[str, str]]:
    """Return how to get a file out of the programs people come from."""
    return [(str(name), str(text)) for name, text in GUIDES]
