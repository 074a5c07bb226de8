"""What the columns of a file can be assigned to: the fields of a kind and of what it links to.

A key names kind and field, `person.first_name`, and for entries of one sort also the sort,
`person.phones:mobile`. `person.record_id` is the number of an existing record, never proposed for
a column that is just called ID; `person.full_name` is first and last name in one column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.access import Actor
from core.i18n import LANGUAGES, Text, _, in_language, lazy
from core.records.fields import Field, FieldType, RecordLink
from core.records.kinds import Kind
from core.records.queries import is_active
from core.registry import registry
from plugins.imports.looks import Content
from plugins.imports.permissions import IMPORTED, RIGHT
from plugins.imports.recognising import Target

ID, FULL_NAME = "record_id", "full_name"

# The names that `synonyms.toml` uses, where they differ from the field's key.
GENERICS = {
    "emails": ("email",),
    "phones": ("phone",),
    "phones:mobile": ("mobile",),
    "phones:fax": ("fax",),
    "web": ("url",),
    ID: (),
    "street": ("street", "address"),
}
CONTENTS = {"email_list": Content.EMAIL, "url": Content.URL, "phone_list": Content.PHONE}
CONTENTS_BY_KEY = {"nip": Content.NIP, "regon": Content.REGON}


@dataclass(frozen=True)
class Aim:
    """One thing a column can be assigned to; `field` is None for ID and full name.

    `is_main` says that it belongs to the kind that is imported, not to one that it links to.
    """

    key: str
    kind: Kind
    field: Field | None
    name: str
    label: Text
    is_main: bool
    variant: str = ""

    @property
    def is_multiple(self) -> bool:
        """Whether several columns can be assigned to it."""
        return self.field is not None and self.field.type.is_multiple

    @property
    def heading(self) -> Text:
        """The name of a column that is recognised as this: the label, with its kind if need be."""
        return self.label if self.is_main else self.full_label

    @property
    def full_label(self) -> Text:
        """The label behind its kind: `Person: First name`."""
        return lazy("%(kind)s: %(field)s", kind=self.kind.label, field=self.label)


def importable(actor: Actor) -> list[Kind]:
    """Return the kinds that the actor may import."""
    kinds = {kind.key: kind for kind in registry().kinds.of(actor.active_plugins)}
    return [kinds[key] for key in IMPORTED if key in kinds and actor.has(key, RIGHT)]


def aims_of(main: Kind, actor: Actor) -> list[Aim]:
    """Return what the columns of a file of this kind can be assigned to, the kind's own first."""
    offered = {kind.key: kind for kind in importable(actor)}
    if main.key not in offered:
        return []
    aims = list(_own(main, is_main=True))
    for link in links_of(main):
        if other := offered.get(_kind_of(link)):
            aims += [each for each in _own(other, is_main=False) if each.name != ID]
    return aims


def is_offered(field: Field) -> bool:
    """Tell whether a field may be filled by an import: not one whose plugin is off."""
    return field.is_editable and is_active(field)


def links_of(kind: Kind) -> list[Field]:
    """Return the fields that point to a record of another kind."""
    return [each for each in kind.fields if isinstance(each.type, RecordLink) and each.is_editable]


def _kind_of(link: Field | None) -> str:
    return link.type.kind if link and isinstance(link.type, RecordLink) else ""


def _own(kind: Kind, *, is_main: bool) -> list[Aim]:
    def aim(name: str, field: Field | None, label: Text, variant: str = "") -> Aim:
        key = f"{kind.key}.{name}"
        return Aim(key, kind, field, name, label, is_main, variant)

    keys = {field.key for field in kind.fields}
    found = []
    if {"first_name", "last_name"} <= keys:
        found.append(aim(FULL_NAME, None, lazy("First and last name")))
    for field in kind.fields:
        if not is_offered(field) or (not is_main and isinstance(field.type, RecordLink)):
            continue
        variants = _variants(field.type)
        found.append(aim(field.key, field, _label_of(field)))
        found += [
            aim(f"{field.key}:{variant}", field, _with_variant(field, label), variant)
            for variant, label in variants
        ]
    # Names first, but the whole name behind its parts.
    found.sort(key=lambda each: each.name == FULL_NAME)
    return [*found, aim(ID, None, lazy("Record ID"))]


def _variants(type_: FieldType) -> Sequence[tuple[str, Text]]:
    """Return the sorts of entries beside the first one, which the field itself stands for."""
    return type_.options[1:]


def _label_of(field: Field) -> Text:
    if isinstance(field.type, RecordLink):
        return lazy("%(field)s (an existing one)", field=field.label)
    return field.label


def _with_variant(field: Field, label: Text) -> Text:
    return lazy("%(field)s (%(sort)s)", field=field.label, sort=label)


def targets(aims: Sequence[Aim]) -> list[Target]:
    """Return the aims as the recogniser knows them: by their names in every language.

    A column that holds the other side of a link rather makes it than looks for an existing one.
    """
    main_names = {each.name for each in aims if each.is_main}
    made = {each.kind.key for each in aims if not each.is_main}
    return [
        replace(target, generics=()) if _is_link(aim) and _kind_of(aim.field) in made else target
        for aim in sorted(aims, key=_is_link)
        for target in [_target(aim, main_names)]
    ]


def _is_link(aim: Aim) -> bool:
    return aim.field is not None and isinstance(aim.field.type, RecordLink)


def _target(aim: Aim, main_names: set[str]) -> Target:
    is_own = aim.is_main or aim.name not in main_names
    texts = [aim.full_label, *([aim.label] if is_own else [])]
    labels = tuple(in_language(language, text) for text in texts for language in LANGUAGES)
    if not is_own:
        return Target(aim.key, labels, is_multiple=aim.is_multiple)
    field = aim.field
    content = None
    if field and not aim.variant:
        content = CONTENTS_BY_KEY.get(field.key) or CONTENTS.get(field.type.control)
    return Target(
        aim.key,
        labels,
        synonyms=_synonyms(aim),
        generics=_generics(aim),
        is_multiple=aim.is_multiple,
        content=content,
    )


def _synonyms(aim: Aim) -> tuple[str, ...]:
    if aim.name == FULL_NAME:
        return ("Name", "Full name")
    if aim.field is None or aim.variant or _is_link(aim):
        return ()
    if aim.name == "name" and not aim.is_main:
        return (aim.kind.key, *aim.field.synonyms)
    return aim.field.synonyms


def _generics(aim: Aim) -> tuple[str, ...]:
    if aim.name == "name":
        return ("company", "name") if aim.is_main else (aim.kind.key,)
    if aim.name == FULL_NAME:
        return ("full_name",)
    return GENERICS.get(aim.name, (aim.name,))


def twice(aim: Aim, letters: str) -> str:
    """Return the sentence about a target that several columns are assigned to."""
    return _("%(field)s: assigned to columns %(columns)s", field=aim.heading, columns=letters)
