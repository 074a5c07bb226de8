"""What merging adds to profiles and lists: the entry Merge, and the box with what was merged."""

from __future__ import annotations

from core import face
from core.access import Actor
from core.accounts.queries import account_facts
from core.contracts import ListAction, Panel, RecordAction
from core.i18n import _, lazy
from core.merging.models import Merge
from core.merging.planning import RIGHT, is_mergeable
from core.merging.queries import splittable_merges
from core.merging.splitting import merged_names
from core.records.bulk import allowed
from core.records.cells import address
from core.records.models import Record
from core.registry import registry

MERGE = ListAction("merge", lazy("Merge"), "git-merge", is_mergeable, order=60)


def _may(record: Record, actor: Actor) -> bool:
    kind = registry().kinds[record.kind]
    if not is_mergeable(kind, actor):
        return False
    # The profile is open to him, so what a team role gives him holds for the record.
    return actor.has(kind.key, RIGHT) or bool(allowed(kind, [record.id], actor, RIGHT))


def actions(record: Record, actor: Actor) -> list[RecordAction]:
    """Return the entry Merge where the actor has the right."""
    if not _may(record, actor):
        return []
    url = f"{address(record.kind, record.id)}/merge"
    return [RecordAction(_("Merge contacts"), url, "git-merge", order=50)]


def panels(record: Record, actor: Actor) -> list[Panel]:
    """Return the box with what was merged into a record and can be split again."""
    if not registry().kinds[record.kind].is_mergeable:
        return []
    merges = splittable_merges(record.id)
    if not merges or not _may(record, actor):
        return []
    shown = [_shown(each, record) for each in merges]
    return [Panel("merged", _("Merged contacts"), "merging/_merged.html", {"merges": shown},
                  order=80, place="side", count=str(len(shown)))]  # fmt: skip


def _shown(merge: Merge, record: Record) -> dict[str, str]:
    by = account_facts().principal_name(merge.user_id) if merge.user_id else ""
    return {
        "names": ", ".join(merged_names(merge).values()),
        "on": face.formats().date(merge.merged_at),
        "by": by,
        "split_url": f"{address(record.kind, record.id)}/split/{merge.id}",
    }
