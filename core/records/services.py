"""Making, changing and deleting records: the only writer of single records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from core import clock
from core.access import Access, Actor, fetch, levels_of
from core.accounts.queries import account_facts, setting
from core.db import db, sql
from core.errors import Conflict, Forbidden, Invalid, InvalidForm, NeedsConfirmation, NotFound
from core.i18n import _
from core.records import labels, matching, search
from core.records.fields import (
    HOLDERS,
    LABELS,
    RECORD,
    ROW,
    Field,
    LabelChoice,
    Principals,
    RecordLink,
)
from core.records.kinds import Kind
from core.records.merging import Merged, merge
from core.records.models import Holder, Record, RecordLabel
from core.records.owning import owners_in_order
from core.records.queries import changes_since, is_active, values_of, was_erased_since
from core.registry import registry

LOSE_ACCESS = "confirm_lose_access"


def next_ids(count: int) -> list[int]:
    """Return numbers for new records."""
    rows = sql(
        "select nextval(pg_get_serial_sequence('core_record', 'id'))"
        " from generate_series(1, :count) where :account > 0",
        count=count,
    )
    return list(rows.scalars())


def defaults(kind: Kind, actor: Actor) -> dict[str, Any]:
    """Return the holders and visibility that a new record of a kind gets, as the account set it."""
    facts = account_facts()
    owner = setting(f"access.{kind.key}.owner")
    relative = {
        "signed_in_user": actor.user_id,
        "main_team": facts.users[actor.user_id].main_team_id,
    }
    invited = {relative.get(each, each) for each in setting(f"access.{kind.key}.invited")}
    chosen = relative.get(owner, owner)
    return {
        "owner": chosen if chosen and is_choosable(chosen, with_teams=False) else None,
        "participants": sorted(each for each in invited if each and is_choosable(each)),
        "visibility": setting(f"visibility.{kind.visibility_area}.default"),
    }


def is_choosable(principal_id: int, *, with_teams: bool = True) -> bool:
    """Tell whether a user (active) or team of this account may become a holder."""
    facts = account_facts()
    person = facts.users.get(principal_id)
    is_team = with_teams and principal_id in facts.teams
    return is_team or (person is not None and person.is_active)


def create(
    kind: Kind, values: Mapping[str, Any], actor: Actor, confirmed: Collection[str] = ()
) -> Record:
    """Return a new record with the given values and the account's defaults for the rest.

    Raises Forbidden without Add, InvalidForm naming every wrong field, NeedsConfirmation where
    the actor must agree first (`confirmed` holds the keys he agreed to).
    """
    if not actor.has(kind.key, "add"):
        raise Forbidden(_("You may not add this. An administrator can give you the right “Add”."))
    wanted = {**{each.key: each.type.empty for each in kind.fields if each.is_editable}}
    wanted |= {**defaults(kind, actor), **{k: v for k, v in values.items() if v is not None}}
    if "owner" in values:
        wanted["owner"] = values["owner"]
    wanted = owners_in_order(wanted)
    check(kind, wanted, {}, actor)
    confirm(kind, wanted, {}, actor, confirmed)
    wanted = labels.resolve(kind, wanted, actor)
    name, sort_name = kind.name_of(wanted)
    moment = clock.now()
    record = Record(
        id=next_ids(1)[0],
        kind=kind.key,
        name=name,
        sort_name=sort_name,
        created_at=moment,
        created_by_id=actor.user_id,
        updated_at=moment,
        updated_by_id=actor.user_id,
    )
    row = kind.row(id=record.id)
    for field in kind.fields:
        if field.is_editable and field.home in (ROW, RECORD):
            setattr(row if field.home == ROW else record, field.column, wanted[field.key])
    db.session.add(record)
    db.session.flush()
    db.session.add(row)
    _link(kind, record.id, {}, wanted, actor)
    db.session.flush()
    search.index(kind, record, wanted)
    matching.remember(kind, record, wanted)
    announce(kind, [record.id], "created")
    return record


def change(
    access: Access,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    confirmed: Collection[str] = (),
) -> Record:
    """Change some fields of a record and return it.

    `version` is the one that the values were typed against: fields changed by others since then
    are kept where the actor left them alone, and Conflict names those that both changed.
    """
    record, kind = access.record, registry().kinds[access.record.kind]
    access = fetch(kind.key, record.id, access.actor, lock=True)
    record = access.record
    before = values_of(kind, access)
    wanted = _keep_unseen(kind, before, values, access.actor)
    if version is not None:
        wanted = combined(access, before, wanted, version)
    changed = {key: value for key, value in wanted.items() if value != before.get(key)}
    if {"owner", "owners"} & changed.keys():
        changed = {
            key: value
            for key, value in owners_in_order({**before, **changed}).items()
            if value != before.get(key)
        }
    for key in changed:
        access.require(kind.field(key).right)
    if not changed:
        return record
    after = {**before, **changed}
    check(kind, after, before, access.actor)
    confirm(kind, after, before, access.actor, confirmed)
    after = labels.resolve(kind, after, access.actor)
    for key in changed:
        field = kind.field(key)
        if field.home in (ROW, RECORD):
            setattr(access.row if field.home == ROW else record, field.column, after[key])
    record.name, record.sort_name = kind.name_of(after)
    _link(kind, record.id, before, after, access.actor)
    db.session.flush()
    search.index(kind, record, after)
    if changed.keys() & kind.matching.needs:
        matching.remember(kind, record, after)
    announce(kind, [record.id], "changed")
    return record


def combined(
    access: Access, now: Mapping[str, Any], typed: Mapping[str, Any], version: int
) -> dict[str, Any]:
    """Return the values typed against a version, with what others changed since then kept.

    Raises StaleForm where both sides changed a field, Conflict where personal data were erased.
    """
    record = access.record
    if version == record.version:
        return dict(typed)
    if was_erased_since(record.id, version):
        raise Conflict(_("Its personal data were erased meanwhile. Open the form again."))
    merged = merge(now, changes_since(record.id, version), typed)
    if merged.conflicts:
        raise StaleForm(registry().kinds[record.kind], record, now, merged)
    return merged.values


class StaleForm(Conflict):
    """Both the actor and somebody else changed the same fields since the form was opened.

    `now` holds the present values, `merged` what both sides come to and the fields in conflict.
    """

    def __init__(self, kind: Kind, record: Record, now: Mapping[str, Any], merged: Merged) -> None:
        names = ", ".join(str(kind.field(key).label) for key in merged.conflicts)
        super().__init__(
            _(
                "Somebody changed this meanwhile: %(names)s. Compare and save again.",
                names=names,
            )
        )
        self.version, self.now, self.merged = record.version, dict(now), merged


def trash(access: Access) -> None:
    """Move a record to the trash; it stays whole there."""
    access.require("delete")
    record = access.record
    record.deleted_at, record.deleted_by_id = clock.now(), access.actor.user_id
    db.session.flush()
    announce(registry().kinds[record.kind], [record.id], "trashed")


def restore(access: Access) -> None:
    """Bring a record back from the trash, as it was."""
    access.require("delete")
    record = access.record
    record.deleted_at = record.deleted_by_id = None
    db.session.flush()
    announce(registry().kinds[record.kind], [record.id], "restored")


def may_take_over(access: Access) -> bool:
    """Tell whether the actor may become owner of a record that has none."""
    area = registry().kinds[access.record.kind].visibility_area
    is_allowed = bool(setting(f"access.{area}.take_over"))
    return is_allowed and access.actor.has("general", "take_over")


def take_over(access: Access) -> None:
    """Make the actor owner of a record without one, which is locked.

    Raises Forbidden where the account or his roles do not allow it, Conflict where it has an
    owner.
    """
    record = access.record
    if not may_take_over(access):
        raise Forbidden(_("You may not take over records. An administrator can allow it."))
    if record.owner_id is not None:
        name = account_facts().principal_name(record.owner_id)
        raise Conflict(_("It has an owner by now: %(name)s.", name=name))
    record.owner_id = access.actor.user_id
    db.session.flush()
    announce(registry().kinds[record.kind], [record.id], "changed")


def announce(kind: Kind, record_ids: list[int], origin: str) -> None:
    """Tell the plugins what happened to records, in this transaction."""
    registry().hooks.call(
        "records_changed",
        account_facts().active_plugins,
        record_ids=record_ids,
        kind=kind.key,
        origin=origin,
    )


def check(kind: Kind, wanted: Mapping[str, Any], before: Mapping[str, Any], actor: Actor) -> None:
    """Raise InvalidForm naming every field whose value may not be stored."""
    errors = errors_in(kind, wanted, before, actor)
    if not errors and not kind.name_of(wanted)[0]:
        first = kind.fields[0]
        errors[first.key] = [f"{first.label}: {_('fill in a name')}"]
    if errors:
        raise InvalidForm(errors)


def refuse(
    kind: Kind,
    values: Mapping[str, Any],
    before: Mapping[str, Any],
    actor: Actor,
    errors: Mapping[str, list[Any]],
) -> None:
    """Raise InvalidForm when there are errors already, naming those in the other values too."""
    if errors:
        raise InvalidForm({**errors_in(kind, {**before, **values}, before, actor), **errors})


def errors_in(
    kind: Kind, wanted: Mapping[str, Any], before: Mapping[str, Any], actor: Actor
) -> dict[str, list[Any]]:
    """Return why fields may not be stored as they are, in sentences by field key."""
    errors: dict[str, list[Any]] = {}
    for key in wanted.keys() - kind.by_key.keys():
        errors[key] = [_("There is no such field.")]
    for field in kind.fields:
        if field.key not in wanted or wanted[field.key] == before.get(field.key, field):
            continue
        try:
            _check_field(kind, field, wanted[field.key], before, actor)
        except Invalid as wrong:
            errors.setdefault(field.key, []).append(f"{field.label}: {wrong.message}")
    return errors


def _check_field(
    kind: Kind, field: Field, value: Any, before: Mapping[str, Any], actor: Actor
) -> None:
    if value in (None, "", []):
        _check_empty(kind, field)
        return
    if field.check:
        field.check(value)
    if field.key == "owner":
        _check_owner(value)
    elif field.key == "visibility":
        _check_visibility(kind, value)
    elif field.home == HOLDERS:
        _check_holders(field, value, before.get(field.key, ()))
    elif isinstance(field.type, RecordLink):
        _check_link(field.type, value, actor)
    elif isinstance(field.type, LabelChoice) or field.home == LABELS:
        labels.check(field, value, actor)


def _check_empty(kind: Kind, field: Field) -> None:
    if field.key == "owner" and setting(f"access.{kind.key}.owner_required"):
        raise Invalid(_("choose a user"))
    if field.is_required or field.key == "visibility":
        raise Invalid(_("fill it in"))


def _check_owner(user_id: int) -> None:
    person = account_facts().users.get(user_id)
    if person is None or not person.is_active:
        raise Invalid(_("choose a user"))


def _check_visibility(kind: Kind, visibility: str) -> None:
    if visibility not in setting(f"visibility.{kind.visibility_area}.offered"):
        raise Invalid(_("this visibility is switched off for new records"))


def _check_holders(field: Field, principal_ids: list[int], present: Collection[int]) -> None:
    with_teams = cast(Principals, field.type).with_teams
    added = [each for each in principal_ids if each not in present]
    if added and not is_active(field):
        raise Invalid(_("nobody can be added while this is switched off"))
    if not all(is_choosable(each, with_teams=with_teams) for each in added):
        raise Invalid(
            _("choose users and teams from the list")
            if with_teams
            else _("choose users from the list")
        )


def _check_link(wanted: RecordLink, record_id: int, actor: Actor) -> None:
    level = levels_of(actor, [record_id]).get(record_id)
    if level is None or not level.is_full or level.basic.kind != wanted.kind:
        raise Invalid(_("choose one from the list"))


def confirm(
    kind: Kind,
    wanted: Mapping[str, Any],
    before: Mapping[str, Any],
    actor: Actor,
    confirmed: Collection[str],
) -> None:
    """Raise NeedsConfirmation for what the actor must agree to first."""
    warnings: dict[str, Any] = {}
    for field in kind.fields:
        value = wanted.get(field.key)
        if value and value != before.get(field.key):
            for place, sentence in enumerate(field.type.warnings(value)):
                warnings[f"confirm_{field.key}_{place}"] = f"{field.label}: {sentence}"
    if not keeps_access(actor, wanted, kind):
        warnings[LOSE_ACCESS] = _("You will no longer see this object.")
    open_ones = {key: text for key, text in warnings.items() if key not in confirmed}
    if open_ones:
        raise NeedsConfirmation(open_ones)


def keeps_access(actor: Actor, wanted: Mapping[str, Any], kind: Kind) -> bool:
    """Tell whether the actor would still have full access to a record with these values."""
    return (
        actor.is_administrator
        or not {wanted.get("owner"), *wanted.get("owners", ())}.isdisjoint(actor.reached)
        or bool(set(wanted.get("participants", ())) & set(actor.principals))
        or (wanted.get("visibility") == "public" and actor.has(kind.key, "view"))
    )


def _keep_unseen(
    kind: Kind, before: Mapping[str, Any], values: Mapping[str, Any], actor: Actor
) -> dict[str, Any]:
    """Return the values without links that the actor cannot see and therefore left empty."""
    wanted = dict(values)
    for field in kind.fields:
        linked = before.get(field.key)
        if not isinstance(field.type, RecordLink) or not linked or wanted.get(field.key, linked):
            continue
        level = levels_of(actor, [linked]).get(linked)
        if level is None or not level.is_full:
            del wanted[field.key]
    return wanted


def _link(
    kind: Kind,
    record_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    actor: Actor,
) -> None:
    moment = clock.now()
    for field in kind.fields:
        if field.home not in (HOLDERS, LABELS):
            continue
        old, new = set(before.get(field.key, ())), set(after.get(field.key, ()))
        for each in sorted(new - old):
            db.session.add(
                Holder(
                    record_id=record_id,
                    principal_id=each,
                    role=field.role,
                    added_at=moment,
                    added_by_id=actor.user_id,
                )
                if field.home == HOLDERS
                else RecordLabel(record_id=record_id, label_id=each, field=field.key)
            )
        if old - new:
            _unlink(field, record_id, old - new)


def _unlink(field: Field, record_id: int, gone: set[int]) -> None:
    if field.home == HOLDERS:
        held = db.select(Holder).where(
            Holder.record_id == record_id,
            Holder.role == field.role,
            Holder.principal_id.in_(gone),
        )
    else:
        held = db.select(RecordLabel).where(
            RecordLabel.record_id == record_id, RecordLabel.label_id.in_(gone)
        )
    for each in db.session.execute(held).scalars():
        db.session.delete(each)


def sent_before(token: str) -> str | None:
    """Return where a form that was sent already has led to; None for its first sending.

    A second sending waits here until the first has ended.
    """
    inserted = sql(
        "insert into core_form_token (account_id, token, location, created_at)"
        " values (:account, :token, '', :now) on conflict do nothing returning token",
        token=token,
        now=clock.now(),
    ).first()
    if inserted:
        return None
    location = sql(
        "select location from core_form_token where account_id = :account and token = :token",
        token=token,
    ).scalar()
    if not location:
        raise NotFound(_("This form has already been sent."))
    return str(location)


def remember_sent(token: str, location: str) -> None:
    """Store where the form led to, for a second sending."""
    sql(
        "update core_form_token set location = :location"
        " where account_id = :account and token = :token",
        token=token,
        location=location,
    )
