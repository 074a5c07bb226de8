"""Made-up companies and people, the same for the same seed, none of whom can be reached.

Web and e-mail addresses lie under names reserved for examples (RFC 2606). Polish telephone numbers
begin with 64, in the Polish numbering plan kept for paging, or with 99, which is nobody's area
code; foreign ones are those reserved for fiction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from stdnum.pl import regon

from core.demo import lists
from core.records.folding import fold

POLAND = "Polska"
_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_FREE_MAIL = ("example.com", "example.net", "example.org")
_NO_WORD = re.compile(r"[^a-z0-9]+")

Values = dict[str, Any]


def demo_companies(n: int, seed: int = 1) -> list[Values]:
    """Return n companies as values by field key; names, NIPs, REGONs and domains occur once."""
    source = _Source(Random(seed))  # noqa: S311 - examples, not secrets
    names = source.company_names()
    return [_company(source, *next(names)) for _number in range(n)]


def demo_persons(n: int, companies: list[Values], seed: int = 1) -> list[Values]:
    """Return n people as values by field key; `company` is a place in `companies`, or None.

    Some companies have many people and some none; surnames agree with the person.
    """
    source = _Source(Random(seed))  # noqa: S311 - examples, not secrets
    return [_person(source, companies) for _number in range(n)]


@dataclass
class _Source:
    """Chances, and what was given away already."""

    random: Random
    taken: set[str] = field(default_factory=set)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def digits(self, number: int) -> str:
        return f"{self.random.randrange(10**number):0{number}}"

    def once(self, text: str, pattern: str = "{text}{number}") -> str:
        """Return the text, or where it is taken already, with the first number that is free."""
        free = text
        for number in count(2):
            if free not in self.taken:
                break
            free = pattern.format(text=text, number=number)
        self.taken.add(free)
        return free

    def company_names(self) -> Iterator[tuple[str, str]]:
        """Yield name without legal form and country, without end and never the same twice."""
        while True:
            if self.chance(0.06):
                country = self.random.choice(lists.FOREIGN)[0]
                name = self.random.choice(lists.FOREIGN_COMPANIES)
            else:
                country = POLAND
                branch = self.random.choice(lists.BRANCHES)
                name = f"{self.random.choice(lists.STEMS)} {branch}"
            if name in self.taken:
                name = f"{name} {self.random.choice(lists.CITIES).partition(':')[0]}"
            yield self.once(name, "{text} {number}"), country

    def phone(self, country: str, kind: str) -> list[list[str]]:
        if country == POLAND and kind == "mobile":
            number = f"+48 64{self.digits(1)} {self.digits(3)} {self.digits(3)}"
        elif country == POLAND:
            number = f"+48 99 {self.digits(3)} {self.digits(2)} {self.digits(2)}"
        else:
            start = next(each[4] for each in lists.FOREIGN if each[0] == country)
            if start is None:
                return []
            number = start[0] + self.digits(start[1])
        return [[number, kind]]

    def address(self, country: str) -> Values:
        if country != POLAND:
            cities = next(each[3] for each in lists.FOREIGN if each[0] == country)
            city = self.random.choice(cities.split())
            return {"street": "", "city": city, "postcode": "", "country": country}
        city, _colon, start = self.random.choice(lists.CITIES).partition(":")
        house = str(self.random.randint(1, 140))
        if self.chance(0.3):
            house += f"/{self.random.randint(1, 60)}"
        street = f"{self.random.choice(lists.STREETS)} {house}"
        postcode = start + self.digits(6 - len(start))
        return {"street": street, "city": city, "postcode": postcode, "country": country}

    def nip(self) -> str:
        """Return a free NIP: the check digit is the weighted sum modulo 11, which is never 10."""
        while True:
            start = f"{self.random.randint(111_000_000, 998_999_999)}"
            check = sum(w * int(d) for w, d in zip(_NIP_WEIGHTS, start, strict=True)) % 11
            number = f"{start}{check}"
            if check < 10 and number not in self.taken:
                self.taken.add(number)
                return number

    def regon(self) -> str:
        while True:
            start = self.digits(8)
            number = start + regon.calc_check_digit(start)
            if number not in self.taken:
                self.taken.add(number)
                return number


def _slug(text: str, glue: str = "-") -> str:
    return _NO_WORD.sub(glue, fold(text)).strip(glue)


def _company(source: _Source, name: str, country: str) -> Values:
    forms = lists.LEGAL_FORMS if country == POLAND else lists.FOREIGN_LEGAL_FORMS[country]
    domain = source.once(_slug(name)) + ".example"
    is_polish = country == POLAND
    return {
        "name": f"{name} {source.random.choice(forms)}".strip(),
        "nip": source.nip() if is_polish else "",
        "regon": source.regon() if is_polish and source.chance(0.8) else "",
        "emails": [f"{source.random.choice(('biuro', 'kontakt', 'info'))}@{domain}"],
        "phones": source.phone(country, "phone") if source.chance(0.9) else [],
        "web": f"www.{domain}" if source.chance(0.8) else "",
        **source.address(country),
        "note": source.random.choice(lists.COMPANY_NOTES) if source.chance(0.3) else "",
    }


def _person(source: _Source, companies: list[Values]) -> Values:
    company = _employer(source, companies)
    country = companies[company]["country"] if company is not None else POLAND
    if country == POLAND and source.chance(0.03):
        country = source.random.choice(lists.FOREIGN)[0]
    is_woman = source.chance(0.5)
    first_name, last_name = _name(source, country, is_woman=is_woman)
    if company is not None:
        domain = companies[company]["emails"][0].partition("@")[2]
        position = _position(source, is_woman=is_woman)
    else:
        domain, position = source.random.choice(_FREE_MAIL), ""
    local_part = f"{_slug(first_name, '')}.{_slug(last_name, '-')}"
    email = source.once(f"{local_part}@{domain}", local_part + "{number}@" + domain)
    phones = source.phone(country, "mobile") if source.chance(0.85) else []
    if company is not None and source.chance(0.25):
        phones += source.phone(country, "phone")
    has_address = source.chance(0.8 if company is None else 0.15)
    nowhere = {"street": "", "city": "", "postcode": "", "country": ""}
    return {
        "first_name": first_name,
        "last_name": last_name,
        "position": position,
        "company": company,
        "emails": [email] if source.chance(0.92) else [],
        "phones": phones,
        "web": f"https://example.com/{local_part}" if source.chance(0.03) else "",
        **(source.address(country) if has_address else nowhere),
        "note": source.random.choice(lists.PERSON_NOTES) if source.chance(0.2) else "",
    }


def _employer(source: _Source, companies: list[Values]) -> int | None:
    """Return one of the companies, the first ones more often, or for every eighth person none."""
    if not companies or source.chance(0.125):
        return None
    return int(len(companies) * source.random.random() ** 1.6)


def _name(source: _Source, country: str, *, is_woman: bool) -> tuple[str, str]:
    choose = source.random.choice
    if country != POLAND:
        _country, names, surnames, _cities, _phone = next(
            each for each in lists.FOREIGN if each[0] == country
        )
        women, _bar, men = names.partition("|")
        surname = choose(surnames.split())
        if country == "Czechy" and is_woman:
            surname = _czech_feminine(surname)
        return choose((women if is_woman else men).split()), surname
    surname = choose(lists.SURNAMES)
    if not is_woman:
        return choose(lists.MEN), surname
    if source.chance(0.07):
        surname = f"{_feminine(surname)}-{_feminine(choose(lists.SURNAMES))}"
    return choose(lists.WOMEN), _feminine(surname)


def _feminine(surname: str) -> str:
    return surname[:-1] + "a" if surname.endswith(("ski", "cki", "dzki", "ny")) else surname


def _czech_feminine(surname: str) -> str:
    if surname.endswith("a"):
        return surname[:-1] + "ová"
    if surname.endswith("ek"):
        return surname[:-2] + "ková"
    if surname.endswith("ec"):
        return surname[:-2] + "cová"
    return surname + "ová"


def _position(source: _Source, *, is_woman: bool) -> str:
    masculine, slash, feminine = source.random.choice(lists.POSITIONS).partition("/")
    return feminine if slash and is_woman else masculine
