"""Which views a user has for a list: the shipped ones, his own and those shared with him."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.access import Actor
from core.db import sql
from core.errors import Invalid, NotFound
from core.i18n import Text, _
from core.records.filters import Group, from_json, from_text
from core.registry import registry

ALL = "all"


@dataclass(frozen=True)
class View:
    """A view as a list opens it; `key` stands in addresses, `id` is 0 for a shipped one.

    `columns` is empty where the list shows the user's own choice. `url` leads elsewhere.
    """

    key: str
    label: Text
    filter: Group = field(default_factory=Group)
    sort: str = ""
    is_descending: bool = False
    columns: tuple[str, ...] = ()
    id: int = 0
    user_id: int = 0
    is_shared: bool = False
    is_tab: bool = True
    url: str = ""

    def is_own(self, actor: Actor) -> bool:
        """Tell whether it is the actor's to change: his own, or as administrator a shared one."""
        return bool(self.id) and (
            self.user_id == actor.user_id or (self.is_shared and actor.is_administrator)
        )


_SEEN = """
select v.id, v.user_id, v.name, v.filter, v.columns, v.sort, v.is_descending, v.is_for_all
    or exists (select 1 from core_view_reader w
      where w.account_id = v.account_id and w.view_id = v.id) as is_shared
from core_saved_view v
where v.account_id = :account and v.kind = :kind and (v.user_id = :user or v.is_for_all
  or exists (select 1 from core_view_reader w where w.account_id = v.account_id
    and w.view_id = v.id and w.principal_id = any(:principals)))
order by core_sort_key(v.name) collate "C", v.id
"""


def shipped_views(plural: str, actor: Actor) -> list[View]:
    """Return the views that a list has from the start, in their order."""
    return [
        View(
            each.key,
            each.label,
            from_text(each.filter),
            each.sort,
            each.is_descending,
            is_tab=each.is_tab,
            url=each.url.replace("{plural}", plural),
        )
        for each in registry().views.values()
        if each.plugin in actor.active_plugins | {"core"}
    ]


def saved_views(kind: str, actor: Actor) -> list[View]:
    """Return the actor's own views of a list and those shared with him, by name."""
    rows = sql(_SEEN, kind=kind, user=actor.user_id, principals=list(actor.principals))
    return [_view(row) for row in rows]


def saved_view(view_id: int, kind: str, actor: Actor) -> View:
    """Return a view that the actor may use; NotFound otherwise."""
    found = next((each for each in saved_views(kind, actor) if each.id == view_id), None)
    if found is None:
        raise NotFound(_("There is no such view."))
    return found


def own_view(view_id: int, kind: str, actor: Actor) -> View:
    """Return a view that the actor may change; NotFound where it is not his."""
    found = saved_view(view_id, kind, actor)
    if not found.is_own(actor):
        raise NotFound(_("There is no such view."))
    return found


def readers_of(view_id: int) -> tuple[bool, list[int]]:
    """Return whether a view is shared with all, and the users and teams it is shared with."""
    is_for_all = sql(
        "select is_for_all from core_saved_view where account_id = :account and id = :id",
        id=view_id,
    ).scalar_one()
    rows = sql(
        "select principal_id from core_view_reader"
        " where account_id = :account and view_id = :id order by principal_id",
        id=view_id,
    )
    return bool(is_for_all), list(rows.scalars())


def _view(row: Any) -> View:
    try:
        tree = from_json(row.filter)
    except Invalid:  # written by a later release
        tree = Group()
    return View(
        key=str(row.id),
        label=row.name,
        filter=tree,
        sort=row.sort,
        is_descending=row.is_descending,
        columns=tuple(str(each) for each in row.columns),
        id=row.id,
        user_id=row.user_id,
        is_shared=row.is_shared,
    )
