"""Answering a form that changes permissions: first the effect, then the change itself.

A page gives the change that its form means. The first sending shows who gains or loses what; sent
again from there with the digest of that very change, it is stored. If somebody else changed
something meanwhile that the form meant too, the digest differs and the effect is shown anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import redirect, render_template, request

from core import face
from core.accounts.queries import account_facts
from core.accounts.services import wait_for_each_other
from core.errors import Conflict, Invalid, NotFound, SzansaError
from core.i18n import _
from core.permissions import services
from core.permissions.effect import Comparison, compared
from core.permissions.effect_view import kind_label, lines_of, named, right_label
from core.permissions.facts import SETTING, PermissionChange
from core.permissions.queries import present_of
from core.settings.frame import settings_frame
from core.shown import EffectLine, FormError

CONTROLS = {"csrf_token", "confirmed", "show", "after"}
LISTED, BESIDE = 200, 3
LOG = "/settings/account/security/log"


@dataclass(frozen=True)
class Preview:
    """What a page says of its form: where it is sent, where one goes from it, how it is shown again.

    `again` draws the form with errors. `store` stores the change where the page does more than
    `services.save`. `instead` says which team takes over participations, `prepare` makes what the
    change needs before it can be tried and returns the change that then means the same.
    """

    action_url: str
    back_url: str
    title: str
    about: str
    again: Callable[[list[FormError]], str]
    store: Callable[[PermissionChange], None] | None = None
    saved_text: str = ""
    instead: Mapping[int, int] = field(default_factory=dict)
    prepare: Callable[[PermissionChange], PermissionChange] | None = None
    note: str = ""

    def digest(self, change: PermissionChange) -> str:
        """Return a text that only this change of this page has, with all that hangs on it."""
        whole = f"{self.action_url} {change.digest} {sorted(self.instead.items())}"
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


def settle() -> None:
    """Let a change that is about to be stored be worked out from what holds until it is stored.

    A page calls it before it reads anything, so that two administrators come one after the other.
    """
    if "confirmed" in request.form:
        wait_for_each_other()


def refuse(errors: list[FormError], again: Callable[[list[FormError]], str], status: int) -> Any:
    """Return the answer to a form that means no change: the form with errors, or the errors alone."""
    if request.headers.get("HX-Request"):
        return _live_part([], is_changed=True, refused=" ".join(each.text for each in errors))
    return again(errors), status


def refused(error: SzansaError, again: Callable[[list[FormError]], str]) -> Any:
    """Return the answer to a form whose values raised an error."""
    return refuse([FormError(error.field or "", error.message)], again, error.status)


def answer(change: PermissionChange, page: Preview) -> Any:
    """Return the answer to a form that means this change."""
    try:
        return _answer(change.against(present_of(change.facts)), page)
    except (Invalid, Conflict, NotFound) as error:
        return refused(error, page.again)


def _answer(change: PermissionChange, page: Preview) -> Any:
    if request.headers.get("HX-Request"):
        return _live(change, page)
    asks = _has_effect(change, page)
    comparison = compared(change, page.instead, page.prepare) if asks else None
    effect = comparison.effect() if comparison else None
    if comparison and request.form.get("show"):
        return _listed(comparison, page)
    digest = page.digest(change)
    if effect and request.form.get("confirmed") != digest:
        return render_template(
            "permissions/preview.html",
            page=page,
            lines=lines_of(effect),
            digest=digest,
            sent=_sent(),
            **settings_frame("account"),
        )
    before = services.newest_change()
    if page.store:
        page.store(change)
    else:
        services.save(change, page.about)
    saved = services.newest_change()
    face.toast(
        page.saved_text or _("Saved. It takes effect with everybody's next request."),
        undo_url=f"{LOG}/{saved}/undo" if saved != before else None,
    )
    return redirect(page.back_url, 303)


def _has_effect(change: PermissionChange, page: Preview) -> bool:
    """Tell whether a change may give or take rights: settings hold for new records only."""
    return bool(page.instead) or (bool(change) and change.sorts() != {SETTING})


def _live(change: PermissionChange, page: Preview) -> str:
    """Return the effect alone, which the page shows beside its form while it is filled in."""
    if not _has_effect(change, page):
        return _live_part([], is_changed=bool(change))
    try:
        effect = compared(change, page.instead, page.prepare).effect()
    except SzansaError as error:
        return _live_part([], is_changed=True, refused=error.message)
    return _live_part(lines_of(effect, BESIDE), is_changed=True)


def _live_part(lines: list[EffectLine], *, is_changed: bool, refused: str = "") -> str:
    return render_template(
        "permissions/_live.html", lines=lines, is_changed=is_changed, refused=refused
    )


def _sent() -> list[tuple[str, str]]:
    """Return every control that was sent, so that the preview can send it again."""
    return [
        (name, value)
        for name, values in request.form.lists()
        if name not in CONTROLS
        for value in values
    ]


def _listed(comparison: Comparison, page: Preview) -> Any:
    """Return one page of the records behind a line of the preview."""
    key, _dot, user = request.form["show"].rpartition(".")
    after = request.form.get("after", "0")
    line = comparison.lines.get(key)
    if line is None or not all(each.isdecimal() and len(each) < 19 for each in (user, after)):
        raise Invalid(_("There is no such list."))
    found = comparison.listed(key, int(user), int(after), LISTED + 1)
    known = named(found[:LISTED])
    return render_template(
        "permissions/listed.html",
        page=page,
        is_gain=line.is_gain,
        right=right_label(line.kind, line.right),
        kind=kind_label(line.kind),
        who=account_facts().principal_name(int(user)),
        records=[known[each] for each in found[:LISTED] if each in known],
        show=request.form["show"],
        after=found[LISTED - 1] if len(found) > LISTED else 0,
        sent=_sent(),
        **settings_frame("account"),
    )
