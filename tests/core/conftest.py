"""An installation whose servers tests may stop; it is made when the first of them asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.installation import Installation, installation


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation of the test run's own; everything in it is really stored."""
    with installation(tmp_path_factory.mktemp("ours")) as ours:
        yield ours
