"""Saving views of lists, changing, sharing and deleting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.access import Actor
from core.accounts.queries import account_facts
from core.db import db, sql
from core.errors import Forbidden, Invalid
from core.i18n import _
from core.records.fields import clean
from core.records.filters import Group, to_json
from core.saved_views.models import SavedView, ViewReader
from core.saved_views.queries import View

SHARE = ("general", "share_views")
LONGEST_NAME = 100
MOST_VIEWS = 200  # of one user


@dataclass(frozen=True)
class Look:
    """What a view makes a list look like."""

    filter: Group = field(default_factory=Group)
    columns: tuple[str, ...] = ()
    sort: str = ""
    is_descending: bool = False


@dataclass(frozen=True)
class Sharing:
    """With whom a view is shared: nobody, all, or some users and teams."""

    is_for_all: bool = False
    readers: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return self.is_for_all or bool(self.readers)


def create_view(
    kind: str, name: str, look: Look, actor: Actor, sharing: Sharing | None = None
) -> SavedView:
    """Store a new view of the actor; Invalid names what is wrong with its name or its readers."""
    count = sql(
        "select count(*) from core_saved_view where account_id = :account and user_id = :user",
        user=actor.user_id,
    ).scalar_one()
    if count >= MOST_VIEWS:
        raise Invalid(_("You have %(most)s views. Delete one of them first.", most=MOST_VIEWS))
    view = SavedView(kind=kind, user_id=actor.user_id, name=_checked_name(name), **_stored(look))
    db.session.add(view)
    db.session.flush()
    if sharing:
        _share(view.id, sharing, actor)
    return view


def change_view(view: View, name: str, actor: Actor, sharing: Sharing | None = None) -> None:
    """Rename a view and, where `sharing` is given, share it so from now on."""
    db.session.get_one(SavedView, _key(view)).name = _checked_name(name)
    db.session.flush()
    if sharing is not None:
        _share(view.id, sharing, actor)


def change_look(view: View, look: Look) -> None:
    """Let a view show the list as it is now."""
    row = db.session.get_one(SavedView, _key(view))
    for key, value in _stored(look).items():
        setattr(row, key, value)
    db.session.flush()


def delete_view(view: View) -> None:
    """Delete a view; the records on it stay as they are."""
    db.session.delete(db.session.get_one(SavedView, _key(view)))
    db.session.flush()


def _key(view: View) -> tuple[int, int]:
    return account_facts().account_id, view.id


def _stored(look: Look) -> dict[str, object]:
    return {
        "filter": to_json(look.filter),
        "columns": list(look.columns),
        "sort": look.sort,
        "is_descending": look.is_descending,
    }


def _checked_name(name: str) -> str:
    name = clean(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(
            _(
                "Name: %(length)s characters, 1 to %(allowed)s are allowed.",
                length=len(name),
                allowed=LONGEST_NAME,
            ),
            "name",
        )
    return name


def _share(view_id: int, sharing: Sharing, actor: Actor) -> None:
    """Share a view with exactly these users and teams."""
    if not actor.has(*SHARE):
        raise Forbidden(_("You may not share views. An administrator can help."))
    _check_readers(sharing.readers)
    view = db.session.get_one(SavedView, (account_facts().account_id, view_id))
    view.is_for_all = sharing.is_for_all
    sql("delete from core_view_reader where account_id = :account and view_id = :id", id=view_id)
    readers = () if sharing.is_for_all else dict.fromkeys(sharing.readers)
    db.session.add_all(ViewReader(view_id=view_id, principal_id=each) for each in readers)
    db.session.flush()


def _check_readers(readers: Sequence[int]) -> None:
    facts = account_facts()
    known = {each.id for each in facts.users.values() if each.status != "removed"} | set(
        facts.teams
    )
    if not set(readers) <= known:
        raise Invalid(_("choose one from the list"), "readers")
