"""The pages of single records: adding, profile, changing, holders, deleting and restoring."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from core import face
from core.access import Access, Actor, fetch
from core.access.engine import NoAccess
from core.accounts.queries import account_facts, setting
from core.errors import Forbidden, Invalid, InvalidForm, NeedsConfirmation, NotFound
from core.i18n import _
from core.records import services
from core.records.alike_views import alike_hits
from core.records.cells import address
from core.records.fields import RecordLink
from core.records.forms import SIMILAR_SEEN, RecordForm, Sent, Stale, read, read_holders
from core.records.kinds import Kind
from core.records.list_views import active_kind
from core.records.models import Record
from core.records.profile import FORM_RIGHTS, Profile, may_open_form, record_face
from core.records.queries import find_main_of, last_change, values_of
from core.records.sending import once
from core.shown import Crumb, FormView
from core.web import SIGNED_IN, actor, opens

Answer = str | Response | tuple[str, int]


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses of single records of all kinds: `url_for("records.profile",
    kind_key="…", record_id=…)`.
    """
    made = Blueprint("records", __name__)
    for kind in kinds:
        for path, view, methods in (
            ("/new", new_record, ["GET", "POST"]),
            ("/<int:record_id>", profile, ["GET"]),
            ("/<int:record_id>/edit", edit_record, ["GET", "POST"]),
            ("/<int:record_id>/holders", change_holders, ["GET", "POST"]),
            ("/<int:record_id>/take-over", take_over_record, ["POST"]),
            ("/<int:record_id>/delete", delete_record, ["GET", "POST"]),
            ("/<int:record_id>/restore", restore_record, ["POST"]),
        ):
            made.add_url_rule(
                f"/{kind.plural}{path}",
                view.__name__,
                view,
                methods=methods,
                defaults={"kind_key": kind.key},
            )
    return made


@opens(SIGNED_IN)
def new_record(kind_key: str) -> Answer:
    kind, who = active_kind(kind_key), actor()
    if not who.has(kind.key, "add"):
        raise Forbidden(_("You may not add this. An administrator can give you the right “Add”."))
    start = services.defaults(kind, who)
    if request.method == "GET":
        return _new_page(kind, who, {**start, **_linked(kind)}, Sent({}, {}))
    sent = read(kind, request.form)

    def store() -> str:
        services.refuse(kind, sent.values, {}, who, sent.errors)
        record = services.create(kind, sent.values, who, sent.confirmed)
        face.toast(_added(kind, record, sent, who))
        return _where_to(kind, record.id, who)

    return _saved(sent, store, lambda **found: _new_page(kind, who, start, sent, **found))


def _added(kind: Kind, record: Record, sent: Sent, who: Actor) -> str:
    """Return what is said of a new record, with what is like it where the form did not say."""
    said = _("“%(name)s” was added.", name=record.name)
    if SIMILAR_SEEN in request.form or not kind.matching.needs:
        return said
    hits = alike_hits(kind, sent.values, who, [record.id])
    names = ", ".join(each.hit.name for each in hits)
    if not names:
        return said
    return f"{said} " + _("Already there: %(names)s.", names=names)


def _new_page(kind: Kind, who: Actor, start: Mapping[str, Any], sent: Sent, **found: Any) -> str:
    found.pop("stale", None)
    form = RecordForm(kind, who, start, None, sent).view(
        action=f"/{kind.plural}/new",
        title=str(kind.add_label),
        cancel_url=f"/{kind.plural}",
        token=sent.token or secrets.token_urlsafe(16),
        crumbs=[Crumb(str(kind.labels), f"/{kind.plural}")],
        **found,
    )
    return _form_page(form, kind, {**start, **sent.values}, who)


def _form_page(
    form: FormView, kind: Kind, values: Mapping[str, Any], who: Actor, own_id: int | None = None
) -> str:
    """Return a form with likely duplicates of what is typed beside it."""
    if not kind.matching.needs:
        return render_template("records/form.html", form=form)
    return render_template(
        "records/form.html",
        form=form,
        similar_url=f"/{kind.plural}/similar",
        similar_to=own_id or "",
        similar=alike_hits(kind, values, who, [own_id] if own_id else []),
    )


def _linked(kind: Kind) -> dict[str, Any]:
    """Return the records that the address of a new record's form names."""
    found = {}
    for field in kind.fields:
        if isinstance(field.type, RecordLink) and field.key in request.args:
            try:
                found[field.key] = field.type.parse([request.args[field.key]])
            except Invalid:
                continue
    return found


