"""`szansa export`: a whole list into a file, with exactly one user's rights."""

from __future__ import annotations

import csv

import pytest

from core.accounts.models import SecurityEntry
from core.commands import parser
from core.db import db
from core.errors import Forbidden
from core.exports.commands import take_out
from tests.makers import actor, make_account, make_record, make_team, make_user


def test_a_list_is_written_with_one_users_rights(app, tmp_path):
    make_account()
    ada = make_user("Ada", make_team("North"), role="manager")
    make_record(ada, last_name="Król")
    make_record(make_user("Eve", make_team("East")), last_name="Hidden", visibility="hidden")
    file = tmp_path / "people.csv"
    words = ["export", "--as", ada.email, "--kind", "person", "--format", "csv", str(file)]
    facts = take_out(actor(ada), parser().parse_args(words))
    assert facts["message"] == f"Wrote 1 rows into {file}."
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[1] for row in rows] == ["Last and first name", "Król"]
    entry = db.session.execute(db.select(SecurityEntry)).scalars().all()[-1]
    assert (entry.event, entry.user_id) == ("records_exported", ada.id)


def test_without_the_right_nothing_is_written(app, tmp_path):
    make_account()
    user = make_user("Uma", make_team("North"))
    words = ["export", "--as", user.email, "--kind", "person", str(tmp_path / "a.xlsx")]
    with pytest.raises(Forbidden):
        take_out(actor(user), parser().parse_args(words))
    assert not (tmp_path / "a.xlsx").exists()
