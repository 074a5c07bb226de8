"""Saving, changing, sharing and deleting views of lists, and the one a list opens with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, render_template, request

from core import face
from core.accounts.queries import account_facts
from core.errors import Invalid, NotFound
from core.i18n import _
from core.records.conditions import condition_of
from core.records.kinds import Kind
from core.records.list_columns import columns_of
from core.records.list_state import ListState, state_of
from core.records.list_views import active_kind
from core.saved_views import forms, services
from core.saved_views.queries import own_view, readers_of
from core.saved_views.services import Look, Sharing
from core.saved_views.showing import look_of
from core.shown import FormView
from core.users.preferences import store_preference
from core.web import SIGNED_IN, actor, opens

VIEW_URL = "/views/<int:view_id>"


def blueprint(kinds: Iterable[Kind]) -> Blueprint:
    """Return the addresses of the views of all lists."""
    made = Blueprint("saved_views", __name__)
    for kind in kinds:
        for name, path, view, methods in (
            ("new", "/views/new", new_view, ["GET", "POST"]),
            ("edit", f"{VIEW_URL}/edit", edit_view, ["GET", "POST"]),
            ("look", f"{VIEW_URL}/look", change_look, ["POST"]),
            ("delete", f"{VIEW_URL}/delete", delete_view, ["GET", "POST"]),
            ("usual", "/views/usual", change_usual_view, ["POST"]),
        ):
            made.add_url_rule(
                f"/{kind.plural}{path}",
                f"{kind.plural}_{name}",
                view,
                methods=methods,
                defaults={"kind_key": kind.key},
            )
    return made


@opens(SIGNED_IN)
def new_view(kind_key: str) -> Any:
    kind = active_kind(kind_key)
    state = state_of(kind, actor(), request.values)
    title, at = _("Save view"), f"/{kind.plural}/views/new?{look_of(state)}"
    back = f"/{kind.plural}?{look_of(state)}"
    if request.method == "GET":
        typed = forms.typed_of("", Sharing())
        return _page(forms.view_form(actor(), typed, action=at, title=title, cancel_url=back))
    try:
        sharing = forms.sharing_in(request.form, actor())
        made = services.create_view(
            kind.key, request.form.get("name", ""), _look(kind, state), actor(), sharing
        )
    except Invalid as refused:
        typed = forms.typed_in(request.form)
        form = forms.view_form(
            actor(), typed, action=at, title=title, cancel_url=back, refused=refused
        )
        return _page(form), refused.status
    face.toast(_("View “%(name)s” saved.", name=made.name))
    return redirect(f"/{kind.plural}?view={made.id}", 303)


@opens(SIGNED_IN)
def edit_view(kind_key: str, view_id: int) -> Any:
    kind = active_kind(kind_key)
    view = own_view(view_id, kind.key, actor())
    title, at = _("Change view"), f"/{kind.plural}/views/{view.id}/edit"
    back = f"/{kind.plural}?view={view.id}"
    if request.method == "GET":
        is_for_all, readers = readers_of(view.id)
        typed = forms.typed_of(str(view.label), Sharing(is_for_all, tuple(readers)))
        return _page(forms.view_form(actor(), typed, action=at, title=title, cancel_url=back))
    try:
        sharing = forms.sharing_in(request.form, actor())
        services.change_view(view, request.form.get("name", ""), actor(), sharing)
    except Invalid as refused:
        typed = forms.typed_in(request.form)
        form = forms.view_form(
            actor(), typed, action=at, title=title, cancel_url=back, refused=refused
        )
        return _page(form), refused.status
    face.toast(_("View “%(name)s” saved.", name=request.form["name"].strip()))
    return redirect(back, 303)


@opens(SIGNED_IN)
def change_look(kind_key: str, view_id: int) -> Any:
    kind = active_kind(kind_key)
    view = own_view(view_id, kind.key, actor())
    state = state_of(kind, actor(), request.values)
    services.change_look(view, _look(kind, state))
    face.toast(_("View “%(name)s” saved.", name=view.label))
    return redirect(f"/{kind.plural}?view={view.id}", 303)


@opens(SIGNED_IN)
def delete_view(kind_key: str, view_id: int) -> Any:
    kind = active_kind(kind_key)
    view = own_view(view_id, kind.key, actor())
    if request.method == "GET":
        return render_template(
            "saved_views/delete.html",
            view=view,
            action=request.path,
            back_url=f"/{kind.plural}?view={view.id}",
        )
    services.delete_view(view)
    face.toast(_("View “%(name)s” deleted.", name=view.label))
    return redirect(f"/{kind.plural}?view=all", 303)


@opens(SIGNED_IN)
def change_usual_view(kind_key: str) -> Any:
    kind = active_kind(kind_key)
    if "view" not in request.values:
        raise NotFound(_("There is no such view."))
    view = state_of(kind, actor(), request.values).view
    store_preference(actor().user_id, f"view.{kind.key}", view.key)
    face.toast(_("%(list)s open with the view “%(name)s”.", list=kind.labels, name=view.label))
    return redirect(f"/{kind.plural}?view={view.key}", 303)


def _look(kind: Kind, state: ListState) -> Look:
    """Return what a view keeps of a list as it is now; its filter must mean something."""
    condition_of(kind, actor(), state.tree, account_facts().zone)
    columns = tuple(each.key for each in columns_of(kind, state))
    sort = state.sort if state.sort in kind.by_key else ""
    return Look(state.tree, columns, sort, state.is_descending)


def _page(form: FormView) -> str:
    is_part = bool(request.headers.get("HX-Request"))
    page = "saved_views/_form.html" if is_part else "saved_views/form.html"
    return render_template(page, form=form)
