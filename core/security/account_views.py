"""Account settings > General: what the account requires of its users."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request

from core import face
from core.accounts.queries import setting
from core.accounts.services import store_setting
from core.errors import Invalid, SzansaError
from core.i18n import _, ngettext
from core.records.filter_words import SHOWS_REMOVED
from core.security import factors, forms
from core.settings.frame import settings_frame
from core.shown import FieldView, Option
from core.trash.queries import empties_after
from core.trash.services import LONGEST_DAYS, empty_after
from core.users.second_factors import ADMINISTRATORS, ALL, NOBODY, SETTING
from core.web import ADMINISTRATOR, opens

blueprint = Blueprint("account_rules", __name__)

GENERAL = "/settings/account/general"


@blueprint.get(GENERAL)
@opens(ADMINISTRATOR)
def general() -> Any:
    return _page(setting(SETTING), str(empties_after() or ""), shows_removed=setting(SHOWS_REMOVED))


@blueprint.post(GENERAL)
@opens(ADMINISTRATOR)
def change_general() -> Any:
    chosen, days = request.form.get("second_factor", ""), request.form.get("trash_days", "")
    shows_removed = bool(request.form.get("removed_users"))
    try:
        empty_after(days)
        factors.require(chosen)
    except Invalid as refused:
        return _page(chosen, days, refused, shows_removed=shows_removed), refused.status
    if shows_removed != setting(SHOWS_REMOVED):
        store_setting(SHOWS_REMOVED, shows_removed)
    face.toast(_("Saved. The change takes effect for everyone at once."))
    return redirect(GENERAL)


def _page(
    chosen: str, days: str, refused: SzansaError | None = None, *, shows_removed: bool
) -> str:
    removed = FieldView(
        "removed_users",
        _("Show removed users in filters"),
        "yes_no",
        value="1" if shows_removed else "",
        is_wide=True,
        hint=_("Then lists can be filtered by records of users who were removed."),
    )
    fields = [_rule(chosen), _trash(days), removed]
    return render_template(
        "settings/general.html",
        action_url=GENERAL,
        fields=forms.with_errors(fields, refused),
        errors=forms.summary(fields, refused),
        **settings_frame("account"),
    )


def _rule(chosen: str) -> FieldView:
    users, administrators = factors.without_count()
    labels = {
        NOBODY: (_("Nobody: each user decides"), ""),
        ADMINISTRATORS: (_("Administrators"), _missing(administrators)),
        ALL: (_("All users"), _missing(users)),
    }
    options = [
        Option(value, label, is_selected=value == chosen, hint=hint)
        for value, (label, hint) in labels.items()
    ]
    return FieldView(
        "second_factor",
        _("Two-factor login is required of"),
        "radio",
        options=options,
        is_wide=True,
        hint=_("Whoever has not set it up must do so with the next page, before anything else."),
    )


def _trash(days: str) -> FieldView:
    return FieldView(
        "trash_days",
        _("Empty the trash after so many days"),
        value=days,
        hint=_("1 to %(most)s; empty: never. Administrators get a list seven days before.",
               most=LONGEST_DAYS),
    )  # fmt: skip


def _missing(count: int) -> str:
    if not count:
        return _("All of them have set it up.")
    return ngettext(
        "%(num)s user has not set it up yet.", "%(num)s users have not set it up yet.", count
    )
