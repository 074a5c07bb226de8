"""The widths of a list's columns, as each user drew them."""

from __future__ import annotations

from typing import Any

from flask import request

from core import face
from core.errors import Invalid
from core.i18n import _
from core.records.kinds import Kind
from core.users.preferences import store_entry
from core.web import actor

NARROWEST, WIDEST = 60, 800  # CSS pixels


def widths_of(kind: Kind) -> dict[str, int]:
    """Return the width of each column that the user has drawn, in CSS pixels."""
    kept: dict[str, int] = face.preference(f"widths.{kind.key}") or {}
    return kept


def change_width(kind: Kind, columns: set[str]) -> Any:
    """Keep the width of a column, or forget it where none is sent."""
    column, typed = request.form.get("column", ""), request.form.get("width", "").strip()
    if column not in columns:
        raise Invalid(_("choose one from the list"), "column")
    width = _width(typed) if typed else None
    store_entry(actor().user_id, f"widths.{kind.key}", column, width)
    return "", 204


def _width(typed: str) -> int:
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= 4
    if not is_number or not NARROWEST <= int(typed) <= WIDEST:
        message = _("A column is %(least)d to %(most)d pixels wide.", least=NARROWEST, most=WIDEST)
        raise Invalid(message, "width")
    return int(typed)
