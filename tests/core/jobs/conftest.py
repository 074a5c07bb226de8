"""The application with the jobs of tests, on servers that may be stopped."""

from __future__ import annotations

import pytest

from core.db import db
from tests.core.jobs.roles import app_with_jobs


@pytest.fixture(scope="module")
def own_app(ours):
    app = app_with_jobs(ours.settings())
    yield app
    with app.app_context():
        db.engine.dispose()
