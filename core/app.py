"""Putting the application together."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import plugins
from config.settings import Settings, load
from core import assets, plugin as own, web
from core.contracts import PACKAGES
from core.db import db
from core.records.kinds import common_rights
from core.registry import Registry

ROOT = Path(__file__).resolve().parent.parent


def create_app(
    settings: Settings | None = None, *, with_plugins: tuple[str, ...] | None = None
) -> Flask:
    """Return the application, with every plugin whose folder is there.

    Raises when a plugin cannot be registered or an address does not say who may open it: the
    application starts right, or not at all.
    """
    settings = settings or load()
    app = Flask("core", template_folder="pages", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.old_secret_keys),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SESSION_COOKIE_NAME="szansa",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.limits.session_days),
        MAX_FORM_MEMORY_SIZE=5_000_000,
        MAX_CONTENT_LENGTH=settings.import_bytes + 1_000_000,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=";".join(_translation_folders()),
        BABEL_DEFAULT_LOCALE="en",
        SZANSA=settings,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    registry = Registry(packages=_packages())
    app.extensions["szansa"] = registry
    db.init_app(app)
    Babel(app, locale_selector=web.language)
    CSRFProtect(app)
    _load_models()
    registry.hooks.register(own, "core")
    for name in plugin_names() if with_plugins is None else with_plugins:
        registry.hooks.register(importlib.import_module(f"plugins.{name}.plugin"), name)
    with app.app_context():
        _take_in(registry)
        web.install(app)
        for name, blueprint in _each(registry, "register_blueprints"):
            blueprint.szansa_plugin = "" if name == "core" else name
            app.register_blueprint(blueprint)
        web.lock(app)
    assets.install(app)
    trust_proxies(app, settings.trusted_proxies)
    return app


def trust_proxies(app: Flask, number: int) -> None:
    """Take a request's network address from so many proxies in front, the scheme from the nearest.

    Each adds to `X-Forwarded-For` who asked it; what stands before those entries may be anybody's
    invention and counts for nothing. The host never comes from a proxy: it is in SZANSA_URL.
    """
    if number:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=number, x_proto=1, x_host=0, x_port=0, x_prefix=0
        )


def plugin_names() -> list[str]:
    """Return the names of the plugins whose folders are there."""
    found = [each.name for each in pkgutil.iter_modules(plugins.__path__) if each.ispkg]
    return sorted(name for name in found if (ROOT / "plugins" / name / "plugin.py").is_file())


def _load_models() -> None:
    """Let all tables of core be known, also those that no plugin uses yet."""
    for path in sorted(ROOT.glob("core/*/models.py")):
        importlib.import_module(f"core.{path.parent.name}.models")


def _each(registry: Registry, hook: str) -> list[tuple[str, Any]]:
    """Return what all plugins registered, each with the plugin's name."""
    return [(name, each) for name, answer in registry.hooks.named(hook) for each in answer]


def _take_in(registry: Registry) -> None:
    registry.hooks.check()
    registry.plugins.update(registry.hooks.named("register_plugin"))
    for name, field in _each(registry, "register_common_fields"):
        registry.kinds.add_field(field, name)
    for name, kind in _each(registry, "register_kinds"):
        registry.kinds.add(kind, name)
        for right in common_rights(kind):
            registry.rights.add(right, name)
    for name, right in _each(registry, "register_rights"):
        registry.rights.add(right, name)
    _take_in_by_key(registry)


def _take_in_by_key(registry: Registry) -> None:
    for _name, setting in _each(registry, "register_settings"):
        registry.settings[setting.key] = setting
    for name, job in _each(registry, "register_jobs"):
        registry.jobs[job.name] = replace(job, plugin=name)
    for _name, cause in _each(registry, "register_causes"):
        registry.causes[cause.key] = cause
    for _name, event in _each(registry, "register_security_events"):
        registry.security_events[event.key] = event
    _take_in_lists(registry)
    registry.cron.extend(entry for _name, entry in _each(registry, "register_cron"))


def _take_in_lists(registry: Registry) -> None:
    for name, found in _each(registry, "register_list_filters"):
        registry.list_filters[found.key] = replace(found, plugin=name)
    for name, view in sorted(_each(registry, "register_views"), key=lambda each: each[1].order):
        registry.views[view.key] = replace(view, plugin=name)
    for name, operation in sorted(
        _each(registry, "register_list_operations"), key=lambda each: each[1].order
    ):
        registry.list_operations[operation.key] = replace(operation, plugin=name)
    for _name, pointer in _each(registry, "register_record_pointers"):
        registry.record_pointers[pointer.key] = pointer
    for name, action in sorted(
        _each(registry, "register_list_actions"), key=lambda each: each[1].order
    ):
        registry.list_actions[action.key] = replace(action, plugin=name)


def _packages() -> dict[str, frozenset[str]]:
    """Return for each package the plugins it includes, those of the lower ones among them."""
    with (ROOT / "config" / "packages.toml").open("rb") as file:
        listed = tomllib.load(file)
    packages: dict[str, frozenset[str]] = {}
    included: frozenset[str] = frozenset()
    for name in PACKAGES:
        included |= frozenset(listed[name]["plugins"])
        packages[name] = included
    return packages


def _translation_folders() -> list[str]:
    folders = [ROOT / "core" / "translations"]
    folders += [ROOT / "plugins" / name / "translations" for name in plugin_names()]
    return [str(folder) for folder in folders if folder.is_dir()]
