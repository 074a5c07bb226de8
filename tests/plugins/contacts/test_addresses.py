import pytest
from hypothesis import given, strategies as st

from core.errors import Invalid
from plugins.contacts.addresses import (
    digits_of,
    email_key,
    link_of,
    parse_email,
    parse_phone,
    parse_web,
)


@pytest.mark.parametrize(
    "email",
    [
        "a@b.c",
        "jan.kowalski+crm@poczta.firma-x.pl",
        "o'neil_1@example.com",
        "zażółć@gęśl.pl",
        "info@xn--gl-bja68c.pl",
        "用户@例子.广告",
        "1@2.pl",
        "a" * 64 + "@" + "b" * 60 + ".pl",
    ],
)
def test_email_of_the_form_is_accepted(email):
    assert parse_email(f"  {email} ") == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "jan",
        "jan@firma",
        "@firma.pl",
        "jan@",
        "jan@.pl",
        "jan@firma..pl",
        "jan@firma.",
        "jan@-firma.pl",
        "jan@firma-.pl",
        "jan@firma.1",
        ".jan@firma.pl",
        "jan.@firma.pl",
        "ja..n@firma.pl",
        "jan kowalski@firma.pl",
        "jan@fir ma.pl",
        "jan@@firma.pl",
        "jan@a@firma.pl",
        "a@b.pl, c@d.pl",
        "a@b.pl\nBcc: c@d.pl",
        "a\r@b.pl",
        "a\0@b.pl",
        "<jan@firma.pl>",
        '"jan"@firma.pl',
        "jan@[127.0.0.1]",
        "a" * 65 + "@b.pl",
    ],
)
def test_email_of_another_form_is_refused(email):
    with pytest.raises(Invalid, match="is not an e-mail address") as refusal:
        parse_email(email)
    assert refusal.value.field == "emails"


def test_too_long_email_is_refused_with_both_lengths():
    with pytest.raises(Invalid, match="255 characters; 254"):
        parse_email("a@" + "b." * 125 + "com")


def test_emails_compare_without_case():
    assert email_key(" Jan@Firma.PL ") == email_key("jan@firma.pl")


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("601774123", "601774123"),
        ("+48 601-774-123", "48601774123"),
        ("(22) 555.12.34 w. 204", "225551234204"),
        ("22 555 12 34, wew. 12", "22555123412"),
        ("22/5551234 ext. 5", "2255512345"),
        ("22 555 12 34 EXT 5", "2255512345"),
        ("22 5551234x5", "2255512345"),
        ("22 5551234 wewn.7", "2255512347"),
        ("601\u00a0774\u202f123", "601774123"),
        ("112", "112"),
    ],
)
def test_phone_is_kept_as_typed_and_compared_by_digits(phone, digits):
    assert parse_phone(f" {phone} ") == phone
    assert digits_of(phone) == digits


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "-",
        "()",
        "brak",
        "601 774 abc",
        "601\n774",
        "601\t774",
        "٣٤٥",
        "w. 204",
        "601 w.",
        "601;drop",
        "x5",
    ],
)
def test_what_is_no_phone_is_refused(phone):
    with pytest.raises(Invalid, match="is not a phone number") as refusal:
        parse_phone(phone)
    assert refusal.value.field == "phones"


def test_too_long_phone_is_refused_with_both_lengths():
    with pytest.raises(Invalid, match="51 characters; 50"):
        parse_phone("1" * 51)


@pytest.mark.parametrize(
    "web",
    [
        "firma.pl",
        "www.firma-x.com.pl",
        "https://firma.pl",
        "HTTP://Firma.pl:8080/o-nas?x=1&y=(2)#góra",
        "żółw.pl/ą",
        "firma.pl?utm=1",
        "http://192.168.0.1/",
    ],
)
def test_web_address_is_kept_as_typed(web):
    assert parse_web(f" {web} ") == web


@pytest.mark.parametrize(
    "web",
    [
        "",
        "firma",
        "javascript:alert(1)",
        "javascript:alert.com",
        "JavaScript://firma.pl/%0aalert(1)",
        "data:text/html,x",
        "ftp://firma.pl",
        "//firma.pl",
        "http://",
        "https://jan:haslo@firma.pl",
        "firma.pl/a b",
        "firma.pl/\n/a",
        "firma.pl\\x",
        'firma.pl/"onclick="x',
        "firma.pl/<b>",
        "http:/\\firma.pl",
    ],
)
def test_what_is_no_web_address_is_refused(web):
    with pytest.raises(Invalid, match="is not a web address") as refusal:
        parse_web(web)
    assert refusal.value.field == "web"


def test_too_long_web_address_is_refused_with_both_lengths():
    with pytest.raises(Invalid, match="2001 characters; 2000"):
        parse_web("firma.pl/" + "a" * 1992)


def test_a_bare_domain_gets_a_link():
    assert link_of("firma.pl") == "https://firma.pl"
    assert link_of("HTTP://firma.pl") == "HTTP://firma.pl"


@given(st.text() | st.text(alphabet="a1@.- \n+(x/", max_size=260))
def test_any_text_is_accepted_as_typed_or_refused(text):
    for parse in (parse_email, parse_phone, parse_web):
        try:
            accepted = parse(text)
        except Invalid:
            continue
        else:
            assert not any(letter in accepted for letter in "\r\n\0<>")
            assert parse(accepted) == accepted


@pytest.mark.timeout(5)
@pytest.mark.parametrize("text", ["a." * 120 + "@", "a@" + "a-" * 125, "a@" + "a." * 120 + "!"])
def test_no_text_takes_long_to_refuse(text):
    for parse in (parse_email, parse_web):
        with pytest.raises(Invalid):
            parse(text)
