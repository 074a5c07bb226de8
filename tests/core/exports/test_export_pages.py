"""Exports through the pages: chosen, made, downloaded, refused, listed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from flask import g

from core import clock
from core.access import fetch
from core.accounts.models import SecurityEntry
from core.changes.capture import change_set
from core.db import db, sql
from core.exports import jobs, services
from core.exports.models import Export, ExportPiece, ExportRows
from core.exports.reading import Reader
from core.formats import Formats
from core.housekeeping import delete_old_rows
from core.notifications.models import Notification
from core.records.fields import ShortText
from core.records.services import trash
from core.registry import registry
from core.staff.services.standing import suspend
from tests.makers import (
    actor,
    make_account,
    make_record,
    make_team,
    make_user,
    opens,
    sign_in,
    tick,
)


@pytest.fixture
def north(app):
    make_account()
    return make_team("North")


@pytest.fixture
def ada(north, client):
    user = make_user("Ada", north, role="manager")
    sign_in(client, user)
    return user


def export(client, plural="people", query="", *, run=True, **sent):
    """Ask for an export and let it be made; return it."""
    answer = client.post(f"/{plural}/export{query}", data={"all": "1", "format": "xlsx", **sent})
    assert answer.status_code == 303, answer.text
    export_id = int(answer.location.rpartition("/")[2])
    if run:
        g.formats = Formats(zone="Europe/Warsaw")
        jobs.run(export_id)
        g.pop("formats")
    return db.session.execute(db.select(Export).where(Export.id == export_id)).scalar_one()


def downloaded(client, made):
    with client.get(f"/exports/{made.id}/file") as answer:
        assert answer.status_code == 200
        return answer.data


def made_at(record, moment):
    sql("update core_record set created_at = :at where account_id = :account and id = :id",
        at=moment, id=record.id)  # fmt: skip


def hide(record):
    with change_set("form", record.owner_id):
        record.visibility = "hidden"
        db.session.flush()


def sheet(content):
    return [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()
    ]


def names(client, made):
    return [row[0] for row in sheet(downloaded(client, made))[1:]]


def test_list_15_columns_of_the_view_or_all(ada, client):
    firm = make_record(ada, "company", name="Żuraw S.A.")
    make_record(ada, first_name="Ewa", last_name="Król", city="Łódź", company=firm.id,
                emails=["ewa@example.com", "biuro@example.com"])  # fmt: skip
    shown = sheet(downloaded(client, export(client)))
    assert shown[0][:3] == ["Last and first name", "Position", "Company"]
    assert shown[1][0] == "Król, Ewa"
    assert "City" not in shown[0]
    everything = sheet(downloaded(client, export(client, columns="all")))
    row = dict(zip(everything[0], everything[1], strict=True))
    assert row["City"] == "Łódź"
    assert row["Company"] == "Żuraw S.A."
    assert row["E-mails"] == "ewa@example.com; biuro@example.com"
    assert row["Owner"] == "Ada Test"
    assert row["Visibility"] == "public"


def test_list_15_dates_are_dates_in_the_readers_zone(ada, client):
    record = make_record(ada, last_name="Król")
    made_at(record, dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC))
    made = sheet(downloaded(client, export(client, columns="all")))
    row = dict(zip(made[0], made[1], strict=True))
    assert row["Created"] == dt.datetime.fromisoformat("2026-07-02 00:30")
    assert row["ID"] == record.id


def test_list_15_csv_has_a_mark_and_the_chosen_separator(ada, client):
    make_record(ada, last_name="Król", position="a;b,c")
    for key, sign in (("semicolon", ";"), ("comma", ","), ("tab", "\t"), ("bar", "|")):
        content = downloaded(client, export(client, format="csv", separator=key))
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=sign))
        assert rows[0][0] == "Last and first name"
        assert rows[1][1] == "a;b,c"


def test_reg_12_dates_in_csv_are_in_the_readers_format(ada, client):
    record = make_record(ada, last_name="Król")
    made_at(record, dt.datetime(2026, 3, 9, 14, 30, tzinfo=dt.UTC))
    text = downloaded(client, export(client, format="csv", columns="all")).decode("utf-8-sig")
    assert "09.03.2026 15:30" in text


@pytest.mark.parametrize("format_", ["xlsx", "xls", "ods", "csv"])
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not here")
def test_list_15_libreoffice_opens_the_export_and_calculates_nothing(
    ada, client, tmp_path, format_
):
    dangerous = ["=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://x.example")']
    for text in dangerous:
        make_record(ada, last_name=text, position=text, note=f"a\n{text}")
    made = export(client, format=format_, columns="all")
    path = tmp_path / f"a.{format_}"
    path.write_bytes(downloaded(client, made))
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'user').as_uri()}",
         "--convert-to", "fods", "--outdir", str(tmp_path / "out"), str(path)],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    opened = (tmp_path / "out" / "a.fods").read_text()
    assert opened.count("=1+1") >= 2
    assert "table:formula" not in opened
    if format_ != "csv":
        assert 'office:value-type="date"' in opened
        assert 'office:value-type="float"' in opened


def test_list_15_rows_come_in_the_order_of_the_list(ada, client):
    for city in ("Radom", "Łomża", "Lublin", "Zabrze"):
        make_record(ada, last_name=f"Z{city}", city=city)
    make_record(ada, last_name="A")
    made = export(client, query="?sort=city&dir=desc")
    assert names(client, made) == ["ZZabrze", "ZRadom", "ZŁomża", "ZLublin", "A"]


def test_list_15_only_ticked_rows_or_those_of_the_filter(ada, client):
    one, two = make_record(ada, last_name="One"), make_record(ada, last_name="Two")
    make_record(ada, last_name="Three")
    ticked = client.post("/people/export", data={"row": [str(one.id), str(two.id)]})
    assert "2 ticked rows" in ticked.text
    sent = {"row": [str(one.id), str(two.id)], "all": ""}
    assert names(client, export(client, **sent)) == ["One", "Two"]
    assert names(client, export(client, query="?q=thre")) == ["Three"]


def test_list_15_only_rows_with_the_right_export(north, client):
    user = make_user("Uma", north)
    sign_in(client, user)
    tick("owner", "person", "export")
    make_record(user, last_name="Own")
    make_record(make_user("Eve", north), last_name="Foreign")
    made = export(client)
    assert names(client, made) == ["Own"]
    assert "1 row was left out" in client.get(f"/exports/{made.id}").text


def test_vis_9_private_and_hidden_records_are_not_in_exports(ada, client):
    other = make_user("Eve", make_team("East"))
    private = make_record(other, last_name="Private", visibility="private")
    make_record(other, last_name="Hidden", visibility="hidden")
    make_record(other, last_name="Public", city="Radom")
    firm = make_record(other, "company", name="Hidden Ltd")
    make_record(ada, last_name="Own", company=firm.id)
    hide(firm)
    assert opens(ada, private) == "basic"
    made = export(client, columns="all")
    content = downloaded(client, made)
    assert [row[1] for row in sheet(content)[1:]] == ["Own", "Public"]
    assert "Hidden Ltd" not in str(sheet(content))


def test_acc_3_without_the_right_export_there_is_none(north, client):
    user = make_user("Uma", north)
    sign_in(client, user)
    make_record(user)
    assert "/people/export" not in client.get("/people?operations=1").text
    for method, path in (
        ("GET", "/people/export"), ("POST", "/people/export"), ("GET", "/exports"),
        ("GET", "/settings/profile/export"), ("GET", "/settings/account/data/export"),
    ):  # fmt: skip
        assert client.open(path, method=method).status_code == 403, path
    assert db.session.scalar(db.select(db.func.count()).select_from(Export)) == 0


def test_imp_34_another_kinds_right_does_not_help(north, client):
    user = make_user("Uma", north)
    sign_in(client, user)
    tick("user", "company", "export")
    assert client.get("/people/export").status_code == 403
    assert client.get("/companies/export").status_code == 200
    listed = client.get("/exports").text
    assert "/companies/export" in listed
    assert "/people/export" not in listed


def test_imp_34_a_file_is_its_makers_alone(ada, north, client):
    make_record(ada)
    made = export(client)
    for other in (
        make_user("Eve", north, role="manager"),
        make_user("Zed", north, role="administrator"),
    ):
        sign_in(client, other)
        for path in ("", "/file", "/progress"):
            assert client.get(f"/exports/{made.id}{path}").status_code == 404
        assert client.post(f"/exports/{made.id}/stop").status_code == 404


def test_imp_34_right_is_checked_again_at_the_download(ada, client):
    make_record(ada)
    made = export(client)
    tick("manager", "person", "export", on=False)
    tick("manager", "company", "export")
    assert client.get(f"/exports/{made.id}/file").status_code == 404
    tick("manager", "person", "export")
    downloaded(client, made)


def test_imp_34_file_with_a_record_lost_since_is_refused(ada, client):
    make_record(ada, last_name="Own")
    record = make_record(make_user("Eve", make_team("East")), last_name="Public")
    made = export(client)
    downloaded(client, made)
    hide(record)
    answer = client.get(f"/exports/{made.id}/file")
    assert answer.status_code == 403
    assert "Export them again" in answer.text


def test_imp_34_file_outlives_records_in_the_trash(ada, client):
    record = make_record(ada, last_name="Own")
    made = export(client)
    with change_set("form", ada.id):
        trash(fetch("person", record.id, actor(ada)))
    assert names(client, made) == ["Own"]


def test_imp_34_rights_lost_before_the_run_count(ada, client):
    make_record(ada)
    made = export(client, run=False)
    tick("manager", "person", "export", on=False)
    tick("manager", "company", "export")
    jobs.run(made.id)
    assert made.state == "failed"
    assert db.session.scalar(db.select(db.func.count()).select_from(ExportPiece)) == 0


def test_user_8_a_suspended_user_exports_nothing(ada, client):
    make_record(ada)
    make_user("Root", role="administrator")
    made = export(client, run=False)
    suspend(ada.id)
    jobs.run(made.id)
    assert made.state == "failed"


def test_imp_34_files_are_kept_for_seven_days(ada, client, monkeypatch):
    make_record(ada)
    made = export(client)
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    sign_in(client, ada)
    assert client.get(f"/exports/{made.id}/file").status_code == 404
    assert "file deleted" in client.get("/exports").text
    delete_old_rows()
    for model in (ExportPiece, ExportRows):
        assert db.session.scalar(db.select(db.func.count()).select_from(model)) == 0
    assert "file deleted" in client.get("/exports").text


def test_imp_34_the_last_fifty_are_listed(ada, client):
    make_record(ada)
    for number in range(52):
        db.session.add(Export(user_id=ada.id, kind="person", format="xlsx", state="done",
                              file_name=f"n{number}.xlsx", ended_at=clock.now()))  # fmt: skip
        db.session.flush()
    found = client.get("/exports").text
    assert found.count("data-export=") == 50
    assert "n51.xlsx" in found
    assert "n1.xlsx" not in found


def test_imp_34_every_export_is_in_the_security_log(ada, client):
    make_record(ada)
    made = export(client)
    entry = db.session.execute(
        db.select(SecurityEntry).where(SecurityEntry.event == services.EXPORTED)
    ).scalar_one()
    assert (entry.user_id, entry.address) == (ada.id, "127.0.0.1")
    assert entry.details == {"kind": "person", "rows": 1, "file": made.file_name}
    sign_in(client, make_user("Root", role="administrator"))
    assert (
        f"Export: People, 1 row ({made.file_name})."
        in client.get("/settings/account/security/log").text
    )


def test_gen_12_who_waited_long_is_told(ada, client, monkeypatch):
    make_record(ada)
    made = export(client, run=False)
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    g.formats = Formats()
    jobs.run(made.id)
    told = db.session.execute(db.select(Notification)).scalars().all()
    assert [(each.user_id, each.cause, each.url) for each in told] == [
        (ada.id, services.FINISHED, f"/exports/{made.id}")
    ]


def test_gen_10_a_form_sent_twice_makes_one_export(ada, client):
    make_record(ada)
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/people/export").text)[1]
    sent = {"all": "1", "format": "csv", "form_token": token}
    answers = [client.post("/people/export", data=sent) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert db.session.scalar(db.select(db.func.count()).select_from(Export)) == 1


@pytest.mark.parametrize(
    "wrong", [{"format": "exe"}, {"columns": "x"}, {"separator": "x"}, {"all": "", "row": "9"}]
)
def test_gen_3_bad_choices_are_refused_and_nothing_is_stored(ada, client, wrong):
    make_record(ada)
    answer = client.post("/people/export", data={"all": "1", "format": "csv", **wrong})
    assert answer.status_code == 422
    assert "Nothing has been saved yet" in answer.text
    assert db.session.scalar(db.select(db.func.count()).select_from(Export)) == 0


def test_imp_34_no_more_than_five_at_once(ada, client):
    make_record(ada)
    for _ in range(5):
        export(client, run=False)
    answer = client.post("/people/export", data={"all": "1", "format": "csv"})
    assert answer.status_code == 422


def test_imp_34_a_waiting_export_can_be_stopped(ada, client):
    make_record(ada)
    made = export(client, run=False)
    client.post(f"/exports/{made.id}/stop")
    db.session.refresh(made)
    assert made.state == "stopped"
    assert client.get(f"/exports/{made.id}/file").status_code == 404


def test_imp_3_tabs_and_entry_by_right(ada, north, client):
    found = client.get("/exports").text
    assert "/settings/profile/import" in found
    assert "/settings/profile/export" in found
    user = make_user("Uma", north)
    tick("user", "company", "export")
    sign_in(client, user)
    found = client.get("/exports").text
    assert "/settings/profile/import" not in found
    assert found.count("Import and export</a>") == 1


def test_gen_2_of_account_settings_exporters_see_this_entry_alone(north, client):
    user = make_user("Uma", north)
    tick("user", "company", "export")
    sign_in(client, user)
    answer = client.get("/settings/account/data/export")
    assert answer.status_code == 200
    nav = answer.text[answer.text.index('id="settings-menu"') :].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', nav) == ["/settings/account/data/export"]


@pytest.mark.parametrize(
    ("number_format", "cell", "text"),
    [
        ("1 234,56", Decimal("-1234.50"), "-1234,50"),
        ("1,234.56", Decimal("1234.5"), "1234.5"),
        ("1 234,56", 1234, "1234"),
        ("1234.56", dt.date(2026, 3, 9), "09.03.2026"),
        ("1234.56", True, "yes"),
    ],
)
def test_list_15_numbers_and_dates_in_csv_are_read_back_as_such(app, number_format, cell, text):
    g.formats = Formats(number_format=number_format)
    assert services._as_text(cell) == text


def test_list_15_a_field_that_holds_numbers_is_exported_as_numbers(ada, client):
    class Worth(ShortText):
        def exact(self, value):
            return Decimal(value)

    kind = registry().kinds["person"]
    fields = [replace(each, type=Worth()) if each.key == "position" else each
              for each in kind.fields]  # fmt: skip
    record = make_record(ada, last_name="Król", position="12.50")
    g.formats = Formats()
    reader = Reader(replace(kind, fields=tuple(fields)), actor(ada), ["name", "position"])
    assert list(reader.rows([record.id])) == [["Król", Decimal("12.50")]]
