"""What companies and persons are compared by when duplicates are looked for."""

from __future__ import annotations

import re

from core.records.folding import fold

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
