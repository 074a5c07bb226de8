"""Every plugin can be deleted: without its folder the application starts and core's tests pass."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.app import ROOT, plugin_names

WHOLE = ("core", "plugins", "config", "tests", "docs", "setup.cfg", "pyproject.toml", "wsgi.py")
SUBSET = (
    "tests/test_schema.py",
    "tests/test_house.py",
    "tests/core/test_page_lock.py",
    "tests/core/accounts/test_switching.py",
    "tests/core/test_starting.py",
    "tests/core/users/test_passwords.py",
)
# What a plugin was the first to use stays when it goes.
EXCEPT = "not first_user"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the tree."""
    left_out = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")
    for name in WHOLE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
        else:
            shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def python(folder: Path, *arguments: str) -> None:
    """Run Python in a copy of the tree, and show what it says where it fails."""
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr[-5000:]


@pytest.mark.process
@pytest.mark.timeout(400)
@pytest.mark.parametrize("plugin", plugin_names())
def test_application_lives_without_the_plugin(copy, plugin):
    shutil.rmtree(copy / "plugins" / plugin)
    shutil.rmtree(copy / "tests" / "plugins" / plugin, ignore_errors=True)
    python(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", EXCEPT, *SUBSET)


def test_plugin_that_is_deleted_is_named_nowhere_else():
    for plugin in plugin_names():
        named = [
            path.relative_to(ROOT).as_posix()
            for folder in ("core", "config", "plugins")
            for path in (ROOT / folder).rglob("*.py")
            if f"plugins.{plugin}" in path.read_text()
            and (ROOT / "plugins" / plugin) not in path.parents
        ]
        assert named == []
