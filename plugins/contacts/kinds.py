"""The kinds person and company with their fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from core.contracts import Right
from core.errors import Invalid
from core.i18n import Text, _, lazy
from core.records.fields import (
    LABELS,
    MASK,
    RECORD,
    Field,
    FieldType,
    LabelChoice,
    Labels,
    LongText,
    RecordLink,
    ShortText,
)
from core.records.kinds import Kind, Matching, Section, Values
from plugins.contacts import addresses, matching, numbers
from plugins.contacts.models import Company, Person

MOST_ADDRESSES = 20
PHONE_KINDS = ("phone", "mobile", "fax")
PHONE_LABELS = (
    ("phone", lazy("phone")),
    ("mobile", lazy("mobile phone")),
    ("fax", lazy("fax")),
)

SECTIONS = (
    Section("main", lazy("Basic information")),
    Section("contact", lazy("Contact")),
    Section("address", lazy("Address")),
    Section("sorting", lazy("Classification")),
    Section("note", lazy("Note")),
    Section("access", lazy("Access")),
)


def _each(entries: list[str], parse: Any) -> list[str]:
    """Return the parsed entries; the refusal of one names which entry it is."""
    parsed = []
    for place, entry in enumerate((each for each in entries if each.strip()), start=1):
        try:
            value = parse(entry)
        except Invalid as wrong:
            if len(entries) == 1:
                raise
            message = _("entry %(place)s: %(why)s", place=place, why=wrong.message)
            raise Invalid(message) from wrong
        if value not in parsed:
            parsed.append(value)
    if len(parsed) > MOST_ADDRESSES:
        raise Invalid(
            _("%(count)s entries, allowed %(most)s", count=len(parsed), most=MOST_ADDRESSES)
        )
    return parsed


@dataclass(frozen=True)
class Emails(FieldType):
    """E-mail addresses, the primary one first."""

    control: str = "email_list"
    is_multiple: bool = True

    def parse(self, typed: list[str]) -> Any:
        """Return the addresses as typed, each once."""
        return _each(typed, _kept_or(addresses.parse_email))

    @property
    def cell(self) -> str:
        """How a list shows it."""
        return "email"

    def shown(self, value: Any) -> tuple[str, str | None, int]:
        """Return the primary address."""
        first = value[0]
        url = None if first == MASK else f"mailto:{quote(first, safe='@+')}"
        return first, url, len(value) - 1

    def texts_sql(self, column: str) -> str:
        """Return each address."""
        return f"select unnest({column})"


@dataclass(frozen=True)
class Phones(FieldType):
    """Phone numbers with their kinds, the primary one first; typed as `kind:number`."""

    control: str = "phone_list"
    is_multiple: bool = True

    def parse(self, typed: list[str]) -> Any:
        """Return `[number, kind]` for each number."""
        return [list(each) for each in _each(typed, _phone)]

    def masked(self, value: Any) -> Any:
        """Return one masked number in place of all."""
        return [[MASK, PHONE_KINDS[0]]] if value else value

    @property
    def cell(self) -> str:
        """How a list shows it."""
        return "phone"

    def shown(self, value: Any) -> tuple[str, str | None, int]:
        """Return the primary number."""
        number = value[0][0]
        return number, addresses.tel_of(number), len(value) - 1

    def entries(self, value: Any) -> list[tuple[str, str | None, str]]:
        """Return each number with its kind."""
        kinds = dict(self.options)
        return [(number, addresses.tel_of(number), str(kinds[kind])) for number, kind in value]

    @property
    def options(self) -> tuple[tuple[str, Text], ...]:
        """The kinds of numbers."""
        return PHONE_LABELS

    def typed(self, value: Any) -> list[str]:
        """Return `kind:number` for each number."""
        return [f"{kind}:{number}" for number, kind in value or ()]

    def words(self, value: Any) -> list[str]:
        """Return the digits of each number."""
        return [addresses.digits_of(number) for number, _kind in value or ()]

    def texts_sql(self, column: str) -> str:
        """Return the digits of each number."""
        number = "regexp_replace(phone ->> 0, '[^0-9]', '', 'g')"
        return f"select {number} from jsonb_array_elements({column}) phone"

    def sought(self, typed: str) -> str:
        """Return the digits that were typed; with none of them nothing is found."""
        return addresses.digits_of(typed) or typed


def _kept_or(parse: Any) -> Any:
    """Return a way to parse that leaves asterisks as they are: erased data may stay erased."""
    return lambda text: MASK if text.strip() == MASK else parse(text)


def _phone(entry: str) -> tuple[str, str]:
    kind, colon, number = entry.partition(":")
    if not colon or kind not in PHONE_KINDS:
        kind, number = "phone", entry
    return _kept_or(addresses.parse_phone)(number), kind


@dataclass(frozen=True)
class WebAddress(FieldType):
    """A web address."""

    control: str = "url"
    max_length: int = 2_000

    def parse(self, typed: list[str]) -> Any:
        """Return the address as typed."""
        text = super().parse(typed)
        return _kept_or(addresses.parse_web)(text) if text else None

    @property
    def cell(self) -> str:
        """How a list shows it."""
        return "link"

    def shown(self, value: Any) -> tuple[str, str | None, int]:
        """Return the address and where it leads."""
        return value, None if value == MASK else addresses.link_of(value), 0


@dataclass(frozen=True)
class Nip(FieldType):
    """A tax number; one with a failing check digit is stored after confirming."""

    def parse(self, typed: list[str]) -> Any:
        """Return the number without blanks and dashes."""
        text = super().parse(typed)
        return _kept_or(numbers.normalise_nip)(text) if text else None

    def warnings(self, value: Any) -> list[str]:
        """Return the doubt about the check digit."""
        doubt = "" if value == MASK else numbers.nip_warning(value)
        return [doubt] if doubt else []

    def sought(self, typed: str) -> str:
        """Return the number without blanks and dashes."""
        return numbers.plain(typed)


@dataclass(frozen=True)
class Regon(FieldType):
    """A number of the register of businesses."""

    def parse(self, typed: list[str]) -> Any:
        """Return the number without blanks and dashes."""
        text = super().parse(typed)
        return _kept_or(numbers.normalise_regon)(text) if text else None

    def warnings(self, value: Any) -> list[str]:
        """Return the doubt about the check digit."""
        doubt = "" if value == MASK else numbers.regon_warning(value)
        return [doubt] if doubt else []

    def sought(self, typed: str) -> str:
        """Return the number without blanks and dashes."""
        return numbers.plain(typed)


def _sorted_by(column: str) -> str:
    return f"k.{column}"


def _contact_fields() -> tuple[Field, ...]:
    return (
        Field("emails", lazy("E-mails"), Emails(), is_personal=True, section="contact", is_listed=True,
              search="words", icon="mail", sort_sql="k.emails[1]",
              synonyms=("e-mail", "email", "mail", "adres e-mail", "e-mail address")),
        Field("phones", lazy("Phones"), Phones(), is_personal=True, section="contact", is_listed=True,
              search="digits", icon="phone", sort_sql="(k.phones->0->>0)",
              synonyms=("phone", "telefon", "tel", "mobile", "komórka", "telefon komórkowy")),
        Field("web", lazy("Web address"), WebAddress(), is_personal=True, section="contact", icon="world",
              sort_sql=_sorted_by("web"), synonyms=("www", "strona", "website", "url")),
        Field("street", lazy("Street"), ShortText(), is_personal=True, section="address", icon="map-pin",
              sort_sql=_sorted_by("street"), synonyms=("ulica", "address", "adres", "street")),
        Field("postcode", lazy("Postcode"), ShortText(max_length=20), is_personal=True, section="address",
              sort_sql=_sorted_by("postcode"), synonyms=("kod", "kod pocztowy", "zip")),
        Field("city", lazy("City"), ShortText(max_length=100), is_personal=True, section="address",
              sort_sql=_sorted_by("city"), synonyms=("miasto", "miejscowość", "town")),
        Field("country", lazy("Country"), ShortText(max_length=100), is_personal=True, section="address",
              sort_sql=_sorted_by("country"), synonyms=("kraj", "państwo")),
        Field("source", lazy("Source"), LabelChoice(family="source"), section="sorting",
              synonyms=("źródło", "lead source")),
        Field("groups", lazy("Groups"), Labels(family="group.contacts",
              create_right="manage_groups"), home=LABELS, section="sorting",
              synonyms=("grupa", "group")),
        Field("tags", lazy("Tags"), Labels(family="tag", create_right="create_tags",
              max_length=50), home=LABELS, section="sorting", search="words",
              synonyms=("tag", "etykiety", "labels", "tagi")),
        Field("note", lazy("Note"), LongText(), is_personal=True, section="note", search="words",
              synonyms=("notatka", "notatki", "uwagi", "notes", "opis", "description")),
    )  # fmt: skip


def _person_name(values: Values) -> tuple[str, str]:
    first, last = values.get("first_name") or "", values.get("last_name") or ""
    return f"{first} {last}".strip(), ", ".join(each for each in (last, first) if each)


def _company_name(values: Values) -> tuple[str, str]:
    name = values.get("name") or ""
    return name, name


PERSON = Kind(
    key="person",
    plural="people",
    label=lazy("Person"),
    labels=lazy("People"),
    add_label=lazy("Add person"),
    empty_text=lazy("No people yet"),
    name_label=lazy("Last and first name"),
    icon="user",
    row=Person,
    sections=SECTIONS,
    name_of=_person_name,
    matching=Matching(
        matching.person_keys,
        matching.person_tiers,
        frozenset({"first_name", "last_name", "company", "emails", "phones"}),
        matching.person_reasons,
    ),
    is_mergeable=True,
    visibility_area="contacts",
    area_label=lazy("Contacts"),
    is_round=True,
    subtitle=("position", "company"),
    fields=(
        Field("first_name", lazy("First name"), ShortText(max_length=100), is_personal=True,
              sort_sql=_sorted_by("first_name"), synonyms=("imię", "given name", "firstname")),
        Field("last_name", lazy("Last name"), ShortText(max_length=100), is_personal=True,
              sort_sql=_sorted_by("last_name"),
              synonyms=("nazwisko", "surname", "family name", "lastname")),
        Field("position", lazy("Position"), ShortText(max_length=150), is_personal=True, is_listed=True,
              search="words", sort_sql=_sorted_by("position"),
              synonyms=("stanowisko", "job title", "title", "funkcja")),
        Field("company", lazy("Company"), RecordLink(kind="company"), is_listed=True,
              synonyms=("firma", "organization", "organisation", "account", "nazwa firmy")),
        *_contact_fields(),
    ),
)  # fmt: skip

COMPANY = Kind(
    key="company",
    plural="companies",
    label=lazy("Company"),
    labels=lazy("Companies"),
    add_label=lazy("Add company"),
    empty_text=lazy("No companies yet"),
    name_label=lazy("Name"),
    icon="building",
    row=Company,
    sections=SECTIONS,
    name_of=_company_name,
    matching=Matching(
        matching.company_keys,
        matching.company_tiers,
        frozenset({"name", "nip", "regon"}),
        matching.company_reasons,
    ),
    is_mergeable=True,
    visibility_area="contacts",
    area_label=lazy("Contacts"),
    fields=(
        Field("name", lazy("Name"), ShortText(), is_personal=True, home=RECORD, is_required=True,
              sort_sql="r.sort_key", is_basic=True, synonyms=("nazwa", "firma", "company", "nazwa firmy", "company name")),
        Field("nip", lazy("NIP"), Nip(), is_personal=True, is_listed=True, search="words",
              sort_sql=_sorted_by("nip"), synonyms=("vat", "tax id", "numer nip", "vat number")),
        Field("regon", lazy("REGON"), Regon(), is_personal=True, search="digits", sort_sql=_sorted_by("regon")),
        *_contact_fields(),
    ),
)  # fmt: skip

RIGHTS = [
    Right(kind.key, "anonymise", lazy("Anonymise"),
          lazy("Replace personal data by asterisks, for ever."), order=90)
    for kind in (PERSON, COMPANY)
]  # fmt: skip
