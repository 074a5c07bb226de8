"""Settings are checked when they are read, and the first bad one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Limits, SettingsError, load

DATABASE = "postgres://ada:secret-word@db/szansa"
KEY = "0123456789abcdef"


def test_nothing_is_needed_on_one_machine(tmp_path: Path) -> None:
    settings = load({"SZANSA_HOME": str(tmp_path)})
    assert settings.embedded_database
    assert settings.embedded_redis
    assert settings.url == "http://localhost:8000"
    assert settings.limits == Limits()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80a"),
        ("PORT", "٣"),
        ("WEB_WORKERS", "-1"),
        ("JOB_WORKERS", "1.5"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "17"),
        ("TRUSTED_PROXIES", "yes"),
        ("DATABASE_URL", "mysql://db/szansa"),
        ("DATABASE_URL", "db"),
        ("REDIS_URL", "http://redis"),
        ("SZANSA_URL", "szansa.example"),
        ("SMTP_URL", "mail.example"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "Szansa <a@b.pl>\r\nBcc: c@d.pl"),
        ("MAIL_FROM", "a@b.pl, c@d.pl"),
        ("FILES_URL", "/files"),
        ("SECRET_KEY", "short"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        load({"SZANSA_HOME": str(tmp_path), name: value})


def test_a_password_in_a_bad_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"SZANSA_HOME": str(tmp_path), "DATABASE_URL": "mysql://ada:secret-word@db/szansa"})
    assert "secret-word" not in str(refused.value)


def test_a_database_elsewhere_needs_a_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^SECRET_KEY: "):
        load({"SZANSA_HOME": str(tmp_path), "DATABASE_URL": DATABASE})
    settings = load({"SZANSA_HOME": str(tmp_path), "DATABASE_URL": DATABASE, "SECRET_KEY": KEY})
    assert settings.database_url == "postgresql+psycopg://ada:secret-word@db/szansa"


def test_the_old_key_stays_valid_beside_the_new(tmp_path: Path) -> None:
    settings = load({"SZANSA_HOME": str(tmp_path), "SECRET_KEY": f"{KEY}new, {KEY}old"})
    assert settings.secret_key == f"{KEY}new"
    assert settings.old_secret_keys == (f"{KEY}old",)


def test_a_child_process_gets_the_same_settings(tmp_path: Path) -> None:
    settings = load(
        {
            "SZANSA_HOME": str(tmp_path),
            "PORT": "81",
            "SECRET_KEY": f"{KEY},{KEY}2",
            "WEB_WORKERS": "3",
        }
    )
    assert load(settings.environment()) == settings


def test_limits_come_from_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "szansa.toml").write_text("import_megabytes = 5\n")
    settings = load({"SZANSA_HOME": str(tmp_path)})
    assert settings.import_bytes == 5 * 1024 * 1024
    assert settings.limits.session_days == 14


@pytest.mark.parametrize(
    "text", ["session_dais = 1", "session_days = 0", 'session_days = "1"', "?"]
)
def test_a_wrong_limit_stops_the_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "szansa.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"szansa\.toml"):
        load({"SZANSA_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ({}, "Szansa <szansa@localhost>"),
        ({"SZANSA_URL": "https://crm.example:8443/"}, "Szansa <szansa@crm.example>"),
        ({"MAIL_FROM": "crm@example.com"}, "crm@example.com"),
        ({"MAIL_FROM": "Biuro Żółw <crm@example.com>"}, "Biuro Żółw <crm@example.com>"),
    ],
)
def test_mails_are_from_the_host_unless_said_otherwise(tmp_path, given, sender) -> None:
    assert load({"SZANSA_HOME": str(tmp_path), **given}).mail_from == sender
