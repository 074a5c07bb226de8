"""What every page shows around its content: user, menus, notices, assets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from flask import (
    Flask,
    flash,
    g,
    get_flashed_messages,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from core.access import Answer as Reason, NoAccess, why_not
from core.accounts.queries import account_facts
from core.formats import Formats
from core.i18n import LANGUAGES, _
from core.records.queries import last_access_request
from core.registry import registry
from core.shown import (
    Action,
    Answer,
    NavEntry,
    NavGroup,
    RecordFace,
    Tab,
    Toast,
    UserFace,
    Why,
)

DIST = Path(__file__).parent / "static" / "dist"


def install(app: Flask) -> None:
    """Give the pages what they may call."""
    app.jinja_env.globals.update(asset=asset, csrf_token=generate_csrf, csp_nonce=csp_nonce)


@lru_cache
def _manifest() -> dict[str, str]:
    return dict(json.loads((DIST / "manifest.json").read_text()))


def asset(name: str) -> str:
    """Return the address of a built file under its name with hash."""
    return f"/static/{_manifest()[name]}"


def csp_nonce() -> str:
    """Return this answer's nonce for an inline script or style."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def url(endpoint: str, **values: Any) -> str:
    """Return an address of this application."""
    return url_for(endpoint, **values)


def formats() -> Formats:
    """Return how the reader sees dates and numbers."""
    if "formats" not in g:
        g.formats = Formats(
            language=current_user.language,
            zone=current_user.zone,
            date_format=current_user.date_format,
            number_format=current_user.number_format,
            clock_24=current_user.is_clock_24,
        )
    return g.formats  # type: ignore[no-any-return]


def preference(key: str) -> Any:
    """Return what the user chose for himself; None where he chose nothing."""
    return current_user.preferences.get(key)


def hue(number: int) -> int:
    """Return one of eight hues for a user, team or record, always the same one."""
    return number % 8 + 1


def toast(text: str, kind: str = "ok", undo_url: str | None = None) -> None:
    """Show a notice on the next page."""
    flash({"text": text, "kind": kind, "undo_url": undo_url})  # type: ignore[arg-type]


def of_request() -> dict[str, Any]:
    """Return what every page's frame needs."""
    signed_out = {
        "user": None,
        "viewing_as": None,
        "lang": language(),
        "theme": "",
        "flashes": _flashes(),
    }
    actor = g.get("actor")
    if actor is None or g.get("frame_failed"):
        return signed_out
    active = actor.active_plugins
    hooks = registry().hooks
    nav = sorted(hooks.call("nav_entries", active, actor=actor), key=lambda each: each.order)
    add = sorted(hooks.call("add_entries", active, actor=actor), key=lambda each: each.order)
    pages = settings_pages()
    return {
        "user": user_face(),
        "viewing_as": g.viewing_as.name if g.get("viewing_as") else None,
        "end_viewing_url": url("view_as.end") if g.get("viewing_as") else None,
        "lang": current_user.language,
        "theme": current_user.theme,
        "flashes": _flashes(),
        "nav": [_nav(each) for each in nav],
        "add_menu": [Action(str(each.label), each.url, each.icon) for each in add],
        "unread_count": current_user.unread_count,
        "profile_settings_url": _first(pages, "profile"),
        "account_settings_url": _first(pages, "account"),
        "help_url": None,
        "theme_url": url("users.change_theme"),
    }


def language() -> str:
    """Return the reader's language: his own, else the chosen one, else what the browser asks for."""
    if getattr(current_user, "is_authenticated", False):
        return str(current_user.language)
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(["pl", "en"], "en") or "en"


def user_face() -> UserFace:
    """Return the signed-in user as shown at the top."""
    return UserFace(
        name=current_user.name,
        initials=current_user.initials,
        hue=hue(current_user.user_id),
        language=current_user.language,
        theme=current_user.theme,
        email=current_user.email,
        photo_url=photo_url(current_user.user_id, current_user.photo_version),
    )


def photo_url(user_id: int, version: int) -> str:
    """Return where a user's photo is; empty where he has none, which version 0 says."""
    return url("profile.photo", user_id=user_id, v=version) if version else ""


