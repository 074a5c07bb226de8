import re
from collections import Counter

from stdnum.pl import nip, regon

from core.demo.lists import FOREIGN, MEN, POSITIONS, SURNAMES, WOMEN
from core.demo.names import demo_companies, demo_persons

COMPANIES = demo_companies(300)
PERSONS = demo_persons(1_000, COMPANIES)
RESERVED = re.compile(r"[a-z0-9.-]+@(?:[a-z0-9-]+\.example|example\.(?:com|net|org))")
FICTION = re.compile(
    r"\+48 (?:64\d \d{3} \d{3}|99 \d{3} \d\d \d\d)|\+49 30 23125 .*|\+44 20 7946 0.*|\+1 212 555 01.."
)


def test_the_same_seed_makes_the_same_people():
    assert demo_companies(300) == COMPANIES
    assert demo_persons(1_000, COMPANIES) == PERSONS
    assert demo_persons(1_000, COMPANIES, seed=2) != PERSONS
    assert demo_companies(50) == COMPANIES[:50]


def test_companies_occur_once_each():
    for key in ("name", "nip", "regon", "web"):
        values = [company[key] for company in COMPANIES if company[key]]
        assert len(values) == len(set(values)) > 200
    assert len(demo_companies(6_000)) == len({each["name"] for each in demo_companies(6_000)})


def test_numbers_have_their_check_digits():
    assert all(nip.is_valid(company["nip"]) for company in COMPANIES if company["nip"])
    assert all(regon.is_valid(company["regon"]) for company in COMPANIES if company["regon"])


def test_nobody_real_can_be_reached():
    for contact in [*COMPANIES, *PERSONS]:
        assert all(RESERVED.fullmatch(email) for email in contact["emails"])
        assert all(FICTION.fullmatch(number) for number, _kind in contact["phones"])
        assert not contact["web"] or "example" in contact["web"]


def test_fields_have_the_lengths_of_the_form():
    limits = {"first_name": 100, "last_name": 100, "position": 150, "name": 255, "street": 255}
    for contact in [*COMPANIES, *PERSONS]:
        assert all(len(contact.get(key, "")) <= limit for key, limit in limits.items())
        assert not contact["street"] or re.fullmatch(r"\d\d-\d{3}", contact["postcode"])


def test_surnames_and_positions_agree_with_the_person():
    for person in PERSONS:
        if person["first_name"] in WOMEN:
            assert not re.search(r"(ski|cki|dzki|ny)\b", person["last_name"])
            assert not person["position"].startswith(("Kierownik ", "Dyrektor "))
        elif person["first_name"] in MEN:
            assert person["last_name"] in SURNAMES
            assert not person["position"].startswith(("Kierowniczka ", "Dyrektorka "))


def test_people_are_varied_and_spread_over_companies():
    names = Counter((person["first_name"], person["last_name"]) for person in PERSONS)
    employers = Counter(person["company"] for person in PERSONS)
    assert len(names) > 900
    assert employers[None] > 50
    assert len(employers) > 150
    assert all(key is None or 0 <= key < len(COMPANIES) for key in employers)
    emails = [email for person in PERSONS for email in person["emails"]]
    assert len(emails) == len(set(emails))
    assert all(person["company"] is None for person in demo_persons(20, []))


def test_lists_hold_nothing_twice():
    for words in (WOMEN, MEN, SURNAMES, POSITIONS, [each[0] for each in FOREIGN]):
        assert len(words) == len(set(words))
        assert all(words)
