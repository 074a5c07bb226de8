"""What companies and persons are compared by when duplicates are looked for."""

from __future__ import annotations

import re

from core.i18n import Text, lazy
from core.records.fields import MASK
from core.records.folding import fold
from core.records.kinds import Values
from plugins.contacts.addresses import digits_of, email_key

# Endings in folded words, with blanks for dots and other punctuation: "sp. z o.o." is "sp z o o".
# Forms that are words as well (spa, as, ad) count only when written with dots.
_POLISH = (
    r"(?:sp(?:olka)? ?)?z ?o ?o",
    r"sp(?:olka)? z (?:ograniczona|ogr) (?:odpowiedzialnoscia|odp)",
    r"spolka akcyjna|prosta spolka akcyjna|spolka europejska|s ?a|p ?s ?a",
    r"sp(?:olka)? (?:komandytowo akcyjna|komandytowa|kom)|sp ?k(?: ?a)?|s ?k ?a",
    r"sp(?:olka)? (?:jawna|partnerska|cywilna)|sp ?[jp]|s ?c",
    r"w likwidacji|w upadlosci|w restrukturyzacji",
)
_GERMAN = (
    r"g?gmbh|g m b h|gesellschaft mit beschrankter haftung|ug(?: haftungsbeschrankt)?",
    r"ag|aktiengesellschaft|kgaa|kg|ohg|og|gbr|e k|e v",
)
_ENGLISH = (
    r"(?:private |public )?(?:ltd|limited)(?: company)?|p ?l ?c|l ?l ?[cp]|pty|pvt",
    r"inc|incorporated|corp|corporation|co|company",
)
_OTHER = (
    r"(?:spol )?s ?r ?o|a s|akciova spolocnost|akciova spolecnost|k s|v o s",
    r"s ?a ?r ?l|s ?r ?l|s p a|sas|s a s|s l|s ?l ?u|s ?e|b ?v|n ?v|bvba|lda",
    r"ab|asa|aps|oyj?|kft|zrt|nyrt|uab|d ?o ?o|d d|e?ood|a d|o o o",
)
_ENDING = re.compile(rf"(?<=\S) (?:{'|'.join(_POLISH + _GERMAN + _ENGLISH + _OTHER)})$")
_NO_WORD = re.compile(r"[\W_]+")


def company_key(name: str) -> str:
    """Return what company names are compared by: case, diacritics, blanks, punctuation and
    legal-form endings do not count, so `Bud-Mar Sp. z o.o.` equals `BUDMAR spółka z o.o.`

    A name of endings alone stays whole. Empty, and then equal to nothing, for a name without
    letters and digits.
    """
    words = _NO_WORD.sub(" ", fold(name)).strip()
    while (shorter := _ENDING.sub("", words)) != words:
        words = shorter
    return words.replace(" ", "")


def person_key(first_name: str, last_name: str) -> str:
    """Return what names of persons are compared by: first and last name, folded, a blank between.

    Empty, and then equal to nothing, where there is neither letter nor digit.
    """
    first, last = (_NO_WORD.sub("", fold(name)) for name in (first_name, last_name))
    return f"{first} {last}" if first or last else ""


def company_keys(values: Values) -> list[str]:
    """Return under which texts a company is remembered.

    Names are told apart by whether there is a NIP: two companies of one name with different
    numbers are two companies.
    """
    name = company_key(values.get("name") or "")
    mark = "named" if values.get("nip") else "only named"
    return _numbers_of(values) + ([f"{mark} {name}"] if name else [])


def company_tiers(values: Values) -> list[list[str]]:
    """Return under which texts the like of a company is looked for: NIP, then REGON, then name."""
    name = company_key(values.get("name") or "")
    tiers = [[number] for number in _numbers_of(values)]
    marks = ("only named",) if values.get("nip") else ("only named", "named")
    return tiers + ([[f"{mark} {name}" for mark in marks]] if name else [])


def person_keys(values: Values) -> list[str]:
    """Return under which texts a person is remembered: never the names alone."""
    name = person_key(values.get("first_name") or "", values.get("last_name") or "")
    if not name:
        return []
    reached = _reached(name, values)
    if company := values.get("company"):
        return [f"at {company} {name}", *(f"employed {each}" for each in reached)]
    return [f"free {each}" for each in reached]


def person_tiers(values: Values) -> list[list[str]]:
    """Return under which texts the like of a person is looked for.

    With a company: the names there, then the names with an equal address among persons of no
    company. Without a company: the names with equal addresses, the more of them the better.
    """
    name = person_key(values.get("first_name") or "", values.get("last_name") or "")
    if not name:
        return []
    free = [f"free {each}" for each in _reached(name, values)]
    if company := values.get("company"):
        return [[f"at {company} {name}"], free]
    return [[*free, *(f"employed {each}" for each in _reached(name, values))]]


def _numbers_of(values: Values) -> list[str]:
    found = {key: values.get(key) for key in ("nip", "regon")}
    return [f"{key} {value}" for key, value in found.items() if value and value != MASK]


def _reached(name: str, values: Values) -> list[str]:
    """Return the names with each e-mail, phone and fax."""
    reached = [email_key(each) for each in values.get("emails") or ()]
    reached += [digits_of(number) for number, _kind in values.get("phones") or ()]
    return [f"{name} {each}" for each in dict.fromkeys(reached) if each]


def company_reasons(one: Values, other: Values) -> list[Text]:
    """Return what two companies have in common of that by which they are compared."""
    reasons = {"nip": lazy("the same NIP"), "regon": lazy("the same REGON")}
    found: list[Text] = [
        reason for key, reason in reasons.items() if one.get(key) and one[key] == other.get(key)
    ]
    name = company_key(one.get("name") or "")
    if name and name == company_key(other.get("name") or ""):
        found.append(lazy("the same name"))
    return found


def person_reasons(one: Values, other: Values) -> list[Text]:
    """Return what two persons have in common of that by which they are compared."""
    found: list[Text] = [lazy("the same first and last name")]
    if one.get("company") and one["company"] == other.get("company"):
        found.append(lazy("the same company"))
    if _emails(one) & _emails(other):
        found.append(lazy("the same e-mail"))
    if _digits(one) & _digits(other):
        found.append(lazy("the same phone number"))
    return found


def _emails(values: Values) -> set[str]:
    return {email_key(each) for each in values.get("emails") or ()}


def _digits(values: Values) -> set[str]:
    return {digits_of(number) for number, _kind in values.get("phones") or ()} - {""}
