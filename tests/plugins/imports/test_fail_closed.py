"""An import works for its user alone, and for nobody once he may not sign in (VIS-X2)."""

from __future__ import annotations

import pytest

from core.changes.models import ChangeSet
from core.db import db
from core.errors import Forbidden
from plugins.imports import jobs
from tests.makers import make_account, make_record, make_team, make_user, tick
from tests.plugins.imports.makers import make_import


@pytest.mark.parametrize("status", ["suspended", "removed"])
def test_vis_x2_import_of_a_user_who_left_changes_nothing(app, status):
    make_account()
    anna = make_user("Anna", make_team("North"))
    tick("user", "person", "import")
    make_record(anna, last_name="Nowak")
    made = make_import(anna, b"Nazwisko;Miasto\r\nNowak;Radom\r\nLis;Opole\r\n")
    anna.status = status
    db.session.flush()
    before = change_sets()
    with pytest.raises(Forbidden):
        jobs.run(made.id)
    assert change_sets() == before


def change_sets() -> int:
    return int(db.session.execute(db.select(db.func.count()).select_from(ChangeSet)).scalar_one())