def first_entry() -> str | None:
    """Return where the first entry of the user's main menu leads; None where it is empty."""
    entries = registry().hooks.call("nav_entries", g.actor.active_plugins, actor=g.actor)
    return min(entries, key=lambda each: each.order).url if entries else None


def _is_here(address: str) -> bool:
    return request.path == address or request.path.startswith(address.rstrip("/") + "/")


def _nav(entry: Any) -> NavEntry:
    here = _is_here(entry.url)
    return NavEntry(
        label=str(entry.label),
        url=entry.url,
        icon=entry.icon,
        is_active=here and entry.url != "/",
        children=[_nav(child) for child in entry.children],
        shortcut=entry.shortcut,
    )


def settings_pages() -> list[Any]:
    """Return the settings pages that the user may open, in order."""
    if "settings_pages" not in g:
        found = registry().hooks.call("settings_pages", g.actor.active_plugins, actor=g.actor)
        g.settings_pages = sorted(found, key=lambda each: each.order)
    return list(g.settings_pages)


def _first(pages: list[Any], area: str) -> str | None:
    return next((each.url for each in pages if each.area == area), None)


def settings_nav(area: str, at: str = "") -> list[NavGroup]:
    """Return the navigation of Profile settings or Account settings.

    Pages that are tabs of one entry stand there once. `at` is the address of the page to which
    one with another address belongs.
    """
    groups: dict[str, dict[str, NavEntry]] = {}
    for each in settings_pages():
        if each.area == area:
            entries = groups.setdefault(str(each.group), {})
            is_here = _is_here(each.url) or each.url == at
            first = entries.get(str(each.label))
            if first is None:
                entries[str(each.label)] = NavEntry(str(each.label), each.url, is_active=is_here)
            elif is_here:
                entries[str(each.label)] = replace(first, is_active=True)
    return [NavGroup(label, list(entries.values())) for label, entries in groups.items()]


def settings_tabs(area: str, at: str) -> list[Tab]:
    """Return the tabs of the settings page at an address, as far as the user may open them."""
    pages = [each for each in settings_pages() if each.area == area and each.tab]
    labels = {(str(each.group), str(each.label)) for each in pages if each.url == at}
    return [
        Tab(str(each.tab), each.url, is_current=each.url == at)
        for each in pages
        if (str(each.group), str(each.label)) in labels
    ]


def _flashes() -> list[Toast]:
    return [Toast(**each) for each in cast("list[Any]", get_flashed_messages())]


def no_access(refused: NoAccess) -> str:
    """Return the page of a private record without full access: its basic line."""
    basic = refused.basic
    kind = registry().kinds[basic.kind]
    asked = last_access_request(basic.id, g.actor.user_id)
    return render_template(
        "records/no_access.html",
        record=RecordFace(
            id=basic.id,
            kind=basic.kind,
            kind_label=str(kind.label),
            name=basic.name,
            url=f"/{kind.plural}/{basic.id}",
        ),
        owner=account_facts().users.get(basic.owner_id or 0),
        back_url=f"/{kind.plural}",
        why=why_view(why_not(basic)),
        ask_url=None if g.get("viewing_as") else f"/{kind.plural}/{basic.id}/ask",
        asked=asked,
        asked_on=formats().datetime(asked.asked_at) if asked else "",
    )


FIRST_RIGHTS = ("view", "edit", "delete")


def why_view(reasons: Iterable[Reason], about: str = "") -> Why:
    """Return the answers as the panel shows them: the first rights at once, the rest behind.

    `about` is the name of the user whom they concern, where he is not the reader.
    """
    shown = [(each.right, _answer(each, about)) for each in reasons]
    return Why(
        answers=[answer for right, answer in shown if right in FIRST_RIGHTS],
        further=[answer for right, answer in shown if right not in FIRST_RIGHTS],
    )


def _answer(reason: Reason, about: str) -> Answer:
    if about and reason.is_held:
        heading = _("%(name)s may: %(right)s", name=about, right=reason.label)
    elif about:
        heading = _("%(name)s may not: %(right)s", name=about, right=reason.label)
    elif reason.is_held:
        heading = _("You may: %(right)s", right=reason.label)
    else:
        heading = _("You may not: %(right)s", right=reason.label)
    return Answer(heading, reason.is_held, reason.sentences)
