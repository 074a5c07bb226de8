"""Account settings > Package and plugins."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, redirect, render_template, request

from core import face
from core.accounts import services
from core.accounts.forms import chosen_switches
from core.accounts.queries import account_facts, needed_package, switchboard
from core.accounts.switching import Switchboard
from core.contracts import PluginSpec
from core.errors import Invalid, NeedsConfirmation, NotFound
from core.i18n import _
from core.settings.frame import settings_frame
from core.shown import FormError, FormWarning, PluginView
from core.web import ADMINISTRATOR, opens

blueprint = Blueprint("account", __name__)

PLUGINS = "/settings/account/package/plugins"


@blueprint.get(PLUGINS)
@opens(ADMINISTRATOR)
def plugins() -> Any:
    return _page({name for name, is_on in switchboard().positions.items() if is_on})


@blueprint.post(PLUGINS)
@opens(ADMINISTRATOR)
def change_plugins() -> Any:
    ticked, opened = request.form.getlist("plugin"), request.form.getlist("opened")
    chosen = chosen_switches(switchboard(), ticked, opened or None)
    try:
        changed = services.switch_after_asking(chosen, request.form.getlist("confirm"))
    except NeedsConfirmation as asked:
        warnings = [FormWarning(key, str(text)) for key, text in asked.warnings.items()]
        return _page(set(ticked), opened, warnings=warnings), asked.status
    except (Invalid, NotFound) as wrong:
        key = f"plugin-{wrong.field}" if wrong.field else ""
        return _page(set(ticked), opened, errors=[FormError(key, wrong.message)]), 422
    if changed:
        face.toast(_("Plugins saved. The change takes effect for everyone at once."))
    return redirect(PLUGINS)


def _page(
    ticked: Collection[str],
    opened: list[str] | None = None,
    errors: Collection[FormError] = (),
    warnings: Collection[FormWarning] = (),
) -> str:
    board = switchboard()
    shown = [_shown(board, board.specs[name], is_on=name in ticked) for name in board.positions]
    return render_template(
        "settings/plugins.html",
        action_url=PLUGINS,
        package_name=account_facts().package.capitalize(),
        plugins=sorted(shown, key=lambda each: each.name.casefold()),
        opened=[each for each in opened or () if each] if opened else list(ticked),
        always_on=_always_on(board),
        errors=errors,
        warnings=warnings,
        **settings_frame("account"),
    )


def _shown(board: Switchboard, spec: PluginSpec, *, is_on: bool) -> PluginView:
    is_available = board.is_available(spec.name)
    return PluginView(
        key=spec.name,
        name=str(spec.label),
        description=str(spec.description),
        is_on=is_on,
        is_available=is_available,
        package_name=needed_package(spec.name).capitalize(),
        needs=[str(board.specs[each].label) for each in spec.needs if each in board.specs],
        state=_state(board, spec.name, is_available=is_available),
    )


def _state(board: Switchboard, name: str, *, is_available: bool) -> str:
    if not is_available:
        return _("not available")
    if name in board.active:
        return _("on")
    return _("on, waits for what it needs") if board.positions[name] else _("off")


def _always_on(board: Switchboard) -> list[str]:
    own = [_("signing in"), _("users and teams"), _("access"), _("lists"), _("search"),
           _("notifications")]  # fmt: skip
    return own + [str(each.label) for each in board.specs.values() if not each.is_switchable]
