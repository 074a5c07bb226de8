"""The profile of a record: its fields, holders, panels and why the reader may see it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template
from markupsafe import Markup

from core import face
from core.access import Access, why
from core.accounts.queries import account_facts
from core.contracts import Panel
from core.db import db
from core.i18n import _, ngettext
from core.records.cells import Cells, address, visibility_word
from core.records.fields import HOLDERS
from core.records.kinds import Kind
from core.records.list_cells import initials
from core.records.models import Record
from core.records.queries import links_of, owner_since, values_of
from core.records.services import may_take_over
from core.registry import registry
from core.shown import (
    Action,
    FieldRow,
    HolderView,
    PanelView,
    RecordFace,
    Section,
    Why,
)

log = logging.getLogger("szansa.records")

FORM_RIGHTS = ("edit", "change_owner", "manage_participants", "change_visibility")


def may_open_form(access: Access) -> bool:
    """Tell whether the actor may change anything that stands in the form of a record."""
    return any(access.can(right) for right in FORM_RIGHTS)


def record_face(kind: Kind, record: Record) -> RecordFace:
    """Return a record as the head of a page shows it."""
    return RecordFace(
        id=record.id,
        kind=kind.key,
        kind_label=str(kind.label),
        name=record.name,
        url=address(kind.key, record.id),
        initials=initials(record.name),
        hue=face.hue(record.id),
        shape="round" if kind.is_round else "square",
        visibility=record.visibility,
        visibility_label=visibility_word(record.visibility),
        list_label=str(kind.labels),
        list_url=f"/{kind.plural}",
    )


@dataclass
class Profile:
    """What the profile of a record shows to one actor."""

    kind: Kind
    access: Access

    def __post_init__(self) -> None:
        self.record = self.access.record
        self.links = links_of(self.record.id)
        self.values = values_of(self.kind, self.access, self.links)
        self.cells = Cells(self.kind, self.access.actor, self.values)

    def page(self) -> dict[str, Any]:
        """Return the values of the page."""
        kind, access = self.kind, self.access
        panels = boxes("record_panels", access, _panel)
        more = boxes(
            "record_actions", access, lambda each: Action(str(each.label), each.url, each.icon)
        )
        if access.can("anonymise") and any(each.is_personal for each in kind.fields):
            url = f"{address(kind.key, self.record.id)}/anonymise"
            more.append(Action(_("Anonymise"), url, "eye-off", "danger"))
        if access.can("delete"):
            url = f"{address(kind.key, self.record.id)}/delete"
            more.append(Action(_("Delete"), url, "trash", "danger"))
        return {
            "record": self.face(),
            "sections": self.sections(),
            "holders": self.holders(),
            "why": self.why(),
            "actions": self.actions(),
            "primary": None,
            "more": more,
            "tabs": [],
            "panels": [each for place, each in panels if place == "middle"],
            "side_panels": [each for place, each in panels if place != "middle"],
            "edit_url": f"{address(kind.key, self.record.id)}/edit"
            if may_open_form(access)
            else None,
        }

    def actions(self) -> list[Action]:
        """Return the buttons of the head."""
        if self.record.owner_id is not None or not may_take_over(self.access):
            return []
        url = f"{address(self.kind.key, self.record.id)}/take-over"
        return [Action(_("Take over"), url, "user-share", method="post")]

    def face(self) -> RecordFace:
        """Return the head of the page, with the values that stand below the name."""
        fields = [self.kind.field(key) for key in self.kind.subtitle]
        cells = [cell for each in fields for cell in self.cells.of(each, self.values[each.key])]
        link = next((each for each in cells if each.type == "link"), None)
        return replace(
            record_face(self.kind, self.record),
            subtitle=", ".join(each.text for each in cells if each.type != "link"),
            subtitle_link=link.text if link else "",
            subtitle_url=link.url if link else None,
        )

    def sections(self) -> list[Section]:
        """Return the fields that are filled in, section by section."""
        sections = []
        for section in self.kind.sections:
            rows = []
            for field in self.kind.fields:
                if field.section != section.key or field.home == HOLDERS:
                    continue
                cells = self.cells.of(field, self.values[field.key])
                if cells:
                    rows.append(FieldRow(field.key, str(field.label), cells, field.icon))
            if rows:
                sections.append(Section(str(section.label), rows))
        return sections

    def holders(self) -> list[HolderView]:
        """Return the owner and the participants, since when and added by whom."""
        facts, day = account_facts(), face.formats().date
        may_manage = self.access.can("manage_participants")
        found = []
        owner = facts.users.get(self.record.owner_id or 0)
        if owner is not None:
            since, by_id = owner_since(self.record)
            found.append(
                HolderView(
                    name=owner.name,
                    initials=owner.initials,
                    hue=face.hue(owner.id),
                    role=_("owner"),
                    since=day(since),
                    added_by=facts.principal_name(by_id) if by_id else "",
                )
            )
        for row in self.links:
            if not row.principal_id:
                continue
            user, team = facts.users.get(row.principal_id), facts.teams.get(row.principal_id)
            if user is None and team is None:
                continue
            found.append(
                HolderView(
                    name=facts.principal_name(row.principal_id),
                    initials=user.initials if user else "",
                    hue=face.hue(row.principal_id),
                    is_team=team is not None,
                    role=_team_role(team.member_count) if team else _role(row.field),
                    since=day(row.added_at),
                    added_by=facts.principal_name(row.added_by_id) if row.added_by_id else "",
                    id=row.principal_id,
                    may_remove=may_manage and row.field == "participants",
                )
            )
        return found

    def why(self) -> Why:
        """Return why the actor may do what he may, and what he lacks."""
        rows = [row for row in self.links if row.principal_id]
        return face.why_view(why(self.access.actor, self.record, face.formats().date, rows))


def _role(field: str) -> str:
    return _("participant") if field == "participants" else _("owner")


def _team_role(members: int) -> str:
    return ngettext("team, %(num)s person", "team, %(num)s people", members)


def boxes(hook: str, access: Access, show: Callable[[Any], Any]) -> list[Any]:
    """Return what the plugins add to a profile; one that fails costs its own boxes alone."""
    actor = access.actor
    asked = registry().hooks.one_by_one(
        hook, actor.active_plugins, record=access.record, actor=actor
    )
    found: list[Any] = []
    for name, answer in asked:
        try:
            with db.session.begin_nested():
                found.extend([(each.order, show(each)) for each in answer() or ()])
        except Exception:
            log.exception("%s of the plugin %s failed", hook, name)
    return [shown for _order, shown in sorted(found, key=lambda each: each[0])]


def _panel(panel: Panel) -> tuple[str, PanelView]:
    body = Markup(render_template(panel.page, **panel.values))  # noqa: S704 - a rendered page
    return panel.place, PanelView(
        panel.key, str(panel.title), body, count=panel.count, action=panel.action
    )
