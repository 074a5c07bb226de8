"""Account settings > Contacts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request

from core import face
from core.accounts.queries import setting
from core.accounts.services import store_setting
from core.errors import InvalidForm
from core.i18n import _
from core.records.label_lists import LONGEST_NAME, NEW, Entry, arrange
from core.records.labels import labels_of
from core.settings.frame import settings_frame
from core.shown import FormError
from core.web import ADMINISTRATOR, opens
from plugins.contacts.forms import entries_of
from plugins.contacts.kinds import PERSON

blueprint = Blueprint("contacts", __name__, template_folder="pages")

SOURCES = "/settings/account/contacts/sources"
FAMILY = "source"
GENERAL = "/settings/account/contacts/general"
CLEAR = f"trash.{PERSON.visibility_area}.clear_personal"


@blueprint.get(GENERAL)
@opens(ADMINISTRATOR)
def general() -> str:
    return render_template(
        "contacts/general.html",
        action_url=GENERAL,
        clears=setting(CLEAR),
        **settings_frame("account"),
    )


@blueprint.post(GENERAL)
@opens(ADMINISTRATOR)
def change_general() -> Any:
    store_setting(CLEAR, "clear_personal" in request.form)
    face.toast(_("Saved. The change takes effect for everyone at once."))
    return redirect(GENERAL, 303)


@blueprint.get(SOURCES)
@opens(ADMINISTRATOR)
def sources() -> Any:
    present = labels_of(FAMILY, with_retired=True)
    return _page([Entry(each.id, each.name, each.is_retired) for each in present])


@blueprint.post(SOURCES)
@opens(ADMINISTRATOR)
def change_sources() -> Any:
    entries = entries_of(request.form, labels_of(FAMILY, with_retired=True))
    try:
        arrange(FAMILY, entries)
    except InvalidForm as wrong:
        return _page(entries, wrong.errors), wrong.status
    face.toast(_("Sources saved."))
    return redirect(SOURCES)


def _page(entries: list[Entry], errors: dict[str, list[Any]] | None = None) -> str:
    wrong = errors or {}
    present = {each.id: each for each in labels_of(FAMILY, with_retired=True)}
    return render_template(
        "contacts/sources.html",
        action_url=SOURCES,
        entries=[each for each in entries if each.label_id is not None],
        present=present,
        new=next((each.name for each in entries if each.label_id is None), ""),
        new_key=NEW,
        longest=LONGEST_NAME,
        wrong=wrong,
        errors=[FormError(key, str(each[0])) for key, each in wrong.items()],
        **settings_frame("account"),
    )
