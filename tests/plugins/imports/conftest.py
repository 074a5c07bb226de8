"""Where the committed files are."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def fixture_files():
    """The folder of files made by LibreOffice and of known exports."""
    return Path(__file__).parents[2] / "fixtures" / "imports"
