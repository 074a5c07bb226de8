"""The bell, the list behind it, and marking as read."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request

from core import clock, face
from core.i18n import _
from core.notifications import queries, services
from core.notifications.queries import Entry
from core.records.cells import address
from core.shown import NotificationView, Tab
from core.users.paths import own_path
from core.web import SIGNED_IN, actor, opens

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")

LIST = "/notifications"
IN_BELL = 8


@blueprint.get("")
@opens(SIGNED_IN, is_personal=True)
def notification_list() -> Any:
    only_unread = request.args.get("show") == "unread"
    page = queries.page_of(
        actor(),
        only_unread=only_unread,
        older_than=_key("older"),
        newer_than=_key("newer"),
    )
    kept = {"show": "unread"} if only_unread else {}
    return render_template(
        "notifications/list.html",
        entries=[_shown(each) for each in page.entries],
        tabs=[
            Tab(_("All"), LIST, is_current=not only_unread),
            Tab(_("Unread"), f"{LIST}?show=unread", is_current=only_unread),
        ],
        prev_url=_page_url(newer=page.newer_than, **kept),
        next_url=_page_url(older=page.older_than, **kept),
        empty_title=_("Nothing is unread") if only_unread else "",
    )


@blueprint.get("/bell")
@opens(SIGNED_IN, is_personal=True)
def bell() -> Any:
    page = queries.page_of(actor(), size=IN_BELL)
    return render_template(
        "notifications/_bell.html", entries=[_shown(each) for each in page.entries]
    )


@blueprint.post("/<int:notification_id>/read")
@opens(SIGNED_IN, is_personal=True)
def read(notification_id: int) -> Any:
    if not services.mark_read(actor(), notification_id):
        abort(404)
    return redirect(_where_from(), 303)


@blueprint.post("/<int:notification_id>/open")
@opens(SIGNED_IN, is_personal=True)
def open_what_it_is_about(notification_id: int) -> Any:
    entry = queries.find_entry(actor(), notification_id)
    if entry is None:
        abort(404)
    services.mark_read(actor(), notification_id)
    return redirect(_url(entry) or LIST, 303)


@blueprint.post("/read-all")
@opens(SIGNED_IN, is_personal=True)
def read_all() -> Any:
    services.mark_all_read(actor())
    return redirect(_where_from(), 303)


def _key(name: str) -> int | None:
    typed = request.args.get(name, "")
    return int(typed) if re.fullmatch("[0-9]{1,18}", typed) else None


def _where_from() -> str:
    """Return the page on which the form was sent: the bell is on all of them."""
    came_from = request.referrer or ""
    own = came_from.removeprefix(request.host_url.rstrip("/"))
    return own_path(own) or LIST


def _page_url(**values: Any) -> str | None:
    if values.get("newer") is None and values.get("older") is None:
        return None
    return f"{LIST}?{urlencode({key: value for key, value in values.items() if value})}"


def _url(entry: Entry) -> str | None:
    if entry.url:
        return own_path(entry.url) or None
    return address(entry.record.kind, entry.record.id) if entry.record else None


def _shown(entry: Entry) -> NotificationView:
    formats = face.formats()
    url = _url(entry)
    return NotificationView(
        id=entry.id,
        text=entry.text,
        when=formats.relative(entry.created_at, clock.now()),
        when_title=formats.datetime(entry.created_at),
        url=url,
        open_url=f"{LIST}/{entry.id}/open" if url and entry.is_unread else None,
        icon=entry.icon,
        initials=entry.actor.initials if entry.actor else "",
        hue=face.hue(entry.actor.id) if entry.actor else 1,
        is_unread=entry.is_unread,
        read_url=f"{LIST}/{entry.id}/read" if entry.is_unread else None,
    )
