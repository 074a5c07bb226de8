"""Made-up values for the style guide: one of every part, in every state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.shown import (
    Answer,
    Cell,
    Column,
    Conflict,
    ConflictRow,
    Crumb,
    FieldView,
    FormError,
    FormSection,
    FormView,
    FormWarning,
    Hit,
    ListPage,
    Option,
    OwnerFace,
    Row,
    SearchGroup,
    Why,
)

OWNER = OwnerFace("Piotr Żyła", "PŻ", 4)
ICONS = Path(__file__).parent / "static" / "src" / "icons.txt"


def values() -> dict[str, Any]:
    """Return what `styleguide.html` shows."""
    return {
        "page": _list(),
        "form": _form(),
        "why": _why(),
        "conflict": _conflict(),
        "groups": _groups(),
        "icons": ICONS.read_text().split(),
    }


def _list() -> ListPage:
    columns = [
        Column("name", "Name", "c-name", sort_url="#", sort_dir="asc"),
        Column("position", "Position", "c-pos"),
        Column("company", "Company", "c-firm"),
        Column("phones", "Phone", "c-tel"),
        Column("tags", "Tags", "c-tags"),
        Column("owner", "Owner", "c-own"),
        Column("visibility", "Visibility", "c-vis"),
        Column("changed_at", "Changed", "c-date", "r"),
    ]
    rows = [
        _row(1, "Adamczyk-Łoś, Żaneta", "ŻA", "public"),
        Row(2, "#", is_basic=True, name="Gołąb, Zdzisław", kind_label="Person", owner=OWNER),
        _row(3, "Jędrzejewska, Małgorzata", "MJ", "hidden"),
        _row(4, "Schmidt, Jürgen", "JS", "private"),
    ]
    return ListPage("person", "People", columns, rows)


def _row(number: int, name: str, initials: str, visibility: str) -> Row:
    cells = [
        Cell("name", name, "#", initials=initials, hue=number),
        Cell("text", "Kierowniczka działu zakupów i logistyki"),
        Cell("link", "Północ Energia S.A.", "#"),
        Cell("phone", "+48 22 310 48 19", "tel:+48223104819"),
        Cell("tags", items=("przetarg", "OZE")),
        Cell("user", "Anna Bąk", initials="AB", hue=8),
        Cell("visibility", visibility, value=visibility),
        Cell("date", "3 Mar", title="3 March 2026, 9:41", value="2026-03-03T09:41"),
    ]
    return Row(number, "#", cells)


def _form() -> FormView:
    kinds = [Option("phone", "phone"), Option("mobile", "mobile")]
    visibility = [
        Option("public", "public", is_selected=True, hint="Everyone finds it and sees all of it."),
        Option("private", "private", hint="Others see only name, type and owner."),
        Option("hidden", "hidden", hint="Others do not learn that it exists."),
    ]
    companies = [Option("", ""), Option("1", "Północ Energia S.A.", is_selected=True)]
    wrong = "E-mail “jan(at)firma.pl”: type an address such as a@b.com."
    fields = [
        FieldView("last_name", "Last name", value="Święcicka-Żak", is_required=True),
        FieldView("company", "Company", "record", options=companies),
        FieldView(
            "emails", "E-mail", "email_list", values=["jan(at)firma.pl"], errors=[wrong], wrong=[0]
        ),
        FieldView(
            "phones", "Phone", "phone_list", values=[("601 774 290", "mobile")], options=kinds
        ),
        FieldView("nip", "NIP", value="526-025-02-75", warnings=["The check digit is wrong."]),
        FieldView("born_on", "Date", "date", value="2026-03-03"),
        FieldView("decides", "Decides on purchases", "yes_no", value="1"),
        FieldView("account", "Package", is_readonly=True, readonly_text="Enterprise"),
        FieldView("note", "Note", "longtext", hint="Seen by everyone who sees the record."),
        FieldView("visibility", "Visibility", "visibility", options=visibility, is_wide=True),
        FieldView("secret", "Password", "password"),
        FieldView("file", "File", "file", accept=".csv,.xlsx", max_bytes=100 * 2**20),
    ]
    return FormView(
        action="#",
        title="Add person",
        sections=[FormSection("Person", fields, "One record per person.")],
        save_label="Add person",
        cancel_url="#",
        crumbs=[Crumb("People", "#"), Crumb("Add person")],
        errors=[FormError("emails", wrong)],
        warnings=[FormWarning("nip", "NIP 526-025-02-75: the check digit is wrong.")],
    )


def _why() -> Why:
    return Why(
        answers=[
            Answer("You see", is_held=True, sentences=["Team North takes part since 12 March."]),
            Answer("You do not delete", is_held=False, sentences=["The owner may delete."]),
        ],
        further=[Answer("You export", is_held=True, sentences=["You have the right Export."])],
    )


def _conflict() -> Conflict:
    rows = [
        ConflictRow("position", "Position", "Specialist", "Head of purchasing", "Director"),
        ConflictRow("phones", "Phone", "", "+48 61 845 77 12", "+48 601 774 290", "mine"),
    ]
    return Conflict("Marek Zieliński", "10:52", rows, merged_count=2)


def _groups() -> list[SearchGroup]:
    hits = [
        Hit(
            1,
            "person",
            "#",
            "Małgorzata Święcicka-Żak",
            initials="MŚ",
            hue=2,
            place="E-mail: m@b.pl",
        ),
        Hit(2, "person", "#", "Tomasz Żak", is_basic=True, note="Person, owner: Piotr Żyła"),
    ]
    return [SearchGroup("person", "People", "user", hits, "2")]
