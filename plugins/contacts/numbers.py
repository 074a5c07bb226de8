"""Tax and register numbers of companies: NIP, foreign VAT numbers and REGON.

The check digits and the patterns of the European Union are those of python-stdnum
(https://arthurdejong.org/python-stdnum/). NIP: digits 1-9 weighted 6 5 7 2 3 4 5 6 7, modulo 11
(law of 13 October 1995 on the registration of taxpayers). REGON: 9 digits weighted
8 9 2 3 4 5 6 7, 14 digits weighted 2 4 8 5 0 9 7 3 6 1 2 4 8, modulo 11 (Statistics Poland, GUS).
"""

from __future__ import annotations

import re

from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.pl import nip, regon

from core.errors import Invalid
from core.i18n import _

_IGNORED = re.compile(r"[\s\u2010-\u2015\u2212-]+")
_NIP = re.compile(r"(?:PL)?([0-9]{10})")
_FOREIGN = re.compile(r"(?!PL)[A-Z]{2}(?=.*[0-9].*[0-9])[0-9A-Z+*]{2,13}")
_REGON = re.compile(r"[0-9]{9}|[0-9]{14}")
_CHECKED_COUNTRIES = {country.upper() for country in vat.MEMBER_STATES} | {"EL"}


def normalise_nip(text: str) -> str:
    """Return 10 digits, or a foreign VAT number with its country: blanks and dashes vanish.

    A leading PL is dropped. Numbers of the European Union must fit the pattern of their country;
    of other countries only the form is known. The check digit is the matter of `nip_warning`.
    """
    number = _IGNORED.sub("", text).upper()
    if polish := _NIP.fullmatch(number):
        return polish[1]
    if not _FOREIGN.fullmatch(number) or _foreign_fault(number) == "form":
        raise Invalid(
            _(
                "type 10 digits; a foreign VAT number begins with its country, "
                "for example DE136695976."
            ),
            "nip",
        )
    return number


def nip_warning(text: str) -> str | None:
    """Return a sentence to confirm where the check digit is wrong, otherwise None."""
    number = normalise_nip(text)
    fault = _foreign_fault(number) if number[0].isalpha() else not nip.is_valid(number)
    if not fault:
        return None
    return _("the check digit of %(number)s does not match.", number=number)


def normalise_regon(text: str) -> str:
    """Return the 9 or 14 digits of a REGON: blanks and dashes vanish."""
    number = _IGNORED.sub("", text)
    if not _REGON.fullmatch(number):
        raise Invalid(_("type 9 or 14 digits."), "regon")
    return number


def regon_warning(text: str) -> str | None:
    """Return a sentence to confirm where a check digit is wrong, otherwise None."""
    number = normalise_regon(text)
    if regon.is_valid(number):
        return None
    return _("the check digit of %(number)s does not match.", number=number)


def plain(text: str) -> str:
    """Return what was typed of a number without blanks and dashes."""
    return _IGNORED.sub("", text)


def _foreign_fault(number: str) -> str:
    """Return `form`, `check` or nothing for a VAT number that begins with a country."""
    if number[:2] not in _CHECKED_COUNTRIES:
        return ""
    try:
        vat.validate(number)
    except (InvalidChecksum, InvalidComponent):
        return "check"
    except ValidationError:
        return "form"
    return ""
