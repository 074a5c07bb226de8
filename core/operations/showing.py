"""What the pages of list operations show, as values ready to print."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from core import face
from core.access import Effect, levels_of
from core.accounts.queries import account_facts
from core.i18n import _, ngettext
from core.operations import queries
from core.operations.models import (
    CHANGED,
    CHECKED,
    REFUSED,
    ROW_STATES,
    RUNNING,
    UNCHANGED,
    WAITING,
    Operation,
)
from core.operations.planning import Verdict
from core.operations.telling import ROW_STATES as ROW_WORDS, STATES
from core.records.cells import address
from core.shown import Crumb
from core.web import actor

SAMPLES = 20
USERS_SHOWN = 20
ROWS_A_PAGE = queries.ROWS_A_PAGE


def url_of(operation: Operation) -> str:
    """Return the address of an operation's pages."""
    return f"/operations/{operation.id}"


def list_url_of(operation: Operation) -> str:
    """Return the list from which it came, under the same filter."""
    path = f"/{queries.kind_of(operation).plural}"
    return f"{path}?{operation.query}" if operation.query else path


def title_of(operation: Operation) -> str:
    """Return the heading of its pages."""
    spec = queries.spec_of(operation)
    count = face.formats().integer(operation.row_count)
    rows = ngettext("%(count)s row", "%(count)s rows", operation.row_count, count=count)
    return f"{spec.label}: {rows}"


def crumbs_of(operation: Operation) -> list[Crumb]:
    """Return the way back to the list."""
    return [Crumb(str(queries.kind_of(operation).labels), list_url_of(operation))]


def head_of(operation: Operation) -> dict[str, Any]:
    """Return what stands above all of its pages."""
    return {
        "url": url_of(operation),
        "title": title_of(operation),
        "crumbs": crumbs_of(operation),
        "list_url": list_url_of(operation),
    }


def _words(*, is_over: bool) -> dict[str, str]:
    if is_over:
        return {state: str(word) for state, word in ROW_WORDS.items()}
    return {CHANGED: _("will change"), UNCHANGED: _("already so"), REFUSED: str(ROW_WORDS[REFUSED])}


def counts_shown(
    operation: Operation, counts: Mapping[str, int], show: str
) -> list[dict[str, Any]]:
    """Return the numbers by state, each leading to its rows."""
    words, formats = _words(is_over=operation.state != CHECKED), face.formats()
    return [
        {
            "state": state,
            "word": words[state],
            "number": counts[state],
            "text": formats.integer(counts[state]),
            "url": f"{url_of(operation)}?show={state}#rows" if counts[state] else None,
            "is_shown": state == show,
        }
        for state in ROW_STATES
    ]


def rows_of_state(verdict: Verdict, state: str) -> list[tuple[int, str]]:
    """Return the records of a state, each with the reason why it is left alone."""
    if state == REFUSED:
        return list(verdict.refused.items())
    if state == UNCHANGED:
        return [(each, "") for each in verdict.unchanged]
    return [(now.id, "") for now, _changed in verdict.changes]


def samples_of(operation: Operation, verdict: Verdict) -> list[dict[str, Any]]:
    """Return the refused rows, reason by reason, with up to 20 names each."""
    by_reason: dict[str, list[int]] = {}
    for record_id, reason in verdict.refused.items():
        by_reason.setdefault(reason, []).append(record_id)
    return [
        {
            "reason": reason,
            "count": face.formats().integer(len(ids)),
            "records": _named(operation, ids[:SAMPLES]),
            "more": max(len(ids) - SAMPLES, 0),
        }
        for reason, ids in by_reason.items()
    ]


