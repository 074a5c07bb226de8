"""Profile settings > Profile, and photos (USER-1)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from core.accounts.queries import account_facts
from core.db import db, sql
from core.errors import Invalid
from core.users import photos
from core.users.services import user
from tests.makers import make_account, make_team, make_user, sign_in

PAGE = "/settings/profile/profile"
GOOD = {"first_name": "Anna", "last_name": "Król", "position": "", "phone": "", "initials": ""}


@pytest.fixture
def anna(client):
    make_account()
    made = make_user("Anna", make_team("North"))
    sign_in(client, made)
    return made


def picture(sort="PNG", size=(40, 20), **options):
    made = BytesIO()
    Image.new("RGB", size, "#2f54d6").save(made, sort, **options)
    return made.getvalue()


def send(client, content=None, name="me.png", **values):
    files = {"photo": (BytesIO(content), name)} if content is not None else {}
    return client.post(PAGE, data={**GOOD, **values, **files})


def test_user_1_a_user_says_who_he_is(client, anna):
    answer = send(client, position=" Dyrektorka ", phone="+48 22 000", initials="AnK")
    assert (answer.status_code, answer.location) == (302, PAGE)
    found = user(anna.id)
    assert (found.name, found.position, found.phone) == ("Anna Król", "Dyrektorka", "+48 22 000")
    assert found.initials == "AnK"
    assert account_facts().users[anna.id].name == "Anna Król"
    page = client.get(PAGE).text
    assert "Profile saved." in page
    assert "North" in page


def test_user_1_initials_are_made_from_the_names(client, anna):
    send(client, first_name="łukasz", last_name="żak")
    assert user(anna.id).initials == "ŁŻ"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", " "),
        ("last_name", "x" * 101),
        ("position", "x" * 151),
        ("phone", "1" * 51),
        ("initials", "ABCDE"),
        ("initials", "A1"),
        ("initials", "<b>"),
    ],
)
def test_user_1_wrong_values_are_refused_with_everything_kept(client, anna, field, typed):
    answer = send(client, **{"phone": "+48 22 000", field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "phone":
        assert 'value="+48 22 000"' in answer.text
    assert user(anna.id).first_name == "Anna"
    assert user(anna.id).phone == ""


def test_user_1_a_photo_is_shown_and_taken_away(client, anna):
    assert client.get(f"/users/{anna.id}/photo").status_code == 404
    assert send(client, picture()).status_code == 302
    answer = client.get(f"/users/{anna.id}/photo")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(answer.data)).size == (photos.SIDE, photos.SIDE)
    again = client.get(f"/users/{anna.id}/photo", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert f'src="/users/{anna.id}/photo?v=' in client.get(PAGE).text
    send(client, remove_photo="1")
    assert client.get(f"/users/{anna.id}/photo").status_code == 404


def test_user_1_a_photo_survives_a_mistake_beside_it(client, anna):
    answer = send(client, picture(), initials="A1")
    assert answer.status_code == 422
    kept = answer.text.split('name="kept_photo" value="')[1].split('"')[0]
    assert sql("select count(*) from core_user_photo where account_id = :account").scalar() == 0
    assert send(client, kept_photo=kept).status_code == 302
    assert client.get(f"/users/{anna.id}/photo").status_code == 200
    assert send(client, kept_photo="no picture").status_code == 422


BAD = {
    "text": b"not a picture",
    "empty": b"",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": b"<html><script>alert(1)</script>",
    "gif": picture("GIF"),
    "webp": picture("WEBP"),
    "cut off": picture("JPEG", (400, 400))[:500],
    "only a head": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
}


@pytest.mark.parametrize("sort", BAD)
def test_user_1_what_is_no_picture_by_its_content_is_refused(client, anna, sort):
    answer = send(client, BAD[sort], "me.png")
    assert answer.status_code == 422
    assert "a PNG or JPEG picture is needed" in answer.text
    assert client.get(f"/users/{anna.id}/photo").status_code == 404


def test_user_1_a_photo_of_more_than_5_mb_is_refused(client, anna, monkeypatch):
    assert photos.MOST_BYTES == 5 * 1024 * 1024
    with pytest.raises(Invalid, match="larger than 5 MB"):
        photos.redrawn(picture() + b"\x00" * photos.MOST_BYTES)
    monkeypatch.setattr(photos, "MOST_BYTES", 100_000)
    answer = send(client, picture() + b"\x00" * 100_000)
    assert answer.status_code == 422
    assert "larger than 5 MB" in answer.text


def test_a_small_file_with_a_huge_picture_is_refused():
    huge = picture(size=(20_000, 20_000))
    assert len(huge) < photos.MOST_BYTES
    with pytest.raises(Invalid):
        photos.redrawn(huge)


def test_nothing_of_a_file_is_kept_but_the_picture():
    exif = Image.Exif()
    exif[0x010E] = "Secret place"
    content = picture("JPEG", exif=exif) + b"<script>alert(1)</script>"
    made = photos.redrawn(content)
    assert b"Secret place" in content
    assert b"Secret place" not in made
    assert b"script" not in made


def test_gen_1_photos_of_another_account_do_not_exist(client, anna):
    send(client, picture())
    theirs = anna.id
    make_account()
    sign_in(client, make_user("Other"))
    assert client.get(f"/users/{theirs}/photo").status_code == 404


def test_controls_that_the_form_has_not_are_not_stored(client, anna):
    send(client, status="removed", email="x@y.pl", main_team_id="1", account_id="1")
    db.session.refresh(anna)
    assert (anna.status, anna.email == "x@y.pl") == ("active", False)
