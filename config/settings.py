"""The settings of one installation; the only reader of the environment and of szansa.toml."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

KEY_FILE = "secret.key"
LIMITS_FILE = "szansa.toml"
SHORTEST_SECRET = 16


class SettingsError(ValueError):
    """A setting that cannot be used; the message names it."""


@dataclass(frozen=True)
class Limits:
    """What the operator may change in `szansa.toml` in the data folder, with the shipped values."""

    session_days: int = 14  # a session ends after so many days without use
    sign_in_tries_per_login: int = 10  # failures for one login, then a pause
    sign_in_tries_per_address: int = 100  # failures from one network address, then a pause
    sign_in_window_minutes: int = 15  # failures are counted in it, and the pause lasts as long
    import_megabytes: int = 100  # the biggest file that may be imported


@dataclass(frozen=True)
class Settings:
    """Everything the environment says, checked. `database_url` None means the embedded server.

    `trusted_proxies` is the number of proxies in front, each of which says who asked it.
    """

    home: Path
    port: int
    url: str
    database_url: str | None
    redis_url: str | None
    secret_key: str
    old_secret_keys: tuple[str, ...]
    smtp_url: str | None
    mail_from: str
    files_url: str | None
    trusted_proxies: int
    web_workers: int
    job_workers: int
    limits: Limits

    @property
    def embedded_database(self) -> bool:
        """Return whether PostgreSQL is ours to start."""
        return self.database_url is None

    @property
    def embedded_redis(self) -> bool:
        """Return whether Redis is ours to start."""
        return self.redis_url is None

    @property
    def import_bytes(self) -> int:
        """Return the biggest size of an imported file, in bytes."""
        return self.limits.import_megabytes * 1024 * 1024

    def environment(self) -> dict[str, str]:
        """Return the environment for a child process that shall have these very settings."""
        own = {
            "SZANSA_HOME": str(self.home),
            "PORT": str(self.port),
            "SZANSA_URL": self.url,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": ",".join([self.secret_key, *self.old_secret_keys]),
            "SMTP_URL": self.smtp_url,
            "MAIL_FROM": self.mail_from,
            "FILES_URL": self.files_url,
            "TRUSTED_PROXIES": str(self.trusted_proxies),
            "WEB_WORKERS": str(self.web_workers),
            "JOB_WORKERS": str(self.job_workers),
        }
        return {**os.environ, **{name: value for name, value in own.items() if value}}

    def publish(self) -> None:
        """Make these the settings that `load` gives in this process and those it forks."""
        os.environ.update(self.environment())


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that the environment and `szansa.toml` give.

    Raises SettingsError naming the first setting that is missing or cannot be used.
    """
    home = Path(environ.get("SZANSA_HOME") or ".szansa").expanduser().absolute()
    port = _whole(environ, "PORT", 8000, 65535)
    database_url = _address(environ, "DATABASE_URL", _POSTGRES)
    keys = _secret_keys(environ, home, required=database_url is not None)
    url = (_address(environ, "SZANSA_URL", _WEB) or f"http://localhost:{port}").rstrip("/")
    return Settings(
        home=home,
        port=port,
        url=url,
        database_url=database_url and "postgresql+psycopg://" + database_url.split("://", 1)[1],
        redis_url=_address(environ, "REDIS_URL", ("redis", "rediss", "unix")),
        secret_key=keys[0],
        old_secret_keys=keys[1:],
        smtp_url=_address(environ, "SMTP_URL", ("smtp", "smtps")),
        mail_from=_sender(environ, url),
        files_url=_address(environ, "FILES_URL", ("file", "s3")),
        trusted_proxies=_whole(environ, "TRUSTED_PROXIES", 0, 16, least=0),
        web_workers=_whole(environ, "WEB_WORKERS", 1, 256),
        job_workers=_whole(environ, "JOB_WORKERS", 1, 256),
        limits=_limits(home / LIMITS_FILE),
    )


_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
_WEB = ("http", "https")
_SENDER = re.compile(r"(?:[^<>@,;:\"\\\x00-\x1f]+ <)?[^<>@,;:\"\\\s]+@[^<>@,;:\"\\\s]+>?")


def _whole(
    environ: Mapping[str, str], name: str, usual: int, largest: int, *, least: int = 1
) -> int:
    text = environ.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= largest):
        raise SettingsError(f"{name}: {text!r} is not a whole number from {least} to {largest}.")
    return int(text)


def _address(environ: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    text = environ.get(name)
    if not text:
        return None
    if urlsplit(text).scheme not in schemes or "://" not in text:
        begins = ", ".join(f"{scheme}://" for scheme in schemes)
        # The value itself may hold a password and is therefore not repeated.
        raise SettingsError(f"{name}: an address beginning with one of {begins} is needed.")
    return text


def _sender(environ: Mapping[str, str], url: str) -> str:
    """Return who mails are from: an address, alone or as `Name <address>`."""
    text = environ.get("MAIL_FROM") or f"Szansa <szansa@{urlsplit(url).hostname or 'localhost'}>"
    if not _SENDER.fullmatch(text):
        raise SettingsError("MAIL_FROM: an address is needed, such as Szansa <crm@example.com>.")
    return text


def _secret_keys(environ: Mapping[str, str], home: Path, *, required: bool) -> tuple[str, ...]:
    """Return the signing keys, the present one first, older ones (still accepted) after it."""
    kept = home / KEY_FILE
    text = environ.get("SECRET_KEY") or (kept.read_text() if kept.is_file() else "")
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if any(len(key) < SHORTEST_SECRET for key in keys):
        raise SettingsError(f"SECRET_KEY: at least {SHORTEST_SECRET} characters are needed.")
    if required and not keys:
        raise SettingsError("SECRET_KEY: it is needed when DATABASE_URL is set.")
    return keys or ("",)


def _limits(file: Path) -> Limits:
    if not file.is_file():
        return Limits()
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    known = {field.name for field in fields(Limits)}
    for name, value in given.items():
        if name not in known:
            raise SettingsError(f"{file}: there is no setting named {name}.")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise SettingsError(f"{file}: {name} must be a whole number from 1.")
    return Limits(**given)