@opens(SIGNED_IN)
def profile(kind_key: str, record_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    try:
        access = fetch(kind.key, record_id, who)
    except NotFound:
        main_id = find_main_of(kind, record_id, who)
        if main_id is not None:
            return redirect(address(kind.key, main_id))
        return _trashed_page(kind, record_id, who)
    page = Profile(kind, access)
    return render_template(
        "records/profile.html",
        **page.page(),
        holders_url=f"{address(kind.key, record_id)}/holders",
        may_change_holders=_may_change_holders(access),
        version=access.record.version,
        check_url=f"{address(kind.key, record_id)}/access" if who.reaches_others else None,
    )


def _trashed_page(kind: Kind, record_id: int, who: Actor) -> Answer:
    """Answer that a record is in the trash; whoever may not restore it gets NotFound."""
    access = fetch(kind.key, record_id, who, trashed=True)
    _require_to_restore(access)
    record = access.record
    page = render_template(
        "records/trashed.html",
        record=record_face(kind, record),
        deleted_by=account_facts().principal_name(record.deleted_by_id or 0),
        deleted_on=face.formats().date(record.deleted_at) if record.deleted_at else "",
        restore_url=f"{address(kind.key, record_id)}/restore",
        purge_url=f"/{kind.plural}/trash/delete?row={record_id}" if who.is_administrator else None,
    )
    return page, 404


def _require_to_restore(access: Access) -> None:
    """Raise NotFound for whoever may not restore: to him nothing in the trash exists."""
    if not access.can("delete"):
        raise NotFound(_("There is no such record."))


@opens(SIGNED_IN)
def edit_record(kind_key: str, record_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    access = fetch(kind.key, record_id, who)
    if not may_open_form(access):
        access.require("edit")
    values = values_of(kind, access)
    if request.method == "GET":
        return _edit_page(kind, access, values, Sent({}, {}, version=access.record.version))
    sent = read(kind, request.form)

    def store() -> str:
        services.refuse(kind, sent.values, values, who, sent.errors)
        record = services.change(
            access, sent.values, version=sent.version, confirmed=sent.confirmed
        )
        face.toast(_("“%(name)s” was saved.", name=record.name))
        return _where_to(kind, record.id, who)

    return _saved(sent, store, lambda **found: _edit_page(kind, access, values, sent, **found))


def _edit_page(
    kind: Kind, access: Access, values: Mapping[str, Any], sent: Sent, **found: Any
) -> str:
    url = address(kind.key, access.record.id)
    refused = found.pop("stale", None)
    version = sent.version
    stale = None
    if refused is not None:
        sent, version = sent.merged(kind, refused.merged), refused.version
        stale = _stale(kind, access, refused)
    form = RecordForm(kind, access.actor, values, access, sent).view(
        action=f"{url}/edit",
        title=_("Edit %(name)s", name=access.record.name),
        cancel_url=url,
        version=version,
        token=sent.token or secrets.token_urlsafe(16),
        crumbs=[Crumb(str(kind.labels), f"/{kind.plural}"), Crumb(access.record.name, url)],
        stale=stale,
        **found,
    )
    return _form_page(form, kind, {**values, **sent.values}, access.actor, access.record.id)


def _stale(kind: Kind, access: Access, refused: services.StaleForm) -> Stale:
    changed = last_change(access.record.id)
    merged = refused.merged
    return Stale(
        by=account_facts().principal_name(changed.user_id or 0),
        at=face.formats().datetime(changed.at),
        opened=merged.opened,
        now=refused.now,
        conflicts=merged.conflicts,
        merged_count=len((merged.opened.keys() & kind.by_key.keys()) - {*merged.conflicts}),
    )


def _saved(sent: Sent, store: Callable[[], str], page: Callable[..., str]) -> Answer:
    """Answer a form that was sent: on where it led, or once more with what is in its way."""
    try:
        return redirect(once(sent.token, store), 303)
    except InvalidForm as wrong:
        return page(errors=wrong.errors), 422
    except NeedsConfirmation as asked:
        return page(warnings=asked.warnings), 422
    except services.StaleForm as refused:
        return page(stale=refused), 409


def _where_to(kind: Kind, record_id: int, who: Actor) -> str:
    """Return the profile, or the list for one who has just given up his access."""
    try:
        fetch(kind.key, record_id, who)
    except (NoAccess, NotFound):
        return f"/{kind.plural}"
    return address(kind.key, record_id)


def _may_change_holders(access: Access) -> bool:
    return any(access.can(right) for right in FORM_RIGHTS if right != "edit")


def _holders_page(kind: Kind, access: Access) -> str:
    """Return the details of who holds a record; for the dialog its controls alone."""
    page = Profile(kind, access)
    form = RecordForm(kind, access.actor, page.values, access)
    fields = form.holders() if _may_change_holders(access) else []
    if request.headers.get("HX-Request"):
        return render_template("records/_holders_controls.html", fields=fields)
    url = address(kind.key, access.record.id)
    return render_template(
        "records/holders.html",
        record=record_face(kind, access.record),
        holders=page.holders(),
        holders_url=f"{url}/holders",
        fields=fields,
        version=access.record.version,
        crumbs=[Crumb(str(kind.labels), f"/{kind.plural}"), Crumb(access.record.name, url)],
    )


@opens(SIGNED_IN)
def change_holders(kind_key: str, record_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    access = fetch(kind.key, record_id, who, lock=request.method == "POST")
    url = address(kind.key, record_id)
    if request.method == "GET":
        return _holders_page(kind, access)
    values = values_of(kind, access)
    sent = read_holders(kind, request.form, values)
    errors, warnings = dict(sent.errors), {}
    try:
        if not errors:
            return redirect(_store_holders(kind, access, values, sent), 303)
    except InvalidForm as wrong:
        errors = wrong.errors
    except NeedsConfirmation as asked:
        warnings = asked.warnings
    form = RecordForm(kind, who, values, access, sent).holders_view(
        url=url,
        title=_("Access to %(name)s", name=access.record.name),
        version=sent.version or access.record.version,
        errors=errors,
        warnings=warnings,
    )
    return render_template("records/form.html", form=form), 422


def _store_holders(kind: Kind, access: Access, now: Mapping[str, Any], sent: Sent) -> str:
    values = dict(sent.values)
    if sent.version is not None:
        # Who is added or removed is said against the present participants, whatever the version.
        typed = {key: value for key, value in values.items() if key != "participants"}
        values |= services.combined(access, now, typed, sent.version)
    services.change(access, values, confirmed=sent.confirmed)
    face.toast(_("“%(name)s” was saved.", name=access.record.name))
    return _where_to(kind, access.record.id, access.actor)


@opens(SIGNED_IN)
def take_over_record(kind_key: str, record_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    access = fetch(kind.key, record_id, who, lock=True)
    services.take_over(access)
    face.toast(_("You are now the owner of “%(name)s”.", name=access.record.name))
    return redirect(address(kind.key, record_id), 303)


@opens(SIGNED_IN)
def delete_record(kind_key: str, record_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    token = request.form.get("form_token", "")[:100]
    if request.method == "POST":
        return redirect(once(token, lambda: _delete(kind, record_id, who)), 303)
    access = fetch(kind.key, record_id, who, "delete")
    return render_template(
        "records/delete.html",
        record=record_face(kind, access.record),
        action_url=f"{address(kind.key, record_id)}/delete",
        version=access.record.version,
        form_token=secrets.token_urlsafe(16),
        consequences=_consequences(kind),
    )


def _consequences(kind: Kind) -> list[str]:
    sentences = [_("It can be restored from the trash, with everything that belongs to it.")]
    if setting(f"trash.{kind.visibility_area}.clear_personal"):
        sentences.append(_("Its personal data are replaced by asterisks now, and stay so."))
    return sentences


def _delete(kind: Kind, record_id: int, who: Actor) -> str:
    access = fetch(kind.key, record_id, who, "delete", lock=True)
    services.trash(access)
    face.toast(
        _(
            "“%(name)s” is in the trash. Its own page offers to restore it later.",
            name=access.record.name,
        ),
        undo_url=f"{address(kind.key, record_id)}/restore",
    )
    return f"/{kind.plural}"


@opens(SIGNED_IN)
def restore_record(kind_key: str, record_id: int) -> Answer:
    kind, who = active_kind(kind_key), actor()
    try:
        access = fetch(kind.key, record_id, who, trashed=True, lock=True)
    except NotFound:
        fetch(kind.key, record_id, who)
        return redirect(address(kind.key, record_id), 303)
    _require_to_restore(access)
    services.restore(access)
    face.toast(_("“%(name)s” is back.", name=access.record.name))
    return redirect(address(kind.key, record_id), 303)
