"""`szansa doctor`: does this installation have what it needs?"""

from __future__ import annotations

import argparse
import http.client
import platform
import shutil
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis

from config.settings import Settings
from core import embedded, revisions
from core.errors import SzansaError
from core.mail import transport
from core.revisions import ROOT

FREE_MEGABYTES = 500
OLDEST_POSTGRES = 160000  # 16.0, as PostgreSQL counts


class Ailing(SzansaError):
    """A check found something; the message says what to do."""


Check = Callable[[Settings], str]


def doctor(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run all checks; the command fails when one of them does."""
    checks = [_look("data folder", _home, settings), _look("browser files", _assets, settings)]
    try:
        with embedded.services(settings) as ready:
            checks += [_look(name, check, ready) for name, check in SERVICE_CHECKS]
    except SzansaError as error:
        checks.append({"name": "services", "ok": False, "detail": str(error)})
    lines = [
        f"{'ok  ' if each['ok'] else 'FAIL'}  {each['name']}: {each['detail']}" for each in checks
    ]
    return {
        "checks": checks,
        "failed": not all(each["ok"] for each in checks),
        "message": "\n".join(lines),
    }


def _look(name: str, check: Check, settings: Settings) -> dict[str, Any]:
    try:
        return {"name": name, "ok": True, "detail": check(settings)}
    except (SzansaError, OSError, psycopg.Error, redis.RedisError) as error:
        return {"name": name, "ok": False, "detail": str(error).strip().split("\n")[0]}


def _home(settings: Settings) -> str:
    folder = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    free = shutil.disk_usage(folder).free // 2**20
    if free < FREE_MEGABYTES:
        raise Ailing(f"only {free} MB are free in {folder}, {FREE_MEGABYTES} MB are needed")
    return f"{settings.home}, {free} MB free, Python {platform.python_version()}"


def _assets(settings: Settings) -> str:
    if not (ROOT / "core" / "static" / "dist" / "manifest.json").is_file():
        raise Ailing("not built: run `make assets`")
    return "built"


def _database(settings: Settings) -> str:
    address = str(settings.database_url).replace("+psycopg", "", 1)
    with psycopg.connect(address, connect_timeout=10) as connection:
        if connection.info.server_version < OLDEST_POSTGRES:
            raise Ailing("PostgreSQL 16 or newer is needed")
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise Ailing(f"the database's encoding is {encoding}, UTF8 is needed")
        return f"PostgreSQL {connection.info.parameter_status('server_version')}"


def _revisions(settings: Settings) -> str:
    revisions.check(str(settings.database_url))
    return ", ".join(revisions.newest()) or "none"


def _redis(settings: Settings) -> str:
    client = redis.Redis.from_url(str(settings.redis_url), socket_timeout=10)
    facts: Any = client.info("server")
    client.close()
    return f"Redis {facts['redis_version']}"


def _mail(settings: Settings) -> str:
    if not settings.smtp_url:
        return "no SMTP_URL, so no mail is sent"
    return f"{urlsplit(settings.smtp_url).hostname}: {transport.reach(settings.smtp_url, settings.url)}"


def _page(settings: Settings) -> str:
    address = urlsplit(settings.url)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    connection = kinds[address.scheme](str(address.hostname), address.port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except OSError:
        return f"{settings.url} is not being served now"
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise Ailing(f"{settings.url}/healthz answers {status}")
    return f"{settings.url} answers"


SERVICE_CHECKS: tuple[tuple[str, Check], ...] = (
    ("database", _database),
    ("revisions", _revisions),
    ("Redis", _redis),
    ("mail", _mail),
    ("pages", _page),
)
