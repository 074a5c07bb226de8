"""Account settings > Users > Users: the list, and its export."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from core import clock, face
from core.accounts.services import log_security
from core.i18n import Text, _, lazy, sense
from core.shown import Action, Cell, Column, Empty, ListPage, PageSize, Row, Tab
from core.staff.queries import users as queries
from core.staff.queries.users import ORDERS, UserRow, Wanted
from core.staff.views.pages import INVITATIONS, USERS, blueprint, page, user_url
from core.tables.csv_writing import csv_of
from core.users.models import ACTIVE, REMOVED, SUSPENDED
from core.web import ADMINISTRATOR, opens

SIZES = (50, 100, 200)
LAST_PAGE = 100_000
LONGEST_QUERY = 200

STATUSES: dict[str, tuple[Text, Text, str]] = {
    ACTIVE: (lazy("active"), lazy("Active"), "ok"),
    SUSPENDED: (lazy("suspended"), lazy("Suspended"), "warn"),
    REMOVED: (lazy("removed"), lazy("Removed"), ""),
}
COLUMNS: tuple[tuple[str, Text, str], ...] = (
    ("name", sense("user", "Name"), "c-name"),
    ("login", lazy("Login"), ""),
    ("teams", lazy("Teams and roles"), ""),
    ("status", lazy("Status"), "c-num"),
    ("signed_in", lazy("Last sign-in"), "c-date"),
    ("two_factor", lazy("Two factors"), "c-vis"),
)


@blueprint.get(USERS)
@opens(ADMINISTRATOR)
def user_list() -> str:
    return page("staff/list", page=_list(_asked()))


@blueprint.post(f"{USERS}/export")
@opens(ADMINISTRATOR)
def export_users() -> Response:
    wanted = _asked()
    rows = queries.users(Wanted(wanted.query, wanted.status, wanted.sort, wanted.is_descending))
    log_security("users_exported", {"count": len(rows)})
    header = [_("First name"), _("Last name"), *(str(label) for _key, label, _css in COLUMNS[1:])]
    written = csv_of(header, map(_exported, rows))
    answer = Response(written, mimetype="text/csv")
    name = _("Users")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _exported(row: UserRow) -> list[str]:
    at = row.signed_in_at
    return [
        row.first_name,
        row.last_name,
        row.email,
        _places(row),
        str(STATUSES[row.status][0]),
        face.formats().datetime(at) if at else "",
        _two_factors(row),
    ]


def _asked() -> Wanted:
    """Return what the address asks for; what it cannot mean is passed over."""
    status, sort = request.args.get("status", ACTIVE), request.args.get("sort", "")
    size, at = request.args.get("size", ""), request.args.get("page", "")
    size_ = int(size) if size in {str(each) for each in SIZES} else SIZES[0]
    is_page = at.isascii() and at.isdigit() and len(at) <= 6
    return Wanted(
        query=request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        status="" if status == "all" else status if status in STATUSES else ACTIVE,
        sort=sort if sort in ORDERS else "name",
        is_descending=request.args.get("dir") == "desc",
        skip=(min(int(at), LAST_PAGE) - 1) * size_ if is_page and int(at) > 1 else 0,
        size=size_,
    )


def _list(wanted: Wanted) -> ListPage:
    found, counts = queries.users(wanted), queries.counts(wanted.query)
    whole = face.formats().integer
    kept = [(key, value) for key, value in request.args.items() if key != "page" and value]
    url = partial(_url, kept)
    size, count = wanted.size or 0, counts[wanted.status]
    at = wanted.skip // size + 1
    first, last = wanted.skip + 1, wanted.skip + len(found)
    return ListPage(
        kind="user",
        title=_("Users"),
        columns=[_head(wanted, url, *each) for each in COLUMNS],
        rows=_rows(found),
        count=count,
        count_text=whole(count),
        range_text=f"{whole(first)}–{whole(last)}" if found else "",
        prev_url=url(page=str(at - 1) if at > 2 else None) if at > 1 else None,
        next_url=url(page=str(at + 1)) if last < count else None,
        sizes=[PageSize(each, url(size=str(each)), each == size) for each in SIZES],
        tabs=_tabs(wanted, counts, url),
        url=USERS,
        query=wanted.query,
        kept=[(key, value) for key, value in kept if key != "q"],
        clear_url=url(q=None) if wanted.query else None,
        empty=_empty(wanted, url),
        primary=Action(_("Invite users"), f"{INVITATIONS}/new", "mail", "primary"),
        actions=[
            Action(_("Export"), url(f"{USERS}/export"), "file-export", method="post"),
            Action(_("Add directly"), f"{USERS}/new", "plus"),
        ],
    )


def _url(kept: list[tuple[str, str]], path: str = USERS, **changed: str | None) -> str:
    values = {key: value for key, value in {**dict(kept), **changed}.items() if value}
    return f"{path}?{urlencode(values)}" if values else path


def _tabs(wanted: Wanted, counts: dict[str, int], url: Any) -> list[Tab]:
    whole = face.formats().integer
    tabs = [
        Tab(str(label), url(status=key), key == wanted.status, count=whole(counts[key]))
        for key, (_word, label, _tone) in STATUSES.items()
    ]
    every = Tab(
        str(sense("users", "All")), url(status="all"), not wanted.status, count=whole(counts[""])
    )
    return [*tabs, every]


def _empty(wanted: Wanted, url: Any) -> Empty:
    if wanted.query:
        clear = Action(_("Clear filter"), url(q=None), "x")
        return Empty("filter-off", _("Nothing fits this filter"), action=clear)
    return Empty("users", _("No users with this status"))


def _head(wanted: Wanted, url: Any, key: str, label: Text, css: str) -> Column:
    is_sorted = key == wanted.sort
    way = "desc" if wanted.is_descending else "asc"
    return Column(
        key=key,
        label=str(label),
        css=css,
        align="r" if css == "c-date" else "",
        sort_url=url(sort=key, dir="desc" if is_sorted and way == "asc" else "asc"),
        sort_dir=way if is_sorted else None,
    )


def _rows(found: list[UserRow]) -> list[Row]:
    return [Row(each.id, user_url(each.id), _cells(each)) for each in found]


def _cells(row: UserRow) -> list[Cell]:
    name = f"{row.first_name} {row.last_name}"
    word, _label, tone = STATUSES[row.status]
    places = _places(row)
    return [
        Cell(
            "name",
            f"{row.last_name} {row.first_name}",
            title=name,
            initials=row.initials,
            hue=face.hue(row.id),
        ),
        Cell("text", row.email, title=row.email),
        Cell("text", places, title=places),
        Cell("badge", str(word), value=tone),
        _moment(row),
        Cell("badge", _two_factors(row), value="ok" if row.has_second_factor else ""),
    ]


def _two_factors(row: UserRow) -> str:
    is_on, is_off = sense("two-factor login", "on"), sense("two-factor login", "off")
    return str(is_on if row.has_second_factor else is_off)


def _places(row: UserRow) -> str:
    return ", ".join(each.text for each in row.places)


def _moment(row: UserRow) -> Cell:
    if row.signed_in_at is None:
        return Cell("date", _("never"))
    formats = face.formats()
    at = row.signed_in_at
    return Cell("date", formats.relative(at, clock.now()), title=formats.datetime(at))