def _named(operation: Operation, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return records by name as far as the reader may know them now."""
    levels = levels_of(actor(), ids)
    kind = queries.kind_of(operation)
    found = []
    for each in ids:
        level = levels.get(each)
        found.append(
            {
                "id": each,
                "name": level.basic.name if level else _("(no longer open to you)"),
                "url": address(kind.key, each) if level and level.is_full else None,
                "is_known": level is not None,
            }
        )
    return found


def listed_in(operation: Operation, rows: Sequence[tuple[int, str]], show: str) -> dict[str, Any]:
    """Return one page of the rows of a state, of which all are given."""
    word = _words(is_over=operation.state != CHECKED)[show]
    return _rows_page(operation, _of_page(rows), f"show={show}", word, len(rows))


def listed_page(
    operation: Operation, rows: Sequence[tuple[int, str]], show: str, count: int
) -> dict[str, Any]:
    """Return the page of the rows of a state that was asked for; there are `count` of them."""
    word = _words(is_over=operation.state != CHECKED)[show]
    return _rows_page(operation, rows, f"show={show}", word, count)


def _of_page(rows: Sequence[tuple[int, str]]) -> Sequence[tuple[int, str]]:
    first = (page_asked() - 1) * ROWS_A_PAGE
    return rows[first : first + ROWS_A_PAGE]


def _rows_page(
    operation: Operation, rows: Sequence[tuple[int, str]], query: str, word: str, count: int
) -> dict[str, Any]:
    named, page = _named(operation, [record_id for record_id, _reason in rows]), page_asked()
    at = f"{url_of(operation)}?{query}&page="
    return {
        "word": word,
        "rows": [
            {**each, "reason": reason} for each, (_id, reason) in zip(named, rows, strict=True)
        ],
        "prev_url": f"{at}{page - 1}#rows" if page > 1 else None,
        "next_url": f"{at}{page + 1}#rows" if page * ROWS_A_PAGE < count else None,
    }


def page_asked() -> int:
    """Return the number of the page that the address asks for."""
    typed = request.args.get("page", "1")
    return int(typed) if re.fullmatch("[1-9][0-9]{0,8}", typed) else 1


def effects_shown(operation: Operation, verdict: Verdict, felt: Sequence[Effect]) -> dict[str, Any]:
    """Return who begins or ceases to see how many records, in sentences and user by user."""
    gains, losses = [each for each in felt if each.gained], [each for each in felt if each.lost]
    is_all = "users" in request.args
    order = {user_id: place for place, user_id in enumerate(account_facts().users)}
    shown = sorted(felt, key=lambda each: order[each.user_id])
    sentences = [_gaining(gains), _missing(losses)]
    return {
        "sentences": [each for each in sentences if each],
        "users": [
            _effect(operation, verdict, each) for each in (shown if is_all else shown[:USERS_SHOWN])
        ],
        "more_url": f"{url_of(operation)}?users=1#effects"
        if len(shown) > USERS_SHOWN and not is_all
        else None,
    }


def _effect(operation: Operation, verdict: Verdict, felt: Effect) -> dict[str, Any]:
    formats = face.formats()
    return {
        "face": _face(felt.user_id),
        "gained": formats.integer(len(felt.gained)),
        "lost": formats.integer(len(felt.lost)),
        "gained_names": _names(verdict, felt.gained),
        "lost_names": _names(verdict, felt.lost),
        "url": f"{url_of(operation)}?user={felt.user_id}#rows",
    }


def listed_for(
    operation: Operation, verdict: Verdict, felt: Sequence[Effect], typed: str
) -> dict[str, Any] | None:
    """Return one page of the records that a user begins or ceases to see; None for nobody."""
    of_user = next((each for each in felt if str(each.user_id) == typed), None)
    if of_user is None:
        return None
    rows = [
        *((verdict.changes[place][0].id, _("begins to see")) for place in of_user.gained),
        *((verdict.changes[place][0].id, _("no longer sees")) for place in of_user.lost),
    ]
    word = account_facts().principal_name(of_user.user_id)
    return _rows_page(operation, _of_page(rows), f"user={of_user.user_id}", word, len(rows))


def _gaining(felt: Sequence[Effect]) -> str:
    if not felt:
        return ""
    records = face.formats().integer(len({place for each in felt for place in each.gained}))
    return ngettext(
        "%(num)s user will begin to see %(records)s of these records.",
        "%(num)s users will begin to see %(records)s of these records.",
        len(felt),
        records=records,
    )


def _missing(felt: Sequence[Effect]) -> str:
    if not felt:
        return ""
    records = face.formats().integer(len({place for each in felt for place in each.lost}))
    return ngettext(
        "%(num)s user will no longer see %(records)s of these records.",
        "%(num)s users will no longer see %(records)s of these records.",
        len(felt),
        records=records,
    )


def _face(user_id: int) -> dict[str, Any]:
    person = account_facts().users[user_id]
    return {"name": person.name, "initials": person.initials, "hue": face.hue(user_id)}


def _names(verdict: Verdict, places: Sequence[int]) -> list[str]:
    return [verdict.changes[place][0].name for place in places[:SAMPLES]]


def progress_shown(operation: Operation) -> dict[str, Any]:
    """Return how far a run is."""
    formats = face.formats()
    return {
        "url": url_of(operation),
        "state": operation.state,
        "state_word": str(STATES[operation.state]),
        "done": operation.done_count,
        "total": operation.row_count,
        "done_text": _(
            "%(done)s of %(total)s",
            done=formats.integer(operation.done_count),
            total=formats.integer(operation.row_count),
        ),
        "is_moving": operation.state in {WAITING, RUNNING},
        "counts": counts_shown(operation, queries.all_counts(operation), ""),
    }
