"""Profile settings > Profile, and photos of users."""

from __future__ import annotations

import base64
from dataclasses import fields, replace
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask_login import current_user

from core import face
from core.accounts.queries import account_facts
from core.errors import Invalid, InvalidForm
from core.i18n import _
from core.settings.frame import settings_frame
from core.shown import FieldView, FormError, FormSection
from core.users import photos, services
from core.users.queries import photo_of
from core.users.services import (
    LONGEST_INITIALS,
    LONGEST_NAME,
    LONGEST_PHONE,
    LONGEST_POSITION,
    Profile,
)
from core.web import SIGNED_IN, actor, opens

blueprint = Blueprint("profile", __name__)

PROFILE = "/settings/profile/profile"
KEYS = [each.name for each in fields(Profile)]


@blueprint.get("/users/<int:user_id>/photo")
@opens(SIGNED_IN)
def photo(user_id: int) -> Any:
    found = photo_of(user_id)
    if found is None:
        abort(404)
    answer = Response(found.content, mimetype=found.media_type)
    answer.headers["Content-Disposition"] = "inline"
    answer.set_etag(f"{found.changed_at.timestamp():.0f}")
    return answer.make_conditional(request)


@blueprint.get(PROFILE)
@opens(SIGNED_IN, is_personal=True)
def profile() -> Any:
    user = services.user(actor().user_id)
    return _page({key: getattr(user, key) for key in KEYS})


@blueprint.post(PROFILE)
@opens(SIGNED_IN, is_personal=True)
def change_profile() -> Any:
    typed = {key: request.form.get(key, "") for key in KEYS}
    user_id = actor().user_id
    errors: dict[str, list[Any]] = {}
    try:
        services.change_profile(user_id, Profile(**typed))
    except InvalidForm as wrong:
        errors |= wrong.errors
    kept = ""
    try:
        kept = _change_photo(user_id)
    except Invalid as wrong:
        errors["photo"] = [wrong.message]
    if errors:
        return _page(typed, errors, kept), 422
    face.toast(_("Profile saved."))
    return redirect(PROFILE)


def _change_photo(user_id: int) -> str:
    """Change the photo as the form says; return it as the form keeps it, should it come back."""
    file, kept = request.files.get("photo"), request.form.get("kept_photo", "")
    if file is not None and file.filename:
        with file.stream as stream:
            content = stream.read(photos.MOST_BYTES + 1)
        return base64.b64encode(services.change_photo(user_id, content)).decode()
    if kept:
        services.change_photo(user_id, _decoded(kept))
    elif request.form.get("remove_photo"):
        services.remove_photo(user_id)
    return kept


def _decoded(kept: str) -> bytes:
    try:
        return base64.b64decode(kept, validate=True)
    except ValueError:
        return b""


def _page(typed: dict[str, str], errors: dict[str, list[Any]] | None = None, kept: str = "") -> str:
    errors = errors or {}
    sections = [
        FormSection(each.title, [_told(field, errors) for field in each.fields])
        for each in _sections(typed)
    ]
    return render_template(
        "settings/profile.html",
        action_url=PROFILE,
        face_shown=face.user_face(),
        kept_photo=kept,
        sections=sections,
        errors=[FormError(key, str(text)) for key, texts in errors.items() for text in texts],
        **settings_frame("profile"),
    )


def _told(field: FieldView, errors: dict[str, list[Any]]) -> FieldView:
    return replace(field, errors=[str(each) for each in errors.get(field.key, ())])


def _sections(typed: dict[str, str]) -> list[FormSection]:
    return [
        FormSection(_("Person"), _person_fields(typed)),
        FormSection(_("Photo"), _photo_fields()),
        FormSection(_("In this account"), _account_fields()),
    ]


def _person_fields(typed: dict[str, str]) -> list[FieldView]:
    return [
        FieldView("first_name", _("First name"), value=typed["first_name"], is_required=True,
                  max_length=LONGEST_NAME, autocomplete="given-name"),
        FieldView("last_name", _("Last name"), value=typed["last_name"], is_required=True,
                  max_length=LONGEST_NAME, autocomplete="family-name"),
        FieldView("position", _("Position"), value=typed["position"],
                  max_length=LONGEST_POSITION, autocomplete="organization-title"),
        FieldView("phone", _("Phone"), value=typed["phone"], max_length=LONGEST_PHONE,
                  autocomplete="tel"),
        FieldView("initials", _("Initials"), value=typed["initials"],
                  max_length=LONGEST_INITIALS,
                  hint=_("1 to 4 letters; left empty they are made from the names.")),
    ]  # fmt: skip


def _photo_fields() -> list[FieldView]:
    chosen = FieldView("photo", _("New photo"), "file", accept="image/png,image/jpeg",
                       max_bytes=photos.MOST_BYTES,
                       hint=_("PNG or JPEG up to 5 MB. Its middle is shown."))  # fmt: skip
    removal = FieldView("remove_photo", _("Remove the photo"), "yes_no", is_wide=True)
    return [chosen, removal] if current_user.photo_version else [chosen]


def _account_fields() -> list[FieldView]:
    facts = account_facts()
    team = facts.principal_name(facts.users[actor().user_id].main_team_id or 0)
    return [
        FieldView("email", _("Login"), value=current_user.email, is_readonly=True),
        FieldView("team", _("Main team"), value=team, is_readonly=True),
    ]
